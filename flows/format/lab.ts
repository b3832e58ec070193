// What the lab says: a flow run over recorded input, away from the plant, every step of it told. Replay, the path of one
// sample, what-if, flow tests and the examples of the nodes all are such runs.
import type { ExampleSample, Issue, JsonSample, JsonValue } from '#kit'
import type { Flow } from './document.ts'
import type { Ledger } from './protocol.ts'
import type { Recorded } from './recording.ts'

/** GET /api/flows/:id/recording: what the engine remembers of the last minutes. Times are the gateway's clock, ms UTC. */
export interface RecordingBody {
  readonly flow: string
  /** overrun: more comes in than can be kept; it begins again when less does. */
  readonly state: 'on' | 'off' | 'overrun'
  /** Null: nothing yet. */
  readonly from: number | null
  readonly to: number | null
  readonly samples: number
  readonly bytes: number
  readonly limitBytes: number
  readonly limitMs: number
  /** Inputs in equal parts of from..to: for a time line. */
  readonly activity: readonly number[]
  /** Where a replay cannot go across: a deploy, a restart, an overrun. */
  readonly breaks: readonly { readonly time: number; readonly reason: string }[]
}

/** POST /api/lab/run */
export interface LabRequest {
  /** Null, with a recording: the version that ran then. */
  readonly flow: Flow | null
  readonly input: { readonly recording: string; readonly from: number; readonly to: number } | { readonly samples: readonly Recorded[] }
  /** Steps in this time are told; all unless given. */
  readonly show?: { readonly from: number; readonly to: number }
  /** Tell what each node keeps, after every step. */
  readonly states?: boolean
}
/** One thing that a node did. */
export interface Step {
  /** Counts from 0 over the whole run. */
  readonly id: number
  /** The step whose output came here; null: it came from outside, or time was due. */
  readonly cause: number | null
  /** The gateway's clock. */
  readonly now: number
  readonly node: string
  readonly what: 'source' | 'receive' | 'timer' | 'act' | 'start' | 'end'
  /** Of 'source' the output, of 'receive' the input. */
  readonly port?: string
  /** What came in, or out of the source. */
  readonly sample?: JsonSample
  readonly out: readonly { readonly port: string; readonly sample: JsonSample }[]
  /** muted: an output to the plant or to the cloud, which the lab never opens. */
  readonly outcome: 'passed' | 'held' | 'dropped' | 'failed' | 'done' | 'muted' | 'fired'
  /** Why it was dropped or failed, in words. */
  readonly reason?: string
  /** What the node keeps after it, for this tag. */
  readonly state?: JsonValue
}
export interface Trace {
  readonly steps: readonly Step[]
  /** Steps that were left out at the limit; not those outside of `show`. */
  readonly skipped: number
  /** That ran, with `flow: null`. */
  readonly version: number | null
  /** The moment from which the run began: of a recording the nearest one before `from` whose state is known. */
  readonly from: number
  readonly to: number
  readonly ledger: { readonly [node: string]: Ledger }
  readonly issues: readonly Issue[]
}
export const MAX_STEPS_TOLD = 20_000

/** POST /api/lab/tests `{ flow, names? }` */
export interface TestsBody {
  readonly results: { readonly [name: string]: TestResult }
}
export interface TestResult {
  readonly passed: boolean
  readonly ms: number
  readonly faults: readonly TestFault[]
  /** Why it did not run. */
  readonly issues: readonly Issue[]
  /** What left at the ports that the test names. */
  readonly got: { readonly [end: string]: readonly JsonSample[] }
}
export interface TestFault {
  /** 'node.port' */
  readonly at: string
  /** Its place in the expected samples. */
  readonly index: number
  readonly what: 'missing' | 'extra' | 'differs'
  readonly expected?: JsonSample
  readonly got?: JsonSample
}

/** POST /api/lab/example `{ type, config, in }`: one node by itself. */
export interface ExampleBody {
  readonly out: readonly ExampleSample[]
  readonly ledger: Ledger
  readonly issues: readonly Issue[]
}
