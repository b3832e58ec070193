// Two runs over the same recording, port by port: what happened, and what the draft would have given. Samples are compared by
// tag and source time; several of one tag and time in their order. Pure.
import type { JsonSample } from '#kit'
import { equalJson } from '#format'
import type { TraceView } from './trace.ts'

export interface PortDifference {
  readonly end: string
  readonly same: number
  readonly differ: number
  readonly onlyThen: number
  readonly onlyDraft: number
  /** Source time of the first sample that differs. */
  readonly first: number | null
}
export interface Pair {
  readonly time: number
  readonly tag: string
  readonly was: JsonSample | undefined
  readonly draft: JsonSample | undefined
}

export const differences = ({ differ, onlyThen, onlyDraft }: PortDifference): number => differ + onlyThen + onlyDraft

/** All outputs of both, those that differ most first. */
export function compareRuns(was: TraceView, draft: TraceView): readonly PortDifference[] {
  const ends = new Set([...endsOf(was), ...endsOf(draft)])
  return [...ends].map((end) => {
    const count = { end, same: 0, differ: 0, onlyThen: 0, onlyDraft: 0, first: null as number | null }
    for (const pair of pairsOf(was, draft, end)) {
      const how = verdict(pair)
      count[how]++
      if (how !== 'same' && (count.first === null || pair.time < count.first)) count.first = pair.time
    }
    return count
  }).toSorted((a, b) => differences(b) - differences(a) || a.end.localeCompare(b.end))
}

export function verdict({ was, draft }: Pair): 'same' | 'differ' | 'onlyThen' | 'onlyDraft' {
  if (!draft) return 'onlyThen'
  if (!was) return 'onlyDraft'
  return sameSample(was, draft) ? 'same' : 'differ'
}
const sameSample = (a: JsonSample, b: JsonSample): boolean => equalJson(a.value, b.value) && (a.quality ?? 'Good') === (b.quality ?? 'Good')

/** In the order of time. */
export function pairsOf(was: TraceView, draft: TraceView, end: string): readonly Pair[] {
  const left = new Map<string, JsonSample[]>()
  for (const s of samplesOf(draft, end)) {
    const key = `${s.time} ${s.tag}`
    const list = left.get(key)
    if (list) list.push(s)
    else left.set(key, [s])
  }
  const pairs: Pair[] = []
  for (const s of samplesOf(was, end)) pairs.push({ time: s.time, tag: s.tag, was: s, draft: left.get(`${s.time} ${s.tag}`)?.shift() })
  for (const rest of left.values()) for (const s of rest) pairs.push({ time: s.time, tag: s.tag, was: undefined, draft: s })
  return pairs.toSorted((a, b) => a.time - b.time)
}

export function samplesOf(view: TraceView, end: string): readonly JsonSample[] {
  const dot = end.indexOf('.')
  return view.nodes.get(end.slice(0, dot))?.outputs.get(end.slice(dot + 1))?.samples ?? []
}

function* endsOf(view: TraceView): Generator<string> {
  for (const [id, node] of view.nodes) for (const port of node.outputs.keys()) yield `${id}.${port}`
}
