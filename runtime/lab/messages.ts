// What a gateway asks its lab process, and what it answers. Data only: it crosses processes.
import type { ExampleSample, Issue, JsonValue } from '#kit'
import type { FlowTest, LabRequest, Recorded } from '#format'
import type { EngineDeploy, Plan } from '../engine/contract.ts'
import type { SegmentData } from '../engine/segment.ts'

type Models = EngineDeploy['models']

export interface RunJob {
  readonly what: 'run'
  /** Null: the plan that ran when it was recorded, followed to the letter. */
  readonly draft: { readonly plan: Plan; readonly models: Models } | null
  readonly input: { readonly segments: readonly SegmentData[]; readonly to: number } | { readonly samples: readonly Recorded[] }
  readonly show?: LabRequest['show']
  readonly states?: boolean
}
export interface TestsJob {
  readonly what: 'tests'
  readonly plan: Plan
  readonly models: Models
  readonly tests: { readonly [name: string]: FlowTest }
}
export interface ExampleJob {
  readonly what: 'example'
  readonly type: string
  readonly config: { readonly [name: string]: JsonValue }
  readonly in: readonly ExampleSample[]
  readonly models: Models
}
export type Job = RunJob | TestsJob | ExampleJob

export type FromLab =
  | { readonly type: 'ready' }
  /** It goes on: said about every second. */
  | { readonly type: 'alive' }
  /** JSON of the answer: a Trace, a TestsBody, an ExampleBody. */
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'failed'; readonly issues: readonly Issue[] }
