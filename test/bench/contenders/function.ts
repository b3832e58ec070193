// source -> transform.function -> sink, in the engine, with the interpreter that is asked for. The time is that of this
// process and of the jail together.
import { setImmediate as turn } from 'node:timers/promises'
import { newScriptState, sample, type AnyNode } from '#kit'
import functionNode from '../../../nodes/transform/function.ts'
import { createScriptHost } from '../../../runtime/script/host.ts'
import { startEngine } from '../engine.ts'
import { median, profiled, type Measured, type MeasureTask } from '../measure.ts'
import { cpuMs } from '../proc.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME, reading } from '../readings.ts'
import { flowOf } from '../shapes.ts'

/** As many as the node takes at once. */
const WINDOW = 512
const CHECKED = 10_000
const { interpreter, samples, passes, profile } = task<MeasureTask & { interpreter: 'isolated-vm' | 'quickjs' }>()

const scripts = createScriptHost({ interpreters: [interpreter] })
const said: string[] = []
const state = newScriptState()
/** The node as it is, its script opened by this host. */
const base = functionNode as AnyNode
const node: AnyNode = {
  ...base,
  open: (config, io) => base.open!(config, { ...io, script: (source) => scripts.open(source, { flow: io.flow, node: io.node, now: io.now, state: () => state, log: (_level, text) => void said.push(text) }) }),
}
const engine = await startEngine([flowOf({ convert: ['transform.function', { code: 'emit(sample.value * 1.8 + 32)' }], sink: ['flow.sink', {}] }, ['source.value -> convert.value', 'convert.value -> sink.value'])], { nodes: [node] })
if (!said.some((text) => text.includes(interpreter))) throw new Error(`it is not ${interpreter} that runs: ${said.join(' ')}`)
const [emit] = engine.emits
async function feed(from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    emit!(sample('raw', reading(i), FIRST_TIME + i))
    while (i - engine.arrived() >= WINDOW) await turn()
  }
  while (engine.arrived() < to) await turn()
}

await feed(0, CHECKED)
const arrived = engine.arrived()
const last = engine.last()
if (last !== reading(CHECKED - 1) * 1.8 + 32) throw new Error(`the last result is ${last}`)
let at = CHECKED
const cpu: number[] = []
const clock: number[] = []
const top = await profiled(profile === true, async () => {
  for (let pass = 0; pass <= passes; pass++) {
    const used = cpuMs(process.pid)
    const began = performance.now()
    await feed(at, at + samples)
    if (pass > 0) {
      cpu.push(samples / ((cpuMs(process.pid) - used) / 1000))
      clock.push(samples / ((performance.now() - began) / 1000))
    }
    at += samples
  }
})
await engine.close()
await scripts.close()
answer<Measured>({ perSecond: median(cpu), byClock: median(clock), arrived, last, ...(top ? { top } : {}) })
