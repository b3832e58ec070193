import { afterEach, beforeEach, expect, it } from 'vitest'
import { IssueError, sample, type Issue, type Opened, guardDrops } from '#kit'
import { createGuard, type Guard } from '../runtime/guard/guard.ts'
import driver from '../nodes/drivers/modbus/index.ts'
import type { ModbusConnection } from '../nodes/drivers/modbus/connection.ts'
import modbus from '../nodes/actuator/modbus.ts'
import { driverIo, openDriver, openNode, TestIo, until, type TestDriverIo } from './io.ts'
import { mbpollRead, startModbusServer, type ModbusServer } from './peers.ts'

let dio: TestDriverIo
let server: ModbusServer
let connection: ModbusConnection
let opened: Opened
let guard: Guard
const issues: Issue[] = []
const config = { ...modbus.starter!, heartbeat: { address: 2, periodMs: 50 }, envelope: { ...modbus.starter!.envelope, maxRatePerS: 8 } }

beforeEach(async () => {
  dio = driverIo()
  issues.length = 0
  server = await startModbusServer()
  server.holding[0] = 450
  connection = await openDriver<ModbusConnection>(driver, { host: '127.0.0.1', port: server.port, timeoutMs: 150 }, dio)
  await until('connected', () => connection.connected)
  opened = await openNode(modbus, config, new TestIo('out', { drive: connection }))
  guard = createGuard({ opened, envelope: config.envelope, heartbeatMs: 50, now: () => Date.now(), armed: true, held: false, report: () => undefined, fail: (i) => issues.push(i) })
})
afterEach(async () => {
  await guard.close()
  await opened.close()
  await connection.close()
  await server.kill()
  dio.remove()
})
const command = (value: number) => guard.submit(sample('setpoint', value, Date.now()))
const writes = (): number[] => server.log.filter((l) => l.startsWith('write 0 = ')).map((l) => Number(l.slice(10)))

it('an actuator lists the reasons for which the guard drops, in the guard\'s words', () => {
  for (const node of [modbus]) expect(node.drops).toEqual(guardDrops)
})

it('through a real connection: ramped, read back, kept alive, and let go', async () => {
  await command(42)
  await until('there', () => guard.status().readBack === 42)
  expect(writes()).toEqual([430, 420])
  expect(await mbpollRead(server.port, '4', 0)).toEqual([420])
  await until('beats', () => server.holding[2]! > 2)
  await guard.arm(false)
  expect(server.holding[2]).toBe(0)
  expect(await command(44)).toEqual({ drop: 'disarmed' })
  expect(await mbpollRead(server.port, '4', 0)).toEqual([420])
})

it('a device that falls silent or goes away costs a failure in words; after its return it is read first, and the ramp goes on from there', async () => {
  await command(43)
  server.silent = true
  // A step that must wait for its turn in the ramp is not an attempt yet: the next command tells.
  let failed: unknown
  while (failed === undefined) {
    failed = await command(42).catch((thrown: unknown) => thrown)
    await new Promise(setImmediate)
  }
  expect(failed).toBeInstanceOf(IssueError)
  expect((failed as Error).message).toMatch(/did not answer within 150 ms/)
  await server.kill()
  await until('lost', () => !connection.connected)
  expect(((await command(42).catch((thrown: unknown) => thrown)) as Error).message).toMatch(/could not be read before writing/)
  server.silent = false
  server.holding[0] = 440
  await server.restart()
  await until('back', () => connection.connected)
  const before = writes().length
  await command(43)
  await until('there', () => guard.status().readBack === 43)
  expect(writes().slice(before)).toEqual([430])
})
