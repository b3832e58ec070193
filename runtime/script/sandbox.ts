// One sandbox per function node, in the jail process: an isolate of isolated-vm where it loads, else a QuickJS in a
// WebAssembly memory of its own. Both run inside.ts around the user's code and stop it in the middle when its time is up.
import { makeCodec } from './codec.ts'
import { inside, limits, type Settings } from './inside.ts'

export interface SandboxSource extends Settings {
  readonly code: string
  readonly timeLimitMs: number
  readonly memoryLimitMb: number
}
export interface Sandbox {
  /** Throws TookTooLong, after which the next call works, or Gone. */
  call(text: string, ok: boolean): string
  changed(ok: boolean): string
  dispose(): void
}
/** Throws Refused when the code does not parse. */
export type MakeSandbox = (source: SandboxSource) => Sandbox

export class TookTooLong extends Error {}
/** The sandbox is no more: out of memory, or broken. */
export class Gone extends Error {}
export class Refused extends Error {
  readonly line: number
  readonly column: number | undefined
  constructor(reason: string, line: number, column?: number) {
    super(reason)
    this.line = line
    this.column = column
  }
}

export const FILE = 'code.js'
/** Loading the prelude and the code, ms. */
export const LOAD_MS = 2000
export const insideText = (settings: Settings): string => `(${inside.toString()})(${makeCodec.toString()}, ${JSON.stringify(settings)}, ${JSON.stringify(limits)})`
/** On the first line, so that the lines of the code are its own; strict, so that a forgotten `const` is an error. */
export const codeText = (code: string): string => `(function (sample, port, state, emit, drop, fail, log, now) { 'use strict';${code}\n})`
/** What was put before the code on its first line. */
export const AHEAD = codeText('').indexOf('\n')
