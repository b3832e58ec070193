// A script host and what its scripts are opened with, for tests: state, time and log are plain variables of the test.
import { newScriptState, sample, type Outcome, type Quality, type Sample, type Script, type ScriptSource, type ScriptState, type Value } from '#kit'
import { createScriptHost, type ScriptHost } from './host.ts'
import type { JailOptions } from './process.ts'

export interface OpenedScript {
  readonly script: Script
  readonly state: ScriptState
  readonly logs: string[]
  /** What became of one sample: what left by its outputs, or its end in words. */
  give(value: Value, more?: { readonly tag?: string; readonly time?: number; readonly quality?: number; readonly port?: string }): Promise<readonly (readonly [string, Sample])[] | string>
  /** The kept state, read. */
  kept(key?: string): unknown
}
export interface Scripts {
  readonly host: ScriptHost
  now: number
  open(code: string, source?: Partial<ScriptSource>, state?: ScriptState): Promise<OpenedScript>
}

export const endOf = (outcome: Outcome): readonly (readonly [string, Sample])[] | string => (outcome === undefined ? 'done' : 'emit' in outcome ? outcome.emit : 'hold' in outcome ? 'held' : `dropped: ${outcome.drop}`)

export function scripts(options: JailOptions): Scripts {
  const all: Scripts = {
    host: createScriptHost({ backOffMs: 10, ...options }),
    now: 1_767_225_600_000,
    async open(code, source = {}, state = newScriptState()) {
      const logs: string[] = []
      const script = await all.host.open(
        { code, keep: 'tag', outputs: [{ name: 'value', kind: 'any' }, { name: 'number', kind: 'number' }], timeLimitMs: 5000, memoryLimitMb: 32, ...source },
        { flow: 'f', node: 'n', now: () => all.now, state: () => state, log: (_level, text) => void logs.push(text) },
      )
      return {
        script,
        state,
        logs,
        give: (value, { tag = 'x', time = 0, quality = 0 satisfies (typeof Quality)['good'], port = 'value' } = {}) =>
          script.run(sample(tag, value, time, quality), port).then(endOf, (thrown: unknown) => `failed: ${(thrown as Error).message}`),
        kept: (key = 'x') => (state.kept.has(key) ? (JSON.parse(state.kept.get(key)!) as unknown) : undefined),
      }
    },
  }
  return all
}

/** Is there a process of this id? */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
