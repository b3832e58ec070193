import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignable, describeCatalogue, schemaFaults, withDefaults, type Kind, type PortType } from '#kit'
import { emptyFlow, formatWire, parseFlow, formatFlow, type Flow } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { newNode, placeBeside } from './commands.ts'
import { candidatesFor, fitInto, gapOfWire, graftInto, portsFed } from './fitting.ts'
import { open } from './harness.ts'
import { makeRoom } from './joining.ts'
import { mendWith, starterEntry } from './mending.ts'
import { configFor, replacementsFor } from './replacing.ts'

const real = describeCatalogue(nodes.values(), drivers.values())
const item = (name: string, kind: string, unit = '') => ({ name, kind, unit, topic: name, path: '' })
const at = (x: number, y = 0) => [x, y] as const
const plant: Flow = {
  ...emptyFlow('plant', 'Plant'),
  nodes: {
    gen: { type: 'flow.generate', config: { shape: 'constant', value: '4', tag: 'P', unit: 'bar', periodS: 1 }, at: at(0) },
    band: { type: 'filter.deadband', name: 'Quiet', config: { mode: 'absolute', threshold: 0.5 }, at: at(300) },
    press: { type: 'actuator.modbus', config: {}, at: at(600) },
    alarm: { type: 'rule.alarm', config: {}, at: at(600, 300) },
    log: { type: 'flow.debug', config: {}, at: at(900) },
    loose: { type: 'transform.clamp', config: {}, at: at(300, 400) },
    text: { type: 'transform.format', config: {}, at: at(0, 600) },
    pack: { type: 'transform.record', config: { inputs: [item('speed', 'number', 'Hz')] }, at: at(0, 900) },
    slow: { type: 'transform.select', config: { whenTrue: 1, whenFalse: 0, unit: '' }, at: at(900, 600) },
  },
  wires: ['gen.value -> band.value', 'band.value -> log.value'],
}
const drawn = async (flow: Flow = plant) => {
  const f = await open({ catalogue: async () => real, flow: async () => ({ id: flow.id, name: flow.name, version: 1, state: 'running', armed: false, actuators: 0, flow, issues: [] }), check: async () => ({ issues: [], ports: {}, changes: [] }), connections: async () => [] })
  const wires = (): readonly string[] => f.s().document!.flow.wires
  const steps = (): number => f.s().document!.past.length
  return { ...f, wires, steps }
}
const type = (name: string) => real.nodes.find((n) => n.type === name)!

test('a node on a wire comes between its ends in one step, where the wire stood in the file', async () => {
  const { actions, s, wires, steps } = await drawn()
  const id = actions.insertInto('transform.clamp', gapOfWire('gen.value -> band.value')!, [100, 100])!
  expect(wires()).toEqual([`gen.value -> ${id}.value`, `${id}.value -> band.value`, 'band.value -> log.value'])
  expect(steps()).toBe(1)
  expect(s().document!.selection.nodes).toEqual([id])
  actions.undo()
  expect(formatFlow(s().document!.flow)).toBe(formatFlow(plant))
})

test('a wire too short for a node is made longer by moving what follows it; in a long one nothing moves', async () => {
  const { actions, s } = await drawn()
  const x = (id: string): number => s().document!.flow.nodes[id]!.at[0]
  const id = actions.insertInto('transform.clamp', gapOfWire('gen.value -> band.value')!, [150, 100])!
  expect([x(id), x('band'), x('log')]).toEqual([260, 520, 1120])
  expect([x('press'), x('loose')], 'what does not follow stays').toEqual([600, 300])
  actions.undo()
  const far = actions.insertInto('transform.clamp', gapOfWire('band.value -> log.value')!, [600, 60])!
  expect([x(far), x('log')]).toEqual([600, 900])
  expect(makeRoom(plant, 'log', 'gen', [450, 0]), 'a wire that runs backwards has room').toEqual({ at: [450, 0], moves: {} })
})

test('what does not fit a wire says why and changes nothing', async () => {
  const { actions, s } = await drawn()
  const before = s().document
  expect(actions.wouldFit({ type: 'source.mqtt' }, 'gen.value -> band.value')).toMatchObject({ ok: false, why: { text: expect.stringMatching(/has no input/) } })
  expect(actions.wouldFit({ type: 'transform.select' }, 'gen.value -> band.value')).toMatchObject({ ok: false })
  expect(actions.wouldFit({ type: 'flow.debug' }, 'gen.value -> band.value')).toMatchObject({ ok: false, why: { text: expect.stringMatching(/has no output/) } })
  expect(actions.insertInto('flow.debug', gapOfWire('gen.value -> band.value')!, [0, 0])).toBeNull()
  expect(s().ui.toasts.at(-1)!.text).toMatch(/has no output/)
  expect(s().document).toBe(before)
})

test('what follows its input is typed by what comes: a filter fits between two ends of one unit, and not where the unit would be lost', async () => {
  const { s } = await drawn()
  const gap = gapOfWire('gen.value -> band.value')!
  expect(fitInto(s(), starterEntry(type('filter.deadband')), undefined, gap)).toMatchObject({ ok: true, joint: { grade: 'exact', input: 'value', output: 'value' } })
  // Convert takes °C as it starts; the wire carries bar.
  expect(fitInto(s(), starterEntry(type('transform.convert')), undefined, gap).ok).toBe(false)
})

test('a node that is there already goes into a wire with its move as one step', async () => {
  const { actions, s, wires, steps } = await drawn()
  expect(actions.wouldFit({ node: 'loose' }, 'gen.value -> band.value').ok).toBe(true)
  expect(actions.spliceInto('loose', 'gen.value -> band.value', [150, 0])).toBe(true)
  expect(wires()).toContain('gen.value -> loose.value')
  expect(s().document!.flow.nodes['loose']!.at).toEqual([260, 0])
  expect(steps()).toBe(1)
  actions.undo()
  expect(s().document!.flow).toBe(s().base.flow)
})

test('a wire pulled out of an output is offered what takes it: made for it first, then what takes anything, then by a node between', async () => {
  const { s } = await drawn()
  const found = candidatesFor(s(), real.nodes, { from: { node: 'alarm', port: 'active' } })
  const place = (name: string): number => found.findIndex((c) => c.type.type === name)
  expect(s().ports['alarm']!.outputs['active']!.kind).toBe('boolean')
  expect(place('transform.select')).toBeGreaterThanOrEqual(0)
  expect(place('transform.select')).toBeLessThan(place('flow.debug'))
  expect(place('flow.debug')).toBeLessThan(place('transform.scale'))
  expect(found[place('transform.scale')]!.joint).toMatchObject({ grade: 'mended', mend: { entry: { type: 'transform.select' } } })
  expect(place('source.mqtt')).toBe(-1)
  expect(place('flow.generate')).toBe(-1)
})

test('a wire pulled out of an input is offered what feeds it; what the gateway alone can type comes after', async () => {
  const { actions, s, wires, steps } = await drawn()
  const gap = { to: { node: 'slow', port: 'value' } }
  const found = candidatesFor(s(), real.nodes, gap)
  const place = (name: string): number => found.findIndex((c) => c.type.type === name)
  expect(found[0]!.joint.grade).toBe('exact')
  expect(place('rule.alarm')).toBeGreaterThanOrEqual(0)
  expect(place('rule.alarm')).toBeLessThan(place('transform.parse'))
  expect(found[place('transform.parse')]!.joint.grade).toBe('checked')
  expect(place('flow.debug')).toBe(-1)
  const id = actions.insertInto('rule.alarm', gap, [600, 600])!
  expect(wires()).toContain(`${id}.active -> slow.value`)
  expect(steps()).toBe(1)
})

test('when a node between is missing it is put in too, set for the two ends, in the same step', async () => {
  const { actions, s, wires, steps } = await drawn()
  const id = actions.insertInto('transform.scale', { from: { node: 'text', port: 'value' } }, [300, 600])!
  expect(wires().slice(2)).toEqual(['text.value -> parse.value', `parse.value -> ${id}.value`])
  expect(s().document!.flow.nodes['parse']!.config).toMatchObject({ format: 'number' })
  expect(s().document!.flow.nodes[id]!.at[0]).toBeGreaterThan(s().document!.flow.nodes['parse']!.at[0])
  expect(steps()).toBe(1)
  expect(s().issues.filter((i) => i.code.startsWith('PORT_KIND'))).toEqual([])
  actions.undo()
  const aside = actions.insertInto('transform.scale', { from: { node: 'text', port: 'value' } }, [10, 400])!
  expect(s().document!.flow.nodes[aside]!.at, 'not on top of what stands there').not.toEqual([300, 400])
})

test("after a node: to its right, wired to its first output that fits, clear of what stands there", async () => {
  const { actions, s, wires } = await drawn()
  const id = actions.insertAfter('filter.deadband', 'gen')!
  expect(wires()).toContain(`gen.value -> ${id}.value`)
  const place = s().document!.flow.nodes[id]!.at
  expect(place[0]).toBe(290)
  expect(Object.entries(s().document!.flow.nodes).every(([other, n]) => other === id || Math.abs(n.at[0] - place[0]) >= 200 || Math.abs(n.at[1] - place[1]) >= 100)).toBe(true)
  expect(actions.follows('source.mqtt', 'gen')).toBe(false)
  expect(actions.insertAfter('source.mqtt', 'gen')).toBeNull()
  expect(placeBeside(s().document!.flow.nodes, 'log', 290)).toEqual([1190, 0])
})

test('every node that assignable names does mend: it exists, takes the one and, set for both, feeds the other', async () => {
  const { s } = await drawn()
  const kinds: readonly Kind[] = ['number', 'boolean', 'text', 'bytes', 'vector', 'series', 'image', 'record', 'event', 'any']
  const types: readonly PortType[] = [...kinds.map((kind) => ({ kind })), { kind: 'number', unit: 'bar' }, { kind: 'number', unit: 'kPa' }, { kind: 'vector', labels: ['rms', 'peak 2'] }, { kind: 'record', fields: { 'a.b': { kind: 'number', unit: 'bar' }, state: { kind: 'text' } } }]
  let mended = 0
  for (const out of types) {
    for (const into of types) {
      const fit = assignable(out, into)
      if (fit.ok || fit.insert === undefined) continue
      const mend = mendWith(type(fit.insert), out, into)!
      const fed = portsFed(s(), mend.entry, undefined, { [mend.input]: [out] })
      const told = `${JSON.stringify(out)} -> ${fit.insert} -> ${JSON.stringify(into)}`
      expect(assignable(out, fed.inputs[mend.input]!), told).toMatchObject({ ok: true })
      expect(fed.outputs[mend.output], told).toBeDefined()
      expect(assignable(fed.outputs[mend.output]!, into), told).toMatchObject({ ok: true })
      const own = nodes.get(fit.insert)!
      const config = withDefaults(own.config, mend.entry.config)
      expect([...schemaFaults(own.config, config), ...(own.check?.(config, undefined as never) ?? [])], told).toEqual([])
      mended++
    }
  }
  expect(mended).toBeGreaterThan(15)
})

test('a refused wire offers the node between as its action: text into a number gets a Parse node', async () => {
  const { actions, s, wires } = await drawn()
  expect(actions.connect({ node: 'text', port: 'value' }, { node: 'loose', port: 'value' })).toBe(false)
  const mend = s().ui.toasts.at(-1)!.action!
  expect(mend.label).toBe('Insert Parse')
  mend.run()
  expect(wires()).toContain('text.value -> parse.value')
  expect(wires()).toContain('parse.value -> loose.value')
})

test('a replaced node keeps id, name, place, the wires that fit and the settings that both have', async () => {
  const { actions, s, wires, steps } = await drawn()
  expect(actions.replaceNode('band', 'filter.change')).toBe(true)
  expect(s().document!.flow.nodes['band']).toMatchObject({ type: 'filter.change', name: 'Quiet', at: [300, 0] })
  expect(wires()).toEqual(plant.wires)
  expect(steps()).toBe(1)
  expect(s().ui.toasts).toEqual([])
  actions.undo()
  expect(s().document!.flow).toBe(s().base.flow)
})

test('wires that do not fit the other type are removed and told, and its undo brings them back', async () => {
  const { actions, s, wires } = await drawn()
  expect(actions.replaceNode('band', 'flow.debug')).toBe(true)
  expect(wires()).toEqual(['gen.value -> band.value'])
  const toast = s().ui.toasts.at(-1)!
  expect(toast).toMatchObject({ level: 'warning', text: 'A wire does not fit Debug and was removed.', remedy: 'band.value -> log.value' })
  toast.action!.run()
  expect(wires()).toEqual(plant.wires)
  expect(actions.replaceNode('band', 'flow.debug')).toBe(true)
  actions.setName('gen', 'Other')
  s().ui.toasts.at(-1)!.action!.run()
  expect(s().document!.flow.nodes['gen']!.name, 'another edit is not taken back in its place').toBe('Other')
})

test('replacements are ranked by the wires that survive; ports go by name, then by order', async () => {
  const { s } = await drawn()
  const found = replacementsFor(s(), real.nodes, 'band')
  expect(found.map((r) => r.type.type)).not.toContain('filter.deadband')
  expect(found[0]!.kept).toBe(2)
  expect(found[0]!.type.type.startsWith('filter.')).toBe(true)
  expect(found.at(-1)!.kept).toBe(0)
  expect(found.map((r) => r.kept)).toEqual(found.map((r) => r.kept).toSorted((a, b) => b - a))
  // The Alarm's first truth value takes the place of the number that went to the log.
  const alarm = found.find((r) => r.type.type === 'rule.alarm')!
  expect([...alarm.rewired.values()]).toEqual(['gen.value -> band.value', expect.stringMatching(/^band\.\w+ -> log\.value$/)])
})

test('a connection of another driver is no setting that both have', async () => {
  const flow: Flow = { ...plant, nodes: { ...plant.nodes, press: { type: 'actuator.modbus', config: { connection: 'plc', envelope: { minimum: 1, maximum: 2, maxRatePerS: 1, onBad: 'hold', safe: 1, staleAfterS: 5 } }, at: at(600) } } }
  const { s } = await drawn(flow)
  const config = configFor(type('source.opcua'), { connection: 'plc' }, type('actuator.modbus'), {})
  expect(config['connection']).toBe(type('source.opcua').starter['connection'])
  expect(configFor(type('source.modbus'), { connection: 'plc' }, type('actuator.modbus'), {})['connection']).toBe('plc')
  expect(configFor(type('filter.deadband'), { threshold: 'much' }, type('filter.deadband'), {})['threshold'], 'a setting that is wrong is not kept').toBe(type('filter.deadband').starter['threshold'])
  expect(configFor(type('filter.deadband'), { threshold: { $parameter: 'much' } }, type('filter.deadband'), { much: 3 })['threshold']).toEqual({ $parameter: 'much' })
  expect(s().document).not.toBeNull()
})

test('taken out of a chain, a node leaves its neighbours joined; several in a row too', async () => {
  const chain: Flow = { ...plant, wires: ['gen.value -> band.value', 'band.value -> loose.value', 'loose.value -> log.value'] }
  const { actions, s, wires, steps } = await drawn(chain)
  actions.select({ nodes: ['band', 'loose'] })
  actions.removeJoined()
  expect(wires()).toEqual(['gen.value -> log.value'])
  expect(Object.keys(s().document!.flow.nodes)).not.toContain('band')
  expect(steps()).toBe(1)
  actions.undo()
  expect(s().document!.flow).toBe(s().base.flow)
})

test('neighbours that do not fit stay apart, and it is said', async () => {
  const { actions, s, wires } = await drawn({ ...plant, wires: ['gen.value -> alarm.value', 'alarm.active -> slow.value'] })
  actions.select({ nodes: ['alarm'] })
  actions.removeJoined()
  expect(wires()).toEqual([])
  expect(s().ui.toasts.at(-1)).toMatchObject({ text: expect.stringMatching(/could not be joined.*cannot feed/), remedy: 'gen.value -> slow.value' })
})

test('what feeds a node, and what it feeds, is selected through all wires; a loop ends', async () => {
  const { actions, s } = await drawn({ ...plant, wires: [...plant.wires, 'log.value -> gen.value'] })
  actions.select({ nodes: ['band'] })
  actions.selectConnected('downstream')
  expect(s().document!.selection.nodes.toSorted()).toEqual(['band', 'gen', 'log'])
  const { actions: b, s: t } = await drawn()
  b.select({ nodes: ['band'] })
  b.selectConnected('upstream')
  expect(t().document!.selection.nodes.toSorted()).toEqual(['band', 'gen'])
})

test('a copy is put elsewhere and the original stays', async () => {
  const { actions, s, wires, steps } = await drawn()
  actions.duplicateTo({ gen: [0, 200], band: [300, 200] })
  expect(s().document!.flow.nodes['gen']!.at).toEqual([0, 0])
  expect(s().document!.flow.nodes['gen-2']!.at).toEqual([0, 200])
  expect(wires()).toContain('gen-2.value -> band-2.value')
  expect(steps()).toBe(1)
})

test('favourites and the six last used are kept by this browser', async () => {
  const { actions, s, storage } = await drawn()
  for (const used of ['filter.deadband', 'flow.debug', 'transform.scale', 'rule.alarm', 'filter.change', 'transform.clamp', 'flow.debug', 'filter.range']) actions.addNode(used, [0, 0])
  expect(s().ui.recent).toEqual(['filter.range', 'flow.debug', 'transform.clamp', 'filter.change', 'rule.alarm', 'transform.scale'])
  actions.setFavourite('rule.alarm', true)
  actions.setFavourite('flow.debug', true)
  actions.setFavourite('rule.alarm', false)
  const again = await open({}, storage)
  again.actions.restoreScreen()
  expect(again.s().ui.favourites).toEqual(['flow.debug'])
  expect(again.s().ui.recent).toEqual(s().ui.recent)
})

test('an inserted flow is a flow: what a graft writes reads back', async () => {
  const { actions, s } = await drawn()
  actions.insertInto('transform.scale', { from: { node: 'text', port: 'value' } }, [300, 600])
  const { flow, issues } = parseFlow(formatFlow(s().document!.flow))
  expect(issues).toEqual([])
  expect(flow!.wires).toEqual(s().document!.flow.wires)
  const fitted = fitInto(s(), starterEntry(type('filter.deadband')), undefined, { from: { node: 'gen', port: 'value' } })
  if (!fitted.ok) throw new Error(fitted.why.text)
  expect(graftInto(type('filter.deadband'), { from: { node: 'gen', port: 'value' } }, fitted.joint, [0, 0]).wires.map(formatWire)).toEqual([`gen.value -> ${newNode(0)}.value`])
})

test('any sequence of drawing, undone, gives the same document; no edit makes a wire to nowhere, or a step that does nothing', async () => {
  const usual = real.nodes.map((n) => n.type)
  type Editor = Awaited<ReturnType<typeof drawn>>
  const nth = <T>(of: readonly T[], n: number): T | undefined => of[n % Math.max(1, of.length)]
  const act = (n: number, kind: number) => ({ actions, s, wires }: Editor): void => {
    const ids = Object.keys(s().document!.flow.nodes)
    const id = nth(ids, n)!
    const wire = nth(wires(), n >> 3)
    const chosen = nth(usual, n >> 5)!
    const output = nth(Object.keys(s().ports[id]?.outputs ?? {}), n >> 2)
    const input = nth(Object.keys(s().ports[id]?.inputs ?? {}), n >> 2)
    if (kind === 0 && wire !== undefined) actions.insertInto(chosen, gapOfWire(wire)!, [n, n])
    else if (kind === 1 && output !== undefined) actions.insertInto(chosen, { from: { node: id, port: output } }, [n, n])
    else if (kind === 2 && input !== undefined) actions.insertInto(chosen, { to: { node: id, port: input } }, [n, n])
    else if (kind === 3) actions.insertAfter(chosen, id)
    else if (kind === 4 && wire !== undefined && !wires().some((w) => w.includes(`${id}.`))) actions.spliceInto(id, wire, [n, n])
    else if (kind === 5) actions.replaceNode(id, chosen)
    else if (kind === 6) {
      actions.select({ nodes: ids.filter((_, i) => i % 5 === n % 5) })
      actions.removeJoined()
    } else if (kind === 7) actions.duplicateTo({ [id]: [n, n] })
    else actions.connect({ node: id, port: output ?? 'value' }, { node: nth(ids, n >> 4)!, port: 'value' })
  }
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(5000), fc.nat(8)), { maxLength: 12 }), async (all) => {
    const editor = await drawn()
    const { actions, s } = editor
    const before = formatFlow(s().document!.flow)
    for (const [n, kind] of all) {
      const { flow, past } = s().document!
      act(n, kind)(editor)
      expect(s().document!.past.length - past.length, 'one act is one step').toBe(s().document!.flow === flow ? 0 : 1)
    }
    expect(s().issues.filter((i) => i.level === 'error' && i.code.startsWith('WIRE_'))).toEqual([])
    expect(parseFlow(formatFlow(s().document!.flow)).issues).toEqual([])
    while (s().document!.past.length > 0) actions.undo()
    expect(formatFlow(s().document!.flow)).toBe(before)
  }), { numRuns: 60 })
})
