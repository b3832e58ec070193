import { expect, test } from 'vitest'
import { defineDriver, Type, type AnyDriver, type Connection, type Health } from '#kit'
import { ConnectionPool } from './connections.ts'

let now = 0
function pool(health: () => Health): ConnectionPool {
  now = 0
  const driver = defineDriver<ReturnType<typeof Type.Object>, Connection>({
    type: 'test', title: 'T', summary: 's', icon: 'x', config: Type.Object({}),
    open: async () => ({ health, close: async () => undefined }),
  })
  return new ConnectionPool({ drivers: new Map([['test', driver as AnyDriver]]), folder: () => '/nowhere', now: () => now, log: () => undefined })
}
const open = async (health: () => Health): Promise<Connection> => (await pool(health).acquire('plc', { type: 'test', config: {} }, {})).connection

test('a device that stays away is an issue by name, in the driver\'s words; a first attempt under way is none', async () => {
  const connection = await open(() => ({ state: 'connecting', text: '10.0.0.9:502 does not answer' }))
  expect(connection.health().issue).toBeUndefined()
  now = 2000
  expect(connection.health()).toMatchObject({ state: 'connecting', issue: { code: 'CONNECTION_FAILED', level: 'error', text: "'plc' is not available: 10.0.0.9:502 does not answer" } })
})

test('a device that was lost is an issue at once, and none when it is back', async () => {
  let health: Health = { state: 'stale', text: 'the cable' }
  const connection = await open(() => health)
  expect(connection.health().issue?.code).toBe('CONNECTION_FAILED')
  health = { state: 'ok', text: '' }
  expect(connection.health()).toEqual(health)
})
