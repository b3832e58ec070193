import { describe, expect, it } from 'vitest'
import { issue, type JsonValue } from '#kit'
import { emptyFlow, type Flow, type NodeStatus, type PortStatus } from '#format'
import { innerStatuses, onCanvas, runningOutput, standInStatuses, typeAt } from './instances.ts'
import { applyMessage, pruned } from './live.ts'
import { initialState } from './model.ts'
import { titleOf } from './status.ts'

const at = [0, 0] as const
const node = (type: string, config: { readonly [name: string]: JsonValue } = {}) => ({ type, config, at })
const flow: Flow = {
  ...emptyFlow('f', 'F'),
  nodes: {
    gen: node('flow.generate'), a: { ...node('flow.subflow', { subflow: 'outer' }), name: 'Watch A' },
    out: node('flow.link-out', { name: 'level' }), in: node('flow.link-in', { name: 'level' }), other: node('flow.link-in', { name: 'other' }),
  },
  wires: ['gen.value -> a.value', 'a.active -> out.value'],
  subflows: {
    outer: { name: 'Outer', parameters: {}, inputs: { value: ['inner.value'] }, outputs: { active: 'inner.active' }, nodes: { inner: node('flow.subflow', { subflow: 'inner' }) }, wires: [] },
    inner: { name: 'Inner', parameters: {}, inputs: { value: ['smooth.value'] }, outputs: { active: 'alarm.active' }, nodes: { smooth: node('transform.smooth'), alarm: node('rule.alarm') }, wires: ['smooth.value -> alarm.value'] },
  },
}
const port = (count: number, value: JsonValue): PortStatus => ({ count, rate: 2, last: { tag: 'x', value, time: count } })
const status = (inputs: NodeStatus['inputs'], outputs: NodeStatus['outputs'], more: Partial<NodeStatus> = {}): NodeStatus => ({
  health: { state: 'ok', text: '' }, ledger: { in: 5, passed: 3, held: 1, failed: 0, queued: 0, dropped: { late: 1 } }, inputs, outputs, p99Us: 1, issues: [], ...more,
})
const nodes = {
  gen: status({}, { value: port(5, 1) }),
  'a/inner/smooth': status({ value: port(5, 1) }, { value: port(4, 0.5) }),
  'a/inner/alarm': status({ value: port(4, 0.5) }, { active: port(4, true) }, { health: { state: 'stale', text: 'nothing came' }, issues: [issue('INTERNAL', {}, { reason: 'test' })] }),
}

describe('a subflow in the running flow', () => {
  it('shows the ports of the nodes inside, through subflows in subflows', () => {
    const { a } = standInStatuses(flow, nodes)
    expect(a!.inputs).toEqual({ value: port(5, 1) })
    expect(a!.outputs).toEqual({ active: port(4, true) })
    expect(a!.ledger).toEqual({ in: 5, passed: 4, held: 2, failed: 0, queued: 0, dropped: { 'inner/smooth: late': 1, 'inner/alarm: late': 1 } })
  })
  it('is as ill as the worst inside, and says which it is', () => {
    const { a } = standInStatuses(flow, nodes)
    expect(a!.health).toEqual({ state: 'stale', text: 'inner/alarm: nothing came' })
    expect(a!.issues[0]!.text).toMatch(/^inner\/alarm: /)
    expect(innerStatuses(nodes, 'a').map(([name]) => name)).toEqual(['inner/smooth', 'inner/alarm'])
  })
  it('is told again only when something inside of it was', () => {
    expect(standInStatuses(flow, nodes, ['gen'])).toEqual({})
    expect(Object.keys(standInStatuses(flow, nodes, ['a/inner/alarm']))).toEqual(['a', 'out', 'in'])
    expect(standInStatuses(flow, { gen: nodes.gen })).toEqual({})
    expect(standInStatuses(null, nodes)).toEqual({})
  })
  it('gets a trend, and goes when the flow no longer has it', () => {
    const state = { ...initialState, flowId: 'f', base: { version: 1, flow } }
    const smooth = { ...flow, subflows: { ...flow.subflows, outer: { ...flow.subflows!['outer']!, outputs: { level: 'inner.level' } }, inner: { ...flow.subflows!['inner']!, outputs: { level: 'smooth.value' } } } }
    const { live } = applyMessage({ ...state, base: { version: 1, flow: smooth } }, { type: 'status', flow: 'f', version: 1, time: 0, nodes, totals: { inRate: 0, outRate: 0, loopP99Ms: 0, cpu: 0, memoryMb: 0 } })
    expect(live.trends['a.level']).toEqual([0.5])
    const { a: _gone, ...rest } = smooth.nodes
    expect(Object.keys(pruned(live, { ...smooth, nodes: rest }).nodes)).toEqual(['gen'])
    expect(Object.keys(pruned(live, smooth).nodes)).toContain('a/inner/smooth')
  })
})

it('links pass on what is wired into the one of their name', () => {
  const { out, in: into, other } = standInStatuses(flow, nodes)
  expect(out!.inputs).toEqual({ value: port(4, true) })
  expect(into!.outputs).toEqual({ value: port(4, true) })
  expect(other).toBeUndefined()
})

it('an output of an instance or a link is plotted where it really leaves', () => {
  expect(runningOutput(flow, 'a', 'active')).toEqual({ node: 'a/inner/alarm', port: 'active' })
  expect(runningOutput(flow, 'in', 'value')).toEqual({ node: 'a/inner/alarm', port: 'active' })
  expect(runningOutput(flow, 'gen', 'value')).toEqual({ node: 'gen', port: 'value' })
  expect(runningOutput(flow, 'a', 'gone')).toEqual({ node: 'a', port: 'gone' })
  expect(runningOutput(null, 'a', 'active')).toEqual({ node: 'a', port: 'active' })
})

it('a node inside is known by its place on the canvas, its title and its type', () => {
  expect([onCanvas('a/inner/alarm'), onCanvas('gen')]).toEqual(['a', 'gen'])
  expect([titleOf(flow.nodes, new Map(), 'a/inner/alarm'), titleOf(flow.nodes, new Map(), 'gen')]).toEqual(['Watch A › inner › alarm', 'gen'])
  expect([typeAt(flow, 'a/inner/alarm'), typeAt(flow, 'a/inner'), typeAt(flow, 'gen'), typeAt(flow, 'a/none'), typeAt(undefined, 'a')]).toEqual(['rule.alarm', 'flow.subflow', 'flow.generate', undefined, undefined])
})
