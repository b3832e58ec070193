// Runs a node's own example on the real engine: one node alone, its inputs fed, all its outputs tapped.
import { qualityCode, qualityName, Quality, resolvePorts, sample, valueFromJson, valueToJson, withDefaults, type AnyNode, type Example, type ExampleSample, type Issue, type JsonValue, type Resources, type Sample } from '#kit'
import type { Ledger } from '#format'
import type { Plan } from './contract.ts'
import type { Attached, FlowRun } from './flow.ts'
import { Replay } from './replay.ts'
import type { NodeRun } from './run.ts'

const ID = 'node'

export interface ExampleRun {
  /** In order; the tag is left out when it is 'x', the quality when it is Good. */
  readonly out: ExampleSample[]
  readonly ledger: Ledger
  readonly issues: Issue[]
}
export interface ExampleOptions {
  /** After that many inputs the state is cloned as plain data and the node is built again from it. */
  readonly checkpointAfter?: number
  readonly open?: (run: NodeRun, flow: FlowRun) => Promise<Attached | undefined>
  readonly resources?: Resources
  /** After each input: a run may be told to end, by a throw. */
  readonly after?: () => Promise<void>
}

/** The plan of one node without wires. */
export function soloPlan(node: AnyNode, config: unknown, known: Resources = { model: () => undefined }): Plan {
  const full = withDefaults(node.config, config)
  const dynamic = node.ports?.(full, known)
  const ports = { inputs: dynamic?.inputs ?? resolvePorts(node.inputs, full), outputs: dynamic?.outputs ?? resolvePorts(node.outputs, full) }
  return { flow: 'example', name: 'example', version: 1, nodes: [{ id: ID, type: node.type, title: node.title, config: full, ports }], wires: [], connections: {}, secrets: [], models: [] }
}

export async function runExample(node: AnyNode, example: Example<unknown>, options: ExampleOptions = {}): Promise<ExampleRun> {
  const plan = soloPlan(node, example.config, options.resources)
  const setup = { nodes: new Map([[node.type, node]]), start: example.in[0]?.time ?? 0, ...(options.open ? { open: options.open } : {}) }
  const out: ExampleSample[] = []
  const show = (at: string, s: Sample): void => void out.push(exampleSample(at.slice(ID.length + 1), s))
  const ledgers: Ledger[] = []
  const issues: Issue[] = []
  const taps = Object.keys(plan.nodes[0]!.ports.outputs).map((name) => `${ID}.${name}`)
  const begin = (saved?: Parameters<typeof Replay.open>[4], start = setup.start): Promise<Replay> => Replay.open(plan, { ...setup, start }, taps, show, saved)
  const finish = async (run: Replay): Promise<void> => {
    const node = run.flow.runs.get(ID)!
    ledgers.push(node.ledger())
    issues.push(...run.flow.issuesOf(node, run.now))
    await run.close()
  }
  let run = await begin()
  for (const [i, input] of example.in.entries()) {
    if (i > 0 && i === options.checkpointAfter) {
      const saved = structuredClone(run.flow.save())
      await finish(run)
      run = await begin(saved, run.now)
    }
    const value = valueFromJson(input.value as JsonValue)
    const quality = qualityCode(input.quality)
    if (quality === undefined) throw new Error(`unknown quality '${input.quality}' in the example '${example.title}'`)
    await run.put({ at: `${ID}.${input.at}`, sample: sample(input.tag ?? 'x', value, input.time, quality) })
    await options.after?.()
  }
  await run.end()
  await finish(run)
  return { out, ledger: ledgers.reduce(sum), issues }
}

function exampleSample(at: string, s: Sample): ExampleSample {
  return {
    at,
    ...(s.tag === 'x' ? {} : { tag: s.tag }),
    value: valueToJson(s.value),
    time: s.time,
    ...(s.quality === Quality.good ? {} : { quality: qualityName(s.quality) }),
  }
}

/** Counts of two halves of a run: what the first still held is the second's. */
function sum(a: Ledger, b: Ledger): Ledger {
  const dropped: Record<string, number> = { ...a.dropped }
  for (const [reason, n] of Object.entries(b.dropped)) dropped[reason] = (dropped[reason] ?? 0) + n
  return { in: a.in + b.in, passed: a.passed + b.passed, held: a.held + b.held, failed: a.failed + b.failed, queued: a.queued + b.queued, dropped }
}
