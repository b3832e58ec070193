// Two runs over the same recording.
import { expect, test } from 'vitest'
import type { JsonSample } from '#kit'
import type { Step } from '#format'
import { compareRuns, pairsOf, verdict } from './compare-runs.ts'
import { viewOf } from './trace.ts'

const run = (samples: readonly (readonly [port: string, sample: JsonSample])[]) => viewOf({
  steps: samples.map(([port, sample], id): Step => ({ id, cause: null, now: sample.time, node: 'n', what: 'timer', out: [{ port, sample }], outcome: 'fired' })),
  skipped: 0, version: null, from: 0, to: 10, ledger: {}, issues: [],
})
const s = (value: number, time: number, rest: Partial<JsonSample> = {}): JsonSample => ({ tag: 't', value, time, ...rest })

test('samples are compared by tag and time, whatever lies between them', () => {
  const was = run([['a', s(1, 1)], ['a', s(2, 2)], ['a', s(3, 3)], ['b', s(1, 1)]])
  const draft = run([['a', s(1, 1)], ['a', s(9, 3)], ['b', s(1, 1, { quality: 'Good' })], ['a', s(4, 4)], ['c', s(0, 5)]])
  expect(compareRuns(was, draft)).toEqual([
    { end: 'n.a', same: 1, differ: 1, onlyThen: 1, onlyDraft: 1, first: 2 },
    { end: 'n.c', same: 0, differ: 0, onlyThen: 0, onlyDraft: 1, first: 5 },
    { end: 'n.b', same: 1, differ: 0, onlyThen: 0, onlyDraft: 0, first: null },
  ])
  expect(pairsOf(was, draft, 'n.a').map((p) => [p.time, verdict(p)])).toEqual([[1, 'same'], [2, 'onlyThen'], [3, 'differ'], [4, 'onlyDraft']])
})

test('another quality differs, and several samples of one time are taken in their order', () => {
  const [port] = compareRuns(run([['a', s(1, 1)], ['a', s(2, 1)]]), run([['a', s(1, 1)], ['a', s(2, 1, { quality: 'BadSensorFailure' })]]))
  expect(port).toMatchObject({ same: 1, differ: 1 })
})
