// What is seen when somebody looks back: the moment of a replay in the place of what is live. The canvas and the inspector read
// `seen(state)`, so that the same components draw both. At most two runs are held: what happened, and what the draft gives.
import type { Issue } from '#kit'
import type { Flow, RecordingBody, TestResult } from '#format'
import type { PortDifference } from './compare-runs.ts'
import type { State } from './model.ts'
import type { Moment, Stride, TraceView } from './trace.ts'

export interface Span {
  readonly from: number
  readonly to: number
}
export interface WhatIf {
  /** The draft that ran. */
  readonly flow: Flow
  readonly view: TraceView
  readonly ports: readonly PortDifference[]
}
export interface Past {
  readonly flow: string
  /** Of the recording, that was run again. */
  readonly span: Span
  readonly view: TraceView
  /** Of the step that is looked at, among the steps. */
  readonly place: number
  /** The gateway's clock that is looked at: of the step, or between two while it plays. */
  readonly now: number
  readonly moment: Moment
  /** How many times as fast as it was; 0: it stands. */
  readonly playing: number
  readonly stride: Stride
  /** The path of the step's sample is lit up and listed. */
  readonly tracing: boolean
  readonly whatIf: WhatIf | null
}
export interface Work {
  readonly what: 'look' | 'what-if' | 'tests'
  readonly done?: number
  readonly of?: number
}
export interface RanTest {
  /** The draft that it ran with. */
  readonly of: Flow
  readonly result: TestResult
}
export interface Replay {
  /** The flow that `recording` and `tests` are of. */
  readonly flow: string | null
  readonly recording: RecordingBody | null
  /** Chosen on the time line, not yet run. */
  readonly chosen: Span | null
  readonly work: Work | null
  /** Why the last look, what-if or tests gave nothing. */
  readonly failed: readonly Issue[]
  readonly past: Past | null
  readonly tests: { readonly [name: string]: RanTest }
  /** The test whose differences stand on the canvas. */
  readonly shownTest: string | null
}
export const noReplay: Replay = { flow: null, recording: null, chosen: null, work: null, failed: [], past: null, tests: {}, shownTest: null }

/** What is looked back at in the open flow. */
export const pastOf = ({ replay: { past }, flowId }: Pick<State, 'replay' | 'flowId'>): Past | null => (past !== null && past.flow === flowId ? past : null)

const known = new WeakMap<State, State>()
/** The state as it was then, where somebody looks back; the same one for the same state. */
export function seen(state: State): State {
  const past = pastOf(state)
  if (!past) return state
  let then = known.get(state)
  if (!then) {
    const { live, flows, flowId, trying } = state
    const { nodes, trends } = past.moment
    then = {
      ...state,
      flows: flows.map((f) => (f.id === flowId ? { ...f, state: 'running' as const } : f)),
      trying: { ...trying, shadow: null, draft: null },
      live: { ...live, state: 'open', reason: '', clock: past.now, flow: flowId, version: past.view.trace.version, nodes, trends, recent: {}, losses: {}, marks: [], zero: null, alarms: live.alarms.filter((a) => a.flow !== flowId) },
    }
    known.set(state, then)
  }
  return then
}
