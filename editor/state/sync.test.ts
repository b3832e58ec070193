// Two people, or one with a bad line, on one gateway: what is saved, merged, kept back and undone.
import { expect, test } from 'vitest'
import { issue, IssueError } from '#kit'
import { emptyFlow, type DraftBody, type Flow } from '#format'
import type { Api } from './api.ts'
import { clashingNodes, openClashes } from './clashes.ts'
import { memoryStorage, readDraft } from './drafts.ts'
import { draftsOf, fixture, running, type Fixture } from './harness.ts'
import type { Clash } from './model.ts'
import { seenFrom } from './people.ts'

/** Editors of several people on the same drafts; each is told what the others save as the live socket tells it. */
function gateway(names: readonly string[] = ['anna', 'bob'], change: Partial<Api> = {}) {
  const drafts = new Map<string, DraftBody>()
  const gone = new Set<string>()
  const all: Fixture[] = []
  const person = (name: string, role: 'admin' | 'viewer' = 'admin', storage = memoryStorage()): Fixture => {
    const f = fixture({
      ...draftsOf(drafts, () => gone.has(name), name, (message) => {
        for (const other of all) if (!gone.has(nameOf.get(other)!)) other.actions.applyServerMessage({ type: 'draft', ...message })
      }),
      session: async () => ({ user: name, role, gateway: 'line-3', version: '1' }),
      ...change,
    }, storage)
    nameOf.set(f, name)
    all.push(f)
    return f
  }
  const nameOf = new Map<Fixture, string>()
  const people = names.map((n) => person(n))
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) for (const f of all) await f.pass(1000)
  }
  const start = async (): Promise<void> => {
    for (const f of people) await f.actions.start()
    await settle()
  }
  return { drafts, gone, people, person, settle, start }
}
const config = (flow: Flow, id: string): unknown => flow.nodes[id]?.config
const flowOf = (f: Fixture): Flow => f.s().document!.flow
const sharedOf = (f: Fixture) => f.s().shared['pump']!

async function two(change: Partial<Api> = {}) {
  const g = gateway(['anna', 'bob'], change)
  await g.start()
  const [anna, bob] = g.people as [Fixture, Fixture]
  return { ...g, anna, bob }
}

test('an edit is on the gateway a moment later, and a draft without changes is not', async () => {
  const { anna, drafts, settle } = await two()
  expect(drafts.size).toBe(0)
  anna.actions.setName('band', 'Mine')
  await anna.pass(700)
  expect(drafts.size).toBe(0)
  await anna.pass(200)
  expect(drafts.get('pump')).toMatchObject({ author: 'anna', basedOn: 3, flow: { nodes: { band: { name: 'Mine' } } } })
  expect(sharedOf(anna)).toMatchObject({ keeping: 'saved', revision: drafts.get('pump')!.revision })
  anna.actions.undo()
  await settle()
  expect(drafts.size, 'what runs needs no draft').toBe(0)
  expect(sharedOf(anna)).toMatchObject({ keeping: 'none', revision: 0 })
})

test('who opens a flow sees the draft that is there, also in another browser', async () => {
  const g = gateway(['anna'])
  await g.start()
  g.people[0]!.actions.setConfig('band', '/threshold', 2)
  await g.settle()
  const bob = g.person('bob')
  await bob.actions.start()
  await g.settle()
  expect(config(flowOf(bob), 'band')).toEqual({ threshold: 2 })
  expect(bob.s().changes).toHaveLength(1)
  expect(bob.s().document!.past).toEqual([])
})

test('edits of both come together in both, and undoing mine leaves theirs', async () => {
  const { anna, bob, settle } = await two()
  anna.actions.setConfig('band', '/threshold', 1)
  anna.actions.seal()
  await settle()
  anna.actions.setName('temp', 'Anna')
  bob.actions.setConfig('band', '/mode', 'rel')
  bob.actions.seal()
  bob.actions.addNode('filter.deadband', [0, 300])
  await settle()
  for (const f of [anna, bob]) {
    expect(config(flowOf(f), 'band')).toEqual({ threshold: 1, mode: 'rel' })
    expect(flowOf(f).nodes['temp']!.name).toBe('Anna')
    expect(flowOf(f).nodes).toHaveProperty('deadband')
    expect(f.s().conflicts['pump'] ?? []).toEqual([])
    expect(sharedOf(f).keeping).toBe('saved')
  }
  anna.actions.undo()
  expect(flowOf(anna).nodes['temp']!.name).toBeUndefined()
  anna.actions.undo()
  expect(config(flowOf(anna), 'band'), 'her own first step is undone as well').toEqual({ mode: 'rel' })
  expect(flowOf(anna).nodes).toHaveProperty('deadband')
  anna.actions.redo()
  anna.actions.redo()
  expect(flowOf(anna)).toEqual(flowOf(bob))
  await settle()
  bob.actions.undo()
  expect(flowOf(bob).nodes).not.toHaveProperty('deadband')
  expect(flowOf(bob).nodes['temp']!.name).toBe('Anna')
})

test('what both changed differently is kept by each, on nobody is forced, and goes to the gateway when it is chosen', async () => {
  const { anna, bob, drafts, gone, settle } = await two()
  gone.add('bob')
  anna.actions.setConfig('band', '/threshold', 1)
  bob.actions.setConfig('band', '/threshold', 2)
  bob.actions.setName('temp', 'Bob')
  await settle()
  gone.delete('bob')
  await settle()
  expect(config(flowOf(bob), 'band')).toEqual({ threshold: 2 })
  expect(bob.s().conflicts['pump']).toMatchObject([{ path: ['nodes', 'band', 'config', 'threshold'], mine: 2, theirs: 1, author: 'anna' }])
  expect(bob.s().issues[0]).toMatchObject({ code: 'DRAFT_CLASH', level: 'error', node: 'band', field: '/threshold', text: "'threshold': here it is 2, anna made it 1." })
  expect(config(drafts.get('pump')!.flow, 'band'), 'nothing of it is saved before it is chosen').toEqual({ threshold: 1 })
  expect(drafts.get('pump')!.flow.nodes['temp']!.name, 'the rest is').toBe('Bob')
  expect(config(flowOf(anna), 'band')).toEqual({ threshold: 1 })

  bob.actions.setName('kelvin', 'K')
  await settle()
  expect(config(drafts.get('pump')!.flow, 'band'), 'nor with a later edit').toEqual({ threshold: 1 })
  bob.actions.chooseSide(bob.s().conflicts['pump']!, 'mine')
  await settle()
  expect(bob.s().issues.map((i) => i.code)).not.toContain('DRAFT_CLASH')
  expect(config(flowOf(anna), 'band')).toEqual({ threshold: 2 })
})

test("taking theirs is an edit that can be undone, and what became the same by hand is no conflict any more", async () => {
  const { bob, anna, gone, settle, drafts } = await two()
  const clash = async (mine: number, theirs: number): Promise<void> => {
    gone.add('bob')
    anna.actions.setConfig('band', '/threshold', theirs)
    bob.actions.setConfig('band', '/threshold', mine)
    bob.actions.seal()
    await settle()
    gone.delete('bob')
    await settle()
    expect(bob.s().conflicts['pump']).toHaveLength(1)
  }
  await clash(2, 1)
  bob.actions.chooseSide(bob.s().conflicts['pump']!, 'theirs')
  expect(config(flowOf(bob), 'band')).toEqual({ threshold: 1 })
  bob.actions.undo()
  await settle()
  expect(config(drafts.get('pump')!.flow, 'band')).toEqual({ threshold: 2 })
  await clash(5, 4)
  bob.actions.setConfig('band', '/threshold', 4)
  expect(bob.s().issues.map((i) => i.code)).not.toContain('DRAFT_CLASH')
})

test('a conflict is told at once of what the other makes of it next', async () => {
  const { bob, anna, gone, settle } = await two()
  gone.add('bob')
  anna.actions.setConfig('band', '/threshold', 1)
  bob.actions.setConfig('band', '/threshold', 2)
  await settle()
  gone.delete('bob')
  await settle()
  anna.actions.setConfig('band', '/threshold', 7)
  await settle()
  expect(bob.s().conflicts['pump']).toMatchObject([{ base: undefined, mine: 2, theirs: 7 }])
})

test('without the gateway all goes on in the browser, says so, and is saved when it is back', async () => {
  const { anna, gone, drafts, settle } = await two()
  gone.add('anna')
  anna.actions.setName('band', 'Alone')
  await settle()
  expect(sharedOf(anna)).toMatchObject({ keeping: 'local', reason: expect.stringContaining('does not answer') })
  expect(readDraft(anna.storage, 'pump')!.flow.nodes['band']!.name).toBe('Alone')
  expect(anna.s().ui.toasts, 'the banner tells of the gateway').toEqual([])
  gone.delete('anna')
  await anna.pass(6000)
  expect(drafts.get('pump')!.flow.nodes['band']!.name).toBe('Alone')
  expect(sharedOf(anna)).toMatchObject({ keeping: 'saved', reason: '' })
})

test('a full disk of the gateway is told once, with what to do; the copy here stays and is tried again', async () => {
  let full = true
  const drafts = new Map<string, DraftBody>()
  const own = draftsOf(drafts, () => false)
  const f = fixture({ ...own, putDraft: async (id, body) => {
    if (full) throw new IssueError(issue('STORE_WRITE', {}, { file: 'gateway.db', reason: 'the disk is full' }))
    return own.putDraft(id, body)
  } })
  await f.actions.start()
  f.actions.setName('band', 'Kept')
  await f.pass(20_000)
  expect(f.s().shared['pump']).toMatchObject({ keeping: 'local', reason: expect.stringContaining('the disk is full') })
  expect(readDraft(f.storage, 'pump')!.flow.nodes['band']!.name).toBe('Kept')
  f.actions.setName('temp', 'Too')
  await f.pass(1000)
  expect(f.s().ui.toasts.filter((t) => t.text.includes('disk is full')).length).toBeLessThan(2)
  full = false
  await f.pass(6000)
  expect(f.s().shared['pump']!.keeping).toBe('saved')
  expect(drafts.get('pump')!.flow.nodes['temp']!.name).toBe('Too')
})

test('a save whose answer was lost is not taken for another person', async () => {
  const drafts = new Map<string, DraftBody>()
  const own = draftsOf(drafts, () => false)
  let lost = 0
  const f = fixture({ ...own, putDraft: async (id, body) => {
    const answer = await own.putDraft(id, body)
    if (lost++ === 0) throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'cut' }))
    return answer
  } })
  await f.actions.start()
  f.actions.addNode('filter.deadband', [0, 300])
  await f.pass(10_000)
  expect(f.s().shared['pump']!.keeping).toBe('saved')
  expect(Object.keys(flowOf(f as Fixture).nodes)).toHaveLength(5)
  expect(f.s().document!.past).toHaveLength(1)
})

test('a reload merges what was done here without the gateway with what was done there meanwhile', async () => {
  const g = gateway(['anna'])
  const storage = memoryStorage()
  const before = g.person('bob', 'admin', storage)
  await g.start()
  await before.actions.start()
  before.actions.setConfig('band', '/threshold', 1)
  await g.settle()
  g.gone.add('bob')
  before.actions.setConfig('band', '/threshold', 2)
  before.actions.setName('temp', 'Bob')
  await before.pass(1000)
  g.people[0]!.actions.setConfig('band', '/mode', 'rel')
  g.people[0]!.actions.seal()
  g.people[0]!.actions.setName('kelvin', 'Anna')
  await g.settle()

  g.gone.delete('bob')
  const again = g.person('bob', 'admin', storage)
  await again.actions.start()
  await again.pass(3000)
  expect(config(flowOf(again), 'band')).toEqual({ threshold: 2, mode: 'rel' })
  expect([flowOf(again).nodes['temp']!.name, flowOf(again).nodes['kelvin']!.name]).toEqual(['Bob', 'Anna'])
  expect(again.s().conflicts['pump'] ?? []).toEqual([])
  expect(g.drafts.get('pump')!.flow).toEqual(flowOf(again))
})

test('what was taken back just before the page closed stays taken back', async () => {
  const g = gateway([])
  const storage = memoryStorage()
  const anna = g.person('anna', 'admin', storage)
  await anna.actions.start()
  anna.actions.setName('band', 'Mine')
  await g.settle()
  expect(g.drafts.get('pump')?.flow.nodes['band']?.name).toBe('Mine')
  anna.actions.undo()
  anna.actions.flush()
  g.gone.add('anna')
  const again = g.person('anna', 'admin', storage)
  g.gone.delete('anna')
  await again.actions.start()
  await again.pass(3000)
  expect(flowOf(again).nodes['band']?.name).toBeUndefined()
  expect(g.drafts.has('pump')).toBe(false)
})

test('a conflict outlives a reload', async () => {
  const g = gateway(['anna'])
  const storage = memoryStorage()
  const bob = g.person('bob', 'admin', storage)
  await g.start()
  await bob.actions.start()
  g.gone.add('bob')
  bob.actions.setConfig('band', '/threshold', 2)
  g.people[0]!.actions.setConfig('band', '/threshold', 1)
  await g.settle()
  g.gone.delete('bob')
  await bob.pass(6000)
  expect(bob.s().conflicts['pump']).toHaveLength(1)
  const again = g.person('bob', 'admin', storage)
  await again.actions.start()
  await g.settle()
  expect(config(flowOf(again), 'band')).toEqual({ threshold: 2 })
  expect(again.s().conflicts['pump']).toMatchObject([{ mine: 2, theirs: 1, author: 'anna' }])
  expect(config(g.drafts.get('pump')!.flow, 'band')).toEqual({ threshold: 1 })
})

test('both drop the same kind of node at once: two nodes, and neither of them undoes the other', async () => {
  const { anna, bob, settle } = await two()
  anna.actions.addNode('filter.deadband', [0, 300])
  bob.actions.addNode('filter.deadband', [300, 300])
  expect(bob.actions.connect({ node: 'temp', port: 'value' }, { node: 'deadband', port: 'value' })).toBe(true)
  await settle()
  expect(flowOf(anna)).toEqual(flowOf(bob))
  expect(flowOf(bob).nodes['deadband']!.at).toEqual([0, 300])
  expect(flowOf(bob).nodes['deadband-2']!.at).toEqual([300, 300])
  expect(flowOf(bob).wires).toContain('temp.value -> deadband-2.value')
  bob.actions.undo()
  bob.actions.undo()
  expect(Object.keys(flowOf(bob).nodes).filter((id) => id.startsWith('deadband'))).toEqual(['deadband'])
  bob.actions.redo()
  expect(flowOf(bob).nodes['deadband-2']!.at).toEqual([300, 300])
})

test('a draft that somebody deployed becomes the base of what I did since; my edits stay edits', async () => {
  const { anna, bob, drafts, settle } = await two()
  anna.actions.setConfig('band', '/threshold', 1)
  await settle()
  const sent = flowOf(anna)
  bob.actions.setName('temp', 'Bob')
  for (const f of [anna, bob]) Object.assign(f.state, { version: 4, flow: sent })
  drafts.delete('pump')
  for (const f of [bob]) {
    f.actions.applyServerMessage({ type: 'flow', flow: { id: 'pump', name: 'Pump', version: 4, state: 'running', armed: false, actuators: 2 } })
    f.actions.applyServerMessage({ type: 'draft', flow: 'pump', revision: 0, author: 'anna' })
  }
  await settle()
  expect(bob.s().base.version).toBe(4)
  expect(bob.s().basedOn).toBe(4)
  expect(bob.s().changes).toMatchObject([{ id: 'temp', field: '@name' }])
  expect(drafts.get('pump')).toMatchObject({ basedOn: 4, author: 'bob' })
})

test('who gives the draft up gives it up for all, but not what others did since', async () => {
  const { anna, bob, gone, drafts, settle } = await two()
  anna.actions.setConfig('band', '/threshold', 1)
  await settle()
  gone.add('bob')
  bob.actions.setName('temp', 'Bob')
  await bob.pass(1000)
  anna.actions.discardDraft()
  await anna.pass(2000)
  expect(drafts.size).toBe(0)
  gone.delete('bob')
  bob.actions.applyServerMessage({ type: 'hello', session: bob.s().session!, time: 0 })
  await settle()
  expect(config(flowOf(bob), 'band')).toEqual({})
  expect(flowOf(bob).nodes['temp']!.name).toBe('Bob')
  expect(flowOf(anna)).toEqual(flowOf(bob))
})

test('who may not edit sees the draft grow, changes nothing and saves nothing', async () => {
  const g = gateway(['anna'])
  const eve = g.person('eve', 'viewer')
  await g.start()
  await eve.actions.start()
  g.people[0]!.actions.setName('band', 'Anna')
  await g.settle()
  expect(flowOf(eve).nodes['band']!.name).toBe('Anna')
  expect(sharedOf(eve).keeping).toBe('watched')
  const { revision } = g.drafts.get('pump')!
  eve.actions.setName('band', 'Eve')
  eve.actions.addNode('filter.deadband', [0, 0])
  await g.settle()
  expect(flowOf(eve).nodes['band']!.name).toBe('Anna')
  expect(eve.s().ui.toasts[0]!.text).toMatch(/may not/)
  expect(g.drafts.get('pump')!.revision).toBe(revision)
})

test('a draft that was never deployed is on the gateway too, and when it is removed it can be brought back', async () => {
  const { anna, bob, drafts, settle } = await two()
  anna.actions.newFlow('Tank 7')
  anna.actions.addNode('filter.deadband', [0, 0])
  await settle()
  expect(bob.actions.localDrafts()).toEqual(['tank-7'])
  expect(await bob.actions.openFlow('tank-7')).toBe(true)
  expect(flowOf(bob).nodes).toHaveProperty('deadband')
  await bob.actions.removeDraft('tank-7')
  await settle()
  expect([...drafts.keys()]).toEqual([])
  expect(bob.s().tabs).toEqual(['pump'])
  expect(flowOf(anna).nodes, 'it stays where it is open').toHaveProperty('deadband')
  expect(anna.s().shared['tank-7']).toMatchObject({ keeping: 'local', reason: expect.stringContaining('removed') })
  expect(readDraft(bob.storage, 'tank-7')).toBeUndefined()
  bob.s().ui.toasts.at(-1)!.action!.run()
  await settle()
  expect(flowOf(bob).nodes).toHaveProperty('deadband')
  expect(drafts.size).toBe(1)
})

test('an answer that is older than my own save since undoes nothing', async () => {
  let release: (() => void) | undefined
  const { anna, bob, drafts, settle } = await two()
  anna.actions.setName('temp', 'Anna')
  await settle()
  const slow = drafts.get('pump')!
  const draft = (anna as Fixture).api.draft
  Object.assign(anna.api, { draft: async (id: string) => {
    const old = await draft(id)
    await new Promise<void>((resolve) => (release = resolve))
    return old
  } })
  bob.actions.setName('kelvin', 'Bob')
  await bob.pass(2000)
  await anna.pass(10)
  expect(release).toBeDefined()
  expect(drafts.get('pump')!.revision).toBeGreaterThan(slow.revision)
  // While the old answer is under way she saves, is refused, merges and saves again.
  Object.assign(anna.api, { draft })
  anna.actions.setName('band', 'Mine')
  await anna.pass(3000)
  const saved = drafts.get('pump')!
  expect(saved.flow.nodes['band']!.name).toBe('Mine')
  release!()
  await settle()
  expect(flowOf(anna).nodes['band']!.name).toBe('Mine')
  expect(drafts.get('pump')!.flow).toEqual(saved.flow)
  expect(flowOf(bob)).toEqual(flowOf(anna))
})

test('an own save that the live line tells of costs no further question', async () => {
  let asked = 0
  const { anna } = await two()
  const { drafts } = anna.api
  Object.assign(anna.api, { drafts: async () => (asked++, drafts()) })
  anna.actions.setName('band', 'X')
  await anna.pass(2000)
  expect([sharedOf(anna).keeping, asked]).toEqual(['saved', 0])
})

test('typing goes on as one step while another person saves', async () => {
  const { anna, bob, settle } = await two()
  anna.actions.setName('band', 'A')
  bob.actions.setName('temp', 'B')
  await settle()
  anna.actions.setName('band', 'An')
  expect(anna.s().document!.past).toHaveLength(1)
  anna.actions.undo()
  expect(flowOf(anna).nodes['band']!.name).toBeUndefined()
  expect(flowOf(anna).nodes['temp']!.name).toBe('B')
})

test('what is saved is the flow and nothing more', async () => {
  const { anna, drafts, settle } = await two()
  anna.actions.setName('band', 'X')
  await settle()
  expect(drafts.get('pump')!.flow).toEqual({ ...running, nodes: { ...running.nodes, band: { ...running.nodes['band'], name: 'X' } } })
})

test('the list of conflicts is one and the same for the draft and for the open part of it, whoever asks in between', () => {
  const band = { type: 'filter.deadband', config: { threshold: 2 }, at: [0, 0] as const }
  const flow: Flow = { ...emptyFlow('f', 'F'), nodes: { band }, subflows: { sub: { name: 'S', parameters: {}, inputs: {}, outputs: {}, nodes: { band }, wires: [] } } }
  const part: Flow = { ...emptyFlow('f', 'F'), nodes: { band } }
  const all: readonly Clash[] = [['nodes', 'band', 'config', 'threshold'], ['subflows', 'sub', 'nodes', 'band', 'config', 'threshold']].map((path): Clash => ({ path, base: 1, mine: 2, theirs: 3, author: 'eda' }))
  const whole = openClashes(flow, all)
  openClashes(part, all)
  expect(openClashes(flow, all)).toBe(whole)
  expect(clashingNodes(whole)).toEqual(['band'])
  expect(clashingNodes(whole.slice(1))).toEqual([])
  expect(clashingNodes(whole.slice(1), 'sub')).toEqual(['band'])
})

test('what others have selected is seen where it lies, and from outside at the instance', () => {
  const selection = ['temp', 'left/smooth', 'left/deep/band', 'left/deep/other']
  expect(seenFrom([], selection)).toEqual(['temp', 'left'])
  expect(seenFrom(['left'], selection)).toEqual(['smooth', 'deep'])
  expect(seenFrom(['right'], selection)).toEqual([])
})
