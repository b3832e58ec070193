// What an engine and its jail say to each other: lines of text, one answer to each request, in the order of the requests.
// Both sides see only JSON in them.
import type { Settings } from './inside.ts'

export type Interpreter = 'isolated-vm' | 'quickjs'

/** The first line of a jail. */
export type Hello = { readonly ready: Interpreter } | { readonly missing: string }
/** `open ID {OpenJson}`: a sandbox of this number, in place of the one before. Answer: OpenedJson. */
export interface OpenJson extends Settings {
  readonly code: string
  readonly timeLimitMs: number
  readonly memoryLimitMb: number
}
export type OpenedJson = { readonly opened: true } | { readonly refused: string; readonly line: number; readonly column?: number } | { readonly died: string }
/**
 * `run ID CALL...`, each call a text of JSON that the jail does not read, with BETWEEN between them. Answer: the results of
 * the first calls (as many as fitted the jail's turn) and what changed, or why the sandbox is no more: then no call has
 * counted.
 */
export type RanJson = { readonly results: readonly unknown[]; readonly changed: unknown } | { readonly died: string }
/** `close ID`. Answer: `{}`. */

/** No JSON has this character in it. */
export const BETWEEN = '\u001f'
/** A jail's turn: after this long it answers with what it has, so that others have theirs, ms. */
export const TURN_MS = 20
export const MAX_LINE = 64 * 1024 * 1024
