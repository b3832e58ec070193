// What the gateway and its catalogue say, in the chosen language. They speak English: issues, states of devices, titles of
// nodes and fields. The dictionary holds their texts as templates; a text that was filled in is known again by its template.
// What no template fits stays as it was said.
import { gatewayWords, language } from './index.ts'

interface Template {
  /** What stands before, between and behind the places. */
  readonly parts: readonly string[]
  /** A place in quotes holds somebody's own name. */
  readonly places: readonly { readonly name: string; readonly quoted: boolean }[]
  readonly german: string
}

const PLACE = /\{(\w+)\}/g

/** Those that say most of their own come first. Exported for its test. */
export function templatesOf(words: Readonly<Record<string, string>>): Template[] {
  return Object.entries(words)
    // A template of nothing but places would fit everything.
    .filter(([english]) => /\{\w+\}/.test(english) && /[A-Za-z]{3}/.test(english.replace(PLACE, '')))
    .toSorted(([a], [b]) => b.replace(PLACE, '').length - a.replace(PLACE, '').length)
    .map(([english, german]) => {
      const split = english.split(PLACE)
      const parts = split.filter((_, i) => i % 2 === 0)
      return { parts, places: split.filter((_, i) => i % 2 === 1).map((name, i) => ({ name, quoted: parts[i]!.endsWith("'") && parts[i + 1]!.startsWith("'") })), german }
    })
}

/** What fills the places, each as short as can be; undefined: the template does not fit. One look along the text, however hostile. */
function filling({ parts }: Template, text: string): string[] | undefined {
  const last = parts.at(-1)!
  const end = text.length - last.length
  if (!text.startsWith(parts[0]!) || !text.endsWith(last)) return undefined
  const found: string[] = []
  let from = parts[0]!.length
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from)
    if (at === -1) return undefined
    found.push(text.slice(from, at))
    from = at + part.length
  }
  if (from > end) return undefined
  found.push(text.slice(from, end))
  return found
}

/** A text by the words given. What fills a place may be a text of the dictionary itself (a reason), unless it is quoted. */
export function translate(text: string, words: Readonly<Record<string, string>>, templates: readonly Template[], depth = 0): string {
  if (Object.hasOwn(words, text)) return words[text]!
  if (depth > 2) return text
  for (const template of templates) {
    const found = filling(template, text)
    if (!found) continue
    const { places, german } = template
    return german.replace(PLACE, (whole, name: string) => {
      const i = places.findIndex((p) => p.name === name)
      return i === -1 ? whole : places[i]!.quoted ? found[i]! : translate(found[i]!, words, templates, depth + 1)
    })
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

/** The help page of a node's type in German, fetched when it is first asked for; undefined where the page stays English. */
export async function saidHelp(type: string): Promise<string | undefined> {
  if (language === 'en') return undefined
  const { help } = await import('./de-gateway/help.ts')
  return Object.hasOwn(help, type) ? help[type]!.text : undefined
}
