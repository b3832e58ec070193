import { describe, expect, it } from 'vitest'
import { Envelope, field, Type, type CatalogueNode, type TSchema } from '#kit'
import { diffFlows, emptyFlow, type Flow } from '#format'
import { changesInWords, envelopeInWords } from './words.ts'

const type = (config: TSchema, title: string): CatalogueNode => ({ title, config: JSON.parse(JSON.stringify(config)) as TSchema }) as CatalogueNode
const types = new Map<string, CatalogueNode>([
  ['filter.deadband', type(Type.Object({ threshold: field.number({ title: 'Threshold', unitOf: 'value', default: 0.5 }), mode: field.choice(['a', 'b'], { title: 'Mode', labels: ['In units', 'In percent'], default: 'a' }) }), 'Deadband')],
  ['source.modbus', type(Type.Object({ pollMs: field.integer({ title: 'Poll every', unit: 'ms', default: 1000 }), tags: Type.Array(Type.Object({ name: Type.String(), address: Type.Integer({ title: 'Address' }) }), { title: 'Tags' }) }), 'Modbus read')],
])
const before: Flow = {
  ...emptyFlow('f', 'Pump'),
  parameters: { limit: 1 },
  nodes: { band: { type: 'filter.deadband', config: { threshold: 0.5 }, at: [0, 0] }, drive: { type: 'source.modbus', name: 'P-101 drive', config: { pollMs: 100, tags: [{ name: 'speed', address: 1 }] }, at: [0, 0] } },
  wires: ['drive.speed -> band.value'],
}
const words = (change: (flow: Flow) => Flow) => {
  const after = change(before)
  return changesInWords(diffFlows(before, after), { before, after, types, ports: { band: { inputs: { value: { kind: 'number', unit: 'Cel' } }, outputs: {} } } })
}
const withConfig = (id: string, config: Flow['nodes'][string]['config']) => (f: Flow): Flow => ({ ...f, nodes: { ...f.nodes, [id]: { ...f.nodes[id]!, config } } })

describe('changes in words', () => {
  it('names the node, the setting and both values with the unit of the wire', () => {
    expect(words(withConfig('band', { threshold: 2, mode: 'b' }))).toEqual([
      { how: 'changed', where: 'Deadband', node: 'band', what: 'Threshold', from: '0.5 °C', to: '2 °C' },
      { how: 'changed', where: 'Deadband', node: 'band', what: 'Mode', from: 'In units (default)', to: 'In percent' },
    ])
  })
  it('names a subflow and a setting of the flow', () => {
    const subflow = { name: 'Watch a pressure', parameters: {}, inputs: {}, outputs: {}, nodes: {}, wires: [] }
    const with_ = { ...before, subflows: { watch: subflow }, settings: { idleS: 5 } }
    expect(changesInWords(diffFlows(before, with_), { before, after: with_, types })).toEqual([
      { how: 'added', where: 'Subflow Watch a pressure', what: '' },
      { how: 'added', where: 'Flow', what: 'setting Idle', from: 'default', to: '5' },
    ])
    const other = { ...with_, subflows: { watch: { ...subflow, parameters: { limit: 1 } } } }
    expect(changesInWords(diffFlows(with_, other), { before: with_, after: other, types })).toEqual([{ how: 'changed', where: 'Subflow Watch a pressure', what: 'its nodes, wires, ports or parameters' }])
  })
  it('names the row of a table by its name', () => {
    expect(words(withConfig('drive', { pollMs: 100, tags: [{ name: 'speed', address: 7 }] }))).toEqual([{ how: 'changed', where: 'P-101 drive', node: 'drive', what: 'Tags › speed › Address', from: '1', to: '7' }])
  })
  it('says that the default holds again', () => {
    expect(words(withConfig('drive', { tags: [{ name: 'speed', address: 1 }] }))[0]).toMatchObject({ what: 'Poll every', from: '100 ms', to: '1000 ms (default)' })
  })
  it('tells of nodes, wires, parameters and names', () => {
    const found = words((f) => ({ ...f, name: 'Pump 2', parameters: { limit: 2 }, nodes: { band: { ...f.nodes['band']!, at: [9, 9] }, x: { type: 'other.node', config: {}, at: [0, 0] } }, wires: [] }))
    expect(found.map((w) => `${w.how}: ${w.where} | ${w.what}${w.to === undefined ? '' : ` | ${w.from} to ${w.to}`}`)).toEqual([
      'changed: Flow | name | Pump to Pump 2', 'removed: P-101 drive | Modbus read', 'added: x | other.node', 'removed: P-101 drive.speed → Deadband.value | wire', 'changed: Parameter limit |  | 1 to 2', 'moved: Deadband | place on the canvas',
    ])
  })
  it('puts moves together', () => {
    expect(words((f) => ({ ...f, nodes: Object.fromEntries(Object.entries(f.nodes).map(([id, n]) => [id, { ...n, at: [5, 5] as const }])) }))).toEqual([{ how: 'moved', where: '2 nodes', what: 'place on the canvas' }])
  })
  it('tells what an actuator may do', () => {
    const envelope: Envelope = { minimum: 20, maximum: 50, maxRatePerS: 5, onBad: 'safe', staleAfterMs: 5000, safe: 25, readBackTolerance: 0.1 }
    expect(envelopeInWords(envelope, 'Hz')).toBe('20 Hz to 50 Hz, at most 5 Hz a second. On bad input or none for 5 s: 25 Hz is written. When the flow stops: 25 Hz.')
    expect(envelopeInWords({ ...envelope, onBad: 'hold' }, '')).toContain('the last value is held')
    expect(envelopeInWords(undefined, '')).toBe('It has no envelope yet.')
  })
})
