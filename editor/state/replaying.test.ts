// Looking back in the headless editor, on a gateway whose recording is a few steps.
import { expect, test } from 'vitest'
import { issue, IssueError } from '#kit'
import type { LabRequest, Ledger, RecordingBody, Step, Trace } from '#format'
import { open, running } from './harness.ts'
import { pastOf, seen } from './past.ts'
import { FRAME_MS, spanAround } from './replaying.ts'

const ledger: Ledger = { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }
const T = 1_700_000_000_000
const recording: RecordingBody = { flow: 'pump', state: 'on', from: T, to: T + 100_000, samples: 3, bytes: 10, limitBytes: 100, limitMs: 900_000, activity: [1, 1, 1], breaks: [{ time: T + 20_000, reason: 'deploy' }] }
const steps = (value: (n: number) => number): Step[] => Array.from({ length: 5 }, (_, n) => [
  { id: 2 * n, cause: null, now: T + 60_000 + 1000 * n, node: 'temp', what: 'source' as const, port: 'value', out: [{ port: 'value', sample: { tag: 't', value: n, time: n } }], outcome: 'passed' as const },
  { id: 2 * n + 1, cause: 2 * n, now: T + 60_000 + 1000 * n, node: 'band', what: 'receive' as const, port: 'value', sample: { tag: 't', value: n, time: n }, out: [{ port: 'value', sample: { tag: 't', value: value(n), time: n } }], outcome: 'passed' as const },
]).flat()
const traceOf = (list: readonly Step[]): Trace => ({ steps: list, skipped: 0, version: 3, from: T, to: T + 100_000, ledger: { temp: ledger, band: ledger }, issues: [] })

const lab = () => {
  const asked: LabRequest[] = []
  return {
    asked,
    api: {
      recording: async () => recording,
      labRun: async (body: LabRequest) => {
        asked.push(body)
        return traceOf(steps((n) => (body.flow === null || n < 3 ? n : -n)))
      },
    },
  }
}

test('a minute around a moment is run again, and no further than the break before it', async () => {
  expect(spanAround(recording, T + 30_000)).toEqual({ from: T + 20_000, to: T + 45_000 })
  expect(spanAround(recording, T + 10_000)).toEqual({ from: T, to: T + 20_000 })
  expect(spanAround({ ...recording, from: null, to: null }, T)).toBeNull()
  const { asked, api } = lab()
  const { actions } = await open(api)
  expect(await actions.lookBack({ time: T + 63_000 })).toBe(true)
  expect(asked).toEqual([{ flow: null, input: { recording: 'pump', from: T + 20_000, to: T + 78_000 }, show: { from: T + 20_000, to: T + 78_000 }, states: true }])
})

test('the canvas sees the moment of then, live values go on unseen, and the way back shows them', async () => {
  const { actions, s } = await open(lab().api)
  const live = (count: number) => actions.applyServerMessage({ type: 'status', flow: 'pump', version: 3, time: T + 200_000, totals: { inRate: 1, outRate: 1, loopP99Ms: 1, cpu: 0, memoryMb: 1 }, nodes: { temp: { health: { state: 'ok', text: '' }, ledger, inputs: {}, outputs: { value: { count, rate: 1, last: { tag: 't', value: 99, time: T } } }, p99Us: null, issues: [] } } })
  live(1)
  expect(seen(s()), 'nobody looks back: nothing is made anew').toBe(s())
  await actions.lookBack({ time: T + 62_500 })
  const shown = () => seen(s()).live.nodes['temp']!.outputs['value']!.last!.value
  expect(shown()).toBe(2)
  expect(s().document!.selection.nodes, 'the node of the step is selected').toEqual(['band'])
  live(2)
  expect(shown()).toBe(2)
  expect(s().live.nodes['temp']!.outputs['value']!.count).toBe(2)
  actions.stepBy(-1)
  actions.stepBy(-1)
  expect([shown(), seen(s()).live.clock]).toEqual([1, T + 61_000])
  actions.stepBy(-1)
  actions.stepBy(-1)
  expect(shown()).toBe(0)
  actions.setStride('sample')
  actions.stepBy(1)
  expect(pastOf(s())!.place).toBe(2)
  actions.backToLive()
  expect(shown()).toBe(99)
  expect(s().replay.past, 'the run is not kept').toBeNull()
})

test('a wish leads to the step where that sample passed; within the stretch nothing is run again', async () => {
  const { asked, api } = lab()
  const { actions, s } = await open(api)
  await actions.lookBack({ time: T + 64_500, want: { node: 'band', port: 'value', time: 1 }, tracing: true })
  expect(pastOf(s())).toMatchObject({ place: 3, tracing: true })
  await actions.lookBack({ time: T + 63_000, want: { node: 'temp' } })
  expect(pastOf(s())).toMatchObject({ place: 6, tracing: false })
  expect(asked.length).toBe(1)
  await actions.lookBack({ time: T + 64_000, want: { node: 'kelvin' } })
  expect(s().ui.toasts.at(-1)?.text).toMatch(/not in what was recorded/)
})

test('playing goes on as fast as it was, and stops at the end', async () => {
  const { actions, s, pass } = await open(lab().api)
  await actions.lookBack({ time: T + 60_000 })
  actions.play(1)
  await pass(1000 + FRAME_MS)
  expect(pastOf(s())!.place).toBe(3)
  actions.play(10)
  await pass(1000)
  expect(pastOf(s())).toMatchObject({ place: 9, playing: 0 })
  actions.play(1)
  expect(pastOf(s())!.place, 'from the end it begins again').toBe(0)
  actions.stepBy(1)
  await pass(5000)
  expect(pastOf(s()), 'a step by hand stops it').toMatchObject({ place: 1, playing: 0 })
})

test('what-if runs the draft over the same time and tells what differs; looking elsewhere drops it', async () => {
  const { asked, api } = lab()
  const { actions, s } = await open(api)
  await actions.lookBack({ time: T + 62_000 })
  actions.setConfig('band', '/threshold', 5)
  await actions.runWhatIf()
  expect(asked[1]).toMatchObject({ flow: s().document!.flow, input: { recording: 'pump', from: T + 20_000, to: T + 77_000 } })
  expect(pastOf(s())!.whatIf!.ports).toEqual([
    { end: 'band.value', same: 3, differ: 2, onlyThen: 0, onlyDraft: 0, first: 3 },
    { end: 'temp.value', same: 5, differ: 0, onlyThen: 0, onlyDraft: 0, first: null },
  ])
  await actions.lookBack({ span: { from: T + 60_000, to: T + 61_000 } })
  expect(pastOf(s())!.whatIf).toBeNull()
})

test('work can be cancelled, and what comes after all changes nothing', async () => {
  let answer: (trace: Trace) => void = () => undefined
  let signal: AbortSignal | undefined
  const { actions, s } = await open({ ...lab().api, labRun: (_body, asked) => { signal = asked; return new Promise((resolve) => { answer = resolve }) } })
  const looking = actions.lookBack({ time: T + 62_000 })
  await Promise.resolve()
  await Promise.resolve()
  expect(s().replay.work).toEqual({ what: 'look' })
  actions.cancelWork()
  expect([s().replay.work, signal?.aborted]).toEqual([null, true])
  answer(traceOf(steps((n) => n)))
  expect(await looking).toBe(false)
  expect(pastOf(s())).toBeNull()
})

test('why nothing can be shown is told in words', async () => {
  const { actions, s } = await open({ recording: async () => ({ ...recording, from: null, to: null, activity: [] }) })
  expect(await actions.lookBack()).toBe(false)
  expect(s().replay.failed.map((i) => i.code)).toEqual(['LAB_NOTHING'])
  const busy = await open({ ...lab().api, labRun: async () => { throw new IssueError(issue('LAB_BUSY', {}, { waiting: 10 })) } })
  await busy.actions.lookBack()
  expect(busy.s().replay.failed[0]?.text).toMatch(/busy/)
  expect(busy.s().replay.work).toBeNull()
})

test('another flow shows its own live values', async () => {
  const summary = (id: string) => ({ id, name: id, version: 3, state: 'running' as const, armed: false, actuators: 0 })
  const { actions, s } = await open({ ...lab().api, flows: async () => ['pump', 'other'].map(summary), flow: async (id) => ({ ...summary(id), flow: { ...running, id }, issues: [] }) })
  await actions.lookBack({ time: T + 62_000 })
  await actions.openFlow('other')
  expect(s().flowId).toBe('other')
  expect(pastOf(s())).toBeNull()
  expect(seen(s())).toBe(s())
})
