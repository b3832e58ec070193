// The alarm list as ISA-18.2 and EEMUA 191 want it looked at: order, filters, and the figures that tell a flood. Pure.
import type { AlarmBody, AlarmLogBody } from '#format'
import { t } from '../language/index.ts'
import { isQuiet, isWaiting } from './status.ts'

export const STATES: Readonly<Record<AlarmBody['state'], string>> = { normal: t('normal'), unacknowledged: t('unacknowledged'), acknowledged: t('acknowledged'), returned: t('back to normal, unacknowledged'), latched: t('back to normal, waits for a reset'), shelved: t('shelved'), suppressed: t('suppressed by design'), 'out-of-service': t('out of service') }
const RANKS: readonly AlarmBody['state'][] = ['unacknowledged', 'returned', 'latched', 'acknowledged', 'shelved', 'suppressed', 'out-of-service', 'normal']
export const PRIORITIES: readonly AlarmBody['priority'][] = ['critical', 'high', 'medium', 'low']
export const PRIORITY_WORDS: Readonly<Record<AlarmBody['priority'], string>> = { critical: t('critical'), high: t('high'), medium: t('medium'), low: t('low') }

export const alarmKey = (a: Pick<AlarmBody, 'flow' | 'node' | 'tag'>): string => `${a.flow}\n${a.node}\n${a.tag}`
/** What waits for somebody first, what is put aside last. */
const rankOf = (a: AlarmBody): number => (isWaiting(a) ? 0 : RANKS.indexOf(a.state))
export const mayAcknowledge = (a: AlarmBody): boolean => a.state === 'unacknowledged' || a.state === 'returned'

export type AlarmSort = 'rank' | 'priority' | 'tag' | 'since'
export interface AlarmFilter {
  /** All: every one in the list. Waiting: somebody has to act. Aside: shelved, suppressed, out of service. */
  readonly show: 'all' | 'waiting' | 'standing' | 'aside'
  readonly priority: AlarmBody['priority'] | null
  readonly flow: string | null
  readonly text: string
}
export const noFilter: AlarmFilter = { show: 'all', priority: null, flow: null, text: '' }

export function shownAlarms(alarms: readonly AlarmBody[], filter: AlarmFilter, sort: AlarmSort): readonly AlarmBody[] {
  const text = filter.text.trim().toLowerCase()
  const shown = alarms.filter((a) =>
    (filter.show === 'all' || (filter.show === 'waiting' ? isWaiting(a) : filter.show === 'aside' ? isQuiet(a) : !isQuiet(a)))
    && (filter.priority === null || a.priority === filter.priority)
    && (filter.flow === null || a.flow === filter.flow)
    && (text === '' || `${a.tag} ${a.node} ${a.nodeName ?? ''} ${a.message} ${a.condition ?? ''} ${a.flow}`.toLowerCase().includes(text)))
  const priority = (a: AlarmBody, b: AlarmBody): number => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority)
  const rank = (a: AlarmBody, b: AlarmBody): number => rankOf(a) - rankOf(b) || priority(a, b) || b.since - a.since
  const by: Readonly<Record<AlarmSort, (a: AlarmBody, b: AlarmBody) => number>> = {
    rank, priority: (a, b) => priority(a, b) || rank(a, b), tag: (a, b) => a.tag.localeCompare(b.tag) || rank(a, b), since: (a, b) => b.since - a.since || rank(a, b),
  }
  return shown.toSorted(by[sort])
}

/** EEMUA 191: more than ten new alarms in ten minutes is a flood, which nobody can follow. */
export const FLOOD = { count: 10, ms: 600_000 } as const
export interface AlarmFigures {
  /** New alarms of the last ten minutes. */
  readonly recent: number
  readonly flood: boolean
  /** Raised and not put aside. */
  readonly standing: number
  readonly waiting: number
  readonly aside: number
  /** Longer than a day. */
  readonly stale: number
}
/** `log` newest first: of each alarm a change into 'unacknowledged' is a new one, also when it had returned. */
export function figuresOf(alarms: readonly AlarmBody[], log: readonly AlarmLogBody[], now: number): AlarmFigures {
  const raised = log.filter((e, i) => {
    if (e.state !== 'unacknowledged' || e.time <= now - FLOOD.ms || e.time > now + 60_000) return false
    // A graver limit of an alarm that is raised already is no new alarm.
    const before = log.slice(i + 1).find((o) => alarmKey(o) === alarmKey(e))
    return before?.state !== 'unacknowledged'
  }).length
  return { recent: raised, flood: raised > FLOOD.count, standing: alarms.filter((a) => !isQuiet(a) && (a.state === 'unacknowledged' || a.state === 'acknowledged')).length, waiting: alarms.filter(isWaiting).length, aside: alarms.filter(isQuiet).length, stale: alarms.filter((a) => !isQuiet(a) && now - a.since > 86_400_000).length }
}
