// A logic-less template language: a subset of Mustache(5) without partials, lambdas and set delimiters, with filters.
// Nothing of a template is ever run as code; length and steps of the result are bounded by the caller.
// {{path | filter}} {{.}} {{@name}} {{#path}}...{{/path}} {{^path}}...{{/path}} {{! a comment}}
import { parsePath, readPath } from './path.ts'

export interface Filter {
  readonly name: string
  readonly argument: string | number | undefined
}
type Part =
  | { readonly text: string }
  | { readonly keys: readonly string[]; readonly filters: readonly Filter[] }
  | { readonly section: readonly string[]; readonly inverted: boolean; readonly parts: readonly Part[] }
export type Document = readonly Part[]

/** Filters that a template may name, and what their argument must be. */
export type FilterKinds = Readonly<Record<string, 'none' | 'number' | 'text'>>

const MAX_DEPTH = 20

/** The document, or what is wrong with it in words. `data` are the names behind an @. */
export function parseDocument(source: string, kinds: FilterKinds, data: ReadonlySet<string>): Document | string {
  const root: Part[] = []
  const open: { readonly path: string; readonly inverted: boolean; readonly parts: Part[] }[] = []
  const into = (): Part[] => open.at(-1)?.parts ?? root
  const tags = /\{\{([#^/!]?)([^{}]*)\}\}/g
  let end = 0
  for (let tag = tags.exec(source); tag !== null; tag = tags.exec(source)) {
    const [whole, sigil, inner] = tag as unknown as [string, string, string]
    let from = tag.index
    let to = from + whole.length
    if (sigil !== '') [from, to] = ownLine(source, from, to, end)
    const before = source.slice(end, from)
    if (before.includes('{{')) return notClosed(before)
    if (before !== '') into().push({ text: before })
    end = to
    tags.lastIndex = to
    const at = `at '${whole}'`
    if (sigil === '!') continue
    if (sigil === '/') {
      const last = open.pop()
      if (last === undefined || last.path !== inner.trim()) return last === undefined ? `Nothing is open ${at}.` : `'${last.path}' is open ${at}.`
      into().push({ section: parsePathOf(last.path, data)!, inverted: last.inverted, parts: last.parts })
      continue
    }
    const [path, ...rest] = sigil === '' ? inner.split('|').map((s) => s.trim()) : [inner.trim()]
    if (path === '' || parsePathOf(path!, data) === undefined) return `There is no path ${at}.`
    if (sigil !== '') {
      if (open.length >= MAX_DEPTH) return `Sections are nested deeper than ${MAX_DEPTH} ${at}.`
      open.push({ path: path!, inverted: sigil === '^', parts: [] })
      continue
    }
    const filters: Filter[] = []
    for (const text of rest) {
      const filter = filterOf(text, kinds)
      if (typeof filter === 'string') return `${filter} ${at}.`
      filters.push(filter)
    }
    into().push({ keys: parsePathOf(path!, data)!, filters })
  }
  if (open.length > 0) return `The section '${open.at(-1)!.path}' is not closed.`
  const rest = source.slice(end)
  if (rest.includes('{{')) return notClosed(rest)
  if (rest !== '') root.push({ text: rest })
  return root
}

const notClosed = (text: string): string => `A '{{' is not closed: '${text.slice(text.indexOf('{{'), text.indexOf('{{') + 30)}'.`

/** '.' is []. A name behind an @ is one key with the @. */
function parsePathOf(path: string, data: ReadonlySet<string>): readonly string[] | undefined {
  if (path === '.') return []
  if (!path.startsWith('@')) return path === '' ? undefined : parsePath(path)
  const keys = parsePath(path.slice(1))
  return keys !== undefined && data.has(keys[0] ?? '') ? [`@${keys[0]!}`, ...keys.slice(1)] : undefined
}

/** A section's tag that is alone in its line takes the whole line with it. */
function ownLine(source: string, from: number, to: number, floor: number): [number, number] {
  let start = from
  while (start > floor && (source[start - 1] === ' ' || source[start - 1] === '\t')) start--
  const after = /^[ \t]*(?:\r?\n|$)/.exec(source.slice(to, to + 200))
  const begins = start === 0 || source[start - 1] === '\n'
  return begins && after ? [start, to + after[0].length] : [from, to]
}

function filterOf(text: string, kinds: FilterKinds): Filter | string {
  const found = /^([a-z]+)(?:\(\s*(?:(\d+)|'([^']*)'|"([^"]*)")\s*\))?$/.exec(text)
  const name = found?.[1]
  if (!found || name === undefined || !Object.hasOwn(kinds, name)) return `There is no filter '${text}'`
  const argument = found[2] === undefined ? (found[3] ?? found[4]) : Number(found[2])
  const wanted = kinds[name]!
  if (wanted === 'none' ? argument !== undefined : typeof argument !== (wanted === 'number' ? 'number' : 'string')) {
    return wanted === 'none' ? `The filter '${name}' takes nothing in brackets` : `The filter '${name}' needs ${wanted === 'number' ? 'a whole number' : "a 'text'"} in brackets`
  }
  return { name, argument }
}

export interface Rendering {
  /** What is written for what lies at a path; undefined: nothing lies there. */
  write(value: unknown, filters: readonly Filter[]): string
  /** The value of an @name. */
  data(name: string): unknown
  readonly maxLength: number
  readonly maxSteps: number
}
export class TooLong extends Error {}

/** The elements of a vector, a waveform, bytes, or a record with the fields 0, 1, 2 ...; undefined: it is no list. */
function elementsOf(value: object): ArrayLike<unknown> | undefined {
  if (value instanceof Float64Array || value instanceof Float32Array || value instanceof Uint8Array || Array.isArray(value)) return value
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key, i) => key === String(i)) ? Object.values(value) : undefined
}

/** Whether a section over it is left out: null, false, an empty text, list or record, NaN. A number is something, 0 too. */
function isNothing(value: unknown, list: ArrayLike<unknown> | undefined): boolean {
  if (typeof value !== 'object' || value === null) return value === undefined || value === null || value === false || value === '' || Number.isNaN(value)
  return list === undefined ? Object.keys(value).length === 0 : list.length === 0
}

/** Throws TooLong. Paths are looked up in the innermost section first. */
export function render(document: Document, root: unknown, by: Rendering): string {
  const scopes: { readonly value: unknown; readonly index: number }[] = [{ value: root, index: -1 }]
  let out = ''
  let steps = 0
  const find = (keys: readonly string[]): unknown => {
    const first = keys[0]
    if (first === undefined) return scopes.at(-1)!.value
    if (first === '@index') return scopes.findLast((s) => s.index >= 0)?.index
    if (first.startsWith('@')) return readPath(by.data(first.slice(1)), keys.slice(1))
    for (let i = scopes.length - 1; i >= 0; i--) {
      const { value } = scopes[i]!
      if (typeof value === 'object' && value !== null && Object.hasOwn(value, first)) return readPath(value, keys)
    }
    return undefined
  }
  const inside = (parts: Document, value: unknown, index: number): void => {
    scopes.push({ value, index })
    run(parts)
    scopes.pop()
  }
  // Also a section without anything in it costs a step for each element.
  const step = (): void => {
    if (++steps > by.maxSteps) throw new TooLong(`it takes more than ${by.maxSteps} steps`)
  }
  const run = (parts: Document): void => {
    for (const part of parts) {
      step()
      if ('text' in part) out += part.text
      else if ('keys' in part) out += by.write(find(part.keys), part.filters)
      else section(part)
      if (out.length > by.maxLength) throw new TooLong(`it is longer than ${by.maxLength} characters`)
    }
  }
  const section = ({ section: keys, inverted, parts }: Extract<Part, { section: unknown }>): void => {
    const value = find(keys)
    const list = typeof value === 'object' && value !== null ? elementsOf(value) : undefined
    const nothing = isNothing(value, list)
    if (inverted) {
      if (nothing) run(parts)
    } else if (list) {
      for (let i = 0; i < list.length; i++) {
        step()
        inside(parts, list[i], i)
      }
    } else if (!nothing) inside(parts, value, -1)
  }
  run(document)
  return out
}
