// Tests of a flow in the headless editor: run, shown, taken over, edited, all undoable.
import { expect, test } from 'vitest'
import { describeNode, type AnyNode } from '#kit'
import type { Flow, FlowTest, TestResult } from '#format'
import { stateOfTest, testFaultsAt } from './flow-tests.ts'
import { catalogue, open, running } from './harness.ts'
import { candidatesOf, draftTest, freeName, incomingOf, tooMuch, upstreamOf } from './test-making.ts'

const one: FlowTest = { input: [{ at: 'temp.value', tag: 't', value: 1, time: 0 }], expect: { 'band.value': [{ tag: 't', value: 1, time: 0 }] } }
const got = { 'band.value': [{ tag: 't', value: 2, time: 0 }] }
const failing: TestResult = { passed: false, ms: 3, faults: [{ at: 'band.value', index: 0, what: 'differs', expected: one.expect['band.value']![0]!, got: got['band.value'][0]! }], issues: [], got }
const passing: TestResult = { passed: true, ms: 2, faults: [], issues: [], got: one.expect }

test('a test is added, changed with its name, renamed and removed, each one step that can be undone', async () => {
  const { actions, s } = await open()
  const tests = () => s().document!.flow.tests
  actions.putTest('a', one)
  actions.putTest('b', { ...one, input: [] }, 'a')
  expect([Object.keys(tests()!), s().document!.past.length]).toEqual([['b'], 2])
  expect(actions.renameTest('b', ' c ')).toBe(true)
  actions.putTest('d', one)
  expect(actions.renameTest('c', 'd'), 'a name that is taken').toBe(false)
  expect(s().changes.filter((c) => c.what === 'test').length, 'a test is a change to deploy').toBe(2)
  actions.removeTest('c')
  actions.removeTest('d')
  expect(tests(), 'a flow without tests has no such part').toBeUndefined()
  actions.undo()
  actions.undo()
  expect(Object.keys(tests()!)).toEqual(['c', 'd'])
})

test('who may only look changes no test', async () => {
  const { actions, s } = await open({ session: async () => ({ user: 'vic', role: 'viewer', gateway: 'g', version: '1' }) })
  expect(actions.putTest('a', one)).toBe(false)
  expect(s().document!.flow.tests).toBeUndefined()
})

test('tests run one after the other with progress, a failing one stands at its ports, and its new result is one step', async () => {
  const asked: (readonly string[] | undefined)[] = []
  const seen: unknown[] = []
  const { actions, s } = await open({ labTests: async ({ names }) => { asked.push(names); seen.push(s().replay.work); return { results: Object.fromEntries(names!.map((n) => [n, n === 'b' ? failing : passing])) } } })
  actions.putTest('a', one)
  actions.putTest('b', one)
  expect(await actions.runTests()).toBe(1)
  expect(asked).toEqual([['a'], ['b']])
  expect(seen).toEqual([{ what: 'tests', done: 0, of: 2 }, { what: 'tests', done: 1, of: 2 }])
  const flow = (): Flow => s().document!.flow
  const state = (name: string) => stateOfTest(flow(), name, s().replay.tests[name])
  expect([state('a'), state('b')]).toEqual(['passed', 'failed'])
  expect(testFaultsAt(s(), 'band')).toEqual([])
  actions.showTest('b')
  expect(testFaultsAt(s(), 'band')).toMatchObject([{ expected: { value: 1 }, got: { value: 2 } }])
  expect(testFaultsAt(s(), 'temp')).toEqual([])
  const steps = s().document!.past.length
  actions.acceptResult('b')
  expect(s().document!.past.length).toBe(steps + 1)
  expect(flow().tests!['b']!.expect).toEqual(got)
  expect([state('b'), testFaultsAt(s(), 'band')]).toEqual(['passed', []])
  expect(state('a'), 'one test changes nothing about another').toBe('passed')
  actions.setConfig('band', '/threshold', 1)
  expect(state('a'), 'a result is of the draft that it ran with').toBe('old')
  actions.undo()
  actions.moveNodes({ band: [500, 500] })
  expect(state('a'), 'where a node lies changes no result').toBe('passed')
})

test('hundreds of tests are asked for in few requests', async () => {
  let requests = 0
  const { actions } = await open({ labTests: async ({ names }) => { requests++; return { results: Object.fromEntries(names!.map((n) => [n, passing])) } } })
  for (let i = 0; i < 130; i++) actions.putTest(`t${i}`, one)
  expect(await actions.runTests()).toBe(0)
  expect(requests).toBeLessThanOrEqual(40)
})

test('a test that did not run is not taken over', async () => {
  const { actions, s } = await open({ labTests: async () => ({ results: { a: { ...failing, faults: [], issues: [{ code: 'REQUEST', level: 'error', text: 'x', remedy: '' }], got: {} } } }) })
  actions.putTest('a', one)
  await actions.runTests()
  actions.acceptResult('a')
  expect(s().document!.flow.tests!['a']).toEqual(one)
})

test('a new test is proposed for what is written, with the inputs that this needs', async () => {
  const { s } = await open()
  const types = new Map([...s().types, ['rule.alarm', describeNode({ ...catalogue.nodes[1], type: 'rule.alarm', title: 'Alarm', acts: { acknowledge: { title: 'Acknowledge' } }, outputs: { active: { kind: 'boolean' } } } as unknown as AnyNode)]])
  const flow: Flow = { ...running, wires: ['temp.value -> band.value', 'band.value -> kelvin.value'] }
  const found = candidatesOf({ flow, ports: s().ports, types })
  expect(found.filter((c) => c.wanted).map((c) => c.end)).toEqual(['kelvin.value'])
  expect(found.map((c) => c.end)).toContain('band.value')
  expect([...upstreamOf(flow, ['kelvin.value'])].toSorted()).toEqual(['band', 'kelvin', 'temp'])
  const recorded = [{ at: 'temp.value', tag: 't', value: 1, time: 0 }, { at: 'temp.value', tag: 't', value: 2, time: 1 }, { act: 'reset', node: 'band', now: 1 }]
  expect(incomingOf(recorded).map((i) => [i.at, i.node, i.count])).toEqual([['band: reset', 'band', 1], ['temp.value', 'temp', 2]])
  expect(draftTest(recorded, new Set(['temp.value']), ['kelvin.value'])).toEqual({ input: recorded.slice(0, 2), expect: { 'kelvin.value': [] } })
})

test('what does not fit into a test is said, and a name is free', () => {
  expect(tooMuch([])).toMatch(/at least one/)
  expect(tooMuch([{ at: 'a.b', node: 'a', count: 6000, bytes: 1 }])).toMatch(/6,000 samples/)
  expect(tooMuch([{ at: 'a.b', node: 'a', count: 10, bytes: 5e6 }])).toMatch(/4\.8 MB/)
  expect(tooMuch([{ at: 'a.b', node: 'a', count: 10, bytes: 500 }])).toBe('')
  expect(freeName({ x: one, 'x 2': one }, 'x')).toBe('x 3')
})
