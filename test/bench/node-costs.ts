// `node test/bench/node-costs.ts`: what a sample costs in each node without effects, by its first example, at full speed.
// Writes runtime/node-costs.json, which the capacity estimate reads. Of this machine at this hour: good for a factor of two.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf, sample as makeSample, valueFromJson, type AnyNode, type JsonValue } from '#kit'
import { nodes } from '../../nodes/index.ts'
import { soloPlan } from '../../runtime/engine/example.ts'
import { Replay } from '../../runtime/engine/replay.ts'

const SPAN_MS = 60
const table: Record<string, number> = {}
for (const def of [...nodes.values()].toSorted((a, b) => (a.type < b.type ? -1 : 1))) {
  if (def.effects !== 'none' || def.open || def.queue || Object.keys(def.inputs).length === 0) continue
  try {
    const ns = await cost(def)
    if (ns !== undefined) table[def.type] = ns
  } catch (thrown) {
    process.stderr.write(`${def.type}: ${reasonOf(thrown)}\n`)
  }
}
writeFileSync(join(import.meta.dirname, '../../runtime/node-costs.json'), `${JSON.stringify({ command: 'node test/bench/node-costs.ts', nsPerSample: table }, null, 2)}\n`)

async function cost(def: AnyNode): Promise<number | undefined> {
  const example = def.examples.find((e) => e.in.length > 0)
  if (!example) return undefined
  const plan = soloPlan(def, example.config)
  const replay = await Replay.open(plan, { nodes })
  const inputs = example.in.map((s) => ({ port: s.at, tag: s.tag ?? 'x', value: valueFromJson(s.value as JsonValue), time: s.time }))
  const first = inputs[0]!.time
  const span = Math.max(1, inputs.at(-1)!.time - first) + 1000
  let count = 0
  let round = 0
  let took = 0
  const turn = async (): Promise<void> => {
    const shift = round++ * span - first
    const samples = inputs.map((s) => [s.port, makeSample(s.tag, s.value, s.time + shift, 0)] as const)
    const began = performance.now()
    for (const [port, s] of samples) replay.flow.injectInput(plan.nodes[0]!.id, port, s)
    // The clock goes with the readings: a timer that is set again must not be due at once.
    await replay.advance(shift + span)
    took += performance.now() - began
    count += samples.length
  }
  while (took < SPAN_MS / 3) await turn()
  took = 0
  count = 0
  while (took < SPAN_MS) await turn()
  await replay.close()
  return Math.round((took * 1e6) / count)
}
