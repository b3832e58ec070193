// What a message of the live socket changes: pure, and keeping the identity of what it does not touch.
import type { AlarmBody, Flow, ServerMessage } from '#format'
import { severityOf } from './format.ts'
import { onCanvas, standIns, standInStatuses } from './instances.ts'
import { applyTrying } from './trying.ts'
import { LOG_LIMIT, RECENT_LIMIT, TREND_LIMIT, type Live, type State } from './model.ts'
import { counted } from './ledger.ts'

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
  const heardOf = [...told, ...Object.keys(standIns)]
  const totals = live.totals && sameTotals(live.totals, message.totals) ? live.totals : message.totals
  return { flow: message.flow, version: message.version, clock: second(message.time), nodes, totals, ...remembered(same ? live : { ...live, nodes: {}, trends: {}, recent: {} }, heardOf, nodes), ...counted(same ? live : { ...live, marks: [], losses: {}, zero: null }, message.time, nodes) }
}

/** Last numbers and samples of the outputs that gave something. One copy a message, whatever the number of ports. */
function remembered(live: Live, told: readonly string[], nodes: Live['nodes']): Pick<Live, 'trends' | 'recent'> {
  let trends: Record<string, readonly number[]> | undefined
  let recent: Record<string, Live['recent'][string]> | undefined
  for (const id of told) {
    for (const [port, { last, count }] of Object.entries(nodes[id]!.outputs)) {
      if (last === null || live.nodes[id]?.outputs[port]?.count === count) continue
      const key = `${id}.${port}`
      recent ??= { ...live.recent }
      recent[key] = [...(recent[key]?.slice(1 - RECENT_LIMIT) ?? []), last]
      // A reading that is none leaves a gap in the glance.
      const value = severityOf(last) === 'bad' ? Number.NaN : last.value
      if (typeof value !== 'number' || (Number.isNaN(value) && live.trends[key] === undefined)) continue
      trends ??= { ...live.trends }
      trends[key] = [...(trends[key] ?? []).slice(1 - TREND_LIMIT), value]
    }
  }
  return { trends: trends ?? live.trends, recent: recent ?? live.recent }
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
