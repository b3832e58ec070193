// What state a node is shown in. Shape tells it as well as colour: disc ok, ring not running, diamond warning, triangle
// error. Nothing that is unknown, stale or bad is ever shown as normal.
import type { Issue, JsonSample, JsonValue } from '#kit'
import { parseWire, type AlarmBody, type Flow, type FlowPorts, type NodeStatus, type FlowSummary } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatDuration } from './format.ts'
import { onCanvas } from './instances.ts'
import type { LiveState, State } from './model.ts'

export type Shape = 'ok' | 'idle' | 'warn' | 'bad'
export interface Condition {
  readonly shape: Shape
  /** In words, for the tooltip and a screen reader. */
  readonly text: string
  /** Values are not to be taken as present ones. */
  readonly stale: boolean
}

/** 'halted': the line is up, but the flow does not run at this moment, so that the last values are old ones. */
export type Hearing = LiveState | 'halted'
export function hearingOf(state: Pick<State, 'live' | 'flows' | 'flowId'>): Hearing {
  if (state.live.state !== 'open') return state.live.state
  const flow = state.flows.find((f) => f.id === state.flowId)
  return flow === undefined || flow.state === 'running' ? 'open' : 'halted'
}

export function conditionOf(status: NodeStatus | undefined, alarm: AlarmBody | undefined, live: Hearing): Condition {
  if (live === 'halted') return { shape: 'idle', text: status ? t('the flow does not run now: this is what was last seen') : t('the flow does not run now'), stale: true }
  // Told once, by the banner; on the nodes the rings and the values in brackets say that nothing is known.
  if (live !== 'open') return { shape: 'idle', text: status ? t('no connection to the gateway: this is what was last seen') : t('no connection to the gateway'), stale: true }
  if (!status) return { shape: 'idle', text: t('not running: deploy the draft'), stale: true }
  const { health, issues } = status
  const stale = health.state === 'stale' || health.state === 'connecting' || health.state === 'error'
  const error = health.state === 'error' ? said(health.text) || said(health.issue?.text) || t('fault') : said(issues.find((i) => i.level === 'error')?.text)
  if (error !== undefined) return { shape: 'bad', text: error, stale }
  if (alarm && (alarm.priority === 'high' || alarm.priority === 'critical')) return { shape: 'bad', text: alarm.message, stale }
  if (health.state === 'stale') return { shape: 'warn', text: said(health.text) || t('data is stale'), stale }
  if (health.state === 'connecting') return { shape: 'idle', text: said(health.text) || t('connecting'), stale }
  if (alarm) return { shape: 'warn', text: alarm.message, stale }
  const warning = issues.find((i) => i.level === 'warning')
  if (warning) return { shape: 'warn', text: said(warning.text), stale }
  return { shape: 'ok', text: t('running'), stale }
}

const WORST = ['error', 'stale', 'connecting', 'ok'] as const
/** The node of the running flow that tells the worst of a connection, where engines do not report the connection itself. */
export function tellsOf(state: Pick<State, 'base' | 'types' | 'live'>, connection: string): string | undefined {
  if (state.live.state !== 'open') return undefined
  let found: string | undefined
  const rank = (id: string): number => WORST.indexOf(state.live.nodes[id]!.health.state)
  for (const [id, node] of Object.entries(state.base.flow?.nodes ?? {})) {
    const properties = (state.types.get(node.type)?.config as { readonly properties?: { readonly [name: string]: { readonly widget?: string } } } | undefined)?.properties ?? {}
    const uses = Object.entries(properties).some(([name, schema]) => schema.widget === 'connection' && node.config[name] === connection)
    if (uses && state.live.nodes[id] && (found === undefined || rank(id) < rank(found))) found = id
  }
  return found
}

/** Of flows, as the gateway tells them. */
export const FLOW_STATES: Readonly<Record<FlowSummary['state'], string>> = { running: t('running'), restarting: t('restarting'), stopped: t('stopped'), failed: t('failed') }
const SHORT: Readonly<Record<AlarmBody['state'], string>> = { normal: t('normal'), unacknowledged: t('unack'), acknowledged: t('ack'), returned: t('returned, unack'), latched: t('latched'), shelved: t('shelved'), suppressed: t('suppressed'), 'out-of-service': t('out of service') }
/** 'unack 00:41' */
export function alarmText(alarm: AlarmBody, clock: number): string {
  const state = SHORT[alarm.state]
  return `${state} ${formatDuration(clock - alarm.since)}`
}

/** What people call a node of the flow; of one inside of a subflow: 'Instance › node'. */
export function titleOf(nodes: Flow['nodes'] | undefined, types: State['types'], id: string): string {
  const head = onCanvas(id)
  const node = nodes && Object.hasOwn(nodes, head) ? nodes[head] : undefined
  return [node?.name ?? (node && said(types.get(node.type)?.title)) ?? head, ...id.split('/').slice(1)].join(' › ')
}

const quiet: ReadonlySet<AlarmBody['state']> = new Set(['shelved', 'suppressed', 'out-of-service'])
/** Looked after, but nobody is called for it: it is listed, and no node is marked with it. */
export const isQuiet = (alarm: AlarmBody): boolean => quiet.has(alarm.state)
/** Somebody has to acknowledge or reset it. */
export const isWaiting = (alarm: AlarmBody): boolean => alarm.state === 'unacknowledged' || alarm.state === 'returned' || alarm.state === 'latched'

const ORDER = ['critical', 'high', 'medium', 'low']
const alarmsByNode = new WeakMap<readonly AlarmBody[], { readonly flow: string | null; readonly map: ReadonlyMap<string, AlarmBody> }>()
/** The alarm that a node shows: the gravest, then the newest. */
export function alarmOf({ live: { alarms }, flowId }: Pick<State, 'live' | 'flowId'>, node: string): AlarmBody | undefined {
  let known = alarmsByNode.get(alarms)
  if (known?.flow !== flowId) {
    const map = new Map<string, AlarmBody>()
    for (const a of alarms) {
      const found = map.get(onCanvas(a.node))
      if (a.flow === flowId && !isQuiet(a) && (!found || ORDER.indexOf(a.priority) < ORDER.indexOf(found.priority))) map.set(onCanvas(a.node), a)
    }
    alarmsByNode.set(alarms, (known = { flow: flowId, map }))
  }
  return known.map.get(node)
}

const byNode = new WeakMap<readonly Issue[], ReadonlyMap<string, readonly Issue[]>>()
const none: readonly Issue[] = []
/** Issues of the draft at one node, errors first; the same list for the same issues. */
export function issuesAt(issues: readonly Issue[], node: string): readonly Issue[] {
  let map = byNode.get(issues)
  if (!map) {
    const lists = new Map<string, Issue[]>()
    for (const i of issues) {
      if (i.node === undefined || i.level === 'info') continue
      lists.set(i.node, [...(lists.get(i.node) ?? []), i])
    }
    for (const list of lists.values()) list.sort((a, b) => Number(b.level === 'error') - Number(a.level === 'error'))
    byNode.set(issues, (map = lists))
  }
  return map.get(node) ?? none
}

const wireIssues = new WeakMap<readonly Issue[], ReadonlyMap<string, Issue>>()
/** The error of a wire, if it has one. */
export function issueOfWire(issues: readonly Issue[], wire: string): Issue | undefined {
  let map = wireIssues.get(issues)
  if (!map) wireIssues.set(issues, (map = new Map(issues.filter((i) => i.wire !== undefined && i.level === 'error').map((i) => [i.wire!, i]))))
  return map.get(wire)
}

export interface Ghosts {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}
const noGhosts: Ghosts = { inputs: [], outputs: [] }
const ghostCache = new WeakMap<FlowPorts, { readonly wires: Flow['wires']; readonly map: ReadonlyMap<string, Ghosts> }>()
/** Ports that wires name and the node does not have (a renamed tag, a type that is not installed): drawn, so that the wire is seen and can be mended. */
export function ghostsOf(flow: Flow, ports: FlowPorts, node: string): Ghosts {
  let cached = ghostCache.get(ports)
  if (cached?.wires !== flow.wires) {
    const map = new Map<string, { inputs: string[]; outputs: string[] }>()
    const note = (id: string, side: 'inputs' | 'outputs', port: string): void => {
      if (Object.hasOwn(ports, id) && Object.hasOwn(ports[id]![side], port)) return
      const of = map.get(id) ?? { inputs: [], outputs: [] }
      if (!of[side].includes(port)) of[side].push(port)
      map.set(id, of)
    }
    for (const text of flow.wires) {
      const wire = parseWire(text)
      if (!wire) continue
      note(wire.from.node, 'outputs', wire.from.port)
      note(wire.to.node, 'inputs', wire.to.port)
    }
    ghostCache.set(ports, (cached = { wires: flow.wires, map }))
  }
  return cached.map.get(node) ?? noGhosts
}

/** A status carries this many elements of a vector or waveform at most, and no bytes. */
const WHOLE = 64
const isWhole = (value: JsonValue): boolean => {
  if (typeof value !== 'object' || value === null) return true
  const list = Array.isArray(value) ? value : (value as { readonly $series?: unknown }).$series
  return Array.isArray(list) ? list.length < WHOLE : !('$image' in value) && !('$bytes' in value)
}
/** What last went into a node of the draft, by input: from the outputs that its wires come from. What a status cuts off is left out. */
export function lastInputs(state: Pick<State, 'document' | 'live'>, node: string): { readonly [input: string]: JsonSample } {
  if (state.live.state !== 'open') return {}
  const found: Record<string, JsonSample> = {}
  for (const text of state.document?.flow.wires ?? []) {
    const wire = parseWire(text)
    if (wire?.to.node !== node) continue
    const last = state.live.nodes[wire.from.node]?.outputs[wire.from.port]?.last
    if (last && isWhole(last.value)) found[wire.to.port] = last
  }
  return found
}
