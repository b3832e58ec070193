// A real engine process whose system clock is set an hour forward and back while messages come.
import { expect, test } from 'vitest'
import { expectAllThrough, setAhead, startClocked } from './clock-world.ts'

test('an engine whose clock is set an hour forward and back gives every reading on, in one window each', { timeout: 120_000 }, async () => {
  const w = await startClocked()
  await w.read(100)
  setAhead(3_600_000)
  await w.read(100)
  setAhead(0)
  await w.read(100)
  await expectAllThrough(w)
  expect(w.delayed).toEqual(Array.from({ length: w.sent() }, (_, i) => i))
  // Seven seconds of readings, not an hour of windows.
  expect(w.windows.size).toBeLessThan(100)
  expect(w.log.filter((l) => /set back by 3600 s/.test(l))).toHaveLength(1)
})
