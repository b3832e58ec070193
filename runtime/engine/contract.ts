// What the gateway's parts and its engines promise each other. Data only: all of it crosses a process boundary.
import type { ActCall, ActResult, AlarmChange, Browsed, Health, Issue, IssueLevel, JsonSample, ModelInfo, Sample } from '#kit'
import type { ConnectionEntry, ConnectionTestBody, EngineStatus, FlowSettings, FlowState, NodePorts, NodeStatus, ShadowBody, Wire } from '#format'
import type { RecordingReport } from './recorder.ts'
import type { SegmentData } from './segment.ts'

/** A flow made ready to run by runtime/compile: parameters and defaults put in, types known, nodes in topological order. */
export interface Plan {
  readonly flow: string
  readonly name: string
  readonly version: number
  readonly nodes: readonly PlanNode[]
  readonly wires: readonly PlanWire[]
  /** Those that the nodes use, as the gateway holds them. */
  readonly connections: { readonly [name: string]: ConnectionEntry }
  /** Names that nodes and connections use. */
  readonly secrets: readonly string[]
  readonly models: readonly string[]
  readonly settings?: FlowSettings
}
export interface PlanNode {
  readonly id: string
  readonly type: string
  readonly title: string
  readonly config: unknown
  readonly ports: NodePorts
}
export interface PlanWire extends Wire {
  /** The engine checks each sample's kind: an `any` into a type. */
  readonly checked: boolean
}

export interface ModelFile {
  readonly info: ModelInfo
  readonly file: string
}
export interface EngineDeploy {
  readonly plan: Plan
  readonly armed: boolean
  readonly secrets: { readonly [name: string]: string }
  readonly models: { readonly [name: string]: ModelFile }
}
export interface EngineDeployed {
  readonly kept: readonly string[]
  /** Changed, and gone on with their state. */
  readonly carried: readonly string[]
  readonly restarted: readonly string[]
  /** Connections that were closed and opened again. */
  readonly gaps: readonly string[]
  /** Warnings: a device that is away. */
  readonly issues: readonly Issue[]
}
/** A connection that a person looks at: stored or not, deployed or not. */
export interface DeviceRequest {
  /** Null: it has no name yet. */
  readonly name: string | null
  /** With all defaults. */
  readonly entry: ConnectionEntry
  /** Those that it names. */
  readonly secrets: { readonly [name: string]: string }
}
export interface FlowReport {
  readonly version: number
  /** Of connections that answer one request at a time: how long one takes, ms. */
  readonly requestMs?: { readonly [connection: string]: number }
  readonly nodes: { readonly [id: string]: NodeStatus }
  readonly totals: { readonly inRate: number; readonly outRate: number; readonly loopP99Ms: number; readonly cpu: number; readonly memoryMb: number }
}
/** A draft beside the live flow, as its engine sees it. */
export type ShadowReport = Pick<ShadowBody, 'state' | 'issues' | 'ports' | 'onlyLive' | 'onlyDraft'>
export interface AlarmReport extends AlarmChange {
  readonly flow: string
  readonly node: string
  readonly tag: string
  readonly time: number
}
export interface LogReport {
  readonly time: number
  readonly level: IssueLevel
  readonly flow?: string
  readonly node?: string
  readonly text: string
  readonly sample?: JsonSample
}
/** One attempt to write to a plant, allowed or denied, for the audit trail. */
export interface WriteReport {
  readonly flow: string
  readonly node: string
  readonly time: number
  readonly value: number
  readonly outcome: 'written' | 'denied' | 'failed'
  readonly reason: string
}

export interface EngineListener {
  alarm?(alarm: AlarmReport): void
  log?(log: LogReport): void
  write?(write: WriteReport): void
  engine?(status: EngineStatus): void
  flow?(flow: string, state: FlowState, issue?: Issue): void
}

/**
 * The gateway's hold on its engine processes (runtime/engine/supervisor.ts). A crashed or hung engine is killed,
 * started again with back-off, and given its flows again from here; what waits for an answer then rejects with ENGINE_DOWN.
 */
export interface Engines {
  start(): Promise<void>
  /** Swaps the flow in between two samples. Rejects with an IssueError; then what ran before still runs. */
  deploy(request: EngineDeploy): Promise<EngineDeployed>
  remove(flow: string): Promise<void>
  arm(flow: string, armed: boolean): Promise<void>
  /** 'Hold all outputs': nothing is written by any flow until released. */
  hold(held: boolean): Promise<void>
  /** An operator's act on a node ('acknowledge'), for one tag or all. Answers what holds now, where the act tells. */
  act(flow: string, node: string, act: string, tag?: string, args?: ActCall['args']): Promise<ActResult>
  /** All nodes of a flow as they are now. */
  report(flow: string): Promise<FlowReport>
  /** What is remembered of the last minutes of a flow, with a time line of so many parts. */
  recording(flow: string, buckets: number): Promise<RecordingReport>
  /** One piece of it; undefined once it has fallen off. */
  segment(flow: string, segment: number): Promise<SegmentData | undefined>
  forget(flow: string): Promise<void>
  /** Each open connection as it is now, by name. */
  connections(): Promise<Readonly<Record<string, Health>>>
  /** Rejects with an IssueError within a minute, also where the device hangs; no deploy waits for it. */
  browse(request: DeviceRequest, path: string | null, search?: string): Promise<Browsed>
  testConnection(request: DeviceRequest): Promise<ConnectionTestBody>
  /** The certificate with this fingerprint, which the device shows now, is trusted from now on. */
  trust(request: DeviceRequest, fingerprint: string): Promise<void>
  /** Every sample of an output (or, by an input's name, of an input), in batches a few times a second, thinned to at most 2000 a second. */
  tap(flow: string, node: string, port: string, listener: (samples: readonly JsonSample[], skipped: number) => void): Promise<() => void>
  /** Runs a draft beside its live flow, everything outward muted, until it is ended, the flow is deployed or the engine goes. Another one takes its place. */
  shadow(request: EngineDeploy): Promise<void>
  unshadow(flow: string): Promise<void>
  /** Null: there is none. */
  shadowReport(flow: string): Promise<ShadowReport | null>
  status(): readonly EngineStatus[]
  listen(listener: EngineListener): () => void
  /** Ends the engines: outputs go to their safe state, a last checkpoint is written. */
  close(): Promise<void>
}

// ---- storage ----------------------------------------------------------------------------------------------------------

export interface JournalEntry {
  readonly position: number
  readonly flow: string
  readonly node: string
  readonly port: string
  readonly sample: Sample
}
/** One piece of state: of a flow's node, what the engine keeps under this name (a tag's state, the node's own record). */
export interface StateItem {
  readonly flow: string
  readonly node: string
  readonly item: string
  /** Plain data. */
  readonly value: unknown
}
/** Items that go: all of a flow, of a node, or one. Nothing named: everything. */
export type StateScope = { readonly flow?: string; readonly node?: string; readonly item?: string }
/** Changes to the state since the checkpoint before. `position`: every entry of the journal up to it is contained. */
export interface Checkpoint {
  readonly position: number
  readonly time: number
  /** These go first. */
  readonly drop: readonly StateScope[]
  readonly put: readonly StateItem[]
}
/** What all checkpoints together say. */
export interface Recovered {
  readonly position: number
  readonly time: number
  readonly state: readonly StateItem[]
}
/**
 * An engine's own file (runtime/store/journal.ts): node:sqlite in a worker thread, WAL, synchronous=FULL. Appends are
 * committed in groups: the next group begins when the previous commit ends, 5 ms at most.
 */
export interface Journal {
  /** Position of the last entry handed to append; 0 before the first. */
  readonly position: number
  /** Takes the next position. The promise resolves when the entry is durable, and rejects when it is not kept (disk full). */
  append(flow: string, node: string, port: string, sample: Sample): { readonly position: number; readonly committed: Promise<void> }
  /** Changes the state as one, and forgets the entries that it contains. */
  checkpoint(checkpoint: Checkpoint): Promise<void>
  /** What a restart begins with: the last checkpoint, the entries after it in order, and what was found damaged (to be logged). */
  recover(): Promise<{ readonly checkpoint: Recovered | undefined; readonly entries: readonly JournalEntry[]; readonly issues?: readonly Issue[] }>
  /** Since opening: entries and commits that are durable, bytes handed to the disk for both and for checkpoints, entries that were rejected. */
  stats(): { readonly entries: number; readonly commits: number; readonly bytes: number; readonly checkpoints: number; readonly rejected: number }
  close(): Promise<void>
}
