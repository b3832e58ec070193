// What examples cannot show: any stream against the rule in one line, and a config that changes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sample, withDefaults, type Context, type Sample } from '#kit'
import node from './deadband.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
type Memory = ReturnType<NonNullable<typeof node.state>>
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config

function bench(first: Partial<Config>) {
  const out: Sample[] = []
  const ctx = { config: config(first), state: node.state!(config(first)), emit: { value: (s: Sample) => void out.push(s) }, drop: () => undefined }
  return {
    ctx, out,
    feed: (value: number, time: number) => node.receive!(sample('x', value, time), 'value', ctx as unknown as Context<Config, Memory>),
  }
}

test('no reading that is left out is farther than the threshold from the one that passed before it', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1 }), fc.constantFrom(0, 0.5, 3), (values, threshold) => {
      const b = bench({ threshold })
      for (const [i, value] of values.entries()) {
        const before = b.out.at(-1)?.value as number | undefined
        const count = b.out.length
        b.feed(value, i)
        expect(b.out.length > count).toBe(before === undefined || Math.abs(value - before) > threshold)
      }
    }),
  )
})

test('goes on from the last one that passed when its threshold changes', () => {
  expect(node.carries!(config({}), config({ mode: 'percent', percent: 3, maxSilenceS: 9 }))).toBe(true)
  const b = bench({ threshold: 5 })
  b.feed(10, 0)
  b.feed(14, 1)
  b.ctx.config = config({ threshold: 1 })
  b.feed(10.5, 2)
  b.feed(14, 3)
  expect(b.out.map((s) => s.value)).toEqual([10, 14])
})
