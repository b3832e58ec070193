import { expect, test } from 'vitest'
import { defineNode, Type, type AnyNode } from '#kit'
import { emptyFlow, type Flow } from '#format'
import { upgradeFlow } from './upgrade.ts'

const about = { title: 'T', summary: 's', help: 'h', icon: 'x', effects: 'none', inputs: {}, outputs: {}, examples: [], config: Type.Object({}) } as const
const types = new Map<string, AnyNode>(
  [
    defineNode({ ...about, type: 'rule.new', version: 3, migrations: { 1: (c: unknown) => ({ ...(c as object), two: true }), 2: (c: unknown) => ({ ...(c as object), three: true }) } }),
    defineNode({ ...about, type: 'rule.broken', version: 2, migrations: { 1: () => { throw new Error('no') } } }),
  ].map((d) => [d.type, d as unknown as AnyNode]),
)
const node = (type: string, version?: number) => ({ type, ...(version === undefined ? {} : { version }), config: { a: 1 }, at: [0, 0] as const })

test('settings of older versions are brought up to date, in subflows too, and the rest is untouched', () => {
  const flow: Flow = {
    ...emptyFlow('f', 'F'), nodes: { old: node('rule.new'), mid: node('rule.new', 2), now: node('rule.new', 3), broken: node('rule.broken'), unknown: node('rule.gone') },
    subflows: { s: { name: 'S', parameters: {}, inputs: {}, outputs: {}, wires: [], nodes: { old: node('rule.new') } } },
  }
  const up = upgradeFlow(flow, types)
  expect(up.nodes['old']).toEqual({ type: 'rule.new', version: 3, config: { a: 1, two: true, three: true }, at: [0, 0] })
  expect(up.nodes['mid']!.config).toEqual({ a: 1, three: true })
  for (const id of ['now', 'broken', 'unknown']) expect(up.nodes[id]).toBe(flow.nodes[id])
  expect(up.subflows!['s']!.nodes['old']!.config).toEqual({ a: 1, two: true, three: true })
  expect(upgradeFlow(up, types)).toBe(up)
})
