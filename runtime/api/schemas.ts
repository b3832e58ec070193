// The API's bodies as JSON Schema: requests are checked against them, the OpenAPI document is made of them. The types
// of the answers are those of flows/format/protocol.ts; the tests hold real answers against these schemas.
import type { TSchema } from 'typebox'
import { Type, type Catalogue, type Health, type Issue } from '#kit'
import { DashboardSchema, FlowTestSchema, GroupSchema, roles, type AlarmBody, type AlarmLogBody, type AuditEntry, type CapacityBody, type Change, type CheckBody, type ConnectionBody, type DeployBody, type DraftBody, type DraftSummary, type EngineStatus, type ErrorBody, type ExampleFlow, type Flow, type FlowBody, type FlowSummary, type HealthBody, type ModelBody, type Role, type Session, type ShadowBody, type TrialBody, type TrialRequest, type VersionSummary } from '#format'

/** A JSON Schema that stands for a type of ours. */
const as = <T>(schema: TSchema) => Type.Unsafe<T>(schema)
const list = <T>(item: TSchema) => as<readonly T[]>(Type.Array(item))
const choice = <const T extends string>(...values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: [...values] })
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const json = Type.Unknown()
const closed = { additionalProperties: false } as const
const ms = Type.Number({ description: 'ms since the Unix epoch, UTC' })

export const FlowId = Type.String({ pattern: '^[a-z][a-z0-9_-]{0,63}$', description: "The flow's id" })
export const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f/]+$' })
const Comment = Type.String({ maxLength: 2000, description: 'Why; kept in the history' })
const Reason = Type.String({ maxLength: 500, description: 'Why; kept in the audit trail' })
const Password = Type.String({ minLength: 1, maxLength: 1000 })
const RoleSchema = choice(...roles)

export const IssueSchema = as<Issue>(
  Type.Object({
    code: Type.String(), level: choice('error', 'warning', 'info'), text: Type.String(), remedy: Type.String(),
    flow: Type.Optional(Type.String()), node: Type.Optional(Type.String()), port: Type.Optional(Type.String()), wire: Type.Optional(Type.String()), field: Type.Optional(Type.String({ description: 'A JSON pointer' })),
  }),
)
export const ErrorSchema = as<ErrorBody>(Type.Object({ issues: Type.Array(IssueSchema) }))
const HealthOf = as<Health>(Type.Object({ state: choice('ok', 'connecting', 'stale', 'error'), text: Type.String(), issue: Type.Optional(IssueSchema) }))
const State = choice('running', 'stopped', 'failed', 'restarting')
const EngineSchema = as<EngineStatus>(
  Type.Object({ id: Type.String(), state: choice('starting', 'running', 'restarting', 'stopped'), pid: nullable(Type.Integer()), restarts: Type.Integer(), memoryMb: Type.Number(), written: Type.Object({ bytesPerS: Type.Number(), commitsPerS: Type.Number() }, { description: 'To the disk' }), issue: Type.Optional(IssueSchema) }),
)
const ChangeSchema = as<Change>(
  Type.Object({
    what: choice('node', 'wire', 'parameter', 'connection', 'subflow', 'setting', 'group', 'test', 'dashboard', 'flow'), how: choice('added', 'removed', 'changed', 'moved'), id: Type.String(),
    field: Type.Optional(Type.String()), from: Type.Optional(json), to: Type.Optional(json),
  }),
)
/** A flow document: its frame only, since readFlow says what is wrong with the rest in better words. */
export const FlowDocument = as<unknown>({ type: 'object', description: 'A flow document; docs/flow-format.md' } as unknown as TSchema)
const nodeEntries = Type.Record(Type.String(), Type.Object({ type: Type.String(), version: Type.Optional(Type.Integer()), name: Type.Optional(Type.String()), config: Type.Record(Type.String(), json), at: Type.Array(Type.Number()) }))
const wireTexts = Type.Array(Type.String({ examples: ['drive.vibration -> spectrum.signal'] }))
const FlowSchema = as<Flow>(
  Type.Object({
    headgate: Type.Literal(1), id: FlowId, name: Type.String(), parameters: Type.Record(Type.String(), json),
    connections: Type.Record(Type.String(), Type.Object({ type: Type.String(), config: Type.Record(Type.String(), json) })),
    nodes: nodeEntries,
    wires: wireTexts,
    subflows: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ name: Type.String(), parameters: Type.Record(Type.String(), json), inputs: Type.Record(Type.String(), Type.Array(Type.String())), outputs: Type.Record(Type.String(), Type.String()), nodes: nodeEntries, wires: wireTexts }),
      ),
    ),
    settings: Type.Optional(Type.Object({ idleS: Type.Optional(Type.Number()), maxTags: Type.Optional(Type.Integer()), queue: Type.Optional(Type.Integer()), record: Type.Optional(Type.Number()) })),
    groups: Type.Optional(Type.Record(Type.String(), GroupSchema)), tests: Type.Optional(Type.Record(Type.String(), FlowTestSchema)), dashboard: Type.Optional(DashboardSchema),
  }),
)

// ---- answers
export const HealthAnswer = as<HealthBody>(
  Type.Object({
    version: Type.String(), claimed: Type.Boolean(), uptimeS: Type.Number(), engines: Type.Array(EngineSchema),
    flows: Type.Array(Type.Object({ id: Type.String(), version: Type.Integer(), state: State })),
  }),
)
export const SessionAnswer = as<Session>(Type.Object({ user: Type.String(), role: RoleSchema, gateway: Type.String(), version: Type.String() }))
export const CatalogueAnswer = as<Catalogue>(Type.Object({ nodes: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })), drivers: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })) }))
const summary = {
  id: Type.String(), name: Type.String(), version: nullable(Type.Integer()), state: State, armed: Type.Boolean({ description: 'Its actuators may write' }), actuators: Type.Integer(),
}
export const FlowSummarySchema = as<FlowSummary>(Type.Object(summary))
export const FlowsAnswer = list<FlowSummary>(FlowSummarySchema)
export const FlowAnswer = as<FlowBody>(Type.Object({ ...summary, flow: FlowSchema, issues: Type.Array(IssueSchema) }))
export const DocumentAnswer = FlowSchema
export const ExamplesAnswer = list<ExampleFlow>(Type.Object({ id: FlowId, summary: Type.String(), shows: Type.Array(Type.String()), flow: FlowSchema }))
const names = Type.Array(Type.String())
const CapacityOf = as<CapacityBody>(
  Type.Object({ cpu: Type.Number({ description: 'Cores' }), memoryMb: Type.Number(), samplesPerS: Type.Number(), buses: Type.Array(Type.Object({ connection: Type.String(), busy: Type.Number(), requestsPerS: Type.Number() })), basis: Type.String() }, { description: 'What it will cost, as far as it can be told' }),
)
const criteria = {
  errorsPerMin: Type.Optional(Type.Number({ minimum: 0, description: 'Failures a minute, more than before' })),
  ratePart: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Part of the rate before' })),
  queuePart: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Of each queue, in parts of its limit' })),
  freshS: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'No source may be silent for longer, s' })),
}
const WatchRequest = as<TrialRequest>(Type.Object({ minutes: Type.Number({ minimum: 0.25, maximum: 24 * 60 }), ...criteria }, { ...closed, description: 'Watch the version; deploy the one before when it fails' }))
const shadowPort = Type.Object({
  same: Type.Integer(), differ: Type.Integer(), onlyLive: Type.Integer(), onlyDraft: Type.Integer(),
  last: Type.Optional(Type.Object({ tag: Type.String(), time: ms, live: json, draft: json, liveQuality: Type.String(), draftQuality: Type.String() })),
})
export const ShadowAnswer = as<ShadowBody>(
  Type.Object({
    flow: Type.String(), draft: FlowSchema, version: Type.Integer(), by: Type.String(), since: ms, state: choice('running', 'failed'), issues: Type.Array(IssueSchema),
    ports: Type.Record(Type.String(), shadowPort), onlyLive: names, onlyDraft: names,
  }),
)
export const ShadowOrNone = as<ShadowBody | null>(nullable(ShadowAnswer))
export const TrialOrNone = as<TrialBody | null>(
  nullable(Type.Object({
    flow: Type.String(), version: Type.Integer(), previous: Type.Integer(), since: ms, until: ms, state: choice('watching', 'passed', 'returned', 'ended'), reason: Type.String(),
    criteria: Type.Array(Type.Object({ what: choice('errorsPerMin', 'ratePart', 'queuePart', 'freshS'), limit: Type.Number(), now: nullable(Type.Number()), ok: Type.Boolean(), text: Type.String() })),
  })),
)
export const CheckAnswer = as<CheckBody>(Type.Object({ issues: Type.Array(IssueSchema), ports: Type.Record(Type.String(), json, { description: "Every node's ports with their types" }), changes: Type.Array(ChangeSchema), fates: Type.Optional(Type.Object({ kept: names, carried: names, anew: names }, { description: 'What a deploy would do to the nodes that run: untouched, changed with their state, begun anew' })), upgraded: Type.Optional(FlowSchema), capacity: Type.Optional(CapacityOf), disarms: Type.Optional(Type.Object({ reason: Type.String(), actuators: names }, { description: 'An armed flow would be disarmed' })) }))
export const DeployAnswer = as<DeployBody>(
  Type.Object({ version: Type.Integer(), changes: Type.Array(ChangeSchema), kept: names, carried: names, restarted: names, gaps: names, armed: Type.Boolean(), issues: Type.Array(IssueSchema) }),
)
export const VersionsAnswer = list<VersionSummary>(
  Type.Object({ version: Type.Integer(), author: Type.String(), comment: Type.String(), time: ms, changes: Type.Array(ChangeSchema), running: Type.Boolean() }),
)
const alarm = {
  flow: Type.String(), node: Type.String(), tag: Type.String(), time: ms, since: ms, acknowledgedBy: Type.Optional(Type.String()),
  state: choice('normal', 'unacknowledged', 'acknowledged', 'returned', 'latched', 'shelved', 'suppressed', 'out-of-service'), priority: choice('low', 'medium', 'high', 'critical'), message: Type.String(), value: nullable(Type.Number()), limit: nullable(Type.Number()),
  condition: Type.Optional(Type.String()), first: Type.Optional(Type.Boolean()), until: Type.Optional(ms), nodeType: Type.Optional(Type.String()), nodeName: Type.Optional(Type.String()),
}
export const AlarmsAnswer = list<AlarmBody>(Type.Object(alarm))
export const AlarmLogAnswer = list<AlarmLogBody>(Type.Object({ id: Type.Integer(), ...alarm }))
export const ConnectionSchema = as<ConnectionBody>(Type.Object({ name: Type.String(), type: Type.String(), config: Type.Record(Type.String(), json), usedBy: names, health: Type.Optional(HealthOf) }))
export const ConnectionsAnswer = list<ConnectionBody>(ConnectionSchema)
const port = Type.Object({ name: Type.String(), type: Type.String(), shape: Type.Array(Type.Number()), unit: Type.Optional(Type.String()), labels: Type.Optional(names) }, { additionalProperties: true })
export const ModelsAnswer = list<ModelBody>(
  Type.Object({ name: Type.String(), title: Type.String(), summary: Type.String(), hash: Type.String(), bytes: Type.Number(), inputs: Type.Array(port), outputs: Type.Array(port), issue: Type.Optional(IssueSchema) }),
)
export const AuditAnswer = list<AuditEntry>(Type.Object({ id: Type.Integer(), time: ms, user: Type.String(), act: Type.String(), subject: Type.String(), detail: Type.String() }))
export interface UserBody {
  readonly name: string
  readonly role: Role
}
export const UserSchema = as<UserBody>(Type.Object({ name: Type.String(), role: RoleSchema }))
export const UsersAnswer = list<UserBody>(UserSchema)
const draftFields = { basedOn: nullable(Type.Integer({ description: 'The version that it was made from' })), revision: Type.Integer({ description: 'Counts up with every save' }), author: Type.String(), time: ms }
const DraftSchema = Type.Object({ flow: FlowSchema, ...draftFields })
export interface DraftTakenBody extends ErrorBody {
  readonly draft: DraftBody | null
}
export const DraftAnswer = as<DraftBody>(DraftSchema)
export const DraftSaved = as<DraftSummary>(Type.Object({ id: FlowId, name: Type.String(), ...draftFields }))
export const DraftsAnswer = list<DraftSummary>(DraftSaved)
export const DraftTakenAnswer = as<DraftTakenBody>(Type.Object({ issues: Type.Array(IssueSchema), draft: nullable(DraftSchema) }))
export const SecretsAnswer = as<{ readonly names: readonly string[] }>(Type.Object({ names }))
export const HoldAnswer = as<{ readonly held: boolean }>(Type.Object({ held: Type.Boolean() }))
export const Nothing = Type.Null({ description: 'Done.' })

// ---- requests
export const ClaimRequest = Type.Object({ token: Type.String({ maxLength: 200 }), user: Name, password: Password }, closed)
export const LoginRequest = Type.Object({ user: Type.String({ maxLength: 100 }), password: Password }, closed)
export const FlowRequest = Type.Object({ flow: FlowDocument }, closed)
export const DeployRequest = Type.Object(
  { flow: FlowDocument, basedOn: nullable(Type.Integer({ description: 'The version that the draft was made from; null for a new flow' })), comment: Type.Optional(Comment), watch: Type.Optional(WatchRequest) },
  closed,
)
export const DraftRequest = Type.Object(
  { flow: FlowDocument, basedOn: nullable(Type.Integer({ minimum: 1 })), revision: Type.Integer({ minimum: 0, description: 'That it was made from; 0: there was none' }) },
  closed,
)
export const DraftQuery = Type.Object({ revision: Type.Integer({ minimum: 0 }) }, closed)
export const RollbackRequest = Type.Object({ version: Type.Integer({ minimum: 1 }), comment: Type.Optional(Comment) }, closed)
export const TrialDecision = Type.Object({ act: choice('keep', 'return') }, closed)
export const ArmRequest = Type.Object({ armed: Type.Boolean(), reason: Type.Optional(Reason) }, closed)
export const HoldRequest = Type.Object({ held: Type.Boolean(), reason: Type.Optional(Reason) }, closed)
export const AcknowledgeRequest = Type.Object({ flow: FlowId, node: Type.String({ maxLength: 64 }), tag: Type.Optional(Type.String({ maxLength: 1000 })) }, closed)
export const ActRequest = Type.Object(
  { flow: FlowId, node: Type.String({ maxLength: 64 }), act: Type.String({ maxLength: 64 }), tag: Type.Optional(Type.String({ maxLength: 1000 })), arguments: Type.Optional(Type.Record(Type.String(), json)) },
  closed,
)
/** What holds now, of an act that tells; 204 of the others. */
export const ActAnswer = Type.Object({ result: Type.Union([Type.Number(), Type.Boolean(), Type.String()]) })
export const ConnectionRequest = Type.Object({ type: Type.String({ maxLength: 64 }), config: Type.Record(Type.String(), json) }, closed)
export const SecretRequest = Type.Object({ value: Type.String({ minLength: 1, maxLength: 65536 }) }, closed)
export const UserRequest = Type.Object({ name: Name, password: Password, role: RoleSchema }, closed)
export const UserChange = Type.Object({ password: Type.Optional(Password), role: Type.Optional(RoleSchema) }, closed)
export const PageQuery = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 200 })), before: Type.Optional(Type.Integer({ minimum: 1, description: 'The id of an entry: those older than it' })) }, closed)
export const FlowParams = Type.Object({ id: FlowId })
export const VersionParams = Type.Object({ id: FlowId, version: Type.Integer({ minimum: 1 }) })
export const NameParams = Type.Object({ name: Name })
