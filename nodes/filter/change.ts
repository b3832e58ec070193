// The last sample that passed is the state; it is kept, not copied, since samples are immutable.
import { Type, defineNode, port, same, sameValue, truthful, type Sample } from '#kit'

export default defineNode({
  type: 'filter.change',
  version: 1,
  title: 'Changes',
  summary: 'Passes a sample only when its value or its quality is another than that of the last one that passed.',
  help: `For states, texts, messages and vectors; use a *Deadband* for measured values, which never stand quite still. The first sample of each tag passes, and each tag is compared with itself.

Values are compared exactly and to the bottom: vectors, waveforms and bytes element by element, records and images field by field. The time is not compared.

**Longest silence.** When set, a sample also passes once this much source time has gone by since the last one that passed, changed or not. Nothing is made up: a source that is silent stays silent here too.

**Bad and uncertain** samples pass when they differ in value or quality: a sensor that fails passes once, and so does its return. Its further bad samples with the same value and quality are left out, as good ones are. **NaN and infinities** pass as bad; NaN is equal to NaN.

**Duplicates** have not changed and are left out. **Late and backward-time** samples are compared in order of arrival; a step of the source's clock in either direction counts as time gone by.

Source: OPC 10000-4, DataChangeTrigger STATUS_VALUE.`,
  keywords: ['report by exception', 'distinct', 'unique', 'dedupe', 'deduplicate', 'edge', 'on change', 'RBE', 'state change'],
  icon: 'equal-not',
  effects: 'none',
  config: Type.Object(
    {
      maxSilenceS: Type.Number({ title: 'Longest silence', description: 'A sample passes after this time even if nothing has changed. 0: no limit.', unit: 's', minimum: 0, default: 0 }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  drops: { unchanged: 'Neither its value nor its quality has changed.' },
  state: (): { last: Sample | null } => ({ last: null }),
  receive(sample, _port, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    const last = state.last
    if (last !== null && s.quality === last.quality && sameValue(s.value, last.value)) {
      const silent = config.maxSilenceS > 0 && Math.abs(s.time - last.time) >= config.maxSilenceS * 1000
      if (!silent) {
        ctx.drop('unchanged')
        return
      }
    }
    state.last = s
    ctx.emit['value']!(s)
  },
  carries: () => true,
  examples: [
    {
      title: 'A state of a machine',
      config: { maxSilenceS: 0 },
      in: [
        { at: 'value', value: 'idle', time: 0 },
        { at: 'value', value: 'idle', time: 1000 },
        { at: 'value', value: 'running', time: 2000 },
        { at: 'value', value: 'running', time: 3000 },
        { at: 'value', value: 'idle', time: 4000 },
      ],
      out: [
        { at: 'value', value: 'idle', time: 0 },
        { at: 'value', value: 'running', time: 2000 },
        { at: 'value', value: 'idle', time: 4000 },
      ],
    },
    {
      title: 'A record, compared to the bottom',
      config: { maxSilenceS: 0 },
      in: [
        { at: 'value', value: { recipe: 7, steps: { heat: 80, stir: true } }, time: 0 },
        { at: 'value', value: { steps: { stir: true, heat: 80 }, recipe: 7 }, time: 1000 },
        { at: 'value', value: { recipe: 7, steps: { heat: 85, stir: true } }, time: 2000 },
      ],
      out: [
        { at: 'value', value: { recipe: 7, steps: { heat: 80, stir: true } }, time: 0 },
        { at: 'value', value: { recipe: 7, steps: { heat: 85, stir: true } }, time: 2000 },
      ],
    },
    {
      title: 'A failing sensor passes once, and its return',
      config: { maxSilenceS: 0 },
      in: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 4, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 4, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 3000 },
        { at: 'value', value: { $number: 'NaN' }, time: 4000 },
        { at: 'value', value: 4, time: 5000 },
      ],
      out: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 4, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 3000, quality: 'BadOutOfRange' },
        { at: 'value', value: 4, time: 5000 },
      ],
    },
    {
      title: 'At least once in a minute',
      config: { maxSilenceS: 60 },
      in: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: true, time: 30000 },
        { at: 'value', value: true, time: 60000 },
        { at: 'value', value: true, time: 90000 },
      ],
      out: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: true, time: 60000 },
      ],
    },
  ],
})
