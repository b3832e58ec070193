// The languages of the editor. English is written in the code and is the key; German comes from dictionaries beside this file
// that are fetched only when it is chosen. That is decided while this module loads, before anything is drawn, so texts may
// stand in constants; who chooses another loads the page again. `t` is for what the editor says, `said` (said.ts) for what the
// gateway and its catalogue say.
import i18next from 'i18next'
import { singulars } from './en.ts'

export type Language = 'en' | 'de'
export const languages: readonly (readonly [Language, string])[] = [['en', 'English'], ['de', 'Deutsch']]
export type Words = Readonly<Record<string, string>>
export type Values = Readonly<Record<string, string | number>>

const KEY = 'headgate.language'
/** Headless tests have none, and speak English. */
const page = typeof document !== 'undefined'

function chosen(): Language {
  if (!page) return 'en'
  return (localStorage.getItem(KEY) ?? navigator.language).startsWith('de') ? 'de' : 'en'
}

export const language: Language = chosen()
/** How dates, times and numbers are written. */
export const locale = language === 'de' ? 'de-DE' : 'en-GB'

/** From the next load of the page on. */
export const keepLanguage = (wanted: Language): void => localStorage.setItem(KEY, wanted)

/** What the gateway says, in German; undefined in English. */
export const gatewayWords: Words | undefined = language === 'de' ? (await import('./de-gateway.ts')).words : undefined
const own: Words = language === 'de' ? (await import('./de.ts')).words : singulars

if (page) document.documentElement.lang = language
void i18next.init({
  lng: language,
  fallbackLng: false,
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  interpolation: { prefix: '{', suffix: '}', escapeValue: false },
  resources: { [language]: { translation: own } },
})

/** The text in the chosen language. `{name}` is filled from the values; a `count` chooses between one and many. */
export function t(english: string, values?: Values): string {
  if (values !== undefined) return i18next.t(english, values)
  return Object.hasOwn(own, english) ? own[english]! : english
}
