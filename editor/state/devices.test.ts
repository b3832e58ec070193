import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeNode, field, Type, type AnyNode, type BrowseItem, type Catalogue, type JsonValue } from '#kit'
import { asked, choose, chooseAll, linesOf, noTree, toggled, told, wanted, withBranch, withFault, type Line, type Tree } from './device-tree.ts'
import { catalogue, open } from './harness.ts'
import { uniqueNames, type DeviceTag } from './tag-rows.ts'

const registers = {
  type: 'source.plc', version: 1, title: 'PLC', summary: '', help: '', icon: 'box', effects: 'reads', inputs: {}, outputs: {}, examples: [],
  config: Type.Object({
    connection: field.connection('plc'), unitId: field.integer({ default: 1 }), prefix: field.text({ default: 'x' }),
    tags: Type.Array(Type.Object({ name: field.text({}), address: field.integer({}), scale: field.number({ default: 1 }) }), { maxItems: 4, default: [] }),
  }),
  starter: { connection: 'other', unitId: 1, prefix: '', tags: [{ name: 'example', address: 9, scale: 1 }] },
} as unknown as AnyNode
const withPlc: Catalogue = { nodes: [...catalogue.nodes, describeNode(registers)], drivers: [{ type: 'plc', title: 'PLC', summary: '', icon: 'box', config: Type.Object({}), browses: true, source: { type: 'source.plc', connectionField: 'connection', rowsField: 'tags', config: { prefix: 'p' } } }] }
const start = () => open({ catalogue: async () => withPlc })
const tag = (name: string, address: number, more: Partial<DeviceTag> = {}): DeviceTag => ({ title: name, trail: [], row: { name, address }, ...more })
const drop = (...tags: DeviceTag[]) => ({ connection: 'press', type: 'plc', tags })

describe('tags into the flow', () => {
  test('many become one node of their own in one step, with defaults, in the place of the example of a starter', async () => {
    const { actions, s } = await start()
    const steps = s().document!.past.length
    expect(actions.addTags(drop(tag('speed', 1, { trail: ['Line', 'Press 4'] }), tag('force', 2, { trail: ['Line', 'Press 4'] })), [50, 60])).toEqual(['press-4'])
    expect(s().document!.flow.nodes['press-4']).toEqual({
      type: 'source.plc', name: 'Press 4', at: [50, 60], config: { connection: 'press', unitId: 1, prefix: 'p', tags: [{ name: 'speed', address: 1, scale: 1 }, { name: 'force', address: 2, scale: 1 }] },
    })
    expect(s().document!.past).toHaveLength(steps + 1)
    expect(s().document!.past.at(-1)!.label).toBe('Add 2 tags of press')
    expect(s().document!.selection.nodes).toEqual(['press-4'])
    actions.undo()
    expect(s().document!.flow.nodes['press-4']).toBeUndefined()
  })

  test('dropped on a node that reads the device they are its rows: names once, nothing twice, one step back', async () => {
    const { actions, s } = await start()
    actions.addTags(drop(tag('speed', 1)), [0, 0])
    const before = s().document!.flow
    expect(actions.addTags(drop(tag('speed', 1), tag('speed', 2, { trail: ['Press 5'] })), [0, 0], 'press')).toEqual(['press'])
    expect(s().document!.flow.nodes['press']!.config['tags']).toEqual([{ name: 'speed', address: 1, scale: 1 }, { name: 'Press_5.speed', address: 2, scale: 1 }])
    expect(s().ui.toasts.at(-1)!.text).toBe('1 tag added; 1 was in the node already.')
    actions.undo()
    expect(s().document!.flow).toEqual(before)
    actions.redo()
    const full = s().document
    expect(actions.addTags(drop(tag('speed', 1)), [0, 0], 'press')).toEqual([])
    expect(s().document).toBe(full)
  })

  test('rows that need other settings of the node, or another node under them, make a node of their own and say so', async () => {
    const { actions, s } = await start()
    actions.addTags(drop(tag('speed', 1)), [0, 0])
    expect(actions.addTags(drop(tag('speed', 1, { node: { unitId: 7 } })), [0, 0], 'press')).toEqual(['press-2'])
    expect(s().document!.flow.nodes['press-2']!.config).toMatchObject({ unitId: 7, tags: [{ name: 'speed' }] })
    expect(s().ui.toasts.at(-1)!.text).toContain('a new one was added')
    expect(actions.addTags(drop(tag('force', 2)), [0, 0], 'temp')).toEqual(['press-3'])
    expect(actions.addTags(drop(tag('a', 1, { node: { unitId: 1 } }), tag('b', 1, { node: { unitId: 2 } })), [0, 0])).toHaveLength(2)
    expect(s().document!.past.at(-1)!.label).toBe('Add 2 tags of press')
  })

  test('a full table takes what it has room for, and says what it has not', async () => {
    const { actions, s } = await start()
    actions.addTags(drop(...[1, 2, 3, 4, 5, 6].map((n) => tag(`t${n}`, n))), [0, 0])
    expect(s().document!.flow.nodes['press']!.config['tags']).toHaveLength(4)
    expect(s().ui.toasts.at(-1)!.text).toContain('2 tags had no room')
  })

  test('the one selected node that reads the device takes them', async () => {
    const { actions } = await start()
    actions.addTags(drop(tag('speed', 1)), [0, 0])
    expect(actions.taker(drop(tag('x', 2)))).toBe('press')
    expect(actions.taker(drop(tag('x', 2, { node: { unitId: 3 } })))).toBeUndefined()
    actions.select({ nodes: ['temp'] })
    expect(actions.taker(drop(tag('x', 2)))).toBeUndefined()
  })

  test('names are never twice, none is empty, none has blanks or is too long', () => {
    const word = fc.constantFrom('a', 'b c', 'speed', 'a-very-long-name-that-goes-on-and-on-and-on-and-on-until-it-is-too-long', ' ')
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'speed', 'x'.repeat(64)), trail: fc.array(word, { maxLength: 3 }) }), { maxLength: 30 }), fc.array(fc.constantFrom('a', 'speed', 'speed_2')), (list, taken) => {
        const names = uniqueNames(list.map(({ name, trail }) => ({ title: name, trail, row: { name } })), new Set(taken))
        expect(new Set([...names, ...taken]).size).toBe(names.length + new Set(taken).size)
        for (const name of names) expect(name).toMatch(/^\S{1,64}$/)
      }),
    )
    expect(uniqueNames([tag('Level', 1, { trail: ['Tank 1'] }), tag('Level', 2, { trail: ['Tank 2'] }), tag('Flow', 3, { trail: ['Tank 2'] })], new Set())).toEqual(['Tank_1.Level', 'Tank_2.Level', 'Flow'])
  })
})

describe('the tree as lines', () => {
  const item = (title: string, more: Partial<BrowseItem> = {}): BrowseItem => ({ path: null, title, detail: '', row: { name: title } as { name: JsonValue }, ...more })
  const folder = (title: string, more: Partial<BrowseItem> = {}): BrowseItem => item(title, { path: title, row: null, ...more })
  const key = (tree: Tree, title: string): string => (linesOf(tree).find((l) => l.kind === 'item' && l.item.title === title) as Extract<Line, { kind: 'item' }>).key
  const text = (tree: Tree): string[] => linesOf(tree).map((l) => `${' '.repeat(l.depth)}${l.kind === 'item' ? l.item.title : l.kind === 'word' ? l.what : l.kind}`)

  const base = withBranch(noTree, '', [folder('Server', { minor: true }), folder('Tank'), item('on'), item('off')], false)
  test('nothing is known before the first answer; what is minor comes last; what is open asks for its children', () => {
    expect(text(noTree)).toEqual(['loading'])
    expect(text(base)).toEqual(['Tank', 'on', 'off', 'Server'])
    const opened = toggled(base, key(base, 'Tank'))
    expect(text(opened)).toEqual(['Tank', ' loading', 'on', 'off', 'Server'])
    expect(wanted(linesOf(opened))).toEqual(['', 'Tank'])
    const filled = withBranch(opened, 'Tank', [item('Level')], true)
    expect(text(filled)).toEqual(['Tank', ' Level', ' cut', 'on', 'off', 'Server'])
    expect(text(withFault(filled, 'Tank', []))).toEqual(text(filled))
    expect(text(withBranch(filled, 'Tank', [], false))[1]).toBe(' nothing')
  })

  test('a failure is shown over what was there; what did not change keeps its identity', () => {
    const again = withBranch(base, '', structuredClone([...base.branches.get('')!.items]), false)
    expect(again).toBe(base)
    const changed = withBranch(base, '', base.branches.get('')!.items.map((i) => (i.title === 'on' ? { ...i, value: 1 } : { ...i })), false)
    expect(changed.branches.get('')!.items[1]).toBe(base.branches.get('')!.items[1])
    expect(changed.branches.get('')!.items[2]).not.toBe(base.branches.get('')!.items[2])
    const failed = withFault(base, '', [{ code: 'BROWSE_FAILED', level: 'error', text: 'away', remedy: '' }])
    expect(text(failed)).toEqual(['fault', 'Tank', 'on', 'off', 'Server'])
  })

  test('a line that asks takes its defaults until it is told otherwise', () => {
    const range = folder('Input', { ask: [{ name: 'from', title: 'From', minimum: 0, maximum: 9, default: 0 }, { name: 'as', title: 'As', choices: [{ value: 'u', label: 'U' }], default: 'u' }] })
    expect(asked(range, new Map())).toBe('Input/0/u')
    const tree = told(withBranch(noTree, '', [range], false), 'Input', ['5', 'u'])
    const opened = toggled(tree, key(tree, 'Input'))
    expect(wanted(linesOf(opened))).toEqual(['', 'Input/5/u'])
    expect(text(opened)).toEqual(['Input', ' ask', ' loading'])
  })

  test('one is chosen alone, more with Ctrl, all between with Shift; folders are passed over; the way is kept', () => {
    const tree = withBranch(toggled(base, key(base, 'Tank')), 'Tank', [item('a'), item('b'), item('c')], false)
    const at = (t: Tree, title: string, how: 'only' | 'toggle' | 'range'): Tree => choose(t, linesOf(t), key(t, title), how)
    const names = (t: Tree): string[] => [...t.chosen.values()].map((c) => [...c.trail, c.title].join('/'))
    expect(names(at(tree, 'b', 'only'))).toEqual(['Tank/b'])
    expect(names(at(at(tree, 'b', 'only'), 'on', 'toggle'))).toEqual(['Tank/b', 'on'])
    expect(names(at(at(tree, 'b', 'toggle'), 'b', 'toggle'))).toEqual([])
    expect(names(at(at(tree, 'off', 'only'), 'b', 'range'))).toEqual(['Tank/b', 'Tank/c', 'on', 'off'])
    expect(names(at(at(at(tree, 'b', 'only'), 'off', 'range'), 'c', 'range'))).toEqual(['Tank/b', 'Tank/c'])
    expect(names(chooseAll(tree, linesOf(tree)))).toEqual(['Tank/a', 'Tank/b', 'Tank/c', 'on', 'off'])
    expect(names(at(tree, 'Tank', 'toggle'))).toEqual([])
  })
})
