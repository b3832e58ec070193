// For tests: the whole editor headless, on a gateway, a storage and a clock of the test's own.
import { describeNode, issue, IssueError, type AnyNode, type Catalogue } from '#kit'
import { emptyFlow, type DraftBody, type Flow, type FlowBody, type FlowSummary } from '#format'
import type { Api } from './api.ts'
import { memoryStorage, type Storage } from './drafts.ts'
import { createEditor } from './editor.ts'

const node = (type: string, rest: object): AnyNode => ({ type, version: 1, title: type, summary: '', help: '', icon: 'box', effects: 'none', config: { type: 'object', properties: {} }, inputs: {}, outputs: {}, examples: [], ...rest }) as never
export const catalogue: Catalogue = {
  nodes: [
    node('source.temp', { effects: 'reads', outputs: { value: { kind: 'number', unit: 'Cel' } } }),
    node('filter.deadband', { inputs: { value: { kind: 'number' } }, outputs: { value: { same: 'value' } } }),
    node('transform.convert', { title: 'Convert', config: { type: 'object', properties: { to: { type: 'string' } } }, inputs: { value: { kind: 'number' } }, outputs: { value: { kind: 'number', unit: { config: 'to' } } } }),
    node('actuator.kelvin', { effects: 'writes', inputs: { value: { kind: 'number', unit: 'K' } } }),
    node('actuator.bar', { effects: 'writes', inputs: { value: { kind: 'number', unit: 'bar' } } }),
  ].map(describeNode),
  drivers: [],
}
export const running: Flow = {
  ...emptyFlow('pump', 'Pump'),
  nodes: {
    temp: { type: 'source.temp', config: {}, at: [0, 0] },
    band: { type: 'filter.deadband', config: {}, at: [200, 0] },
    kelvin: { type: 'actuator.kelvin', config: {}, at: [400, 0] },
    bar: { type: 'actuator.bar', config: {}, at: [400, 100] },
  },
  wires: ['temp.value -> band.value'],
}

let lastRevision = 0
/** What a gateway does with drafts, for one user: several editors may share the map. */
export function draftsOf(drafts: Map<string, DraftBody>, away: () => boolean, author = 'anna', tell: (message: { flow: string; revision: number; author: string }) => void = () => undefined): Pick<Api, 'drafts' | 'draft' | 'putDraft' | 'deleteDraft'> {
  const reach = (): void => {
    if (away()) throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'test' }))
  }
  const summary = (id: string, { flow, ...rest }: DraftBody) => ({ id, name: flow.name, ...rest })
  return {
    drafts: async () => (reach(), [...drafts].map(([id, d]) => summary(id, d))),
    draft: async (id) => (reach(), structuredClone(drafts.get(id)!)),
    putDraft: async (id, { flow, basedOn, revision }) => {
      reach()
      const known = drafts.get(id)
      if ((known?.revision ?? 0) !== revision) return { taken: known ? structuredClone(known) : null }
      const body = { flow: structuredClone(flow), basedOn, revision: ++lastRevision, author, time: lastRevision }
      drafts.set(id, body)
      tell({ flow: id, revision: body.revision, author })
      return { saved: summary(id, body) }
    },
    deleteDraft: async (id, revision) => {
      reach()
      const known = drafts.get(id)
      if ((known?.revision ?? 0) !== revision) return { taken: known ? structuredClone(known) : null }
      drafts.delete(id)
      tell({ flow: id, revision: 0, author })
      return { saved: null }
    },
  }
}

/** An editor on a gateway that is a few variables, with a clock that the test moves. */
export function fixture(change: Partial<Api> = {}, storage: Storage = memoryStorage()) {
  const state = { version: 3, flow: running, checks: [] as Flow[], away: false, drafts: new Map<string, DraftBody>() }
  const timers = new Set<{ at: number; task: () => void }>()
  let now = 1000
  const summary = (): FlowSummary => ({ id: state.flow.id, name: state.flow.name, version: state.version, state: 'running', armed: false, actuators: 2 })
  const never = (): never => {
    throw new Error('not used here')
  }
  const known: Partial<Api> = {
    health: async () => ({ version: '0.1.0', claimed: true, uptimeS: 1, engines: [], flows: [] }),
    session: async () => ({ user: 'anna', role: 'admin', gateway: 'line-3', version: '0.1.0' }),
    catalogue: async () => catalogue,
    flows: async () => [summary()],
    flow: async (): Promise<FlowBody> => ({ ...summary(), flow: state.flow, issues: [] }),
    alarms: async () => [],
    check: async (flow) => {
      if (state.away) throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'test' }))
      state.checks.push(flow)
      return { issues: [issue('SECRET_UNKNOWN', { node: 'temp' }, { name: 's' })], ports: {}, changes: [] }
    },
    connections: async () => [],
    ...draftsOf(state.drafts, () => state.away),
    logout: async () => undefined,
    ...change,
  }
  const api = new Proxy(known, { get: (of, verb) => Reflect.get(of, verb) ?? never }) as Api
  const editor = createEditor({
    api, storage, now: () => now,
    later: (ms, task) => {
      const timer = { at: now + ms, task }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  })
  const pass = async (ms: number): Promise<void> => {
    const end = now + ms
    // What is under way gets its answers first.
    for (let i = 0; i < 20; i++) await Promise.resolve()
    for (;;) {
      const next = [...timers].filter((t) => t.at <= end).toSorted((a, b) => a.at - b.at)[0]
      if (!next) break
      timers.delete(next)
      now = next.at
      next.task()
      for (let i = 0; i < 20; i++) await Promise.resolve()
    }
    now = end
  }
  return { ...editor, s: editor.store.getState, state, storage, pass, /** To change what the gateway does from now on. */ api: known as Api }
}

export type Fixture = ReturnType<typeof fixture>
/** The same, started. */
export async function open(change: Partial<Api> = {}, storage?: Storage) {
  const f = fixture(change, storage)
  await f.actions.start()
  await f.pass(1000)
  return f
}
