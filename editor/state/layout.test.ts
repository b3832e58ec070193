// With the real layout kernel, in this process.
import { createRequire } from 'node:module'
import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js'
import { expect, test } from 'vitest'
import { emptyFlow, type Flow } from '#format'
import type { Places } from './arrange.ts'
import { frameOf } from './groups.ts'
import { estimatedCard, layoutTask, type Card } from './layout.ts'

const require = createRequire(import.meta.url)
const Kernel = (require('elkjs/lib/elk-api.js') as { default: new (o: object) => ELK }).default
const { Worker } = require('elkjs/lib/elk-worker.min.js') as { Worker: new () => Worker }
const kernel = new Kernel({ workerFactory: () => new Worker() })

const card = (x: number, y: number, height = 100): Card => ({ x, y, width: 200, height, inputs: { i: 60, j: 85 }, outputs: { o: 60, p: 85 } })
const flowOf = (ids: readonly string[], wires: readonly string[], extra: Partial<Flow> = {}): Flow => ({ ...emptyFlow('f', 'F'), nodes: Object.fromEntries(ids.map((id) => [id, { type: id.startsWith('note') ? 'flow.comment' : 'x.y', config: {}, at: [0, 0] as const }])), wires, ...extra })
async function tidy(flow: Flow, cards: { readonly [id: string]: Card }, ids = Object.keys(flow.nodes)): Promise<Places> {
  const task = layoutTask(flow, cards, ids)!
  return task.places(await kernel.layout(structuredClone(task.graph) as ElkNode))
}
const overlapping = (places: Places, cards: { readonly [id: string]: Card }): string[] => {
  const boxes = Object.entries(places).map(([id, [x, y]]) => ({ id, x, y, width: cards[id]!.width, height: cards[id]!.height }))
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height).map((b) => `${a.id} ${b.id}`))
}

test('what feeds lies to the left, nothing overlaps, loops stand, and all is on the grid from the old corner', async () => {
  const ids = ['a', 'b', 'c', 'd']
  const flow = flowOf(ids, ['a.o -> b.i', 'a.o -> c.i', 'b.o -> d.i', 'c.o -> d.j', 'd.o -> b.j'])
  const cards = { a: card(503, 302), b: card(503, 302), c: card(503, 302), d: card(703, 420) }
  const places = await tidy(flow, cards)
  expect(places['a']![0]).toBeLessThan(places['b']![0])
  expect(places['c']![0]).toBeLessThan(places['d']![0])
  expect(overlapping(places, cards)).toEqual([])
  expect(Object.values(places).flat().every((v) => v % 10 === 0)).toBe(true)
  expect([Math.min(...Object.values(places).map((p) => p[0])), Math.min(...Object.values(places).map((p) => p[1]))]).toEqual([500, 300])
})

test('ports keep their order: what hangs on the upper port lies above', async () => {
  const cards = { a: card(0, 0), upper: card(300, 400), lower: card(300, 0) }
  const places = await tidy(flowOf(['a', 'upper', 'lower'], ['a.o -> upper.i', 'a.p -> lower.i']), cards)
  expect(places['upper']![1]).toBeLessThan(places['lower']![1])
})

test('a group stays together: no other node comes to lie in its frame', async () => {
  const ids = ['s', 'a', 'b', 'c', 'd', 'e']
  const cards = Object.fromEntries(ids.map((id, i) => [id, card(i * 10, i * 10)]))
  const flow = flowOf(ids, ['s.o -> a.i', 's.o -> c.i', 'a.o -> b.i', 'c.o -> d.i', 'b.o -> e.i', 'd.o -> e.j'], { groups: { g: { title: 'G', nodes: ['a', 'b'] } } })
  const places = await tidy(flow, cards)
  const frame = frameOf(['a', 'b'].map((id) => ({ ...cards[id]!, x: places[id]![0], y: places[id]![1] })))!
  for (const id of ['s', 'c', 'd', 'e']) {
    const [x, y] = places[id]!
    expect(x >= frame.x + frame.width || x + 200 <= frame.x || y >= frame.y + frame.height || y + 100 <= frame.y, id).toBe(true)
  }
})

test('a comment stays beside what it was beside, in room of its own; one that stands alone stays where it is', async () => {
  const cards = { a: card(0, 0), b: card(0, 0), c: card(0, 300), note: { ...card(10, 110), inputs: {}, outputs: {} }, 'note-far': { ...card(3000, 3000), inputs: {}, outputs: {} } }
  const places = await tidy(flowOf(Object.keys(cards), ['a.o -> b.i', 'a.p -> c.i']), cards)
  const near = ['a', 'b'].find((id) => places['note']![0] - places[id]![0] === 10 && places['note']![1] - places[id]![1] === 110)
  expect(near).toBeDefined()
  expect(places).not.toHaveProperty('note-far')
  expect(overlapping(places, cards)).toEqual([])
})

test('of a selection only that moves; of nothing there is no layout', async () => {
  const cards = { a: card(0, 0), b: card(50, 50), c: card(900, 900) }
  const flow = flowOf(['a', 'b', 'c'], ['a.o -> b.i', 'b.o -> c.i'])
  expect(Object.keys(await tidy(flow, cards, ['a', 'b'])).toSorted()).toEqual(['a', 'b'])
  expect(layoutTask(flow, cards, [])).toBeUndefined()
  expect(layoutTask(flow, cards, ['gone'])).toBeUndefined()
})

test('a card that was never drawn is taken as large as its ports make it', () => {
  expect(estimatedCard([5, 6], { value: { kind: 'number' } }, { value: { kind: 'number' } })).toEqual({ x: 5, y: 6, width: 200, height: 108, inputs: { value: 61.5 }, outputs: { value: 61.5 } })
  expect(estimatedCard([0, 0], { a: { kind: 'any' }, b: { kind: 'any' } }, { c: { kind: 'boolean' } })).toMatchObject({ height: 128, outputs: { c: 111.5 } })
})
