import { execFile, spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { until } from '../../test/io.ts'
import { confined, cutOff, residentMb } from './confine.ts'
import { alive } from './harness.ts'
import type { Interpreter } from './messages.ts'

const run = promisify(execFile)

describe.each<Interpreter>(['isolated-vm', 'quickjs'])('the process of %s', (interpreter) => {
  /** What code in the process itself, out of every sandbox, finds. */
  const found = async (port: number): Promise<Record<string, unknown>> => {
    const { command, args, env } = await confined(interpreter)
    const code = `
      const tries = {
        read: () => require('fs').readFileSync('/etc/passwd', 'utf8'),
        list: () => require('fs').readdirSync('/'),
        write: () => require('fs').writeFileSync('/tmp/headgate-escape', 'x'),
        child: () => require('child_process').execFileSync('id'),
        worker: () => new (require('worker_threads').Worker)('1', { eval: true }),
        inspector: () => require('inspector').open(0),
        kill: () => process.kill(process.ppid, 0),
      }
      const found = { env: Object.keys(process.env).filter((k) => k !== 'TZ'), cwd: process.cwd(), nice: require('os').getPriority() }
      for (const [name, act] of Object.entries(tries)) try { act(); found[name] = 'done' } catch (e) { found[name] = e.code }
      const done = (network) => process.stdout.write(JSON.stringify({ ...found, network }))
      require('net').connect(${port}, '127.0.0.1').on('connect', () => { done('open'); process.exit() }).on('error', (e) => done(e.code))`
    const upTo = args.findIndex((a) => a.endsWith('jail.ts'))
    const { stdout } = await run(command, [...args.slice(0, upTo), '-e', code], { env, cwd: '/' })
    return JSON.parse(stdout) as Record<string, unknown>
  }

  test('reads, writes and starts nothing, and has no environment and no network', async () => {
    const server = createServer()
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    try {
      const denied = 'ERR_ACCESS_DENIED'
      const { network, kill: _kill, nice: _nice, inspector, ...rest } = await found((server.address() as AddressInfo).port)
      expect(rest).toEqual({ env: [], cwd: '/', read: denied, list: denied, write: denied, child: denied, worker: denied })
      expect(inspector).not.toBe('done')
      // Where a machine cannot cut it off, the log of the node says so (host.ts), and the code itself has none.
      expect(network).toBe((await cutOff()) ? 'ENETUNREACH' : 'open')
    } finally {
      server.close()
    }
  })
})

test('ends with its engine, however that ends', async () => {
  const script = `
    const { createScriptHost } = await import(${JSON.stringify(import.meta.resolve('./host.ts'))})
    const host = createScriptHost()
    await host.open({ code: 'for (;;);', keep: 'tag', outputs: [], timeLimitMs: 10000, memoryLimitMb: 32 }, { flow: 'f', node: 'n', now: () => 0, state: () => ({ random: 0, kept: new Map() }), log() {} })
      .then((script) => void script.run({ tag: 'x', value: 1, time: 0, quality: 0 }, 'value'))
    process.stdout.write(host.pids().join() + '\\n')`
  const engine = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = Number(await new Promise<string>((said) => engine.stdout.once('data', (d: Buffer) => said(String(d)))))
  expect(alive(pid)).toBe(true)
  expect(residentMb(pid)).toBeGreaterThan(10)
  engine.kill('SIGKILL')
  await until('the jail is gone', () => !alive(pid))
})
