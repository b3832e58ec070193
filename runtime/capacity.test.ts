import { describe, expect, test } from 'vitest'
import { emptyFlow, type Flow, type NodeStatus } from '#format'
import { drivers, nodes } from '../nodes/index.ts'
import { capacityIssues, capacityOf, type CapacityOf } from './capacity.ts'
import { compile } from './compile/index.ts'
import { status } from './api/harness.ts'
import type { FlowReport, Plan } from './engine/contract.ts'

const planOf = (entries: Flow['nodes'], wires: readonly string[], config: object = {}): Plan => {
  const flow: Flow = { ...emptyFlow('f', 'F'), nodes: entries, wires, connections: { plc: { type: 'modbus', config: { host: '127.0.0.1', port: 502, timeoutMs: 1000, pauseMs: 0, ...config } } } }
  const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(JSON.stringify(issues))
  return plan
}
const usual: CapacityOf = { nodes, drivers, running: undefined, report: undefined, alone: true }
const drive = (periodMs: number, addresses: readonly number[], maxGap = 8): Flow['nodes'][string] => ({
  type: 'source.modbus', at: [0, 0],
  config: { connection: 'plc', maxGap, groups: [{ name: 'default', periodMs }], tags: addresses.map((address, i) => ({ name: `t${i}`, address, group: 'default' })) },
})

describe('what a flow will cost', () => {
  test('rates come from the settings of the sources and go along the wires', () => {
    const gen: Flow['nodes'][string] = { type: 'flow.generate', config: { periodS: 0.01 }, at: [0, 0] }
    const limit: Flow['nodes'][string] = { type: 'filter.rate-limit', config: { readings: 1, periodS: 1 }, at: [0, 0] }
    const dead: Flow['nodes'][string] = { type: 'filter.deadband', config: {}, at: [0, 0] }
    const plain = capacityOf(planOf({ gen, dead }, ['gen.value -> dead.value']), usual)
    const limited = capacityOf(planOf({ gen, limit, dead }, ['gen.value -> limit.value', 'limit.value -> dead.value']), usual)
    expect(plain.samplesPerS).toBe(100)
    expect(limited.samplesPerS).toBe(100)
    const alone = capacityOf(planOf({ gen }, []), usual).cpu
    const limitAlone = capacityOf(planOf({ gen, limit }, ['gen.value -> limit.value']), usual).cpu
    expect(plain.cpu).toBeGreaterThan(alone)
    expect((limited.cpu - limitAlone) * 50, 'behind the limit comes one in a hundred').toBeLessThan(plain.cpu - alone)
    expect(plain.basis).toContain('Nothing of it runs yet')
  })

  test('a bus is asked as the driver asks: neighbours together, far ones apart, at the period of their group', () => {
    expect(capacityOf(planOf({ drive: drive(100, [0, 1, 2, 3]) }, []), usual).buses).toEqual([{ connection: 'plc', requestsPerS: 10, busy: 0.05 }])
    expect(capacityOf(planOf({ drive: drive(100, [0, 100, 200, 300]) }, []), usual).buses).toEqual([{ connection: 'plc', requestsPerS: 40, busy: 0.2 }])
    expect(capacityOf(planOf({ drive: drive(100, [0, 100, 200, 300], 100) }, []), usual).buses[0]!.requestsPerS, 'a wider gap saves requests').toBeLessThan(40)
    expect(capacityOf(planOf({ drive: drive(100, [0]) }, [], { pauseMs: 20 }), usual).buses[0]!.busy).toBe(0.25)
  })

  test('other flows on the same bus count, and too much is a warning with its connection', () => {
    const mine = planOf({ drive: drive(20, [0, 100]) }, [])
    const cost = capacityOf(mine, { ...usual, others: [planOf({ other: drive(20, [0]) }, [])] })
    expect(cost.buses[0]).toEqual({ connection: 'plc', requestsPerS: 150, busy: 0.75 })
    expect(capacityIssues('f', cost)).toMatchObject([{ code: 'CAPACITY_BUS', level: 'warning', field: '/connections/plc', text: "Requests are estimated to take 75 % of the time of 'plc'." }])
    expect(capacityIssues('f', { ...cost, cpu: 0.8, buses: [] })).toMatchObject([{ code: 'CAPACITY_CPU' }])
  })

  test('what runs is measured: its rates, its requests, and what the engine takes', () => {
    const running = planOf({ drive: drive(100, [0]), dead: { type: 'filter.deadband', config: {}, at: [0, 0] } }, ['drive.t0 -> dead.value'])
    const port = (rate: number) => ({ count: 100, rate, last: null })
    const seen = (outputs: NodeStatus['outputs']): NodeStatus => ({ ...status(100), outputs })
    const report: FlowReport = { version: 1, requestMs: { plc: 20 }, nodes: { drive: seen({ t0: port(7) }), dead: seen({ value: port(1) }) }, totals: { inRate: 7, outRate: 1, loopP99Ms: 1, cpu: 0.3, memoryMb: 123 } }
    const same = capacityOf(running, { ...usual, running, report })
    expect(same).toMatchObject({ samplesPerS: 7, cpu: 0.3, memoryMb: 123, buses: [{ busy: 0.2 }] })
    expect(same.basis).toMatch(/^Measured: all of its nodes run already/)
    const more = capacityOf(planOf({ drive: drive(10, [0]), dead: { type: 'filter.deadband', config: {}, at: [0, 0] } }, ['drive.t0 -> dead.value']), { ...usual, running, report })
    expect(more.samplesPerS, 'a changed source goes by its settings').toBe(100)
    expect(more.cpu).toBeGreaterThan(0.3)
    expect(more.basis).toContain('None of its nodes runs unchanged')
    expect(capacityOf(running, { ...usual, running, report, alone: false }).cpu, 'what the engine takes is of others, too').toBeLessThan(0.1)
  })

  test('a source that nobody knows the rate of is named, not taken for nothing', () => {
    const flow: Flow = { ...emptyFlow('f', 'F'), nodes: { news: { type: 'source.mqtt', name: 'All news', config: { connection: 'b', topic: 'plant/#' }, at: [0, 0] } }, connections: { b: { type: 'mqtt', config: { url: 'mqtt://127.0.0.1' } } } }
    const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
    expect(issues.filter((i) => i.level === 'error')).toEqual([])
    expect(capacityOf(plan!, usual).basis).toContain('Not counted, as nobody knows how often they speak: All news.')
  })
})
