// The engine keeps the queue (runtime/engine/boundary.ts); this file says how long it is and what it does when it is full.
import { Type, defineNode, field, port, same, truthful, type QueuePolicy } from '#kit'

export default defineNode({
  type: 'flow.queue',
  version: 1,
  title: 'Queue',
  summary: 'Lets samples wait while what follows is busy, and says what happens when too many do.',
  help: `Without this node a slow output makes the sources behind it wait. A queue takes that pressure: samples wait here until what follows has room, and the branch in front goes on. Its depth is shown on the node.

**When it is full:** *Make sources wait* pauses what can be paused; samples that come all the same are dropped above twice the length. *Drop the oldest* keeps what is new, *Drop the newest* what was first. *Keep the newest of each tag* lets one sample of each tag wait: right for commands and for displays. Each sample dropped is counted.

**Bad, late, duplicate** and **backward-time** samples wait like any other, unchanged and in the order of arrival. **NaN** and infinities become bad.`,
  keywords: ['buffer', 'backpressure', 'back-pressure', 'burst', 'overflow', 'drop', 'decouple', 'fifo', 'latest'],
  icon: 'list-end',
  effects: 'none',
  config: Type.Object(
    {
      limit: Type.Integer({ title: 'Samples that may wait', minimum: 1, maximum: 100_000, default: 1000 }),
      policy: field.choice(['block', 'oldest', 'newest', 'latest'], {
        title: 'When it is full',
        labels: ['Make sources wait', 'Drop the oldest', 'Drop the newest', 'Keep the newest of each tag'],
        default: 'oldest',
      }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  drops: { queue_full: 'The queue is full.', superseded: 'A newer sample of the same tag replaced it.' },
  queue: (config) => ({ limit: config.limit, policy: config.policy as QueuePolicy }),
  carries: () => true,
  receive(sample, _port, ctx) {
    ctx.emit['value']!(truthful(sample))
  },
  examples: [
    {
      title: 'Everything passes in its order, bad samples too',
      config: { limit: 10, policy: 'block' },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 500 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 500 },
      ],
    },
  ],
})
