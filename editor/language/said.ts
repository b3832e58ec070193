// What the gateway and its catalogue say, in the chosen language. They speak English: issues, states of devices, titles of
// nodes and fields. The dictionary holds their texts as templates; a text that was filled in is known again by its template.
// What no template fits stays as it was said.
import { gatewayWords, language } from './index.ts'

interface Template {
  /** What stands before, between and after the places. */
  readonly parts: readonly string[]
  readonly names: readonly string[]
  readonly german: string
}
/** The templates by one word each that a text must hold to fit: the rarest that it surely has. Trying all takes too long for logs. */
export interface Templates {
  readonly byWord: ReadonlyMap<string, readonly number[]>
  /** Those without such a word. */
  readonly others: readonly number[]
  /** Those that say most of their own come first. */
  readonly all: readonly Template[]
}

const PLACE = /\{(\w+)\}/g
const WORD = /[A-Za-z]{2,}/g

/** Words that stand as they are in every text of this template: those that touch no place. */
const wordsOf = ({ parts }: Template): string[] =>
  parts.flatMap((part, i) => [...part.matchAll(WORD)].filter((m) => (m.index > 0 || i === 0) && (m.index + m[0].length < part.length || i === parts.length - 1)).map((m) => m[0]))

/** Exported for its test. */
export function templatesOf(words: Readonly<Record<string, string>>): Templates {
  const all = Object.entries(words)
    // A template of nothing but places would fit everything.
    .filter(([english]) => /\{\w+\}/.test(english) && /[A-Za-z]{3}/.test(english.replace(PLACE, '')))
    .toSorted(([a], [b]) => b.replace(PLACE, '').length - a.replace(PLACE, '').length)
    .map(([english, german]) => ({ parts: english.split(PLACE).filter((_, i) => i % 2 === 0), names: [...english.matchAll(PLACE)].map((m) => m[1]!), german }))
  const own = all.map(wordsOf)
  const often = new Map<string, number>()
  for (const word of own.flat()) often.set(word, (often.get(word) ?? 0) + 1)
  const byWord = new Map<string, number[]>()
  const others: number[] = []
  for (const [i, candidates] of own.entries()) {
    const [rarest] = candidates.toSorted((a, b) => often.get(a)! - often.get(b)!)
    if (rarest === undefined) others.push(i)
    else byWord.set(rarest, [...(byWord.get(rarest) ?? []), i])
  }
  return { all, byWord, others }
}

/** What fills the places, each as short as it can be; undefined where the template does not fit. */
function filled({ parts }: Template, text: string): string[] | undefined {
  const [first, last] = [parts[0]!, parts.at(-1)!]
  const end = text.length - last.length
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined
  const found: string[] = []
  let at = first.length
  for (let i = 1; i < parts.length; i++) {
    const next = i === parts.length - 1 ? end : text.indexOf(parts[i]!, at)
    if (next < at || next > end) return undefined
    found.push(text.slice(at, next))
    at = next + parts[i]!.length
  }
  return found
}

/** Texts in a text in a text, and no further. */
const DEEPEST = 3
const SENTENCES = 8

function known(text: string, words: Readonly<Record<string, string>>, templates: Templates, depth: number): string | undefined {
  if (Object.hasOwn(words, text)) return words[text]!
  if (depth > DEEPEST) return undefined
  // Several sentences that were put together, when each is known.
  const sentences = text.split(/(?<=[\w)'"`%\]}]\.) (?=\S)/, SENTENCES + 1)
  if (sentences.length > 1 && sentences.length <= SENTENCES) {
    const all = sentences.map((sentence) => known(sentence, words, templates, depth + 1))
    if (!all.includes(undefined)) return all.join(' ')
  }
  const candidates = [...templates.others]
  for (const word of new Set(text.match(WORD))) candidates.push(...(templates.byWord.get(word) ?? []))
  for (const i of candidates.toSorted((a, b) => a - b)) {
    const template = templates.all[i]!
    const values = filled(template, text)
    if (!values) continue
    // What stands in quotes is a name, also where it reads like a text of ours.
    const inner = (at: number): string => (/'\{?$/.test(template.parts[at]!) && /^\}?'/.test(template.parts[at + 1]!) ? values[at]! : (known(values[at]!, words, templates, depth + 1) ?? values[at]!))
    return template.german.replace(PLACE, (whole, name: string) => (template.names.includes(name) ? inner(template.names.indexOf(name)) : whole))
  }
  // 'tank: no answer': what stands in front is a name.
  const colon = text.indexOf(': ')
  const rest = colon < 0 ? undefined : known(text.slice(colon + 2), words, templates, depth + 1)
  return rest === undefined ? undefined : `${known(text.slice(0, colon), words, templates, depth + 1) ?? text.slice(0, colon)}: ${rest}`
}

/** A text by the words given. What fills a place may be a text of the dictionary itself (a reason). */
export const translate = (text: string, words: Readonly<Record<string, string>>, templates: Templates): string => known(text, words, templates, 0) ?? text

const REMEMBERED = 5000
const templates = gatewayWords && templatesOf(gatewayWords)
const remembered = new Map<string, string>()

/** A text of the gateway or the catalogue in the chosen language; '' and undefined stay. */
export function said<T extends string | undefined>(text: T): T {
  if (text === undefined || text === '' || gatewayWords === undefined) return text
  let german = remembered.get(text)
  if (german === undefined) {
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.set(text, (german = translate(text, gatewayWords, templates!)))
  }
  return german as T
}

/** The help page of a node's type in German, fetched when it is first asked for; undefined where the page stays English. */
export async function saidHelp(type: string): Promise<string | undefined> {
  if (language === 'en') return undefined
  const { help } = await import('./de-gateway/help.ts')
  return Object.hasOwn(help, type) ? help[type]!.text : undefined
}
