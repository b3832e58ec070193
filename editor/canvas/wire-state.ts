// What a wire says of itself: what flows, and whether that is to be believed. Told by words and by dashes, then by colour.
import { t } from '../language/index.ts'
import { formatRate, formatValue, severityOf } from '../state/format.ts'
import type { State } from '../state/model.ts'
import { hearingOf } from '../state/status.ts'

export type WireCondition = 'live' | 'idle' | 'stale' | 'uncertain' | 'bad'
/** What stands before the rate. */
export const WORDS: Readonly<Record<WireCondition, string>> = { live: '', idle: '', stale: `◇ ${t('stale')}`, uncertain: `? ${t('uncertain')}`, bad: `✕ ${t('bad')}` }

/** One short text, so that a wire redraws only when it changes. Slow truth values show themselves, as they matter more than their rate. */
export function labelOf(s: Pick<State, 'live' | 'flows' | 'flowId' | 'ports'>, source: string, port: string): string {
  const out = s.live.nodes[source]?.outputs[port]
  if (!out || hearingOf(s) !== 'open') return ''
  const kind = s.ports[source]?.outputs[port]?.kind
  if ((kind === 'boolean' || kind === 'event') && out.last) return formatValue(out.last.value)
  return formatRate(out.rate)
}

export function conditionOf(s: Pick<State, 'live' | 'flows' | 'flowId'>, source: string, port: string): WireCondition {
  const status = s.live.nodes[source]
  if (hearingOf(s) !== 'open' || !status) return 'idle'
  if (status.health.state === 'stale') return 'stale'
  const last = status.outputs[port]?.last
  const level = last ? severityOf(last) : 'good'
  if (level === 'bad') return 'bad'
  if (status.health.state === 'error') return 'idle'
  return level === 'uncertain' ? 'uncertain' : 'live'
}
