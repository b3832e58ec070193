// What a step did, in a few plain words. Pure.
import type { Step } from '#format'
import { formatValue } from '../state/format.ts'
import { formatCount } from '../state/numbers.ts'
import type { Work } from '../state/past.ts'

export const OUTCOMES: Readonly<Record<Step['outcome'], string>> = {
  passed: 'passed', held: 'kept for later', dropped: 'dropped', failed: 'failed', done: 'done', muted: 'not sent: a replay writes nothing', fired: 'its time was due',
}
/** A mark that says the outcome without its colour. */
export const MARKS: Readonly<Record<Step['outcome'], string>> = { passed: '→', held: '⋯', dropped: '⊘', failed: '✕', done: '✓', muted: '∅', fired: '◷' }

const CAME: Readonly<Record<Step['what'], string>> = { source: 'came from outside', receive: 'came in', timer: 'its time was due', act: 'a person acted', start: 'it started', end: 'the recording ended' }

/** 'value 46.1 came in' */
export function cameIn({ what, port, sample }: Step): string {
  if (what !== 'receive' && what !== 'source') return CAME[what]
  return `${port ?? ''}${sample ? ` ${formatValue(sample.value)}${badly(sample.quality)}` : ''} ${CAME[what]}`.trim()
}
/** 'value 46.1' of each output. */
export const wentOut = ({ out }: Step): string => out.map((o) => `${o.port} ${formatValue(o.sample.value)}${badly(o.sample.quality)}`).join(', ')

const badly = (quality: string | undefined): string => (quality === undefined || quality === 'Good' ? '' : ` (${quality})`)

/** 'dropped: It has not moved by more than the threshold.' */
export function became(step: Step): string {
  if (step.outcome === 'passed') return step.what === 'source' ? '' : step.out.length === 0 ? 'passed' : `gave ${wentOut(step)}`
  if (step.outcome === 'fired') return step.out.length === 0 ? 'gave nothing' : `gave ${wentOut(step)}`
  return step.reason === undefined ? OUTCOMES[step.outcome] : `${OUTCOMES[step.outcome]}: ${step.reason}`
}

export const WORKING: Readonly<Record<Work['what'], string>> = { look: 'The lab runs that minute again…', 'what-if': 'The lab runs your draft over the same inputs…', tests: 'The lab runs the tests…' }

/** '1 step', '3 steps' */
export const countOf = (n: number, one: string, many = `${one}s`): string => `${formatCount(n)} ${n === 1 ? one : many}`
