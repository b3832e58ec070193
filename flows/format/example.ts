// GET /api/examples: flows to begin from, as the gateway ships them.
import type { Flow } from './document.ts'

export interface ExampleFlow {
  readonly id: string
  /** What it is for, in two sentences. */
  readonly summary: string
  /** What it shows: 'alarm with delay', 'state machine'. */
  readonly shows: readonly string[]
  readonly flow: Flow
}
