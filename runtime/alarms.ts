// The gateway's list of alarms: what engines report, with since when and by whom acknowledged. A pair of 'normal' and
// acknowledged leaves the list; nothing else does but the removal of its node.
import type { AlarmReport } from './engine/contract.ts'
import type { AlarmBody } from '#format'

export interface AlarmList {
  all(): AlarmBody[]
  /** Takes a report in; gives what everybody should be told. */
  report(report: AlarmReport): AlarmBody
  /** Who is about to acknowledge: told with the reports that follow. */
  acknowledging(flow: string, node: string, tag: string | undefined, user: string): void
  /** Drops the alarms of nodes that are no more; gives them as normal, to be told. */
  keep(flow: string, has: (node: string) => boolean): AlarmBody[]
}

const keyOf = (flow: string, node: string, tag: string): string => `${flow}\n${node}\n${tag}`

export function createAlarms(now: () => number, from: readonly AlarmBody[] = []): AlarmList {
  const active = new Map<string, AlarmBody>(from.map((a) => [keyOf(a.flow, a.node, a.tag), a]))
  const acknowledgers = new Map<string, string>()
  return {
    all: () => [...active.values()].toSorted((a, b) => b.time - a.time),
    report(report) {
      const key = keyOf(report.flow, report.node, report.tag)
      const before = active.get(key)
      const raised = report.state === 'unacknowledged' && before?.state !== 'unacknowledged'
      const by = raised ? undefined : (acknowledgers.get(key) ?? before?.acknowledgedBy)
      const body: AlarmBody = { ...report, since: raised ? report.time : (before?.since ?? report.time), ...(by === undefined ? {} : { acknowledgedBy: by }) }
      acknowledgers.delete(key)
      if (report.state === 'normal') active.delete(key)
      else active.set(key, body)
      return body
    },
    acknowledging(flow, node, tag, user) {
      for (const alarm of active.values()) {
        if (alarm.flow === flow && alarm.node === node && (tag === undefined || alarm.tag === tag)) acknowledgers.set(keyOf(flow, node, alarm.tag), user)
      }
    },
    keep(flow, has) {
      const gone: AlarmBody[] = []
      for (const [key, alarm] of active) {
        if (alarm.flow !== flow || has(alarm.node)) continue
        active.delete(key)
        acknowledgers.delete(key)
        gone.push({ ...alarm, state: 'normal', time: now() })
      }
      return gone
    },
  }
}
