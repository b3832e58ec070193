// Completion in an expression: the word before the cursor, what fits it, and what the text is once one is taken.
import type { Completion } from './api.ts'

/** Offered at most at a time. */
export const SHOWN_COMPLETIONS = 50

export interface Word {
  readonly text: string
  /** Where it begins. */
  readonly from: number
}

/** '' where the cursor stands behind no word: everything fits there. Not inside of a quoted text. */
export function wordBefore(text: string, cursor: number): Word | undefined {
  const before = text.slice(0, cursor)
  if (isQuoted(before)) return undefined
  const word = /(?:[A-Za-z_][\w.]*)?$/.exec(before)![0]
  const from = cursor - word.length
  // '.split' belongs to what stands before it, which may be anything.
  return /[.\d]$/.test(text.slice(0, from)) ? undefined : { text: word, from }
}

function isQuoted(before: string): boolean {
  let quote = ''
  for (let i = 0; i < before.length; i++) {
    const c = before[i]!
    if (quote !== '' && c === '\\') i++
    else if (quote === '' ? c === '"' || c === "'" : c === quote) quote = quote === '' ? c : ''
  }
  return quote !== ''
}

/** What begins with the word first, then what has it inside; each in the order given. */
export function fitting(completions: readonly Completion[], word: string): readonly Completion[] {
  const wanted = word.toLowerCase()
  const begins = completions.filter((c) => c.label.toLowerCase().startsWith(wanted))
  const has = wanted === '' ? [] : completions.filter((c) => !begins.includes(c) && c.label.toLowerCase().includes(wanted))
  return [...begins, ...has].slice(0, SHOWN_COMPLETIONS)
}

export interface Taken {
  readonly text: string
  readonly cursor: number
}
/** A function gets its brackets and the cursor between them, unless they are there; the rest of the word goes with it. */
export function take(text: string, cursor: number, { label, kind }: Completion): Taken {
  const word = wordBefore(text, cursor)
  if (!word) return { text, cursor }
  const rest = text.slice(cursor).replace(/^\w+/, '')
  const call = kind !== 'variable'
  const brackets = call && !rest.startsWith('(') ? '()' : ''
  return { text: text.slice(0, word.from) + label + brackets + rest, cursor: word.from + label.length + (call ? 1 : 0) }
}
