// The gateway's HTTP API, typed. Whatever goes wrong becomes an IssueError: the gateway's own issues where it gave
// some, GATEWAY_AWAY where it did not answer. Nothing is retried here: who calls knows whether that is safe.
import { issue, IssueError, reasonOf, type Catalogue, type Issue, type JsonValue, type PortType } from '#kit'
import type { AlarmBody, AlarmLogBody, AuditEntry, CheckBody, ConnectionBody, ConnectionEntry, DeployBody, ErrorBody, Flow, FlowBody, FlowSummary, HealthBody, ModelBody, Role, Session, VersionSummary } from '#format'


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
  /** `basedOn` is the version the draft was made from; null for a flow that was never deployed. A mismatch is DEPLOY_CONFLICT. */
  deploy(id: string, body: { readonly flow: Flow; readonly basedOn: number | null; readonly comment: string }): Promise<DeployBody>
  versions(id: string): Promise<readonly VersionSummary[]>
  version(id: string, version: number): Promise<Flow>
  rollback(id: string, body: { readonly version: number; readonly comment: string }): Promise<DeployBody>
  arm(id: string, body: { readonly armed: boolean; readonly reason: string }): Promise<FlowSummary>
  hold(body: { readonly held: boolean; readonly reason: string }): Promise<{ readonly held: boolean }>
  alarms(): Promise<readonly AlarmBody[]>
  /** Changes of alarms, newest first; those older than the entry `before`. */
  alarmLog(limit: number, before?: number): Promise<readonly AlarmLogBody[]>
  /** Who did what, the same way. An administrator's to see. */
  audit(limit: number, before?: number): Promise<readonly AuditEntry[]>
  acknowledge(body: { readonly flow: string; readonly node: string; readonly tag?: string }): Promise<void>
  /** An operator's act on a node: 'shelve', 'reset'. */
  act(body: { readonly flow: string; readonly node: string; readonly act: string; readonly tag?: string; readonly arguments?: { readonly [name: string]: JsonValue } }): Promise<void>
  connections(): Promise<readonly ConnectionBody[]>
  putConnection(name: string, body: ConnectionEntry): Promise<void>
  deleteConnection(name: string): Promise<void>
  /** The names of what is stored; the secrets themselves never leave the gateway. */
  secrets(): Promise<readonly string[]>
  putSecret(name: string, value: string): Promise<void>
  deleteSecret(name: string): Promise<void>
  models(): Promise<readonly ModelBody[]>
  users(): Promise<readonly UserBody[]>
  addUser(body: UserBody & { readonly password: string }): Promise<UserBody>
  changeUser(name: string, body: { readonly role?: Role; readonly password?: string }): Promise<void>
  deleteUser(name: string): Promise<void>
}
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
  async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
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
    if (!response.ok) throw new IssueError(...issuesOf(response.status, text))
    if (text === '') return undefined as T
    try {
      return JSON.parse(text) as T
    } catch (thrown) {
      throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: `its answer to ${method} /api${path} is no JSON (${reasonOf(thrown)})` }))
    }
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
    deploy: (id, body) => call('POST', `/flows/${of(id)}/deploy`, body),
    versions: (id) => call('GET', `/flows/${of(id)}/versions`),
    version: (id, version) => call('GET', `/flows/${of(id)}/versions/${version}`),
    rollback: (id, body) => call('POST', `/flows/${of(id)}/rollback`, body),
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
    secrets: async () => (await call<{ readonly names: readonly string[] }>('GET', '/secrets')).names,
    putSecret: (name, value) => call('PUT', `/secrets/${of(name)}`, { value }),
    deleteSecret: (name) => call('DELETE', `/secrets/${of(name)}`),
    models: () => call('GET', '/models'),
    users: () => call('GET', '/users'),
    addUser: (body) => call('POST', '/users', body),
    changeUser: (name, body) => call('PATCH', `/users/${of(name)}`, body),
    deleteUser: (name) => call('DELETE', `/users/${of(name)}`),
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
  if (status === 502 || status === 503 || status === 504) return [issue('GATEWAY_AWAY', {}, { reason: `status ${status}` })]
  return [issue('INTERNAL', {}, { reason: `status ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}` })]
}

/** Issues of anything thrown, for a toast or a form. */
export function issuesFrom(thrown: unknown): readonly Issue[] {
  return thrown instanceof IssueError ? thrown.issues : [issue('INTERNAL', {}, { reason: reasonOf(thrown) })]
}
