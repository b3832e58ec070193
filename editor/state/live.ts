// What a message of the live socket changes: pure, and keeping the identity of what it does not touch.
import type { AlarmBody, Flow, NodeStatus, ServerMessage } from '#format'
import { onCanvas, standIns, standInStatuses } from './instances.ts'
import { applyTrying } from './trying.ts'
import { LOG_LIMIT, TREND_LIMIT, type Live, type State } from './model.ts'

type Status = Extract<ServerMessage, { type: 'status' }>

export function applyMessage(state: State, message: ServerMessage): State {
  const { live } = state
  const with_ = (change: Partial<Live>): State => ({ ...state, live: { ...live, ...change } })
  switch (message.type) {
    case 'hello':
      // The gateway tells all alarms and engines after it: what went away while nobody listened must not stay.
      return { ...state, session: message.session, people: [], live: { ...live, clock: second(message.time), alarms: [], engines: {} } }
    case 'status':
      return message.flow === state.flowId ? with_(applyStatus(live, message, state.base.flow)) : state
    case 'tap':
      return state // live/link.ts keeps a tap's samples beside the store: a plot needs more, more often, than a store should hold
    case 'alarm':
      return with_({ alarms: withAlarm(live.alarms, message.alarm) })
    case 'log': {
      const { type: _type, ...line } = message
      return with_({ log: [...live.log, { id: (live.log.at(-1)?.id ?? 0) + 1, ...line }].slice(-LOG_LIMIT) })
    }
    case 'flow': {
      const known = state.flows.some((f) => f.id === message.flow.id)
      const flows = known ? state.flows.map((f) => (f.id === message.flow.id ? message.flow : f)) : [...state.flows, message.flow]
      return { ...state, flows }
    }
    case 'engine':
      return with_({ engines: { ...live.engines, [message.engine.id]: message.engine } })
    case 'hold':
      return with_({ held: message.held })
    case 'draft':
      return state // state/sync.ts fetches it and puts it together with what is open
    case 'people':
      return message.flow === state.flowId ? { ...state, people: message.people } : state
    case 'shadow':
    case 'trial':
      return applyTrying(state, message)
  }
}

function applyStatus(live: Live, message: Status, running: Flow | null): Partial<Live> {
  // Of another version only what changed may come first: its nodes are told when the flow's message comes (see `pruned`).
  const same = live.flow === message.flow
  const told = Object.keys(message.nodes)
  const heard = told.length === 0 && same ? live.nodes : { ...(same ? live.nodes : {}), ...message.nodes }
  const standIns = told.length === 0 ? {} : standInStatuses(running, heard, told)
  const nodes = Object.keys(standIns).length === 0 ? heard : { ...heard, ...standIns }
  let trends = live.flow === message.flow ? live.trends : {}
  for (const id of [...told, ...Object.keys(standIns)]) trends = withTrends(trends, id, live.nodes[id], nodes[id]!)
  const totals = live.totals && sameTotals(live.totals, message.totals) ? live.totals : message.totals
  return { flow: message.flow, version: message.version, clock: second(message.time), nodes, trends, totals }
}

function withTrends(trends: Live['trends'], id: string, before: NodeStatus | undefined, now: NodeStatus): Live['trends'] {
  let next = trends
  for (const [port, { last, count }] of Object.entries(now.outputs)) {
    if (last === null || typeof last.value !== 'number' || before?.outputs[port]?.count === count) continue
    const key = `${id}.${port}`
    next = { ...next, [key]: [...(next[key] ?? []), last.value].slice(-TREND_LIMIT) }
  }
  return next
}

/** Without the status of nodes that run no more: a removed node's last value must not look alive. */
export function pruned(live: Live, running: Flow): Live {
  const made = new Set(standIns(running))
  const left = Object.fromEntries(Object.entries(live.nodes).filter(([id]) => Object.hasOwn(running.nodes, onCanvas(id)) && !made.has(id)))
  if (made.size === 0) return Object.keys(left).length === Object.keys(live.nodes).length ? live : { ...live, nodes: left }
  return { ...live, nodes: { ...left, ...standInStatuses(running, left) } }
}

/** Alarms that are not normal, newest change first. */
export function withAlarm(alarms: readonly AlarmBody[], alarm: AlarmBody): readonly AlarmBody[] {
  const others = alarms.filter((a) => a.flow !== alarm.flow || a.node !== alarm.node || a.tag !== alarm.tag)
  return alarm.state === 'normal' ? others : [alarm, ...others]
}

const second = (time: number): number => Math.floor(time / 1000) * 1000
const sameTotals = (a: Status['totals'], b: Status['totals']): boolean => a.inRate === b.inRate && a.outRate === b.outRate && a.loopP99Ms === b.loopP99Ms && a.cpu === b.cpu && a.memoryMb === b.memoryMb
