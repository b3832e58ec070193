// The lab's processes: what goes wrong in one is an issue, and the next run goes on.
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import { IssueError, type ExampleSample, type JsonValue } from '#kit'
import type { ExampleBody, Trace } from '#format'
import { until } from '../../test/io.ts'
import { createLab, type Lab, type LabSettings } from './lab.ts'
import type { ExampleJob, RunJob } from './messages.ts'

const labs: Lab[] = []
const open = (settings: LabSettings = {}): Lab => {
  const lab = createLab({ main: join(import.meta.dirname, 'fake-lab.ts'), ...settings })
  labs.push(lab)
  return lab
}
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.close()))
})
const one = (type: string, value: JsonValue = 1): ExampleJob => ({ what: 'example', type, config: {}, in: [{ at: 'value', value, time: 0 }], models: {} })
const reason = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'it went well', (thrown: unknown) => (thrown instanceof IssueError ? `${thrown.issues[0]!.code}: ${thrown.issues[0]!.text}` : String(thrown)))
const values = async (text: Promise<string>): Promise<JsonValue[]> => (JSON.parse(await text) as ExampleBody).out.map((s: ExampleSample) => s.value)

describe('a process of the lab', () => {
  test('does one run after another, and is kept for the next', async () => {
    const lab = open()
    expect(await values(lab.run(one('filter.pass', 7)))).toEqual([7])
    const [pid] = lab.processes
    expect(await values(lab.run(one('filter.pass', 8)))).toEqual([8])
    expect(lab.processes).toEqual([pid])
    expect(getPriority(pid), 'the engines come first').toBeGreaterThan(getPriority())
  })

  test('is ended when nobody needs it for a while', async () => {
    const lab = open({ warmMs: 1 })
    await lab.run(one('filter.pass'))
    await until('no process is left', () => lab.processes.length === 0)
    expect(await values(lab.run(one('filter.pass', 2)))).toEqual([2])
  })

  test.each([
    ['filter.hang', { silentMs: 1500 }, 'LAB_STOPPED: The run was stopped: it was silent for 1.5 s.'],
    ['inference.slow', { longestMs: 1500 }, 'LAB_STOPPED: The run was stopped: it took longer than 1.5 s.'],
    ['filter.grow', { memoryMb: 64 }, 'LAB_STOPPED: The run was stopped: it needed more than 64 MB.'],
    ['filter.end', {}, 'LAB_STOPPED: The run was stopped: its process ended (exit code 3).'],
  ])('%s is an issue, and the next run goes well', async (type, settings, says) => {
    const lab = open(settings)
    expect(await reason(lab.run(one(type)))).toBe(says)
    expect(await values(lab.run(one('filter.pass', 3)))).toEqual([3])
  })

  test('that was killed from outside is an issue, too', async () => {
    const lab = open()
    const running = reason(lab.run(one('filter.hang')))
    process.kill((await until('it is there', () => lab.processes[0]))!, 'SIGKILL')
    expect(await running).toBe('LAB_STOPPED: The run was stopped: its process ended (SIGKILL).')
  })

  test('that is kept warm holds nothing of the runs that are over: their answers are large', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const lab = open()
    const run = async (value: number): Promise<WeakRef<AbortSignal>> => {
      const { signal } = new AbortController()
      await lab.run(one('filter.pass', value), signal)
      return new WeakRef(signal)
    }
    const over = [await run(1), await run(2)]
    await until('they are collected', () => (collect(), over.every((ref) => ref.deref() === undefined)))
    expect(lab.processes).toHaveLength(1)
  })

  test('says what is wrong with the job itself', async () => {
    expect(await reason(open().run(one('filter.unknown')))).toContain('NODE_TYPE')
  })
})

test('two run at once, the others wait, and more than the queue takes are refused; who cancels makes room', async () => {
  const lab = open({ queue: 2 })
  const cancel = [new AbortController(), new AbortController(), new AbortController()]
  const [a, b, waits] = cancel.map(({ signal }) => reason(lab.run(one('filter.hang'), signal)))
  const next = values(lab.run(one('filter.pass', 5)))
  expect(await reason(lab.run(one('filter.pass')))).toBe('LAB_BUSY: The lab is busy: 2 runs wait already.')
  expect(lab.processes).toHaveLength(2)
  cancel[2]!.abort()
  expect(await waits).toContain('it was cancelled')
  cancel[0]!.abort()
  expect(await a).toContain('it was cancelled')
  expect(await next).toEqual([5])
  const gone = new AbortController()
  gone.abort()
  expect(await reason(lab.run(one('filter.pass'), gone.signal))).toContain('it was cancelled')
  await lab.close()
  expect(await b).toContain('LAB_STOPPED')
  expect(lab.processes).toEqual([])
  expect(await reason(lab.run(one('filter.pass')))).toContain('the gateway is stopping')
})

test('user code that never ends fails its sample, in the lab as in the engine', async () => {
  const lab = open({ main: join(import.meta.dirname, 'main.ts') })
  const any = { kind: 'any' as const }
  const plan: NonNullable<RunJob['draft']>['plan'] = {
    flow: 'f', name: 'f', version: 0, connections: {}, secrets: [], models: [], wires: [],
    nodes: [{
      id: 'code', type: 'transform.function', title: 'Code', ports: { inputs: { value: any }, outputs: { value: any } },
      config: { code: 'if (sample.value === 2) for (;;);\nemit(sample.value * 10)', inputs: [{ name: 'value' }], outputs: [{ name: 'value', kind: 'any', unit: '' }], keep: 'tag', timeLimitMs: 200, memoryLimitMb: 32, inFlight: 1 },
    }],
  }
  const samples = [1, 2, 3].map((value) => ({ at: 'code.value', tag: 't', value, time: value }))
  const trace = JSON.parse(await lab.run({ what: 'run', draft: { plan, models: {} }, input: { samples } })) as Trace
  expect(trace.steps.map((s) => [s.outcome, ...s.out.map((o) => o.sample.value)])).toEqual([['passed', 10], ['failed'], ['passed', 30]])
  expect(trace.steps[1]!.reason).not.toBe('')
  expect(trace.ledger['code']).toMatchObject({ in: 3, passed: 2, failed: 1 })
}, 30_000)
