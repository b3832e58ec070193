import { expect, test } from 'vitest'
import type { AlarmBody, AlarmLogBody, AuditEntry } from '#format'
import { figuresOf, noFilter, shownAlarms } from './alarms.ts'
import { happenings, matching, ofAudit } from './events.ts'

const alarm = (tag: string, state: AlarmBody['state'], rest: Partial<AlarmBody> = {}): AlarmBody => ({ flow: 'pump', node: 'wear', tag, time: 1000, since: 1000, state, priority: 'medium', message: `${tag} high`, value: 9, limit: 8, ...rest })

test('what waits comes first, then by priority, the newest first', () => {
  const list = [alarm('a', 'shelved', { priority: 'critical' }), alarm('b', 'acknowledged', { priority: 'critical' }), alarm('c', 'unacknowledged', { priority: 'low' }), alarm('d', 'returned', { priority: 'high' }), alarm('e', 'unacknowledged', { priority: 'low', since: 5000 })]
  const tags = (sort: Parameters<typeof shownAlarms>[2], filter = noFilter) => shownAlarms(list, filter, sort).map((a) => a.tag).join('')
  expect(tags('rank')).toBe('decba')
  expect(tags('since')).toBe('edcba')
  expect(tags('tag')).toBe('abcde')
  expect(tags('priority')).toBe('badec')
  expect(tags('rank', { ...noFilter, show: 'waiting' })).toBe('dec')
  expect(tags('rank', { ...noFilter, show: 'aside' })).toBe('a')
  expect(tags('rank', { ...noFilter, priority: 'low', text: 'E HIGH' })).toBe('e')
  expect(tags('rank', { ...noFilter, flow: 'other' })).toBe('')
})

test('a flood is more than ten new alarms in ten minutes; an acknowledgement and a graver limit are none', () => {
  let id = 100
  const change = (minutesAgo: number, tag: string, state: AlarmBody['state']): AlarmLogBody => ({ ...alarm(tag, state, { time: 3_600_000 - minutesAgo * 60_000 }), id: id-- })
  const ten = Array.from({ length: 10 }, (_, i) => change(1, `t${i}`, 'unacknowledged'))
  const log = [...ten, change(2, 't0', 'normal'), change(3, 'x', 'acknowledged'), change(20, 'old', 'unacknowledged')]
  expect(figuresOf([], log, 3_600_000)).toMatchObject({ recent: 10, flood: false })
  expect(figuresOf([], [change(0, 'x', 'unacknowledged'), ...log], 3_600_000)).toMatchObject({ recent: 11, flood: true })
  expect(figuresOf([], [change(0, 't3', 'unacknowledged'), ...log], 3_600_000), 'raised already').toMatchObject({ recent: 10 })
  expect(figuresOf([alarm('a', 'unacknowledged', { since: 3_600_000 }), alarm('b', 'acknowledged', { since: 0 }), alarm('c', 'shelved'), alarm('d', 'returned', { since: 80_000_000 })], [], 90_000_000)).toMatchObject({ standing: 2, waiting: 2, aside: 1, stale: 1 })
})

const audit = (id: number, time: number, act: string, subject = 'pump'): AuditEntry => ({ id, time, user: 'ada', act, subject, detail: '' })

test('events come from both books, and never with a hole', () => {
  const changes: AlarmLogBody[] = [{ ...alarm('t', 'unacknowledged', { time: 50 }), id: 9 }, { ...alarm('t', 'normal', { time: 20 }), id: 8 }]
  const entries = [audit(3, 60, 'deploy'), audit(2, 40, 'arm')]
  const list = happenings({ entries, done: false }, { entries: changes, done: true })
  expect(list.map((h) => h.time), 'what is before the oldest audit entry that was read is not shown yet').toEqual([60, 50, 40])
  expect(happenings({ entries, done: true }, { entries: changes, done: true }).map((h) => h.time)).toEqual([60, 50, 40, 20])
  expect(happenings({ entries: [], done: false }, { entries: changes, done: true })).toEqual([])
  expect(matching(list, new Set(['deploy']), '').map((h) => h.what)).toEqual(['deployed'])
  expect(matching(list, new Set(), 'ADA')).toHaveLength(2)
  expect(matching(list, new Set(['access']), '')).toEqual([])
})

test('an entry leads to its flow and node, and a name is no flow', () => {
  expect(ofAudit(audit(1, 1, 'shelve', 'pump.wear'))).toMatchObject({ kind: 'operator', what: 'shelved', flow: 'pump', node: 'wear' })
  expect(ofAudit(audit(1, 1, 'connection.put', 'plc'))).not.toHaveProperty('flow')
  expect(ofAudit(audit(1, 1, 'login', 'session'))).toMatchObject({ kind: 'access' })
  expect(ofAudit(audit(1, 1, 'engine.restart', 'engine-1'))).toMatchObject({ kind: 'system' })
  expect(ofAudit(audit(1, 1, 'write.denied', 'pump.slow'))).toMatchObject({ kind: 'write', node: 'slow' })
})
