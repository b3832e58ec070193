// For tests: the whole editor headless, on a gateway, a storage and a clock of the test's own.
import { describeNode, issue, IssueError, type AnyNode, type Catalogue } from '#kit'
import { emptyFlow, type Flow, type FlowBody, type FlowSummary } from '#format'
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

/** An editor on a gateway that is a few variables, with a clock that the test moves. */
export function fixture(change: Partial<Api> = {}, storage: Storage = memoryStorage()) {
  const state = { version: 3, flow: running, checks: [] as Flow[], away: false }
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
  return { ...editor, s: editor.store.getState, state, storage, pass }
}

/** The same, started. */
export async function open(change: Partial<Api> = {}, storage?: Storage) {
  const f = fixture(change, storage)
  await f.actions.start()
  await f.pass(1000)
  return f
}
