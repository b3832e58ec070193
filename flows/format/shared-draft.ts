// A draft that the gateway keeps, so that it survives its browser and two people can work on it.
import type { Flow } from './document.ts'

/** GET /api/drafts/:flow. PUT `{ flow, basedOn, revision }` names the revision that it was made from (0: none): another one is a 409 whose answer has a DraftBody beside the issues. */
export interface DraftBody {
  readonly flow: Flow
  /** The version that it was made from; null: the flow was never deployed. */
  readonly basedOn: number | null
  /** Counts up with every save. */
  readonly revision: number
  readonly author: string
  readonly time: number
}
export interface DraftSummary {
  readonly id: string
  readonly name: string
  readonly basedOn: number | null
  readonly revision: number
  readonly author: string
  readonly time: number
}
/** Somebody who has this flow open, by socket. */
export interface Person {
  readonly id: string
  readonly user: string
  /** Nodes that are selected there; in a subflow with the way: instance/node. */
  readonly selection: readonly string[]
  /** On the canvas. */
  readonly pointer: readonly [x: number, y: number] | null
}
