// Any range and reading against the plain words of the rule.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sample, withDefaults, type Context, type Sample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './range.ts'

type Receive = NonNullable<typeof node.receive>
type Config = Parameters<Receive>[2]['config']
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config

function judge(some: Partial<Config>, value: number): { port: string; sample: Sample } | string {
  let result: { port: string; sample: Sample } | string = 'nothing'
  const to = (port: string) => (s: Sample) => void (result = { port, sample: s })
  const ctx: Pick<Context<Config, unknown>, 'config' | 'emit' | 'drop'> = { config: config(some), emit: { value: to('value'), outside: to('outside') }, drop: (reason) => void (result = reason) }
  node.receive!(sample('x', value, 0), 'value', ctx as Parameters<Receive>[2])
  return result
}

const any = fc.double({ noNaN: true, noDefaultInfinity: true })

test('inside both limits passes as the very same reading, outside never as good', () => {
  fc.assert(
    fc.property(any, any, any, fc.constantFrom('bad', 'uncertain', 'clamp', 'drop', 'port'), (a, b, value, outside) => {
      const [low, high] = a < b ? [a, b] : [b, a]
      const found = judge({ limits: 'both', low, high, outside } as Partial<Config>, value)
      if (value >= low && value <= high) expect(found).toEqual({ port: 'value', sample: sample('x', value, 0) })
      else if (outside === 'drop') expect(found).toBe('outside')
      else if (outside === 'port') expect(found).toEqual({ port: 'outside', sample: sample('x', value, 0) })
      else {
        const { port, sample: s } = found as { port: string; sample: Sample }
        expect([port, s.value]).toEqual(['value', outside === 'clamp' ? (value < low ? low : high) : value])
        expect(s.quality >>> 30).toBe(outside === 'bad' ? 2 : 1)
      }
    }),
  )
})

test('a single limit leaves the other side open, whatever is written there', () => {
  expect(judge({ limits: 'low', low: 5, high: 0, outside: 'drop' }, 1e300)).toMatchObject({ port: 'value' })
  expect(judge({ limits: 'low', low: 5, high: 0, outside: 'drop' }, 4)).toBe('outside')
  expect(judge({ limits: 'high', low: 9, high: 5, outside: 'drop' }, -1e300)).toMatchObject({ port: 'value' })
  expect(judge({ limits: 'high', low: 9, high: 5, outside: 'drop' }, 6)).toBe('outside')
})

test('refuses a range that is none', () => {
  const fields = (some: Partial<Config>) => node.check!(config(some), { model: () => undefined }).map((f) => f.field)
  expect(fields({ low: 2, high: 1 })).toEqual(['/high'])
  expect(fields({ low: 1, high: 1 })).toEqual([])
  expect(fields({ limits: 'low', low: 2, high: 1 })).toEqual([])
})

test('what is left out is counted', async () => {
  const { ledger } = await runExample(node, { title: '', config: config({ outside: 'drop' }), in: [-1, 50, 101].map((value, time) => ({ at: 'value', value, time })), out: [] })
  expect(ledger).toMatchObject({ passed: 1, dropped: { outside: 2 } })
})
