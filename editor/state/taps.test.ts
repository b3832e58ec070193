import { expect, test } from 'vitest'
import { memoryStorage } from './drafts.ts'
import { open } from './harness.ts'
import { MAX_TAPS, plotsOf, tapsIn } from './taps.ts'

test('a tap is drawn in the plot of another, takes its guests along, and gets its own again', async () => {
  const { actions, s } = await open()
  const [a, b, c] = [actions.pinTap('temp', 'value'), actions.pinTap('band', 'value'), actions.pinTap('kelvin', 'out')]
  const drawn = () => plotsOf(s().live.taps, 'pump').map((t) => tapsIn(s().live.taps, t.id).map((x) => x.node))
  actions.plotIn(c, b)
  actions.plotIn(b, a)
  expect(drawn()).toEqual([['temp', 'band', 'kelvin']])
  actions.plotIn(a, b)
  expect(drawn(), 'not into what is drawn in it').toEqual([['temp', 'band', 'kelvin']])
  actions.plotIn(c, null)
  expect(drawn()).toEqual([['temp', 'band'], ['kelvin']])
  actions.plotIn(a, c)
  expect(drawn(), 'the host is first, also when it was pinned last').toEqual([['kelvin', 'temp', 'band']])
  actions.plotIn(a, null)
  actions.plotIn(b, a)
  actions.unpinTap(a)
  expect(drawn(), 'a guest outlives its host').toEqual([['band'], ['kelvin']])
  expect(s().live.taps.find((t) => t.id === b)).not.toHaveProperty('plot')
})

test('when the host of several goes, the first guest takes the others in', async () => {
  const { actions, s } = await open()
  const [a, b, c] = [actions.pinTap('temp', 'value'), actions.pinTap('band', 'value'), actions.pinTap('kelvin', 'out')]
  actions.plotIn(b, a)
  actions.plotIn(c, a)
  actions.unpinTap(a)
  expect(plotsOf(s().live.taps, 'pump').map((t) => t.id)).toEqual([b])
  expect(tapsIn(s().live.taps, b)).toHaveLength(2)
})

test('taps and how they are looked at survive a reload and a deploy; removed ones do not come back', async () => {
  const storage = memoryStorage()
  const first = await open({}, storage)
  const a = first.actions.pinTap('temp', 'value')
  const b = first.actions.pinTap('band', 'value')
  first.actions.plotIn(b, a)
  first.actions.setPlotView(a, { windowMs: 300_000, log: true, range: [0, 5], hidden: ['band.value'] })
  first.actions.applyServerMessage({ type: 'flow', flow: { id: 'pump', name: 'Pump', version: 9, state: 'running', armed: false, actuators: 2 } })
  await first.pass(1000)
  expect(first.s().live.taps).toHaveLength(2)
  const second = await open({}, storage)
  const [x, y] = second.s().live.taps
  expect([x, y]).toMatchObject([{ node: 'temp', port: 'value', flow: 'pump' }, { node: 'band', plot: x!.id }])
  expect(second.s().live.plots[x!.id]).toEqual({ windowMs: 300_000, log: true, range: [0, 5], hidden: ['band.value'] })
  second.actions.unpinAll('pump')
  expect((await open({}, storage)).s().live.taps).toEqual([])
  expect(storage.getItem('headgate.taps.pump')).toBeNull()
})

test('what cannot be read of kept taps is passed over', async () => {
  for (const text of ['{', '"x"', '[1]', '[{"node":1,"port":"a"}]', 'null']) {
    const storage = memoryStorage()
    storage.setItem('headgate.taps.pump', text)
    expect((await open({}, storage)).s().live.taps).toEqual([])
  }
  const storage = memoryStorage()
  storage.setItem('headgate.taps.pump', JSON.stringify([{ node: 'temp', port: 'value', in: 1, view: { windowMs: -5, range: [3, 1], face: 'pie', log: 'yes', axes: 'units' } }, { node: 'band', port: 'value', in: 0 }]))
  const { s } = await open({}, storage)
  expect(s().live.taps.map((t) => t.plot), 'two in each other have plots of their own').toEqual([undefined, undefined])
  expect(s().live.plots[s().live.taps[0]!.id]).toEqual({ axes: 'units' })
})

test('there are only so many taps, and a thousand that came and went leave nothing', async () => {
  const { actions, s } = await open()
  for (let i = 0; i < MAX_TAPS; i++) actions.pinTap('temp', `p${i}`)
  expect(actions.pinTap('temp', 'one more')).toBe('')
  expect(s().ui.toasts.at(-1)!.text).toContain(`${MAX_TAPS} taps`)
  actions.unpinAll('pump')
  for (let i = 0; i < 1000; i++) {
    const id = actions.pinTap('temp', 'value')
    actions.setPlotView(id, { log: true })
    actions.unpinTap(id)
  }
  expect([s().live.taps, s().live.plots]).toEqual([[], {}])
  actions.setPlotView('tap-999', { log: true })
  expect(s().live.plots).toEqual({})
})
