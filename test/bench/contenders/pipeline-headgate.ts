// set -> scale -> deadband -> switch -> sink in Headgate's engine.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sample } from '#kit'
import { FORMAT, type Flow } from '#format'
import { startEngine } from '../engine.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME, measure, reading, type PipelineResult } from '../readings.ts'

const flow: Flow = {
  headgate: FORMAT, id: 'bench', name: 'bench', parameters: {}, connections: {},
  nodes: {
    source: { type: 'source.bench', config: {}, at: [0, 0] },
    set: { type: 'transform.set', config: { tag: 'line1' }, at: [0, 0] },
    scale: { type: 'transform.scale', config: { factor: 0.1, offset: -40 }, at: [0, 0] },
    deadband: { type: 'filter.deadband', config: { threshold: 0.5 }, at: [0, 0] },
    route: { type: 'rule.switch', config: { rules: [{ name: 'high', when: '>', value: 50 }] }, at: [0, 0] },
    sink: { type: 'flow.sink', config: {}, at: [0, 0] },
  },
  wires: ['source.value -> set.value', 'set.value -> scale.value', 'scale.value -> deadband.value', 'deadband.value -> route.value', 'route.high -> sink.value', 'route.otherwise -> sink.value'],
}

const { samples, passes } = task<{ samples: number; passes: number }>()
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
const engine = await startEngine(flow, folder)
const result = await measure(
  samples,
  passes,
  (from, to) => {
    for (let i = from; i < to; i++) engine.emit(sample('raw', reading(i), FIRST_TIME + i))
  },
  () => engine.arrived(),
)
engine.check()
await engine.close()
rmSync(folder, { recursive: true })
answer<PipelineResult>(result)
