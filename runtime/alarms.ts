// The gateway's list of alarms: what engines report, with since when and by whom acknowledged. A pair of 'normal' and
// acknowledged leaves the list; nothing else does but the removal of its node.
import type { AlarmReport } from './engine/contract.ts'
import type { AlarmBody } from '#format'

export interface AlarmList {
  all(): AlarmBody[]
  /** Takes a report in; gives what everybody should be told. */
  report(report: AlarmReport): AlarmBody
  /** Who is about to acknowledge: told with the reports that come until the answer calls what it gives. */
  acknowledging(flow: string, node: string, tag: string | undefined, user: string): () => void
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
      const by = report.state === 'unacknowledged' ? undefined : (acknowledgers.get(key) ?? before?.acknowledgedBy)
      const body: AlarmBody = { ...report, since: raised ? report.time : (before?.since ?? report.time), ...(by === undefined ? {} : { acknowledgedBy: by }) }
      if (report.state === 'normal') active.delete(key)
      else active.set(key, body)
      return body
    },
    acknowledging(flow, node, tag, user) {
      const keys = [...active.values()].filter((a) => a.flow === flow && a.node === node && (tag === undefined || a.tag === tag)).map((a) => keyOf(flow, node, a.tag))
      for (const key of keys) acknowledgers.set(key, user)
      return () => {
        for (const key of keys) if (acknowledgers.get(key) === user) acknowledgers.delete(key)
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
