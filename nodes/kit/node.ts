// A node is one definition in one file. From it come the palette entry, the form, the help, the reference page, the
// validation, the port types, the examples and the tests. Pure data but for the functions named below.
// Longer than 300 lines: the contract is read as one.
import type { Browsed, BrowseRequest, Probed } from './browse.ts'
import type { Kind, PortDecls, ResolvedPorts } from './port.ts'
import type { JsonSample, Sample } from './sample.ts'
import type { Issue, IssueLevel } from './issue.ts'
import type { JsonValue } from './sample.ts'
import type { Static, TSchema } from './schema.ts'

/** none: pure. reads: takes from outside. notifies: tells the outside. writes: acts on a plant, always behind the guard. */
export type Effects = 'none' | 'reads' | 'notifies' | 'writes'

/** States that stand above the others: the alarm is looked after, but nobody is called. */
export type AlarmQuiet = 'shelved' | 'suppressed' | 'out-of-service'
/** 'returned': back to normal, not yet acknowledged. 'latched': back and acknowledged, waits for a reset. */
export type AlarmState = 'normal' | 'unacknowledged' | 'acknowledged' | 'returned' | 'latched' | AlarmQuiet
/** A change of an alarm (ISA-18.2, 5.3). */
export interface AlarmChange {
  readonly state: AlarmState
  readonly priority: 'low' | 'medium' | 'high' | 'critical'
  readonly message: string
  readonly value: number | null
  readonly limit: number
  /** Which of the node's limits it is: 'high-high'. */
  readonly condition?: string
  /** The first of its group, until a reset. */
  readonly first?: boolean
  /** Shelved until, ms UTC. */
  readonly until?: number
}

/** What holds after an operator's act, where it tells: null where it does not. */
export type ActResult = number | boolean | string | null
/** How an operator's act was called. */
export interface ActCall {
  /** The tag that is meant; undefined: all. A node with state per tag is called for each of them. */
  readonly tag: string | undefined
  /** As the act's schema in `actArguments` says, with its defaults; {} without one. */
  readonly args: { readonly [name: string]: unknown }
}

/**
 * What a synchronous node is given. One sample in ends in one outcome: at least one emit, or hold, drop, fail or done.
 * A return without any is a fault that conformance finds.
 */
export interface Context<C = unknown, S = unknown> {
  readonly config: C
  /** Plain data (structured clone), of this tag or of the node, as `scope` says. Mutate or replace it. */
  state: S
  /** The tag whose state this is; '' for a node with scope 'node'. */
  readonly tag: string
  /** The gateway's time, ms UTC; injected, and in replay the recording's. */
  readonly now: number
  /** Event time that all sources of this node have reached, ms; -Infinity before the first sample. A node that allows lateness adds it itself. */
  readonly watermark: number
  /** In tick: which clock is due. */
  readonly due: 'now' | 'watermark'
  readonly emit: { readonly [port: string]: (sample: Sample) => void }
  /** The sample is part of the state now (a window, a delay). */
  hold(): void
  /** The sample ends here, for a named reason: one of the definition's `drops`. */
  drop(reason: string): void
  /** The sample could not be handled. Text becomes NODE_FAILED. */
  fail(issue: Issue | string): void
  /** The sample has arrived where it should: for nodes without an output. */
  done(): void
  /** Call tick for this tag once `now` reaches time. One timer a tag and clock: a later call replaces it; Infinity cancels. */
  wakeAt(time: number): void
  /** The same on event time: tick once the watermark reaches time. */
  wakeAtWatermark(time: number): void
  /** This tag's state and timers go at the end of the call: it begins anew if it ever comes again. */
  forget(): void
  /** `tag`: of a node with scope 'node', whose alarm it is. */
  alarm(change: AlarmChange, tag?: string): void
  log(level: IssueLevel, text: string, sample?: Sample): void
}

export interface Health {
  /** ok: data is fresh. connecting: trying, never was. stale: was, is not now. error: something must be done. */
  readonly state: 'ok' | 'connecting' | 'stale' | 'error'
  /** In plain words, '' when ok. */
  readonly text: string
  readonly issue?: Issue
}

/** A tensor as models take and give it: data is the type's typed array; of bool a Uint8Array, of float16 a Float32Array. */
export interface Tensor {
  readonly type: 'float32' | 'float64' | 'float16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint64' | 'uint32' | 'uint16' | 'uint8' | 'bool' | 'string'
  readonly dims: readonly number[]
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Int16Array | Int8Array | BigUint64Array | Uint32Array | Uint16Array | Uint8Array | readonly string[]
}
/** One input or output of a model; -1 is a dynamic axis. From the card come unit, labels and what an input was trained with. */
export interface ModelPort {
  readonly name: string
  readonly type: Tensor['type']
  readonly shape: readonly number[]
  readonly title?: string
  readonly unit?: string
  readonly labels?: readonly string[]
  /** Of each element over the readings that the model was trained with: to normalise by. */
  readonly mean?: readonly number[]
  readonly std?: readonly number[]
  readonly min?: readonly number[]
  readonly max?: readonly number[]
}
export interface ModelInfo {
  readonly name: string
  /** SHA-256 of the file, hex. */
  readonly hash: string
  readonly title: string
  readonly inputs: readonly ModelPort[]
  readonly outputs: readonly ModelPort[]
}
export interface Model extends ModelInfo {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
  /** Median of the warm-up runs, and where it runs because of it. */
  readonly latencyMs: number
  readonly where: 'inline' | 'pool'
}

/** User JavaScript, as a node hands it over: the body of a function that is called for each sample. */
export interface ScriptSource {
  readonly code: string
  /** State is kept for each tag, or one for the whole node. */
  readonly keep: 'tag' | 'node'
  readonly outputs: readonly { readonly name: string; readonly kind: Kind }[]
  readonly timeLimitMs: number
  readonly memoryLimitMb: number
}
/** What a script keeps, as the state of its node (`state: () => newScriptState()`, scope 'node'): checkpointed and carried like any other. */
export interface ScriptState {
  /** Of Math.random; -1 before the first call. */
  random: number
  /** The state by its key, each a text of JSON. */
  readonly kept: Map<string, string>
}
export const newScriptState = (): ScriptState => ({ random: -1, kept: new Map() })
export interface Script {
  /** Results come in the order of the calls. Rejects when the code failed; its state is then as before. */
  run(sample: Sample, port: string): Promise<Outcome>
  health(): Health
  /** Idempotent. How a call ends that is under way is nobody's: it counts as waiting, and is never told. */
  close(): Promise<void>
}

/** What the gateway knows and a node's `ports` and `check` may ask. */
export interface Resources {
  model(name: string): ModelInfo | undefined
}

/** What a node with effects is granted when it opens. Everything taken from it is released by the engine. */
export interface Io {
  readonly flow: string
  readonly node: string
  now(): number
  /** Sources: hand over a sample that nobody waits for. */
  emit(port: string, sample: Sample): void
  /** Acknowledging sources: resolves when the sample is committed to the journal; acknowledge then. Rejects when it is not kept. */
  deliver(port: string, sample: Sample): Promise<void>
  /** The shared, open connection of this name. `T` is the driver's connection type. */
  connection<T extends Connection>(name: string): Promise<T>
  secret(name: string): string
  model(name: string): Promise<Model>
  /** User JavaScript, run in a jail beside the engine. Rejects with NODE_CONFIG where the code does not parse. */
  script(source: ScriptSource): Promise<Script>
  fail(issue: Issue | string): void
  log(level: IssueLevel, text: string): void
}

/** What an asynchronous receive ended as. Nothing: delivered. Emissions leave in the order of arrival. A throw is 'failed'. */
export type Outcome = void | { readonly emit: readonly (readonly [port: string, sample: Sample])[] } | { readonly drop: string } | { readonly hold: true }

export interface Opened {
  health(): Health
  /** Idempotent. After it resolves nothing is emitted and nothing is held open. */
  close(): Promise<void>
  receive?(sample: Sample, port: string): Outcome | Promise<Outcome>
  /** Sources that can wait: called when a queue behind them is full, and when it has room again. */
  pause?(): void
  resume?(): void
  /** Actuators: only the guard calls these. `read` gives what the device holds now. */
  write?(value: number, signal: AbortSignal): Promise<void>
  read?(signal: AbortSignal): Promise<number>
  /** Actuators: called by the guard at `heartbeatMs` while armed, so that the device can fall back by itself. */
  beat?(alive: boolean): Promise<void>
}

/** A sample that failed in another node (none when a timer failed), or a change of another node's health. */
export type Heard =
  | { readonly what: 'failure'; readonly node: string; readonly title: string; readonly issue: Issue; readonly sample: Sample | null; readonly port: string }
  | { readonly what: 'health'; readonly node: string; readonly title: string; readonly health: Health }

/**
 * What a full queue does. block: what can wait is paused. oldest, newest: that one is dropped. latest: only the newest of
 * each tag waits.
 */
export type QueuePolicy = 'block' | 'oldest' | 'newest' | 'latest'

export interface Example<C> {
  readonly title: string
  /** Defaults stand for what is left out. */
  readonly config: Partial<C>
  readonly in: readonly ExampleSample[]
  /** All that leaves, in order, after the last input, due timers and the flush. */
  readonly out: readonly ExampleSample[]
}
/** A sample at a port. Tag 'x', quality Good unless given; time in ms from the example's start. */
export type ExampleSample = Omit<JsonSample, 'tag'> & { readonly at: string; readonly tag?: string }

/** Outputs by the types that really come in, and what is wrong with the config in their light. */
export interface TypedPorts {
  readonly outputs?: ResolvedPorts
  readonly issues?: readonly { readonly field: string; readonly reason: string }[]
}

export interface NodeDefinition<Schema extends TSchema = TSchema, S = unknown> {
  /** The id, and the file's path: 'filter.deadband'. */
  readonly type: string
  /** Of the config's shape; raise it with a migration. */
  readonly version: number
  readonly title: string
  /** One sentence, shown in the palette and searched. */
  readonly summary: string
  /** Markdown paragraphs: rules for bad, NaN, late, duplicate and backward-time samples; the algorithm's source. */
  readonly help: string
  /** Words people search for that the rest does not have. */
  readonly keywords?: readonly string[]
  /** A lucide icon name in kebab case. */
  readonly icon: string
  readonly effects: Effects
  readonly config: Schema
  /** A valid starting config where the schema's defaults are not enough. */
  readonly starter?: Static<Schema>
  readonly inputs: PortDecls
  readonly outputs: PortDecls
  /** Reasons this node drops for, with their words. */
  readonly drops?: { readonly [reason: string]: string }
  /**
   * For nodes that emit older times than they have reached (a window gives its start): below which time all that it
   * emits has left, once its own event time has come to `watermark`. Asked once per config.
   */
  complete?(config: Static<Schema>): ((watermark: number) => number) | undefined
  /** Breaks a cycle: what leaves does not leave in the call that brought it. */
  readonly delays?: boolean
  /** Its timers let go what it holds and then stop: at the end of a recording they fire until none is left. */
  drains?(config: Static<Schema>): boolean

  // ---- synchronous nodes
  readonly scope?: 'tag' | 'node'
  readonly state?: (config: Static<Schema>) => S
  /** What state is kept by where it is not the tag; asked once per config, undefined: the tag. `ctx.tag` is then this key. */
  key?(config: Static<Schema>): ((sample: Sample) => string) | undefined
  /**
   * Whether state that was made under one config is right under another: a deploy then keeps it, and the node does not
   * begin anew. Never, unless said.
   */
  carries?(from: Static<Schema>, to: Static<Schema>): boolean
  receive?(sample: Sample, port: string, ctx: Context<Static<Schema>, S>): void
  /** Scope 'node' only: called once when the node begins anew, not when its state was kept or restored. */
  start?(ctx: Context<Static<Schema>, S>): void
  tick?(ctx: Context<Static<Schema>, S>): void
  /**
   * Operator's acts by name ('acknowledge'): run for every tag's state, with scope 'node' once. What one returns is what holds
   * now, told to who called it. A throw of ACT_REFUSED refuses it: nothing may have changed then.
   */
  readonly acts?: { readonly [name: string]: (ctx: Context<Static<Schema>, S>, call: ActCall) => void | number | boolean | string }
  /** What an act is told beside the tag, by its name; the engine refuses what does not fit. */
  readonly actArguments?: { readonly [act: string]: TSchema }

  // ---- nodes with connections, models or effects
  /** Throws an IssueError where the deploy must fail (bad model, bad file). A device that is away is no failure: it is health. */
  open?(config: Static<Schema>, io: Io): Promise<Opened>
  /** Receives under way at once, in front of the queue; 1 unless said. */
  readonly inFlight?: number | ((config: Static<Schema>) => number)
  /** Whether results leave in the order of arrival; they do unless said. */
  ordered?(config: Static<Schema>): boolean
  /** A queue that the user placed: samples wait here while what follows is busy. */
  queue?(config: Static<Schema>): { readonly limit: number; readonly policy: QueuePolicy }
  /** What the engine tells this node of the others of its flow; it has no inputs of its own. */
  readonly hears?: 'failures' | 'health'
  hear?(heard: Heard, ctx: Context<Static<Schema>, S>): void
  /** Actuators: the config's field that holds the Envelope, and the number written while armed at this period. */
  readonly envelope?: string
  readonly heartbeatMs?: (config: Static<Schema>) => number | undefined

  // ---- what it will cost; run on the gateway only, for estimates
  /** What leaves each output ('*': all others) from what comes in. Unless said, each output gives what all inputs bring. */
  rates?(config: Static<Schema>, into: { readonly [input: string]: Rate }): { readonly [output: string]: Rate }
  /** What it asks of its connections. */
  asks?(config: Static<Schema>, into: { readonly [input: string]: Rate }): readonly Asked[]

  // ---- what data cannot say; run on the gateway only
  /** What depends on the types of the wires: an expression's. Asked again while types propagate; what it does not name stays as declared. */
  typed?(config: Static<Schema>, inputs: ResolvedPorts): TypedPorts
  ports?(config: Static<Schema>, resources: Resources): { readonly inputs?: ResolvedPorts; readonly outputs?: ResolvedPorts }
  check?(config: Static<Schema>, resources: Resources): readonly { readonly field: string; readonly reason: string }[]
  readonly migrations?: { readonly [fromVersion: number]: (config: unknown) => unknown }
  readonly examples: readonly Example<Static<Schema>>[]
}

/** Samples a second, of all tags together, and how many tags. */
export interface Rate {
  readonly perS: number
  readonly tags: number
}
/** Requests of one kind to a connection that answers one at a time. */
export interface Asked {
  readonly connection: string
  readonly perS: number
  /** On the line, both ways. */
  readonly bytes: number
}

/** Any node, as the catalogue holds it. */
// eslint-disable-next-line typescript/no-explicit-any -- configs and states are each node's own; the catalogue is heterogeneous
export type AnyNode = NodeDefinition<any, any>

export function defineNode<const Schema extends TSchema, S>(definition: NodeDefinition<Schema, S>): NodeDefinition<Schema, S> {
  return definition
}

// ---- drivers ------------------------------------------------------------------------------------------------------

/** An open connection, shared by all nodes that name it. Each driver adds its own verbs. */
export interface Connection {
  health(): Health
  close(): Promise<void>
  /** Where it answers one request at a time: how long one takes, ms, as measured lately; undefined before the first. */
  requestMs?(): number | undefined
}
export interface DriverIo {
  now(): number
  secret(name: string): string
  log(level: IssueLevel, text: string): void
  /** A folder of this connection's own, for certificates. */
  readonly folder: string
}
export interface DriverDefinition<Schema extends TSchema = TSchema, C extends Connection = Connection> {
  readonly type: string
  readonly title: string
  readonly summary: string
  readonly icon: string
  readonly config: Schema
  /** Only one holder at a time (a serial line, a Modbus device). */
  readonly exclusive?: boolean
  /** Where it answers one request at a time: how long one of so many bytes takes, ms, as far as its settings tell. */
  requestMs?(config: Static<Schema>, bytes: number): number
  /** Begins to connect and returns; a device that is away is health, not a throw. Loads its library here, not before. */
  open(config: Static<Schema>, io: DriverIo): Promise<C>
  /** What an open connection's device offers. Throws in words; ends when the signal says so. Keeps what it keeps bounded. */
  browse?(connection: C, request: BrowseRequest): Promise<Browsed>
  /** For a test of these settings by a person, beside opening them: what can be told of the device, also of one that refuses. */
  probe?(config: Static<Schema>, io: DriverIo, signal: AbortSignal): Promise<Probed>
  /** Its items have names that can be searched for; so it is unless said. */
  readonly searches?: boolean
  /** For a test: what an open connection's device tells of itself, a line each. */
  tell?(connection: C, signal: AbortSignal): Promise<readonly string[]>
  /** A person trusts the certificate with this fingerprint, which the device must show now. */
  trust?(config: Static<Schema>, io: DriverIo, fingerprint: string): Promise<void>
  /** The node that reads what is browsed: the settings that take the connection and the rows, and others of a node that is made for rows. */
  readonly source?: DriverSource
  /** Settings to test and browse with, on a connection of its own beside the one that flows use. Without it they share it. */
  apart?(config: Static<Schema>): Static<Schema>
}
export interface DriverSource {
  readonly type: string
  readonly connectionField: string
  readonly rowsField: string
  readonly config?: { readonly [name: string]: JsonValue }
}
// eslint-disable-next-line typescript/no-explicit-any -- as AnyNode
export type AnyDriver = DriverDefinition<any, any>

export function defineDriver<const Schema extends TSchema, C extends Connection>(definition: DriverDefinition<Schema, C>): DriverDefinition<Schema, C> {
  return definition
}

// ---- the catalogue as data ----------------------------------------------------------------------------------------

/** A definition without its code: what the editor gets. */
export interface CatalogueNode {
  readonly type: string
  readonly version: number
  readonly title: string
  readonly summary: string
  readonly help: string
  readonly keywords: readonly string[]
  readonly icon: string
  readonly effects: Effects
  readonly config: TSchema
  readonly starter: { readonly [name: string]: unknown }
  readonly inputs: PortDecls
  readonly outputs: PortDecls
  readonly drops: { readonly [reason: string]: string }
  readonly delays: boolean
  readonly acts: readonly string[]
  readonly actArguments?: { readonly [act: string]: TSchema }
  /** The gateway alone knows all ports: post the draft. */
  readonly dynamic: boolean
  /** The gateway alone knows the types of its outputs, which follow from the wires. */
  readonly typed?: true
  readonly envelope?: string
  readonly examples: readonly Example<unknown>[]
}
export interface CatalogueDriver {
  readonly type: string
  readonly title: string
  readonly summary: string
  readonly icon: string
  readonly config: TSchema
  /** Its devices can be browsed. */
  readonly browses?: true
  /** By name, too. */
  readonly searches?: true
  readonly source?: DriverSource
}
export interface Catalogue {
  readonly nodes: readonly CatalogueNode[]
  readonly drivers: readonly CatalogueDriver[]
}

