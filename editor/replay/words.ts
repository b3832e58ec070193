// What a step did, in a few plain words. Pure.
import type { Step } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatValue } from '../state/format.ts'
import { formatCount } from '../state/numbers.ts'
import type { Work } from '../state/past.ts'

export const OUTCOMES: Readonly<Record<Step['outcome'], string>> = {
  passed: t('passed'), held: t('kept for later'), dropped: t('dropped'), failed: t('failed'), done: t('done'), muted: t('not sent: a replay writes nothing'), fired: t('its time was due'),
}
/** A mark that says the outcome without its colour. */
export const MARKS: Readonly<Record<Step['outcome'], string>> = { passed: '→', held: '⋯', dropped: '⊘', failed: '✕', done: '✓', muted: '∅', fired: '◷' }

const CAME: Readonly<Record<Step['what'], string>> = { source: t('came from outside'), receive: t('came in'), timer: t('its time was due'), act: t('a person acted'), start: t('it started'), end: t('the recording ended') }

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
  if (step.outcome === 'passed') return step.what === 'source' ? '' : step.out.length === 0 ? t('passed') : t('gave {values}', { values: wentOut(step) })
  if (step.outcome === 'fired') return step.out.length === 0 ? t('gave nothing') : t('gave {values}', { values: wentOut(step) })
  return step.reason === undefined ? OUTCOMES[step.outcome] : `${OUTCOMES[step.outcome]}: ${said(step.reason)}`
}

export const WORKING: Readonly<Record<Work['what'], string>> = { look: t('The lab runs that minute again…'), 'what-if': t('The lab runs your draft over the same inputs…'), tests: t('The lab runs the tests…') }

/** '1 step', '3 steps' */
export const stepsOf = (count: number): string => t('{number} steps', { count, number: formatCount(count) })
export const inputsOf = (count: number): string => t('{number} inputs', { count, number: formatCount(count) })
export const samplesOf = (count: number): string => t('{number} samples', { count, number: formatCount(count) })
