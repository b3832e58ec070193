// The short form of `npm run test:faults`, and the proof that its books find an engine which breaks a promise.
import { expect, test } from 'vitest'
import { killRun } from './kill.ts'
import type { Sabotage } from './telling.ts'

test('an engine that is killed fifty times, at any moment, keeps every promise', { timeout: 400_000 }, async ({ annotate }) => {
  const seed = Date.now() % 1_000_000_000
  const report = await killRun({ kills: 50, seed })
  const { acknowledged, repeated, redelivered, retold, largestRepeat, checkpoints, kills, recoveryMs } = report
  await annotate(`seed ${seed}: ${JSON.stringify({ acknowledged, repeated, redelivered, retold, largestRepeat, checkpoints, kills, recoveryMs: recoveryMs.at(-1) })}`)
  expect(report.findings, `seed ${seed}`).toEqual([])
  // What leaves comes of what is stored: told again, it is the same.
  expect(retold).toBe(0)
  expect(acknowledged).toBeGreaterThan(2000)
  expect(repeated).toBeGreaterThan(0)
  expect(checkpoints).toBeGreaterThan(0)
})

// A wrong recovery shows as a count that is told of another sample, or that is passed over.
test.each<[Sabotage, RegExp]>([
  ['early', /it was stored|Lost/],
  ['repeats', /Counted twice/],
  ['skips', /it was stored|Lost/],
  ['forgets', /it was stored|Lost/],
  ['drains', /Lost/],
  ['never', /Repeated from before the last checkpoint/],
])('the books find an engine that breaks one: %s', { timeout: 120_000 }, async (sabotage, found) => {
  const { findings } = await killRun({ kills: 30, seed: 7, sabotage, only: ['checkpoint', 'running'], shutShare: 0.5 })
  expect(findings.join('\n')).toMatch(found)
})
