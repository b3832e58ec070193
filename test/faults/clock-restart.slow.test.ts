// The engine is started again after its clock was set back: its own state must not be in its future.
import { test } from 'vitest'
import { until } from '../io.ts'
import { expectAllThrough, setAhead, startClocked } from './clock-world.ts'

test('an engine that is started again after its clock was set back gives every reading on', { timeout: 120_000 }, async () => {
  const w = await startClocked()
  setAhead(3_600_000)
  await w.read(100)
  const { pid, restarts } = w.engines.status()[0]!
  setAhead(0)
  process.kill(pid!, 'SIGKILL')
  await until('another one runs', () => w.engines.status()[0]!.restarts > restarts && w.engines.status()[0]!.state === 'running')
  await w.read(100)
  await expectAllThrough(w)
})
