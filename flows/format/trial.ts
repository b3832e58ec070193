// Trying a draft on the running plant: beside the live flow with everything outward muted, and after a deploy under watch.
import type { Issue, JsonValue } from '#kit'
import type { Flow } from './document.ts'

/** GET /api/flows/:id/shadow; POST `{ flow }` begins one, DELETE ends it. One a flow. */
export interface ShadowBody {
  readonly flow: string
  readonly draft: Flow
  /** The running version that it is compared with. */
  readonly version: number
  readonly by: string
  readonly since: number
  readonly state: 'running' | 'failed'
  readonly issues: readonly Issue[]
  /** Of every output that both have, and of the inputs of muted nodes: by 'node.port'. */
  readonly ports: { readonly [end: string]: ShadowPort }
  /** Nodes that only one of both has. */
  readonly onlyLive: readonly string[]
  readonly onlyDraft: readonly string[]
}
/** Samples by tag and time. */
export interface ShadowPort {
  readonly same: number
  readonly differ: number
  readonly onlyLive: number
  readonly onlyDraft: number
  /** The last that differed. */
  readonly last?: { readonly tag: string; readonly time: number; readonly live: JsonValue; readonly draft: JsonValue; readonly liveQuality: string; readonly draftQuality: string }
}

/** What a new version must keep to, asked for with the deploy. What is left out is not watched. */
export interface TrialCriteria {
  /** Failures of nodes a minute, more than before. */
  readonly errorsPerMin?: number
  /** The flow's input or output rate may fall to this part of what it was. */
  readonly ratePart?: number
  /** Of each queue, in parts of its limit. */
  readonly queuePart?: number
  /** No source may be silent or stale for longer, s. */
  readonly freshS?: number
}
export interface TrialRequest extends TrialCriteria {
  readonly minutes: number
}
/** A version under watch; when it fails, the gateway itself goes back. */
export interface TrialBody {
  readonly flow: string
  readonly version: number
  /** Where it goes back to. */
  readonly previous: number
  readonly since: number
  readonly until: number
  readonly state: 'watching' | 'passed' | 'returned' | 'ended'
  readonly criteria: readonly { readonly what: keyof TrialCriteria; readonly limit: number; readonly now: number | null; readonly ok: boolean; readonly text: string }[]
  /** Why it went back, or why it could not. */
  readonly reason: string
}

/** What a draft will cost on this gateway, as far as it can be told before. */
export interface CapacityBody {
  /** Cores. */
  readonly cpu: number
  readonly memoryMb: number
  readonly samplesPerS: number
  /** Of a connection that is asked in turn: the part of its time that is taken. */
  readonly buses: readonly { readonly connection: string; readonly busy: number; readonly requestsPerS: number }[]
  /** What the figures rest on, in words: measured, or estimated by kind. */
  readonly basis: string
}
