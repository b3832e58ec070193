// A run of the lab, looked at step by step: what every port held after a step, what led to it and what came of it. Pure. The
// index is built once a run; what a moment shows is looked up in it, and parts that did not change keep their identity.
import type { JsonSample } from '#kit'
import type { Ledger, NodeStatus, PortStatus, Step, Trace } from '#format'
import { t } from '../language/index.ts'
import { TREND_LIMIT } from './model.ts'

/** One port: after which steps (places in `steps`) it held which sample. */
interface Track {
  readonly at: number[]
  readonly now: number[]
  readonly samples: JsonSample[]
  shown: PortStatus | undefined
  trend: readonly number[]
  trendOf: number
}
interface NodeTrack {
  readonly steps: number[]
  /** After each of `steps`. */
  readonly ledgers: Ledger[]
  readonly inputs: Map<string, Track>
  readonly outputs: Map<string, Track>
  shown: NodeStatus | undefined
  shownOf: number
}
export interface TraceView {
  readonly trace: Trace
  readonly steps: readonly Step[]
  /** Place of a step by its id; one outside of what was asked for has none. */
  readonly placeOf: ReadonlyMap<number, number>
  /** Places of the steps that a step led to. */
  readonly effects: ReadonlyMap<number, readonly number[]>
  readonly nodes: ReadonlyMap<string, NodeTrack>
}

const noLedger: Ledger = { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }
const newTrack = (): Track => ({ at: [], now: [], samples: [], shown: undefined, trend: [], trendOf: -1 })
const newNode = (): NodeTrack => ({ steps: [], ledgers: [], inputs: new Map(), outputs: new Map(), shown: undefined, shownOf: -1 })

export function viewOf(trace: Trace): TraceView {
  const placeOf = new Map<number, number>()
  const effects = new Map<number, number[]>()
  const nodes = new Map<string, NodeTrack>(Object.keys(trace.ledger).map((id) => [id, newNode()]))
  const put = (tracks: Map<string, Track>, port: string, place: number, now: number, sample: JsonSample): void => {
    let track = tracks.get(port)
    if (!track) tracks.set(port, (track = newTrack()))
    track.at.push(place)
    track.now.push(now)
    track.samples.push(sample)
  }
  for (const [place, step] of trace.steps.entries()) {
    placeOf.set(step.id, place)
    if (step.cause !== null) {
      const led = effects.get(step.cause)
      if (led) led.push(place)
      else effects.set(step.cause, [place])
    }
    let node = nodes.get(step.node)
    if (!node) nodes.set(step.node, (node = newNode()))
    node.steps.push(place)
    node.ledgers.push(counted(node.ledgers.at(-1) ?? noLedger, step))
    if (step.what === 'receive' && step.sample && step.port !== undefined) put(node.inputs, step.port, place, step.now, step.sample)
    for (const { port, sample } of step.out) put(node.outputs, port, place, step.now, sample)
  }
  return { trace, steps: trace.steps, placeOf, effects, nodes }
}

function counted(before: Ledger, { what, outcome, reason }: Step): Ledger {
  if (what !== 'receive') return before
  const one = { ...before, in: before.in + 1 }
  if (outcome === 'held') return { ...one, held: before.held + 1 }
  if (outcome === 'failed') return { ...one, failed: before.failed + 1 }
  if (outcome !== 'dropped') return { ...one, passed: before.passed + 1 }
  const why = reason ?? 'dropped'
  return { ...one, dropped: { ...before.dropped, [why]: (before.dropped[why] ?? 0) + 1 } }
}

/** How many of the rising `list` are not above `value`. */
function upTo(list: readonly number[], value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

// ---- a moment -----------------------------------------------------------------------------------------------------------

export interface Moment {
  readonly nodes: { readonly [id: string]: NodeStatus }
  readonly trends: { readonly [end: string]: readonly number[] }
}
/** What was to be seen after the step at `place`. */
export function momentAt(view: TraceView, place: number): Moment {
  const now = view.steps[place]?.now ?? view.trace.from
  const nodes: Record<string, NodeStatus> = {}
  const trends: Record<string, readonly number[]> = {}
  for (const [id, node] of view.nodes) {
    nodes[id] = nodeAt(view, node, place, now)
    for (const [port, track] of node.outputs) {
      const trend = trendAt(track, upTo(track.at, place))
      if (trend.length > 0) trends[`${id}.${port}`] = trend
    }
  }
  return { nodes, trends }
}

function nodeAt(view: TraceView, node: NodeTrack, place: number, now: number): NodeStatus {
  const count = upTo(node.steps, place)
  const inputs = portsAt(node.inputs, place, now, node.shown?.inputs)
  const outputs = portsAt(node.outputs, place, now, node.shown?.outputs)
  const { shown } = node
  if (shown && node.shownOf === count && inputs === shown.inputs && outputs === shown.outputs) return shown
  const last = view.steps[node.steps[count - 1] ?? -1]
  const failed = last?.outcome === 'failed'
  node.shownOf = count
  node.shown = {
    health: failed ? { state: 'error', text: last.reason ?? t('It failed.') } : { state: 'ok', text: '' },
    ledger: node.ledgers[count - 1] ?? noLedger, inputs, outputs, p99Us: null, issues: [],
  }
  return node.shown
}

function portsAt(tracks: ReadonlyMap<string, Track>, place: number, now: number, before: NodeStatus['inputs'] | undefined): NodeStatus['inputs'] {
  const entries = [...tracks].map(([port, track]) => [port, portAt(track, place, now)] as const)
  return before && Object.keys(before).length === entries.length && entries.every(([port, status]) => before[port] === status) ? before : Object.fromEntries(entries)
}

function portAt(track: Track, place: number, now: number): PortStatus {
  const count = upTo(track.at, place)
  const rate = Math.max(0, count - upTo(track.now, now - 1000))
  const last = track.samples[count - 1] ?? null
  const { shown } = track
  if (shown && shown.count === count && shown.rate === rate && shown.last === last) return shown
  return (track.shown = { count, rate, last })
}

function trendAt(track: Track, count: number): readonly number[] {
  if (track.trendOf !== count) {
    track.trendOf = count
    track.trend = track.samples.slice(Math.max(0, count - TREND_LIMIT), count).flatMap((s) => (typeof s.value === 'number' ? s.value : []))
  }
  return track.trend
}

/** The sample that an output or input held after the step at `place`. */
export function sampleAt(view: TraceView, end: string, place: number, side: 'inputs' | 'outputs' = 'outputs'): JsonSample | undefined {
  const dot = end.indexOf('.')
  const track = view.nodes.get(end.slice(0, dot))?.[side].get(end.slice(dot + 1))
  return track?.samples[upTo(track.at, place) - 1]
}

/** The last step not after `time`; -1: none. */
export function placeAt(view: TraceView, time: number): number {
  let low = 0
  let high = view.steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (view.steps[middle]!.now <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}

// ---- going from step to step ----------------------------------------------------------------------------------------------

/** step: every one. sample: what came from outside or by time. node: of one node. */
export type Stride = 'step' | 'sample' | 'node'

/** The next place in a direction; null: there is none. */
export function strideFrom(view: TraceView, place: number, by: 1 | -1, stride: Stride, node: string | null): number | null {
  for (let p = place + by; p >= 0 && p < view.steps.length; p += by) {
    const step = view.steps[p]!
    if (stride === 'step' || (stride === 'sample' ? step.cause === null || !view.placeOf.has(step.cause) : node === null || step.node === node)) return p
  }
  return null
}

/** Places from what came from outside to this step, which is the last. */
export function causesOf(view: TraceView, place: number): readonly number[] {
  const path = [place]
  const seen = new Set(path)
  for (let cause = view.steps[place]?.cause; cause !== null && cause !== undefined; ) {
    const at = view.placeOf.get(cause)
    if (at === undefined || seen.has(at)) break
    seen.add(at)
    path.unshift(at)
    cause = view.steps[at]!.cause
  }
  return path
}

export interface PathLine {
  readonly place: number
  readonly depth: number
}
export const MAX_PATH = 500

/** All that one sample became: from where it came to where it went, depth first; at most MAX_PATH lines. */
export function pathOf(view: TraceView, place: number): { readonly lines: readonly PathLine[]; readonly more: boolean } {
  const causes = causesOf(view, place)
  const lines: PathLine[] = causes.slice(0, -1).map((p, depth) => ({ place: p, depth }))
  const waiting: PathLine[] = [{ place, depth: lines.length }]
  const seen = new Set(causes.slice(0, -1))
  while (waiting.length > 0 && lines.length < MAX_PATH) {
    const line = waiting.pop()!
    if (seen.has(line.place)) continue
    seen.add(line.place)
    lines.push(line)
    const led = view.effects.get(view.steps[line.place]!.id) ?? []
    for (const p of led.toReversed()) waiting.push({ place: p, depth: line.depth + 1 })
  }
  return { lines, more: waiting.length > 0 }
}

const MAX_HELD = 20
/** Where nothing was held: the newest of what came in. */
const MAX_CAME = 5
/** What a node held since it gave something last, else what came in last: what a step that time brought was made of. Newest first. */
export function heldBefore(view: TraceView, place: number): readonly number[] {
  const step = view.steps[place]
  const node = step && view.nodes.get(step.node)
  if (!step || !node) return []
  const tag = tagOf(step)
  const found: number[] = []
  const came: number[] = []
  let holding = true
  for (let i = upTo(node.steps, place - 1) - 1; i >= 0 && found.length < MAX_HELD && (holding || came.length < MAX_CAME); i--) {
    const before = view.steps[node.steps[i]!]!
    if (tag !== undefined && tagOf(before) !== undefined && tagOf(before) !== tag) continue
    if (before.what === 'receive' && came.length < MAX_CAME) came.push(node.steps[i]!)
    if (holding && before.outcome === 'held') found.push(node.steps[i]!)
    else if (before.out.length > 0) {
      holding = false
      if (found.length > 0) break
    }
  }
  return found.length > 0 ? found : came
}

export const tagOf = (step: Step): string | undefined => step.sample?.tag ?? step.out[0]?.sample.tag

/** The step before at the same node and for the same tag that told what the node keeps. */
export function stateBefore(view: TraceView, place: number): Step['state'] {
  const step = view.steps[place]
  const node = step && view.nodes.get(step.node)
  if (!step || !node) return undefined
  const tag = tagOf(step)
  for (let i = upTo(node.steps, place - 1) - 1; i >= 0; i--) {
    const before = view.steps[node.steps[i]!]!
    if (before.state !== undefined && (tag === undefined || tagOf(before) === undefined || tagOf(before) === tag)) return before.state
  }
  return undefined
}

export interface Wanted {
  readonly node: string
  /** Of either side. */
  readonly port?: string
  /** The sample's own time. */
  readonly time?: number
  /** The gateway's clock: not after this. */
  readonly now?: number
}
/** The step that is meant: where that sample passed, else the last of the node until then, else its first. -1: the node did nothing. */
export function placeWhere(view: TraceView, { node, port, time, now = Number.POSITIVE_INFINITY }: Wanted): number {
  const places = view.nodes.get(node)?.steps ?? []
  let best = -1
  for (const place of places) {
    const step = view.steps[place]!
    const passed = [...(step.sample && (port === undefined || step.port === port) ? [step.sample] : []), ...step.out.flatMap((o) => (port === undefined || o.port === port ? o.sample : []))]
    if (time !== undefined && passed.some((s) => s.time === time)) return place
    // Alarms and log lines tell whole milliseconds.
    if (Math.floor(step.now) <= now && (port === undefined || passed.length > 0)) best = place
  }
  return best >= 0 ? best : (places[0] ?? -1)
}
