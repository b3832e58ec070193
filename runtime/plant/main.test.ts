// The plant as the gateway runs it: a process of its own.
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { listen } from './listen.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const anyPorts = ['--mqtt-port', '0', '--modbus-port', '0', '--opcua-port', '0']
const children: ChildProcess[] = []

function keep<T extends ChildProcess>(child: T): T {
  children.push(child)
  return child
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
})

describe('the plant process', () => {
  it('tells its ports to the gateway that forked it, ends when the channel closes, and leaves no files', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'headgate-test-'))
    const temporary = path.join(home, 'tmp')
    await mkdir(temporary)
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary }
    const child = keep(fork(main, anyPorts, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env }))
    const errors = text(child.stderr!)
    const out = text(child.stdout!)
    const [message] = await once(child, 'message')
    expect(message).toEqual({ type: 'ready', mqtt: expect.any(Number), modbus: expect.any(Number), opcua: expect.any(Number) })
    expect(new Set([message.mqtt, message.modbus, message.opcua]).size).toBe(3)
    const gone = once(child, 'exit')
    child.disconnect()
    expect(await gone).toEqual([0, null])
    expect(await errors).toBe('')
    expect(await out).toBe('')
    expect(await readdir(home, { recursive: true })).toEqual(['tmp'])
    await rm(home, { recursive: true, force: true })
  })

  it('prints its ports when started by hand, and ends on SIGTERM', async () => {
    const child = keep(spawn(process.execPath, [main, '--seed', '7', '--speed', '10', ...anyPorts], { stdio: ['ignore', 'pipe', 'pipe'] }))
    const [line] = await once(child.stdout!, 'data')
    expect(String(line)).toMatch(/^Simulated plant on 127\.0\.0\.1: Modbus TCP \d+, MQTT \d+, OPC UA opc\.tcp:\/\/127\.0\.0\.1:\d+\/plant\n$/)
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await gone).toEqual([0, null])
  })

  it('says in one line why it could not start, with exit code 1', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as AddressInfo
    for (const [args, line] of [
      [[...anyPorts, '--modbus-port', String(port)], `The plant's Modbus drive could not start: port ${port} on 127.0.0.1 is in use.`],
      [['--speed', 'fast'], '--speed must be a number'],
      [['--colour', 'red'], "Unknown option '--colour'"],
    ] as const) {
      const child = keep(spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }))
      const [errors, out, [code]] = await Promise.all([text(child.stderr!), text(child.stdout!), once(child, 'exit')])
      expect(code).toBe(1)
      expect(errors).toContain(line)
      expect(errors.trimEnd().split('\n')).toHaveLength(1)
      expect(out).toBe('')
    }
    blocker.close()
  })
})

describe('the choice of a port', () => {
  it('takes the next free one when a default is in use, and any other when asked for 0', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as AddressInfo
    const start = async (number: number) => ({ number })
    expect((await listen('tester', { preferred: port }, start)).port).toBeGreaterThan(port)
    expect((await listen('tester', { wanted: 0, preferred: port }, start)).port).not.toBe(port)
    await expect(listen('tester', { wanted: port, preferred: 1 }, start)).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`)
    blocker.close()
  })

  it('names the device when its server fails for another reason, and goes on when another process was quicker', async () => {
    await expect(listen('tester', { wanted: 0, preferred: 0 }, () => Promise.reject(new Error('no\nmemory')))).rejects.toThrow(/^The plant's tester could not start on 127\.0\.0\.1:0: no$/)
    let attempts = 0
    const quicker = async (number: number) => {
      if (attempts++ === 0) throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })
      return { number }
    }
    await listen('tester', { wanted: 0, preferred: 0 }, quicker)
    expect(attempts).toBe(2)
  })
})
