// From a stretch of the recording to a flow test: which ports it should hold the flow to, which inputs these need, and what of
// them does not fit into a flow's document. Pure.
import type { CatalogueNode } from '#kit'
import { MAX_TEST_SAMPLES, parseEnd, parseWire, type Flow, type FlowPorts, type FlowTest, type Recorded } from '#format'
import { t } from '../language/index.ts'
import { formatCount, formatDecimals } from './numbers.ts'
import { hasAlarms } from './operating.ts'

type Drawn = { readonly flow: Flow; readonly ports: FlowPorts; readonly types: ReadonlyMap<string, CatalogueNode> }
export interface Candidate {
  readonly end: string
  /** Proposed: what people and plants act on. */
  readonly wanted: boolean
  readonly why: string
}

/** Ports that a test can hold the flow to: alarms, what is written and what is sent first. */
export function candidatesOf({ flow, ports, types }: Drawn): readonly Candidate[] {
  const found: Candidate[] = []
  for (const [id, entry] of Object.entries(flow.nodes)) {
    const type = types.get(entry.type)
    const drawn = ports[id]
    if (!type || !drawn) continue
    const sends = type.effects === 'writes' || type.effects === 'notifies'
    for (const port of Object.keys(sends ? drawn.inputs : {})) {
      if (flow.wires.some((w) => w.endsWith(` -> ${id}.${port}`))) found.push({ end: `${id}.${port}`, wanted: true, why: type.effects === 'writes' ? t('is written to the plant') : t('is sent') })
    }
    if (type.effects === 'reads') continue
    for (const port of Object.keys(drawn.outputs)) found.push({ end: `${id}.${port}`, wanted: hasAlarms(type), why: hasAlarms(type) ? 'alarm' : '' })
  }
  return found.toSorted((a, b) => Number(b.wanted) - Number(a.wanted))
}

/** Nodes that something at these ports can come from. */
export function upstreamOf(flow: Flow, ends: readonly string[]): ReadonlySet<string> {
  const feeds = new Map<string, string[]>()
  for (const text of flow.wires) {
    const wire = parseWire(text)
    if (wire) feeds.set(wire.to.node, [...(feeds.get(wire.to.node) ?? []), wire.from.node])
  }
  const seen = new Set<string>()
  const waiting = ends.flatMap((end) => parseEnd(end)?.node ?? [])
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    waiting.push(...(feeds.get(id) ?? []))
  }
  return seen
}

export interface Incoming {
  /** 'node.port' of a source, or 'node: act'. */
  readonly at: string
  readonly node: string
  readonly count: number
  readonly bytes: number
}
export const placeOfInput = (one: Recorded): string => ('act' in one ? `${one.node}: ${one.act}` : one.at)

/** What came in, by where. */
export function incomingOf(recorded: readonly Recorded[]): readonly Incoming[] {
  const found = new Map<string, { at: string; node: string; count: number; bytes: number }>()
  for (const one of recorded) {
    const at = placeOfInput(one)
    const known = found.get(at) ?? { at, node: ('act' in one ? one.node : (parseEnd(one.at)?.node ?? one.at)).split('/', 1)[0]!, count: 0, bytes: 0 }
    known.count++
    known.bytes += JSON.stringify(one).length
    found.set(at, known)
  }
  return [...found.values()].toSorted((a, b) => a.at.localeCompare(b.at))
}

/** A flow's document has 8 MB for all that is in it. */
export const MAX_TEST_BYTES = 2 * 1024 * 1024

/** Why these cannot become a test; '' when they can. */
export function tooMuch(chosen: readonly Incoming[]): string {
  const count = chosen.reduce((sum, i) => sum + i.count, 0)
  const bytes = chosen.reduce((sum, i) => sum + i.bytes, 0)
  if (count === 0) return t('Choose at least one input.')
  if (count > MAX_TEST_SAMPLES) return t('These are {samples} samples; a test holds {most}. Choose a shorter time or fewer inputs.', { samples: formatCount(count), most: formatCount(MAX_TEST_SAMPLES) })
  if (bytes > MAX_TEST_BYTES) return t('These are {size} MB; a test holds {most} MB. Leave the waveforms out, or choose a shorter time.', { size: formatDecimals(bytes / 1024 / 1024, 1), most: MAX_TEST_BYTES / 1024 / 1024 })
  return ''
}

/** The chosen inputs, with nothing expected at these ports yet: a run of it tells what leaves. */
export const draftTest = (recorded: readonly Recorded[], at: ReadonlySet<string>, ends: readonly string[]): FlowTest => ({
  input: recorded.filter((one) => at.has(placeOfInput(one))),
  expect: Object.fromEntries(ends.map((end) => [end, []])),
})

/** 'test 2' while 'test' is taken. */
export function freeName(tests: Flow['tests'], wish: string): string {
  const taken = (name: string): boolean => Object.hasOwn(tests ?? {}, name)
  if (!taken(wish)) return wish
  let n = 2
  while (taken(`${wish} ${n}`)) n++
  return `${wish} ${n}`
}
