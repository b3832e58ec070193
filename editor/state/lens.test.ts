// The subflow that is open, edited as if it was the flow.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { issue } from '#kit'
import { formatFlow, parseFlow, type Flow, type NodeStatus, type Subflow } from '#format'
import { undo } from './document.ts'
import { open, running } from './harness.ts'
import { INPUTS, OUTPUTS } from './inside.ts'
import { engineId, here, outputAt } from './lens.ts'

const node = (type: string, config = {}, x = 0) => ({ type, config, at: [x, 0] as const })
const inner: Subflow = { name: 'Inner', parameters: {}, inputs: { value: ['band.value'] }, outputs: { out: 'band.value' }, nodes: { band: node('filter.deadband') }, wires: [] }
const outer: Subflow = {
  name: 'Outer', parameters: { limit: 5 },
  inputs: { raw: ['smooth.value', 'deep.value'] }, outputs: { clean: 'smooth.value' },
  nodes: { smooth: node('filter.deadband', { limit: { $parameter: 'limit' } }), deep: node('flow.subflow', { subflow: 'inner' }, 300), kelvin: node('actuator.kelvin', {}, 600) }, wires: [],
}
const flow: Flow = {
  ...running,
  nodes: { temp: node('source.temp'), left: { ...node('flow.subflow', { subflow: 'outer' }, 300), name: 'Left' }, right: node('flow.subflow', { subflow: 'outer' }, 300), end: node('filter.deadband', {}, 600) },
  wires: ['temp.value -> left.raw', 'left.clean -> end.value'],
  subflows: { outer, inner },
}
const opened = async () => {
  const f = await open({ flow: async () => ({ id: 'pump', name: 'Pump', version: 3, state: 'running', armed: false, actuators: 0, flow, issues: [] }) })
  f.actions.enter('left')
  return { ...f, seen: () => here(f.s()), whole: () => f.s().document!.flow }
}

test('inside, the nodes are those of the subflow with its ports at the edges, typed by what feeds this instance', async () => {
  const { seen, s } = await opened()
  expect(Object.keys(seen().document!.flow.nodes)).toEqual([INPUTS, 'smooth', 'deep', 'kelvin', OUTPUTS])
  expect(seen().document!.flow.wires).toEqual(['@inputs.raw -> smooth.value', '@inputs.raw -> deep.value', 'smooth.value -> @outputs.clean'])
  expect(seen().ports[INPUTS]!.outputs['raw']).toEqual({ kind: 'number', unit: 'Cel' })
  expect(seen().ports['smooth']!.outputs['value']).toMatchObject({ unit: 'Cel' })
  expect(seen().ports['deep']!.inputs['value']).toMatchObject({ kind: 'number' })
  expect(s().document!.inside).toEqual(['left'])
  expect(engineId(s(), 'smooth')).toBe('left/smooth')
})

test('edits inside go to the subflow, as steps of the one history; what the flow has beside stays', async () => {
  const { actions, whole, s } = await opened()
  actions.addNode('filter.deadband', [0, 300])
  actions.setName('smooth', 'Smooth')
  expect(whole().subflows!['outer']!.nodes).toMatchObject({ deadband: { type: 'filter.deadband' }, smooth: { name: 'Smooth' } })
  expect(whole().nodes).toBe(flow.nodes)
  expect(s().document!.selection.nodes).toEqual(['deadband'])
  expect(s().changes).toMatchObject([{ what: 'subflow', id: 'outer' }])
  expect(parseFlow(formatFlow(whole())).issues).toEqual([])
  actions.undo()
  actions.undo()
  expect(whole()).toBe(flow)
  actions.redo()
  expect(Object.keys(whole().subflows!['outer']!.nodes)).toContain('deadband')
})

test('typing inside is one step, and dragging too', async () => {
  const { actions, s } = await opened()
  for (const t of ['S', 'Sm', 'Smo']) actions.setName('smooth', t)
  expect(s().document!.past).toHaveLength(1)
  for (let i = 0; i < 3; i++) { actions.select({ nodes: ['smooth'] }); actions.nudge(10, 0) }
  expect(s().document!.flow.subflows!['outer']!.nodes['smooth']!.at).toEqual([30, 0])
  actions.undo()
  actions.setConfig('smooth', '/limit', 7)
  actions.setConfig('smooth', '/limit', 8)
  expect(s().document!.flow.subflows!['outer']!.nodes['smooth']!.config).toEqual({ limit: 8 })
})

test('undo leads to where the edit was done', async () => {
  const { actions, s } = await opened()
  actions.setName('smooth', 'X')
  actions.goInside([])
  actions.setName('end', 'End')
  actions.undo()
  expect(s().document!.inside).toBeUndefined()
  actions.undo()
  expect(s().document!.inside).toEqual(['left'])
  actions.redo()
  actions.redo()
  expect([s().document!.inside, s().document!.flow.nodes['end']!.name]).toEqual([undefined, 'End'])
})

test('a wire from the inputs or to the outputs is a port; the plus makes a new one, named after the inner port', async () => {
  const { actions, whole, seen } = await opened()
  expect(actions.connect({ node: INPUTS, port: 'raw' }, { node: 'kelvin', port: 'value' })).toBe(false)
  expect(actions.connect({ node: INPUTS, port: '+' }, { node: 'kelvin', port: 'value' })).toBe(true)
  expect(whole().subflows!['outer']!.inputs).toEqual({ raw: ['smooth.value', 'deep.value'], value: ['kelvin.value'] })
  expect(actions.connect({ node: 'deep', port: 'out' }, { node: OUTPUTS, port: '+' })).toBe(true)
  expect(whole().subflows!['outer']!.outputs).toEqual({ clean: 'smooth.value', out: 'deep.out' })
  // An output has one source: the new wire takes the place of the old one.
  expect(actions.connect({ node: 'deep', port: 'out' }, { node: OUTPUTS, port: 'clean' })).toBe(true)
  expect(whole().subflows!['outer']!.outputs).toEqual({ clean: 'deep.out', out: 'deep.out' })
  actions.removeWires(['@inputs.value -> kelvin.value', 'deep.out -> @outputs.out'])
  expect([whole().subflows!['outer']!.inputs['value'], Object.keys(whole().subflows!['outer']!.outputs)]).toEqual([[], ['clean']])
  expect(parseFlow(formatFlow(whole())).issues).toEqual([])
  expect(seen().ports[INPUTS]!.outputs).toHaveProperty('value')
})

test('the ports themselves cannot be selected, removed or copied', async () => {
  const { actions, whole, s } = await opened()
  actions.selectAll()
  expect(s().document!.selection.nodes).toEqual(['smooth', 'deep', 'kelvin'])
  expect(actions.copySelected()).not.toContain('@')
  actions.removeNodes([INPUTS])
  expect(whole().subflows!['outer']!.inputs['raw']).toEqual([])
  actions.undo()
  expect(whole()).toBe(flow)
})

test('ports are renamed and removed with the wires of every instance, also of those in other subflows', async () => {
  const { actions, whole, s } = await opened()
  expect(actions.renamePort('inputs', 'raw', 'signal')).toBe(true)
  expect(actions.renamePort('outputs', 'clean', 'no blank')).toBe(false)
  expect(actions.renamePort('inputs', 'signal', 'signal')).toBe(false)
  expect(whole().wires).toEqual(['temp.value -> left.signal', 'left.clean -> end.value'])
  actions.removePort('outputs', 'clean')
  expect(whole().wires).toEqual(['temp.value -> left.signal'])
  actions.goInside(['left', 'deep'])
  actions.renamePort('inputs', 'value', 'x')
  expect(whole().subflows!['outer']!.inputs['signal']).toEqual(['smooth.value', 'deep.x'])
  expect(s().document!.past).toHaveLength(3)
})

test('issues and values of this instance are shown at the inner nodes, and an issue leads inside', async () => {
  const status = (value: number): NodeStatus => ({ health: { state: 'ok', text: '' }, ledger: { in: 1, passed: 1, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: { value: { count: 1, rate: 1, last: { tag: 't', value, time: 1 } } }, outputs: { value: { count: 1, rate: 1, last: { tag: 't', value, time: 1 } } }, p99Us: null, issues: [] })
  const f = await open({
    flow: async () => ({ id: 'pump', name: 'Pump', version: 3, state: 'running', armed: false, actuators: 0, flow, issues: [] }),
    check: async () => ({ issues: [issue('NODE_CONFIG', { node: 'left/smooth', field: '/limit' }, { reason: 'wrong' }), issue('NODE_CONFIG', { node: 'right/smooth', field: '/limit' }, { reason: 'wrong too' })], ports: {}, changes: [] }),
  })
  f.actions.applyServerMessage({ type: 'status', flow: 'pump', version: 3, time: 2000, nodes: { 'left/smooth': status(1), 'right/smooth': status(2), 'left/deep/band': status(3) }, totals: { inRate: 0, outRate: 0, loopP99Ms: 0, cpu: 0, memoryMb: 0 } } as never)
  const atTop = f.s().issues.filter((i) => i.node === 'left')
  expect(atTop).toHaveLength(1)
  f.actions.revealIssue(atTop[0]!)
  expect([f.s().document!.inside, f.s().document!.selection.nodes, f.s().ui.focusField]).toEqual([['left'], ['smooth'], { node: 'smooth', field: '/limit' }])
  const seen = here(f.s())
  expect(seen.issues).toMatchObject([{ node: 'smooth', field: '/limit', text: 'wrong' }])
  expect(seen.live.nodes['smooth']!.outputs['value']!.last!.value).toBe(1)
  expect(seen.live.nodes['deep']!.outputs['out']!.last!.value).toBe(3)
  expect(seen.live.nodes[INPUTS]!.outputs['raw']!.last!.value).toBe(1)
  expect(seen.live.nodes).not.toHaveProperty('right/smooth')
  expect(here(f.s())).toBe(seen)
  f.actions.show('right/smooth')
  expect([f.s().document!.inside, here(f.s()).live.nodes['smooth']!.outputs['value']!.last!.value]).toEqual([['right'], 2])
  f.actions.show('left/deep/band')
  expect(f.s().document!.inside).toEqual(['left', 'deep'])
  expect(here(f.s()).live.nodes['band']!.outputs['value']!.last!.value).toBe(3)
  expect(f.actions.leave()).toBe(true)
  expect([f.s().document!.inside, f.s().document!.selection.nodes]).toEqual([['left'], ['deep']])
})

test('what comes in at the edge is what feeds it: its last values and trend, and the output that is pinned for it', async () => {
  const f = await opened()
  const sample = { tag: 'T', value: 21, time: 1000, quality: 'Good' } as const
  f.store.setState((s) => ({ live: { ...s.live, flow: 'pump', recent: { 'temp.value': [sample], 'left/smooth.value': [{ ...sample, value: 3 }] }, trends: { 'temp.value': [20, 21] } } }))
  expect(f.seen().live.recent).toEqual({ [`${INPUTS}.raw`]: [sample], 'smooth.value': [{ ...sample, value: 3 }] })
  expect(f.seen().live.trends).toEqual({ [`${INPUTS}.raw`]: [20, 21] })
  expect(outputAt(f.whole(), ['left'], INPUTS, 'raw')).toEqual({ node: 'temp', port: 'value' })
  expect(outputAt(f.whole(), ['left', 'deep'], INPUTS, 'value'), 'through two edges').toEqual({ node: 'temp', port: 'value' })
  expect(outputAt(f.whole(), ['left'], 'smooth', 'value')).toEqual({ node: 'left/smooth', port: 'value' })
})

test('what is exported, saved and checked is the whole flow, also from inside', async () => {
  const { actions, whole, pass, state, storage } = await opened()
  actions.setName('smooth', 'S')
  const text = await actions.exportText()
  expect(parseFlow(text).flow!.nodes).toEqual(whole().nodes)
  await pass(1000)
  expect(JSON.parse(storage.getItem('headgate.draft.pump')!).flow.nodes).toHaveProperty('temp')
  expect(state.checks.at(-1)).toBe(whole())
})

test('what takes the open subflow away leads out of it', async () => {
  const { actions, s, seen } = await opened()
  actions.goInside([])
  actions.removeNodes(['right'])
  actions.enter('left')
  actions.replaceFlow({ ...flow, nodes: { temp: node('source.temp') }, wires: [] })
  expect([s().document!.inside, Object.keys(seen().document!.flow.nodes)]).toEqual([undefined, ['temp']])
  actions.undo()
  expect(s().document!.inside).toBeUndefined()
})

test('collapse and expand work inside as well, and an instance is made its own', async () => {
  const { actions, whole } = await opened()
  actions.select({ nodes: ['smooth', 'kelvin'] })
  expect(actions.collapseSelected('Part')).toBe('part')
  expect(whole().subflows).toHaveProperty('part')
  expect(whole().subflows!['outer']!.inputs['raw']).toEqual(['part.value', 'deep.value'])
  expect(whole().subflows!['outer']!.outputs['clean']).toBe('part.value')
  actions.expand('part')
  expect(whole().subflows).not.toHaveProperty('part')
  expect(whole().subflows!['outer']!.inputs['raw']!.toSorted()).toEqual(['deep.value', 'smooth.value'])
  actions.goInside([])
  actions.makeOwn('right')
  expect([whole().nodes['right']!.config['subflow'], whole().nodes['left']!.config['subflow'], whole().subflows!['outer-2']!.name]).toEqual(['outer-2', 'outer', 'Outer (own)'])
  expect(actions.removeSubflow('outer-2')).toBe(false)
  actions.removeNodes(['right'])
  expect(actions.removeSubflow('outer-2')).toBe(true)
  expect(Object.keys(whole().subflows!)).toEqual(['outer', 'inner'])
})

test('whatever is edited at whichever place, undone it is the same flow', async () => {
  const places = [[], ['left'], ['right'], ['left', 'deep']]
  const act = fc.oneof(
    fc.constantFrom(...places).map((p) => ({ go: p })),
    fc.constantFrom('smooth', 'band', 'temp', 'deep', 'left').map((name) => ({ name })),
    fc.constantFrom('smooth', 'band', 'deep', 'left', 'end').map((remove) => ({ remove })),
    fc.constant({ add: true }),
    fc.constant({ all: true }),
    fc.constantFrom('left', 'deep', 'right').map((expand) => ({ expand })),
    fc.constantFrom('raw', 'value', 'signal').map((rename) => ({ rename })),
    fc.constant({ input: true }),
    fc.constant({ undo: true }),
  )
  await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 15 }), async (acts) => {
    const { actions, s, whole } = await opened()
    for (const a of acts) {
      if ('go' in a) actions.goInside(a.go)
      else if ('name' in a) actions.setName(a.name, 'N')
      else if ('remove' in a) actions.removeNodes([a.remove])
      else if ('add' in a) actions.addNode('filter.deadband', [0, 0])
      else if ('all' in a) { actions.selectAll(); actions.collapseSelected() }
      else if ('expand' in a) { if (here(s()).document!.flow.nodes[a.expand]?.type === 'flow.subflow') actions.expand(a.expand) }
      else if ('rename' in a) actions.renamePort('inputs', a.rename, 'signal')
      else if ('input' in a) actions.addInput()
      else actions.undo()
      expect(parseFlow(formatFlow(whole())).issues).toEqual([])
    }
    let d = s().document!
    while (d.past.length > 0) d = undo(d)
    expect(d.flow).toBe(flow)
  }), { numRuns: 60 })
})
