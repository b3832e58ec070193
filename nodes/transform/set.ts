// Another tag, a fixed value, or both. Remembers nothing of what passed.
import { Type, defineNode, field, fromConfig, port, sample as make, truthful, type Value } from '#kit'

export default defineNode({
  type: 'transform.set',
  version: 1,
  title: 'Set',
  summary: 'Gives a sample another tag or a fixed value.',
  help: `**Tag:** the new name; \`{tag}\` stands for the present one, so \`line1/{tag}\` puts a prefix in front. Empty keeps it.

**Value:** *keep* leaves it; else every sample gets the number, flag or text given here. With *Unit* you state the unit of a wire that has none; it does not convert. Time and quality stay those of the sample that came: a fixed value set on a **bad** reading is bad.

**NaN and infinities** that are kept become bad. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered. A sample that does not change passes as it is.`,
  keywords: ['constant', 'rename', 'change', 'tag', 'name', 'assign', 'replace'],
  icon: 'pencil',
  effects: 'none',
  config: Type.Object(
    {
      tag: Type.String({ title: 'Tag', description: 'The new tag; {tag} stands for the present one. Empty: keep it.', maxLength: 200, default: '' }),
      value: field.choice(['keep', 'number', 'boolean', 'text'], { title: 'Value', labels: ['Keep', 'A number', 'True or false', 'A text'], default: 'keep' }),
      number: Type.Number({ title: 'Number', default: 0, when: { field: 'value', is: ['number'] } }),
      unit: field.unit({ description: 'States the unit of what leaves; it does not convert. Empty: that of the input, none for a fixed number.', default: '', when: { field: 'value', is: ['keep', 'number'] } }),
      flag: Type.Boolean({ title: 'True', default: false, when: { field: 'value', is: ['boolean'] } }),
      text: Type.String({ title: 'Text', maxLength: 10_000, default: '', when: { field: 'value', is: ['text'] } }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: { value: { same: fromConfig('value', { keep: 'value' }), kind: fromConfig('value'), unit: fromConfig('unit') } },
  // Found once: searching the text for each sample would cost more than all the rest.
  scope: 'node',
  state: (config): { readonly template: boolean } => ({ template: config.tag.includes('{tag}') }),
  receive(sample, _port, ctx) {
    const c = ctx.config
    const tag = c.tag === '' ? sample.tag : ctx.state.template ? c.tag.replaceAll('{tag}', () => sample.tag) : c.tag
    const value: Value = c.value === 'keep' ? sample.value : c.value === 'number' ? c.number : c.value === 'boolean' ? c.flag : c.text
    ctx.emit['value']!(truthful(tag === sample.tag && value === sample.value ? sample : make(tag, value, sample.time, sample.quality)))
  },
  examples: [
    {
      title: 'A prefix in front of the tag',
      config: { tag: 'hall2/{tag}', value: 'keep', number: 0, unit: '', flag: false, text: '' },
      in: [
        { at: 'value', tag: 'TT-1', value: 20.5, time: 0 },
        { at: 'value', tag: 'door', value: 'open', time: 1000 },
      ],
      out: [
        { at: 'value', tag: 'hall2/TT-1', value: 20.5, time: 0 },
        { at: 'value', tag: 'hall2/door', value: 'open', time: 1000 },
      ],
    },
    {
      title: 'A fixed number keeps time and quality',
      config: { tag: '', value: 'number', number: 25, unit: 'Hz', flag: false, text: '' },
      in: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: { $number: 'NaN' }, time: 1000, quality: 'BadSensorFailure' },
      ],
      out: [
        { at: 'value', value: 25, time: 0 },
        { at: 'value', value: 25, time: 1000, quality: 'BadSensorFailure' },
      ],
    },
    {
      title: 'NaN that is kept is bad',
      config: { tag: '', value: 'keep', number: 0, unit: '', flag: false, text: '' },
      in: [{ at: 'value', value: { $number: 'NaN' }, time: 0 }],
      out: [{ at: 'value', value: { $number: 'NaN' }, time: 0, quality: 'BadOutOfRange' }],
    },
    {
      title: 'A text',
      config: { tag: 'state', value: 'text', number: 0, unit: '', flag: false, text: 'running' },
      in: [{ at: 'value', value: 1, time: 0 }],
      out: [{ at: 'value', tag: 'state', value: 'running', time: 0 }],
    },
  ],
})
