import { expect, test } from 'vitest'
import type { NodeStatus } from '#format'
import { initialState, type State } from '../state/model.ts'
import { conditionOf, labelOf, WORDS } from './wire-state.ts'

const state = (change: Partial<NodeStatus>, quality?: string): State => ({
  ...initialState, flowId: 'f', live: { ...initialState.live, state: 'open', nodes: { a: { health: { state: 'ok', text: '' }, ledger: { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {}, outputs: { value: { count: 1, rate: 4, last: { tag: 't', value: 1, time: 1, ...(quality === undefined ? {} : { quality }) } } }, p99Us: null, issues: [], ...change } } },
})

test('a wire says in words what is not to be believed, and nothing where all is well', () => {
  const words = (s: State): string => WORDS[conditionOf(s, 'a', 'value')]
  expect([words(state({})), labelOf(state({}), 'a', 'value')]).toEqual(['', '4/s'])
  expect(words(state({}, 'BadTimeout'))).toMatch(/✕ bad/)
  expect(words(state({}, 'Uncertain'))).toMatch(/\? uncertain/)
  expect(words(state({ health: { state: 'stale', text: '' } }))).toMatch(/stale/)
  expect(conditionOf(state({ health: { state: 'error', text: '' } }), 'a', 'value')).toBe('idle')
  expect(conditionOf({ ...state({}), live: { ...state({}).live, state: 'lost' } }, 'a', 'value'), 'nothing is known').toBe('idle')
  expect(labelOf({ ...state({}), live: { ...state({}).live, state: 'lost' } }, 'a', 'value')).toBe('')
})
