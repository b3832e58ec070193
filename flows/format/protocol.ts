// What gateway and editor say to each other: the shapes of the API's answers and of the live socket's messages.
import type { AlarmChange, Health, Issue, IssueLevel, JsonSample } from '#kit'
import type { Change } from './diff.ts'
import type { ConnectionEntry, Flow } from './document.ts'
import type { Person } from './shared-draft.ts'
import type { CapacityBody, ShadowBody, TrialBody } from './trial.ts'
import type { FlowPorts } from './types.ts'

export const roles = ['viewer', 'operator', 'editor', 'admin'] as const
export type Role = (typeof roles)[number]
/** What a route needs; a role has its own and all before it. */
export const permissions = {
  view: 'viewer',
  operate: 'operator',
  edit: 'editor',
  administer: 'admin',
} as const satisfies Record<string, Role>
export type Permission = keyof typeof permissions
export const may = (role: Role, permission: Permission): boolean => roles.indexOf(role) >= roles.indexOf(permissions[permission])

/** Every answer that is not 2xx. */
export interface ErrorBody {
  readonly issues: readonly Issue[]
}

/** GET /api/health, without a login. */
export interface HealthBody {
  readonly version: string
  readonly claimed: boolean
  readonly uptimeS: number
  readonly engines: readonly EngineStatus[]
  readonly flows: readonly { readonly id: string; readonly version: number; readonly state: FlowState }[]
}
export type FlowState = 'running' | 'stopped' | 'failed' | 'restarting'
export interface EngineStatus {
  readonly id: string
  readonly state: 'starting' | 'running' | 'restarting' | 'stopped'
  readonly pid: number | null
  readonly restarts: number
  readonly memoryMb: number
  /** To the disk, a second, over the last ten or so: flash wears out. */
  readonly written: { readonly bytesPerS: number; readonly commitsPerS: number }
  readonly issue?: Issue
}

/** GET /api/session */
export interface Session {
  readonly user: string
  readonly role: Role
  readonly gateway: string
  readonly version: string
}
export interface FlowSummary {
  readonly id: string
  readonly name: string
  /** The deployed version, null when it never was. */
  readonly version: number | null
  readonly state: FlowState
  readonly armed: boolean
  /** Actuators in the flow; 0: nothing to arm. */
  readonly actuators: number
}
/** GET /api/flows/:id */
export interface FlowBody extends FlowSummary {
  readonly flow: Flow
  readonly issues: readonly Issue[]
}
export interface VersionSummary {
  readonly version: number
  readonly author: string
  readonly comment: string
  /** ms UTC */
  readonly time: number
  readonly changes: readonly Change[]
  readonly running: boolean
}
/** POST /api/check */
export interface CheckBody {
  readonly issues: readonly Issue[]
  readonly ports: FlowPorts
  /** Against the running version. */
  readonly changes: readonly Change[]
  /** What a deploy would do to the nodes that run; absent when the draft does not compile or nothing runs. */
  readonly fates?: Fates
  /** What it will cost here; absent when it does not compile. */
  readonly capacity?: CapacityBody
  /** Why its actuators would be disarmed; absent when they stay as they are. */
  readonly disarms?: Disarming
  /** The draft with settings of today's versions, when it has older ones. */
  readonly upgraded?: Flow
}
/** An armed flow that a deploy would disarm: what a person armed is not what would run. */
export interface Disarming {
  readonly reason: string
  /** Ids of all that would stop writing. */
  readonly actuators: readonly string[]
}
/** Ids of nodes. kept: untouched. carried: other settings, and their state goes on. anew: they begin without state. */
export interface Fates {
  readonly kept: readonly string[]
  readonly carried: readonly string[]
  readonly anew: readonly string[]
}
/** POST /api/flows/:id/deploy, /rollback */
export interface DeployBody {
  readonly version: number
  readonly changes: readonly Change[]
  /** Nodes that went on untouched, with new settings and their state, without; connections that were interrupted. */
  readonly kept: readonly string[]
  readonly carried: readonly string[]
  readonly restarted: readonly string[]
  readonly gaps: readonly string[]
  readonly armed: boolean
  readonly issues: readonly Issue[]
}
export interface AlarmBody extends AlarmChange {
  readonly flow: string
  readonly node: string
  readonly tag: string
  /** Of the last change, ms UTC. */
  readonly time: number
  /** When it was raised, ms UTC. */
  readonly since: number
  readonly acknowledgedBy?: string
  /** The type of its node: what may be done with it is in the catalogue. Absent in what was stored before. */
  readonly nodeType?: string
  /** What people call its node. */
  readonly nodeName?: string
}
/** GET /api/alarms/log: one change of an alarm. Ids grow with time. */
export interface AlarmLogBody extends AlarmBody {
  readonly id: number
}
export interface ConnectionBody extends ConnectionEntry {
  readonly name: string
  readonly usedBy: readonly string[]
  readonly health?: Health
}
export interface ModelBody {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly hash: string
  readonly bytes: number
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly number[]; readonly unit?: string; readonly labels?: readonly string[] }[]
  readonly outputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly number[]; readonly unit?: string; readonly labels?: readonly string[] }[]
  readonly issue?: Issue
}
export interface AuditBody {
  readonly time: number
  readonly user: string
  readonly act: string
  readonly subject: string
  readonly detail: string
}
/** GET /api/audit. Ids grow with time. */
export interface AuditEntry extends AuditBody {
  readonly id: number
}

/** Nodes that a watch may name. */
export const MAX_WATCHED = 400

// ---- live: one WebSocket at /api/live, JSON messages ------------------------------------------------------------------

export type ClientMessage =
  /** Status of this flow's nodes from now on; one flow a socket. With `nodes` these are told at once, any other about once a second; said again for the same flow it only changes which. */
  | { readonly type: 'watch'; readonly flow: string | null; readonly nodes?: readonly string[] }
  /** Every sample of one port, sampled down to what a view can show. `id` is the client's. */
  | { readonly type: 'tap'; readonly id: string; readonly flow: string; readonly node: string; readonly port: string }
  | { readonly type: 'untap'; readonly id: string }
  /** What this person has open, for the others who have it open too; null: nothing. */
  | { readonly type: 'here'; readonly flow: string | null; readonly selection: readonly string[]; readonly pointer: Person['pointer'] }

/** Counts since the node's start. in = passed + held + dropped + failed + queued. */
export interface Ledger {
  readonly in: number
  readonly passed: number
  readonly held: number
  readonly failed: number
  readonly queued: number
  readonly dropped: { readonly [reason: string]: number }
}
export interface PortStatus {
  readonly count: number
  /** Samples a second over the last second or so. */
  readonly rate: number
  /** A series or vector is cut to 64 elements, bytes and images to their size. */
  readonly last: JsonSample | null
}
export interface NodeStatus {
  readonly health: Health
  readonly ledger: Ledger
  readonly inputs: { readonly [port: string]: PortStatus }
  readonly outputs: { readonly [port: string]: PortStatus }
  /** 99th percentile of the time inside the node, µs, sampled. */
  readonly p99Us: number | null
  /** A queue in front of it. */
  readonly queue?: { readonly depth: number; readonly limit: number; readonly policy: string }
  /** Actuators: what was last written, read back, and why the last write was denied. */
  readonly actuator?: { readonly armed: boolean; readonly mode: 'auto' | 'held' | 'safe'; readonly written: number | null; readonly readBack: number | null; readonly denied: string }
  readonly issues: readonly Issue[]
}
export type ServerMessage =
  | { readonly type: 'hello'; readonly session: Session; readonly time: number }
  /** Up to 10 times a second; only nodes whose status changed since the last one, all of them in the first. */
  | {
      readonly type: 'status'
      readonly flow: string
      readonly version: number
      readonly time: number
      readonly nodes: { readonly [id: string]: NodeStatus }
      readonly totals: { readonly inRate: number; readonly outRate: number; readonly loopP99Ms: number; readonly cpu: number; readonly memoryMb: number }
    }
  | { readonly type: 'tap'; readonly id: string; readonly samples: readonly JsonSample[]; /** Left out of view, not lost. */ readonly skipped: number }
  | { readonly type: 'alarm'; readonly alarm: AlarmBody }
  | { readonly type: 'log'; readonly time: number; readonly level: IssueLevel; readonly flow?: string; readonly node?: string; readonly text: string; readonly sample?: JsonSample }
  | { readonly type: 'flow'; readonly flow: FlowSummary }
  | { readonly type: 'engine'; readonly engine: EngineStatus }
  | { readonly type: 'hold'; readonly held: boolean }
  /** A draft was saved; revision 0: it is removed. Whoever saved it knows the revision already. */
  | { readonly type: 'draft'; readonly flow: string; readonly revision: number; readonly author: string }
  /** The others who have this flow open. Only to those who said `here`. */
  | { readonly type: 'people'; readonly flow: string; readonly people: readonly Person[] }
  /** About once a second, to those who watch the flow; null: it has ended, `reason` says why. */
  | { readonly type: 'shadow'; readonly flow: string; readonly shadow: ShadowNews | null; readonly reason: string }
  /** A version under watch, about once a second, and how it ended. */
  | { readonly type: 'trial'; readonly trial: TrialBody }
/** The draft itself is asked for once. */
export type ShadowNews = Omit<ShadowBody, 'draft'>
