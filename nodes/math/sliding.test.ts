import fc from 'fast-check'
import { expect, test } from 'vitest'
import { totalOf } from './sum.ts'
import { askSlide, newSlide, pushSlide, shiftSlide, sizeOfSlide, type Kept } from './sliding.ts'
import { addToSpan, newSpan, type State } from './span.ts'
import { addToStand, newStand } from './stand.ts'

const kept: Kept = { slope: true, rule: { linear: true, standsMs: 1000 }, sorted: true }

test('its statistics are always those of the readings in it', () => {
  // Long runs of comings and goings, so that both stacks and their marks are used.
  const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 150 })), { minLength: 1, maxLength: 20 })
  fc.assert(fc.property(steps, fc.infiniteStream(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.constantFrom<State>(0, 0, 1, 2), fc.integer({ min: 0, max: 9 }))), (runs, more) => {
    let slide = newSlide()
    const model: { time: number; value: number; state: State }[] = []
    let time = 0
    const out = { span: newSpan(), stand: newStand() }
    for (const [comes, n] of runs) {
      for (let i = 0; i < n; i++) {
        if (comes) {
          const [value, state, ms] = more.next().value
          time += ms
          pushSlide(slide, time, value, state, kept)
          model.push({ time, value, state })
        } else if (model.length > 0) {
          shiftSlide(slide, kept)
          expect(slide.gone).toEqual(model.shift())
        }
      }
      slide = structuredClone(slide)
      const span = newSpan()
      const stand = newStand()
      for (const r of model) {
        addToSpan(span, r.time, r.value, r.state, true)
        addToStand(stand, r.time, r.value, r.state, kept.rule!)
      }
      askSlide(slide, out, kept)
      expect(sizeOfSlide(slide)).toBe(model.length)
      expect([out.span.all, out.span.good, out.span.stats.count, out.span.stats.min, out.span.stats.max, out.span.first, out.span.last]).toEqual([span.all, span.good, span.stats.count, span.stats.min, span.stats.max, span.first, span.last])
      expect(totalOf(out.span.stats)).toBeCloseTo(totalOf(span.stats), 8)
      expect(out.span.stats.mean).toBeCloseTo(span.stats.mean, 9)
      expect(out.span.stats.squares).toBeCloseTo(span.stats.squares, 5)
      expect(out.span.sumTX).toBeCloseTo(span.sumTX, 4)
      expect(out.stand.area).toBeCloseTo(stand.area, 6)
      expect([out.stand.usableMs, out.stand.goodMs]).toEqual([stand.usableMs, stand.goodMs])
      expect([...slide.sorted.values.subarray(0, slide.sorted.count)]).toEqual(model.filter((r) => r.state !== 2).map((r) => r.value).toSorted((a, b) => a - b))
    }
  }), { numRuns: 60 })
})

test('what has gone is given back, and places told of', () => {
  const slide = newSlide()
  const plain: Kept = { slope: false, rule: null, sorted: false }
  let base = 0
  for (let i = 0; i < 100_000; i++) {
    pushSlide(slide, i, i, 0, plain)
    if (sizeOfSlide(slide) > 100) base += shiftSlide(slide, plain)
  }
  expect(slide.times.length).toBeLessThan(2200)
  expect(slide.times[slide.low]).toBe(99_900)
  expect(base + slide.low).toBe(99_900)
})
