import { expect, test } from 'vitest'
import { perConfig, perTag } from './remember.ts'

test('a config is worked out once, another one by itself', () => {
  let made = 0
  const of = perConfig((config: { readonly a: number }) => ({ n: ++made + config.a }))
  const one = { a: 10 }
  expect(of(one)).toBe(of(one))
  expect(of({ a: 10 })).toEqual({ n: 12 })
  expect(made).toBe(2)
})

test('a tag is worked out once, and memory stays bounded', () => {
  const made: string[] = []
  const of = perTag((tag) => `${made.push(tag)}`, 2)
  expect([of('a'), of('a'), of('b'), of('a')]).toEqual(['1', '1', '2', '1'])
  expect([of('c'), of('c'), of('a')]).toEqual(['3', '3', '4'])
})
