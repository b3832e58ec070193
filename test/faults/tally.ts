// State that shows each mistake of a recovery: a count and a sum by tag, told with every sample. A sample that is counted
// twice, left out or counted in another order changes all that come after it.
import { defineNode, port, Type } from '#kit'

interface Tally {
  count: number
  sum: number
}

export const tally = defineNode({
  type: 'aggregate.tally',
  version: 1,
  title: 'Tally',
  summary: 'Counts and sums by tag.',
  help: '',
  icon: 'tally-5',
  effects: 'none',
  config: Type.Object({}, { additionalProperties: false }),
  inputs: { value: port.number() },
  outputs: { value: port.any() },
  state: (): Tally => ({ count: 0, sum: 0 }),
  receive(s, _port, ctx) {
    const { state } = ctx
    state.count++
    state.sum += s.value as number
    ctx.emit['value']!({ ...s, value: { n: s.value as number, count: state.count, sum: state.sum } })
  },
  examples: [],
})
