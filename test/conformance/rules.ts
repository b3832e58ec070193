// What every node that runs by its code alone must keep to, as checks that throw; sabotage.test.ts shows that they do.
import { expect } from 'vitest'
import { formatIssue, resolvePorts, starterOf, withDefaults, type AnyNode, type Example, type ExampleSample, type JsonValue, type Kind } from '#kit'
import { runExample, type ExampleRun } from '../../runtime/engine/example.ts'

/** The example is true, to the last digit, and nobody complained. */
export async function expectExample(node: AnyNode, example: Example<unknown>): Promise<void> {
  const run = await runExample(node, example)
  expect(run.out).toEqual(example.out)
  expect(run.issues).toEqual([])
  expectBalance(run, example.in.length)
}

/** Its state is plain data and all of it: built again from a checkpoint anywhere, it gives the same output. */
export async function expectResumes(node: AnyNode, example: Example<unknown>): Promise<void> {
  const whole = await runExample(node, example)
  for (let n = 1; n < example.in.length; n++) {
    const resumed = await runExample(node, example, { checkpointAfter: n })
    expect(resumed.out, `after ${n} samples`).toEqual(whole.out)
    expectBalance(resumed, example.in.length)
  }
}

/** One outcome for each sample, on declared ports and for declared reasons, and nothing that is none looks good. */
export async function expectSound(node: AnyNode, example: Example<unknown>): Promise<void> {
  const run = await runExample(node, example)
  expectBalance(run, example.in.length)
  expect(run.ledger.failed, run.issues.map(formatIssue).join('\n')).toBe(0)
  const ports = Object.keys(resolvePorts(node.outputs, withDefaults(node.config, example.config)))
  for (const s of run.out) {
    expect(ports).toContain(s.at)
    if (looksBad(s.value)) expect(s.quality ?? 'Good', JSON.stringify(s)).toMatch(/^Bad/)
  }
  for (const reason of Object.keys(run.ledger.dropped)) expect(Object.keys(node.drops ?? {})).toContain(reason)
}

function expectBalance({ ledger }: ExampleRun, count: number): void {
  expect(ledger.in).toBe(count)
  const { passed, held, failed, queued, dropped } = ledger
  expect(passed + held + failed + queued + Object.values(dropped).reduce((a, b) => a + b, 0), `of ${count}: ${JSON.stringify(ledger)}`).toBe(count)
}

/** A missing value, NaN or an infinity, at the top: none of them may be called good or uncertain. */
function looksBad(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.hasOwn(value, '$number'))
}

/** Streams that plants really send, for every input and every config that the node shows. */
export function hostile(node: AnyNode): (readonly [string, Example<unknown>])[] {
  const configs = [starterOf(node), ...node.examples.map((e) => e.config)]
  return configs.flatMap((config, i) => {
    const inputs = Object.entries(resolvePorts(node.inputs, withDefaults(node.config, config)))
    return Object.entries(streams).map(([what, stream]) => {
      const fed: ExampleSample[] = inputs.flatMap(([at, port]) => valuesOf(port.kind, port.length).flatMap((values) => stream(values).map((s) => ({ at, ...s }))))
      const last = Math.max(0, ...fed.map((s) => s.time))
      return [`${what} (${i === 0 ? 'starting config' : `config of '${node.examples[i - 1]!.title}'`})`, { title: what, config, in: [...fed, ...fed.slice(0, 1).map((s) => ({ ...s, tag: 'y', time: last + 100_000 }))], out: [] }] as const
    })
  })
}

type Fed = Omit<ExampleSample, 'at'>
/** Two good values and one that is none. */
interface Values {
  readonly a: JsonValue
  readonly b: JsonValue
  readonly broken: JsonValue
}
const streams: Record<string, (v: Values) => Fed[]> = {
  'bad quality': ({ a, b }) => [
    { value: a, time: 0, quality: 'BadSensorFailure' },
    { value: a, time: 1000 },
    { value: b, time: 2000, quality: 'BadCommunicationError' },
    { value: null, time: 3000, quality: 'BadNoData' },
    { value: b, time: 4000, quality: 'Uncertain' },
    { value: a, time: 5000 },
  ],
  'NaN and nothing, called good': ({ a, broken }) => [
    { value: broken, time: 0 },
    { value: a, time: 1000 },
    { value: broken, time: 2000, quality: 'Uncertain' },
    { value: null, time: 3000 },
    { value: a, time: 4000 },
    { value: broken, time: 5000 },
  ],
  'late samples': ({ a, b }) => [
    { value: a, time: 100_000 },
    { value: b, time: 400_000 },
    { value: a, time: 150_000 },
    { value: b, time: 399_000, quality: 'Bad' },
    { value: a, time: 500_000 },
  ],
  'duplicate samples': ({ a, b }) => [
    { value: a, time: 0 },
    { value: a, time: 0 },
    { value: b, time: 1000 },
    { value: b, time: 1000, quality: 'BadTimeout' },
    { value: b, time: 1000, quality: 'BadTimeout' },
    { value: a, time: 1000 },
  ],
  'time that runs backward': ({ a, b }) => [
    { value: a, time: 9_000_000 },
    { value: b, time: 6_000_000 },
    { value: a, time: 3_000_000 },
    { value: b, time: 0 },
    { value: a, time: -5000 },
  ],
}

function valuesOf(kind: Kind, length = 4): Values[] {
  const nan: JsonValue = { $number: 'NaN' }
  const infinite: JsonValue = { $number: '-Infinity' }
  const list = (f: (i: number) => JsonValue, n: number): JsonValue => Array.from({ length: n }, (_, i) => f(i))
  const wave = (n: number): JsonValue => ({ $series: list((i) => Math.round(Math.sin(i) * 100) / 100, n) })
  switch (kind) {
    case 'number': return [{ a: 1.5, b: 90, broken: nan }, { a: -20, b: 1e300, broken: infinite }]
    case 'boolean': return [{ a: true, b: false, broken: null }]
    case 'text': return [{ a: 'on', b: '', broken: null }]
    case 'bytes': return [{ a: { $bytes: 'AAEC' }, b: { $bytes: '' }, broken: null }]
    case 'vector': return [{ a: list((i) => i + 1, length), b: list(() => 0, length), broken: list((i) => (i === 0 ? nan : 1), length) }]
    case 'series': return [{ a: wave(1024), b: { $series: list(() => 0, 1024) }, broken: { $series: list((i) => (i === 3 ? nan : 1), 1024) } }]
    case 'record':
    case 'event': return [{ a: { level: 1 }, b: {}, broken: null }]
    case 'image': return [{ a: { $image: { format: 'png', width: 1, height: 1, data: '' } }, b: null, broken: null }]
    case 'any': return [...valuesOf('number'), ...valuesOf('boolean'), ...valuesOf('text')]
  }
}
