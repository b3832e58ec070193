// Beyond the examples: velocity against its formula, and what is refused.
import { expect, test } from 'vitest'
import { resolvePorts, starterOf, withDefaults, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './waveform.ts'

const base = withDefaults(node.config, {}) as Static<typeof node.config>
const known = { model: () => undefined }
const wave = (n: number, f: (t: number) => number, rate: number) => ({ $series: Array.from({ length: n }, (_, i) => Math.fround(f(i / rate))) })

test('1 g at 159.155 Hz is 9.81 mm/s, in either unit', async () => {
  const config = { ...base, samplePeriodMs: 0.25, velocity: true }
  for (const [unit, amplitude] of [['m/s2', 9.80665 * Math.SQRT2], ['[g]', Math.SQRT2]] as const) {
    const { out } = await runExample(node, { title: '', config: { ...config, unit }, in: [{ at: 'signal', value: wave(4096, (t) => amplitude * Math.sin(1000 * t), 4000), time: 0 }], out: [] })
    expect(out.find((s) => s.at === 'velocity')!.value).toBeCloseTo(9.80665, 2)
  }
})

test('velocity is asked for by its own setting, from accelerations and bands that the readings show', () => {
  expect(node.check!({ ...base, velocity: true }, known).map((f) => f.field)).toEqual(['/velocityHighHz'])
  expect(node.check!({ ...base, velocity: true, unit: 'mm/s', velocityHighHz: 5 }, known).map((f) => f.field)).toEqual(['/unit', '/velocityHighHz'])
  expect(node.check!(base, known)).toEqual([])
  expect(Object.keys(node.ports!(base, known).outputs!)).not.toContain('velocity')
  expect(node.ports!({ ...base, velocity: true }, known).outputs!['velocity']).toMatchObject({ unit: 'mm/s' })
})

test('declares without its code what its code declares', () => {
  const { velocity, ...rest } = resolvePorts(node.outputs, starterOf(node))
  expect(velocity).toBeDefined()
  expect(node.ports!(base, known).outputs).toEqual(rest)
})

test('an uncertain waveform gives uncertain factors; too few readings fail', async () => {
  const run = await runExample(node, { title: '', config: base, in: [{ at: 'signal', value: { $series: [0, 1, 0, 1] }, time: 0, quality: 'Uncertain' }, { at: 'signal', value: { $series: [1, 2] }, time: 1 }], out: [] })
  expect(run.out.every((s) => s.quality === 'Uncertain')).toBe(true)
  expect(run.ledger).toMatchObject({ passed: 1, failed: 1 })
})
