// What the gateway and its catalogue say, in the chosen language. They speak English: issues, states of devices, titles of
// nodes and fields. The dictionary holds their texts as templates; a text that was filled in is known again by its template.
// What no template fits stays as it was said.
import { gatewayWords } from './index.ts'

interface Template {
  readonly pattern: RegExp
  readonly names: readonly string[]
  readonly german: string
}

const PLACE = /\{(\w+)\}/g
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Those that say most of their own come first. Exported for its test. */
export function templatesOf(words: Readonly<Record<string, string>>): Template[] {
  return Object.entries(words)
    // A template of nothing but places would fit everything.
    .filter(([english]) => /\{\w+\}/.test(english) && /[A-Za-z]{3}/.test(english.replace(PLACE, '')))
    .toSorted(([a], [b]) => b.replace(PLACE, '').length - a.replace(PLACE, '').length)
    .map(([english, german]) => ({
      pattern: new RegExp(`^${english.split(PLACE).map((part, i) => (i % 2 === 0 ? literal(part) : '([\\s\\S]*?)')).join('')}$`),
      names: [...english.matchAll(PLACE)].map((m) => m[1]!),
      german,
    }))
}

/** A text by the words given. What fills a place may be a text of the dictionary itself (a reason). */
export function translate(text: string, words: Readonly<Record<string, string>>, templates: readonly Template[], depth = 0): string {
  if (Object.hasOwn(words, text)) return words[text]!
  if (depth > 2) return text
  for (const { pattern, names, german } of templates) {
    const found = pattern.exec(text)
    if (found) return german.replace(PLACE, (whole, name: string) => (names.includes(name) ? translate(found[names.indexOf(name) + 1]!, words, templates, depth + 1) : whole))
  }
  return text
}

const REMEMBERED = 5000
const templates = gatewayWords && templatesOf(gatewayWords)
const known = new Map<string, string>()

/** A text of the gateway or the catalogue in the chosen language; '' and undefined stay. */
export function said<T extends string | undefined>(text: T): T {
  if (text === undefined || text === '' || gatewayWords === undefined) return text
  let german = known.get(text)
  if (german === undefined) {
    if (known.size >= REMEMBERED) known.clear()
    known.set(text, (german = translate(text, gatewayWords, templates!)))
  }
  return german as T
}
