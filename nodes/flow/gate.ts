// One gate for all tags: the control input is one signal, whatever its tag.
import { Type, defineNode, field, isBad, port, same, truthful, type Sample } from '#kit'

interface Memory {
  /** Null: the control has said nothing yet, or nothing to rely on. */
  open: boolean | null
  /** While it is closed: the newest sample of each tag, in the order in which the tags came. */
  kept: Map<string, Sample>
}

export default defineNode({
  type: 'flow.gate',
  version: 1,
  title: 'Gate',
  summary: 'Lets samples pass while a condition holds.',
  help: `Samples pass unchanged while **open** is true. While it is false they end here, counted as *closed*; or the newest of each tag waits and passes when the gate opens.

A **bad** or missing control, and **NaN**, say neither yes nor no: the gate then does what you choose, closed unless you say otherwise, and so it does before the control has said anything. An uncertain control counts.

**Bad, late, duplicate** and **backward-time** samples pass or end like any other; the control counts in the order of arrival. NaN passes as bad.`,
  keywords: ['enable', 'inhibit', 'permissive', 'block', 'interlock', 'condition', 'pass'],
  icon: 'door-open',
  effects: 'none',
  config: Type.Object(
    {
      closed: field.choice(['drop', 'keep'], { title: 'While closed', labels: ['Drop', 'Keep the newest'], default: 'drop' }),
      unknown: field.choice(['closed', 'open', 'last'], { title: 'Without a good control', labels: ['Closed', 'Open', 'As it was'], default: 'closed' }),
      limit: Type.Integer({ title: 'Tags that may wait', minimum: 1, maximum: 100_000, default: 1000, advanced: true, when: { field: 'closed', is: ['keep'] } }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any(), open: port.boolean({ title: 'Open' }) },
  outputs: { value: same('value') },
  drops: { closed: 'The gate is closed.', superseded: 'A newer sample of the same tag replaced it.' },
  scope: 'node',
  state: (): Memory => ({ open: null, kept: new Map() }),
  carries: () => true,
  receive(sample, name, ctx) {
    const m = ctx.state
    const s = truthful(sample)
    if (name === 'open') {
      if (isBad(s.quality)) m.open = ctx.config.unknown === 'last' ? m.open : null
      else m.open = s.value === true
      ctx.done()
      if (isOpen(m.open, ctx.config.unknown)) for (const kept of m.kept.values()) ctx.emit['value']!(kept)
      if (isOpen(m.open, ctx.config.unknown)) m.kept.clear()
      return
    }
    if (isOpen(m.open, ctx.config.unknown)) ctx.emit['value']!(s)
    else if (ctx.config.closed === 'drop') ctx.drop('closed')
    else if (m.kept.size >= ctx.config.limit && !m.kept.has(s.tag)) ctx.drop('closed')
    else {
      const before = m.kept.has(s.tag)
      m.kept.set(s.tag, s)
      if (before) ctx.drop('superseded')
      else ctx.hold()
    }
  },
  examples: [
    {
      title: 'Only while the pump runs',
      config: {},
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'open', tag: 'run', value: true, time: 500 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'open', tag: 'run', value: false, time: 1500 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'open', tag: 'run', value: true, time: 2500, quality: 'BadCommunicationError' },
        { at: 'value', value: 4, time: 3000 },
      ],
      out: [{ at: 'value', value: 2, time: 1000 }],
    },
    {
      title: 'The newest waits until it opens',
      config: { closed: 'keep' },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', tag: 'y', value: 7, time: 1000 },
        { at: 'open', tag: 'run', value: true, time: 1500 },
      ],
      out: [
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', tag: 'y', value: 7, time: 1000 },
      ],
    },
  ],
})

function isOpen(open: boolean | null, unknown: string): boolean {
  return open ?? unknown === 'open'
}
