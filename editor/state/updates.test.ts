import { expect, test } from 'vitest'
import { open } from './harness.ts'

const session = (version: string) => ({ user: 'anna', role: 'admin' as const, gateway: 'line-3', version })

test('a gateway of another version than the page came from is noticed when the line is back', async () => {
  const f = await open()
  expect(f.s().updated).toBeNull()
  f.actions.applyServerMessage({ type: 'hello', session: session('0.1.0'), time: 2000 })
  expect(f.s().updated).toBeNull()
  f.actions.applyServerMessage({ type: 'hello', session: session('0.2.0'), time: 3000 })
  expect(f.s().updated).toBe('0.2.0')
})

test('it is noticed by signing in again too, and forgotten when the old one is back', async () => {
  const f = await open()
  f.api.session = async () => session('0.2.0')
  await f.actions.start()
  expect(f.s().updated).toBe('0.2.0')
  f.api.session = async () => session('0.1.0')
  await f.actions.start()
  expect(f.s().updated).toBeNull()
})
