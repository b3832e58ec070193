// Samples wait in the state by tag, in the order of arrival, until the gateway's clock has gone on.
import { Type, defineNode, port, same, truthful, type Sample } from '#kit'

interface Memory {
  /** Waiting samples and when each leaves, from `head` on. */
  samples: Sample[]
  due: number[]
  head: number
}

export default defineNode({
  type: 'flow.delay',
  version: 1,
  title: 'Delay',
  summary: 'Passes each sample on after a time, unchanged.',
  help: `Each sample leaves when the gateway's clock has gone on by the delay since the sample came; its own time stays as it is. The order of each tag is kept.

A delay is also what makes a **loop** possible: wires may lead back to a node in front only through a node that delays.

At most as many samples of a tag wait as you allow; when one more comes, the oldest leaves at once, early, so that nothing is lost. In a loop it could come back at once and go round without end: there the new one fails instead, and is counted. Samples that wait survive a restart.

**Bad, late, duplicate** and **backward-time** samples are delayed like any other, unchanged. **NaN** and infinities become bad.`,
  keywords: ['wait', 'later', 'loop', 'feedback', 'dead time', 'postpone'],
  icon: 'timer',
  effects: 'none',
  config: Type.Object(
    {
      delayS: Type.Number({ title: 'Delay', unit: 's', minimum: 0.001, maximum: 86_400, default: 1 }),
      limit: Type.Integer({ title: 'Samples that may wait', description: 'Of each tag.', minimum: 1, maximum: 100_000, default: 1000, advanced: true }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  delays: true,
  drains: () => true,
  complete({ delayS }) {
    const wait = delayS * 1000
    return (watermark) => watermark - wait
  },
  state: (): Memory => ({ samples: [], due: [], head: 0 }),
  // What waits keeps the time that it was given.
  carries: () => true,
  receive(sample, _port, ctx) {
    const m = ctx.state
    m.samples.push(truthful(sample))
    m.due.push(ctx.now + ctx.config.delayS * 1000)
    if (m.samples.length - m.head > ctx.config.limit) ctx.emit['value']!(take(m))
    else ctx.hold()
    ctx.wakeAt(m.due[m.head]!)
  },
  tick(ctx) {
    const m = ctx.state
    while (m.head < m.due.length && m.due[m.head]! <= ctx.now) ctx.emit['value']!(take(m))
    if (m.head < m.due.length) ctx.wakeAt(m.due[m.head]!)
  },
  examples: [
    {
      title: 'Two seconds later',
      config: { delayS: 2 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 5000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 5000 },
      ],
    },
    {
      title: 'At most one waits: the one before leaves early',
      config: { delayS: 60, limit: 1 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
      ],
    },
  ],
})

function take(m: Memory): Sample {
  const taken = m.samples[m.head++]!
  if (m.head === m.samples.length || m.head > 1024) {
    m.samples = m.samples.slice(m.head)
    m.due = m.due.slice(m.head)
    m.head = 0
  }
  return taken
}
