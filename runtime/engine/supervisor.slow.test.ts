import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineStatus, FlowState } from '#format'
import { until } from '../../test/io.ts'
import type { EngineDeploy, Engines } from './contract.ts'
import { testPlan } from './harness.ts'
import { createEngines, type SupervisorOptions } from './supervisor.ts'

let folder: string
let engines: Engines
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'headgate-engine-'))))
afterEach(async () => {
  await engines.close()
  rmSync(folder, { recursive: true })
})

const make = (options: Partial<SupervisorOptions> = {}): Engines => (engines = createEngines({ folder, main: join(import.meta.dirname, 'fake-engine.ts'), pingMs: 20, hangMs: 300, backOffMs: 10, ...options }))
const behave = (how: string): void => writeFileSync(join(folder, 'behave'), how)
const asked = (): string[] => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n').map((l) => l.replace(/^(start) \d+$/, '$1'))
const deploy = (flow: string, armed = false, name = flow): EngineDeploy => ({ plan: { ...testPlan({}, []), flow, name }, armed, secrets: {}, models: {} })
const status = (): EngineStatus => engines.status()[0]!
const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
  const { pid, restarts } = status()
  process.kill(pid!, signal)
  await until('it runs again', () => status().restarts > restarts && status().state === 'running')
}

test('an engine that crashes is started again, and given its flows, its arming and its hold', async () => {
  make()
  const states: [string, FlowState, string | undefined][] = []
  engines.listen({ flow: (flow, state, why) => states.push([flow, state, why?.code]) })
  await engines.start()
  expect(status()).toMatchObject({ state: 'running', restarts: 0 })
  await engines.deploy(deploy('f'))
  await engines.deploy(deploy('g', true))
  await engines.deploy(deploy('gone'))
  await engines.arm('f', true)
  await engines.arm('g', false)
  await engines.remove('gone')
  await engines.hold(true)
  const waiting = engines.report('f')
  const noticed = expect(waiting).rejects.toMatchObject({ issues: [{ code: 'ENGINE_DOWN' }] })
  await kill()
  await noticed
  await until('its flows are back', () => states.filter(([, s]) => s === 'running').length === 2)
  const again = asked().slice(asked().lastIndexOf('start'))
  expect(again).toEqual(['start', 'hold true', 'deploy f true', 'deploy g false'])
  expect(states).toEqual([['f', 'restarting', 'ENGINE_DOWN'], ['g', 'restarting', 'ENGINE_DOWN'], ['f', 'running', undefined], ['g', 'running', undefined]])
})

test('what is disarmed, held or removed while an engine is away stays so', async () => {
  make({ backOffMs: 150 })
  await engines.start()
  await engines.deploy(deploy('f', true))
  process.kill(status().pid!, 'SIGKILL')
  await until('it is away', () => status().state === 'restarting')
  await engines.arm('f', false)
  await engines.hold(true)
  for (const refused of [engines.arm('f', true), engines.remove('f'), engines.deploy(deploy('g')), engines.report('f')]) await expect(refused).rejects.toMatchObject({ issues: [{ code: 'ENGINE_DOWN' }] })
  await until('it is back', () => asked().includes('deploy f false'))
  expect(asked().slice(asked().lastIndexOf('start'))).toEqual(['start', 'hold true', 'deploy f false'])
})

test('an act waits until a new engine has got its flows, but for what makes safe', async () => {
  make()
  await engines.start()
  await engines.deploy(deploy('f', false, 'slow'))
  const from = asked().length
  process.kill(status().pid!, 'SIGKILL')
  await until('it is being given its flows', () => asked().slice(from).includes('deploy f false'))
  const later = [engines.deploy(deploy('g')), engines.arm('f', true)]
  await engines.hold(true)
  await Promise.all(later)
  expect(asked().slice(from)).toEqual(['start', 'deploy f false', 'hold true', 'deploy g false', 'arm f true'])
})

test.each([
  ['is stopped', () => process.kill(status().pid!, 'SIGSTOP')],
  ['loops', () => void engines.act('f', 'n', 'hang')],
])('an engine that %s is killed and started again', async (_how, hang) => {
  make()
  await engines.start()
  await engines.deploy(deploy('f'))
  const { pid } = status()
  hang()
  await until('it is killed', () => status().restarts === 1 && status().state === 'running')
  expect(status().pid).not.toBe(pid)
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
  await until('its flow is back', () => asked().filter((l) => l === 'deploy f false').length === 2)
})

test('one that never becomes ready is killed, and says so', async () => {
  behave('mute')
  make({ startMs: 1500, backOffMs: 20 })
  const start = engines.start()
  await until('it was killed', () => status().restarts >= 1)
  expect(status().issue?.text ?? '').toContain('not ready within 1.5 s')
  behave('')
  await start
})

test('one that crashes at once is tried again, more and more slowly, until it starts', async () => {
  behave('crash')
  make({ backOffMs: 20 })
  const seen: string[] = []
  engines.listen({ engine: (s) => void (s.issue && seen.push(s.issue.text)) })
  const start = engines.start()
  await until('three tries', () => status().restarts >= 3)
  expect(seen[0]).toContain('out of luck')
  behave('')
  await start
  const times = [...readFileSync(join(folder, 'asked'), 'utf8').matchAll(/start (\d+)/g)].map((m) => Number(m[1]))
  for (const [i, time] of times.slice(1, 4).entries()) expect(time - times[i]!).toBeGreaterThanOrEqual(20 * 2 ** i)
})

test('a program that cannot be started is an issue, not a crash', async () => {
  make({ main: join(folder, 'nothing.ts') })
  const start = engines.start()
  const ended = expect(start).rejects.toMatchObject({ issues: [{ code: 'ENGINE_DOWN' }] })
  await until('it was tried', () => status().restarts >= 1)
  await engines.close()
  await ended
  expect(status().state).toBe('stopped')
})

test('one that does not end when told is killed', async () => {
  behave('stubborn')
  make({ closeMs: 50 })
  await engines.start()
  const { pid } = status()
  await engines.close()
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
  expect(asked().at(-1)).toBe('close')
  expect(status()).toMatchObject({ state: 'stopped', pid: null })
})

test('views stay while the engine under them changes', async () => {
  make()
  await engines.start()
  await engines.deploy(deploy('f'))
  const seen: unknown[] = []
  const end = await engines.tap('f', 'n', 'p', (samples) => seen.push(...samples))
  const tap = asked().find((l) => l.startsWith('tap'))!
  expect(tap).toMatch(/^tap \d+ f n p$/)
  await kill()
  await until('it is asked again', () => asked().filter((l) => l === tap).length === 2)
  await engines.act('f', 'n', 'say', tap.split(' ')[1])
  await until('it shows', () => seen.length === 1)
  end()
  await until('it is ended', () => asked().some((l) => l.startsWith('untap')))
})
