// The gateway's HTTP API, typed. Whatever goes wrong becomes an IssueError: the gateway's own issues where it gave
// some, GATEWAY_AWAY where it did not answer. Nothing is retried here: who calls knows whether that is safe.
import { issue, IssueError, reasonOf, type Catalogue, type ExampleSample, type Issue, type JsonValue, type PortType } from '#kit'
import type { AlarmBody, AlarmLogBody, AuditEntry, BrowseBody, CertificatesBody, CheckBody, ConnectionBody, ConnectionEntry, ConnectionOf, ConnectionTestBody, DeployBody, DraftBody, DraftSummary, ErrorBody, ExampleBody, ExampleFlow, Flow, FlowBody, FlowSummary, HealthBody, LabRequest, ModelBody, Recorded, RecordingBody, Role, Session, ShadowBody, TestsBody, Trace, TrialBody, TrialRequest, VersionSummary } from '#format'
import { t } from '../language/index.ts'

export interface Api {
  health(): Promise<HealthBody>
  claim(body: { readonly token: string; readonly user: string; readonly password: string }): Promise<Session>
  login(body: { readonly user: string; readonly password: string }): Promise<Session>
  logout(): Promise<void>
  session(): Promise<Session>
  catalogue(): Promise<Catalogue>
  flows(): Promise<readonly FlowSummary[]>
  flow(id: string): Promise<FlowBody>
  check(flow: Flow, signal?: AbortSignal): Promise<CheckBody>
  /** An expression while it is written, with the inputs of a node of the draft. */
  expression(body: ExpressionRequest, signal?: AbortSignal): Promise<ExpressionBody>
  /** One node by itself, away from the plant. */
  example(body: { readonly type: string; readonly config: { readonly [name: string]: JsonValue }; readonly in: readonly ExampleSample[] }): Promise<ExampleBody>
  /** `basedOn` is the version the draft was made from; null for a flow that was never deployed. A mismatch is DEPLOY_CONFLICT. */
  deploy(id: string, body: { readonly flow: Flow; readonly basedOn: number | null; readonly comment: string; readonly watch?: TrialRequest }): Promise<DeployBody>
  drafts(): Promise<readonly DraftSummary[]>
  draft(id: string): Promise<DraftBody>
  /** `revision` is the one it was made from, 0: none. */
  putDraft(id: string, body: { readonly flow: Flow; readonly basedOn: number | null; readonly revision: number }): Promise<DraftAnswer>
  deleteDraft(id: string, revision: number): Promise<DraftAnswer>
  versions(id: string): Promise<readonly VersionSummary[]>
  version(id: string, version: number): Promise<Flow>
  rollback(id: string, body: { readonly version: number; readonly comment: string }): Promise<DeployBody>
  /** The draft that is tried beside the flow; null: none. */
  shadowOf(id: string): Promise<ShadowBody | null>
  shadow(id: string, flow: Flow): Promise<ShadowBody>
  endShadow(id: string): Promise<void>
  /** Ends the watch over a version: it stays, or the one before is deployed. */
  decideTrial(id: string, act: 'keep' | 'return'): Promise<TrialBody | null>
  arm(id: string, body: { readonly armed: boolean; readonly reason: string }): Promise<FlowSummary>
  hold(body: { readonly held: boolean; readonly reason: string }): Promise<{ readonly held: boolean }>
  alarms(): Promise<readonly AlarmBody[]>
  /** Changes of alarms, newest first; those older than the entry `before`. */
  alarmLog(limit: number, before?: number): Promise<readonly AlarmLogBody[]>
  /** Who did what, the same way. An administrator's to see. */
  audit(limit: number, before?: number): Promise<readonly AuditEntry[]>
  acknowledge(body: { readonly flow: string; readonly node: string; readonly tag?: string }): Promise<void>
  /** An operator's act on a node: 'shelve', 'reset'. Answers what holds now, where the act tells: 'set'. */
  act(body: { readonly flow: string; readonly node: string; readonly act: string; readonly tag?: string; readonly arguments?: { readonly [name: string]: JsonValue } }): Promise<{ readonly result: number | boolean | string } | undefined>
  connections(): Promise<readonly ConnectionBody[]>
  putConnection(name: string, body: ConnectionEntry): Promise<void>
  deleteConnection(name: string): Promise<void>
  /** One level of what a device offers. */
  browse(of: ConnectionOf, path: string | null, search?: string, signal?: AbortSignal): Promise<BrowseBody>
  testConnection(of: ConnectionOf, signal?: AbortSignal): Promise<ConnectionTestBody>
  /** The certificate that the server shows now, if it is the one with this fingerprint. */
  trustCertificate(name: string, body: { readonly type?: string; readonly config?: ConnectionEntry['config']; readonly fingerprint: string }): Promise<void>
  /** What the certificates in a PEM text say of themselves; CERTIFICATE_READ where there are none. */
  inspectCertificates(pem: string, signal?: AbortSignal): Promise<CertificatesBody>
  /** The names of what is stored; the secrets themselves never leave the gateway. */
  secrets(): Promise<readonly string[]>
  putSecret(name: string, value: string): Promise<void>
  deleteSecret(name: string): Promise<void>
  models(): Promise<readonly ModelBody[]>
  users(): Promise<readonly UserBody[]>
  examples(): Promise<readonly ExampleFlow[]>
  addUser(body: UserBody & { readonly password: string }): Promise<UserBody>
  changeUser(name: string, body: { readonly role?: Role; readonly password?: string }): Promise<void>
  deleteUser(name: string): Promise<void>
  /** What the engine remembers of the last minutes; `buckets` parts of the time line. */
  recording(id: string, buckets: number): Promise<RecordingBody>
  /** Its inputs in this time, oldest first; at most 100,000. */
  recorded(id: string, span: { readonly from: number; readonly to: number }): Promise<readonly Recorded[]>
  clearRecording(id: string): Promise<void>
  /** A run away from the plant; `signal` ends it. */
  labRun(body: LabRequest, signal?: AbortSignal): Promise<Trace>
  /** The tests of a draft, all or those that are named. */
  labTests(body: { readonly flow: Flow; readonly names?: readonly string[] }, signal?: AbortSignal): Promise<TestsBody>
}
/** saved: null where it was removed. taken: what is there is of another revision; null: nothing is. */
export type DraftAnswer = { readonly saved: DraftSummary | null } | { readonly taken: DraftBody | null }
export interface ExpressionRequest {
  readonly text: string
  readonly flow: Flow
  readonly node: string
  /** Values of the inputs by name, for a result. */
  readonly samples?: { readonly [input: string]: { readonly value: JsonValue; readonly quality?: string } }
  readonly tag?: string
  readonly time?: number
}
export interface Completion {
  readonly label: string
  readonly kind: 'variable' | 'function' | 'stream'
  readonly detail: string
  readonly doc: string
}
export interface ExpressionBody {
  /** Null when it does not compile. */
  readonly type: PortType | null
  /** Places are counted in characters of the text, the end is not in it. */
  readonly issues: readonly { readonly from: number; readonly to: number; readonly text: string; readonly remedy: string }[]
  readonly completions: readonly Completion[]
  /** Null without samples. */
  readonly result: { readonly value: JsonValue; readonly quality: string; readonly reason: string } | null
}
export interface UserBody {
  readonly name: string
  readonly role: Role
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export function createApi(fetch: Fetch = (input, init) => globalThis.fetch(input, init)): Api {
  /** `refused`: what to answer instead of throwing, for what is not 2xx; undefined: throw. */
  async function ask<T = never>(method: string, path: string, body?: unknown, signal?: AbortSignal, refused?: (status: number, text: string) => T | undefined): Promise<string | { readonly instead: T }> {
    let response: Response
    let text: string
    try {
      response = await fetch(`/api${path}`, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      })
      text = await response.text()
    } catch (thrown) {
      if (signal?.aborted) throw thrown
      throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: reasonOf(thrown) }))
    }
    const instead = response.ok ? undefined : refused?.(response.status, text)
    if (instead !== undefined) return { instead }
    if (!response.ok) throw new IssueError(...issuesOf(response.status, text))
    return text
  }
  function read<T>(text: string, what: string): T {
    if (text === '') return undefined as T
    try {
      return JSON.parse(text) as T
    } catch (thrown) {
      throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: t('its answer to {what} is no JSON ({reason})', { what, reason: reasonOf(thrown) }) }))
    }
  }
  async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal, refused?: (status: number, text: string) => T | undefined): Promise<T> {
    const answer = await ask(method, path, body, signal, refused)
    return typeof answer === 'string' ? read(answer, `${method} /api${path}`) : answer.instead
  }
  const of = encodeURIComponent
  return {
    health: () => call('GET', '/health'),
    claim: (body) => call('POST', '/claim', body),
    login: (body) => call('POST', '/login', body),
    logout: () => call('POST', '/logout', {}),
    session: () => call('GET', '/session'),
    catalogue: () => call('GET', '/catalogue'),
    flows: () => call('GET', '/flows'),
    flow: (id) => call('GET', `/flows/${of(id)}`),
    check: (flow, signal) => call('POST', '/check', { flow }, signal),
    expression: (body, signal) => call('POST', '/expressions/check', body, signal),
    example: (body) => call('POST', '/lab/example', body),
    deploy: (id, body) => call('POST', `/flows/${of(id)}/deploy`, body),
    drafts: () => call('GET', '/drafts'),
    draft: (id) => call('GET', `/drafts/${of(id)}`),
    putDraft: async (id, body) => {
      const answer = await call<DraftSummary | Taken>('PUT', `/drafts/${of(id)}`, body, undefined, takenOf)
      return 'taken' in answer ? answer : { saved: answer }
    },
    deleteDraft: async (id, revision) => (await call<Taken | undefined>('DELETE', `/drafts/${of(id)}?revision=${revision}`, undefined, undefined, takenOf)) ?? { saved: null },
    versions: (id) => call('GET', `/flows/${of(id)}/versions`),
    version: (id, version) => call('GET', `/flows/${of(id)}/versions/${version}`),
    rollback: (id, body) => call('POST', `/flows/${of(id)}/rollback`, body),
    shadowOf: (id) => call('GET', `/flows/${of(id)}/shadow`),
    shadow: (id, flow) => call('POST', `/flows/${of(id)}/shadow`, { flow }),
    endShadow: (id) => call('DELETE', `/flows/${of(id)}/shadow`),
    decideTrial: (id, act) => call('POST', `/flows/${of(id)}/trial`, { act }),
    arm: (id, body) => call('POST', `/flows/${of(id)}/arm`, body),
    hold: (body) => call('POST', '/hold', body),
    alarms: () => call('GET', '/alarms'),
    alarmLog: (limit, before) => call('GET', `/alarms/log?limit=${limit}${before === undefined ? '' : `&before=${before}`}`),
    audit: (limit, before) => call('GET', `/audit?limit=${limit}${before === undefined ? '' : `&before=${before}`}`),
    acknowledge: (body) => call('POST', '/alarms/acknowledge', body),
    act: (body) => call('POST', '/acts', body),
    connections: () => call('GET', '/connections'),
    putConnection: (name, body) => call('PUT', `/connections/${of(name)}`, body),
    deleteConnection: (name) => call('DELETE', `/connections/${of(name)}`),
    browse: (of, path, search, signal) => call('POST', '/connections/browse', { ...of, path, ...(search === undefined ? {} : { search }) }, signal),
    testConnection: (of, signal) => call('POST', '/connections/test', of, signal),
    trustCertificate: (name, body) => call('POST', `/connections/${of(name)}/trust`, body),
    inspectCertificates: (pem, signal) => call('POST', '/certificates/inspect', { pem }, signal),
    secrets: async () => (await call<{ readonly names: readonly string[] }>('GET', '/secrets')).names,
    putSecret: (name, value) => call('PUT', `/secrets/${of(name)}`, { value }),
    deleteSecret: (name) => call('DELETE', `/secrets/${of(name)}`),
    models: () => call('GET', '/models'),
    users: () => call('GET', '/users'),
    examples: () => call('GET', '/examples'),
    addUser: (body) => call('POST', '/users', body),
    changeUser: (name, body) => call('PATCH', `/users/${of(name)}`, body),
    deleteUser: (name) => call('DELETE', `/users/${of(name)}`),
    recording: (id, buckets) => call('GET', `/flows/${of(id)}/recording?buckets=${buckets}`),
    recorded: async (id, { from, to }) => {
      const path = `/flows/${of(id)}/recording/samples?from=${from}&to=${to}`
      return String(await ask('GET', path)).split('\n').filter((line) => line !== '').map((line) => read<Recorded>(line, `GET /api${path}`))
    },
    clearRecording: (id) => call('DELETE', `/flows/${of(id)}/recording`),
    labRun: (body, signal) => call('POST', '/lab/run', body, signal),
    labTests: (body, signal) => call('POST', '/lab/tests', body, signal),
  }
}

type Taken = Extract<DraftAnswer, { readonly taken: unknown }>
/** A 409 with a draft in it; others are issues like any. */
function takenOf(status: number, text: string): Taken | undefined {
  if (status !== 409) return undefined
  try {
    const { draft } = JSON.parse(text) as { readonly draft?: DraftBody | null }
    return draft === undefined ? undefined : { taken: draft }
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
}

/** The issues of an answer that is not 2xx; a proxy's page or an empty body becomes one that tells the status. */
function issuesOf(status: number, text: string): Issue[] {
  try {
    const body = JSON.parse(text) as Partial<ErrorBody>
    if (Array.isArray(body.issues) && body.issues.length > 0) return [...body.issues]
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown
  }
  if (status === 401) return [issue('AUTH_NEEDED')]
  if (status === 502 || status === 503 || status === 504) return [issue('GATEWAY_AWAY', {}, { reason: t('status {status}', { status }) })]
  return [issue('INTERNAL', {}, { reason: `${t('status {status}', { status })}${text === '' ? '' : `: ${text.slice(0, 200)}`}` })]
}

/** Issues of anything thrown, for a toast or a form. */
export function issuesFrom(thrown: unknown): readonly Issue[] {
  return thrown instanceof IssueError ? thrown.issues : [issue('INTERNAL', {}, { reason: reasonOf(thrown) })]
}
