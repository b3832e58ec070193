import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Quality, isBad, sample, severity, type Context, type Sample, type Static } from '#kit'
import node from './clamp.ts'

type Config = Static<typeof node.config>
const none = { model: () => undefined }

function clamp(config: Config, s: Sample): { value: Sample; limited: Sample } {
  const out: Record<string, Sample> = {}
  const emit = { value: (o: Sample) => void (out['value'] = o), limited: (o: Sample) => void (out['limited'] = o) }
  node.receive!(s, 'value', { config, emit } as unknown as Context<Config>)
  return out as { value: Sample; limited: Sample }
}

test('a value ends between the limits that are on; inside it is the very same sample, outside never good', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const quality = fc.constantFrom(Quality.good, Quality.uncertain, Quality.badSensor)
  fc.assert(
    fc.property(number, number, number, fc.boolean(), fc.boolean(), quality, (a, b, x, lowOn, highOn, q) => {
      const [low, high] = a <= b ? [a, b] : [b, a]
      const s = sample('x', x, 0, q)
      const { value, limited } = clamp({ lowOn, low, highOn, high }, s)
      const inside = (!lowOn || x >= low) && (!highOn || x <= high)
      expect(limited.value).toBe(!inside)
      expect(limited.quality).toBe(q)
      if (inside) expect(value).toBe(s)
      else {
        expect(value.value).toBe(x < low ? low : high)
        expect(severity(value.quality)).toBe(isBad(q) ? 'bad' : 'uncertain')
      }
    }),
  )
})

test('limits the wrong way round, and none at all, are refused', () => {
  expect(node.check!({ lowOn: true, low: 5, highOn: true, high: 4 }, none)).toEqual([{ field: '/high', reason: "'Highest' must not be below 'Lowest'." }])
  expect(node.check!({ lowOn: true, low: 5, highOn: false, high: 4 }, none)).toEqual([])
  expect(node.check!({ lowOn: true, low: 5, highOn: true, high: 5 }, none)).toEqual([])
  expect(node.check!({ lowOn: false, low: 0, highOn: false, high: 4 }, none)[0]!.field).toBe('/lowOn')
})
