// The last sample that passed is the state; time that counts is the samples' own, so a replay passes the same ones.
import { Type, defineNode, field, isBad, port, same, truthful, type Sample } from '#kit'

export default defineNode({
  type: 'filter.deadband',
  version: 1,
  title: 'Deadband',
  summary: 'Passes a reading only when it has moved far enough since the last one that passed.',
  help: `Leaves out readings that say nothing new, as a historian's exception test does. A reading passes when it differs from the **last one that passed** by *more than* the threshold; slow drifts therefore pass too. Each tag is compared with itself.

**Longest silence.** When set, a reading also passes once this much source time has gone by since the last one that passed, moved or not. Nothing is made up: a source that is silent stays silent here too, so that what follows can see it.

**Bad and uncertain.** Every bad reading passes, and so does every reading whose quality is another than that of the last one. The first good reading after a bad one passes.

**NaN and infinities** pass as bad.

**Duplicates** have not moved and are left out. **Late and backward-time** readings are compared in order of arrival; a step of the source's clock in either direction counts as time gone by.

Source: OPC 10000-4, DataChangeFilter (absolute), OPC 10000-8, PercentDeadband (percent of the engineering range).`,
  keywords: ['exception', 'hysteresis', 'report by exception', 'data reduction', 'threshold', 'noise', 'change'],
  icon: 'separator-horizontal',
  effects: 'none',
  config: Type.Object(
    {
      mode: field.choice(['absolute', 'percent'], { title: 'Threshold in', labels: ['The unit', '% of range'], default: 'absolute' }),
      threshold: Type.Number({ title: 'Threshold', description: 'A reading passes when it has moved by more than this. 0 passes every change.', unitOf: 'value', minimum: 0, default: 0, when: { field: 'mode', is: ['absolute'] } }),
      percent: Type.Number({ title: 'Threshold', description: 'Of the range below.', unit: '%', minimum: 0, maximum: 100, default: 1, when: { field: 'mode', is: ['percent'] } }),
      low: Type.Number({ title: 'Range from', unitOf: 'value', default: 0, when: { field: 'mode', is: ['percent'] } }),
      high: Type.Number({ title: 'Range to', unitOf: 'value', default: 100, when: { field: 'mode', is: ['percent'] } }),
      maxSilenceS: Type.Number({ title: 'Longest silence', description: 'A reading passes after this time even if it has not moved. 0: no limit.', unit: 's', minimum: 0, default: 0 }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.number() },
  outputs: { value: same('value') },
  drops: { unchanged: 'It has not moved by more than the threshold.' },
  state: (): { last: Sample | null } => ({ last: null }),
  receive(sample, _port, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    const last = state.last
    if (last !== null && s.quality === last.quality && !isBad(s.quality)) {
      const threshold = config.mode === 'absolute' ? config.threshold : (config.percent / 100) * (config.high - config.low)
      const moved = Math.abs((s.value as number) - (last.value as number)) > threshold
      const silent = config.maxSilenceS > 0 && Math.abs(s.time - last.time) >= config.maxSilenceS * 1000
      if (!moved && !silent) {
        ctx.drop('unchanged')
        return
      }
    }
    state.last = s
    ctx.emit['value']!(s)
  },
  check: (config) => (config.mode === 'percent' && !(config.high > config.low) ? [{ field: '/high', reason: "'Range to' must be above 'Range from'." }] : []),
  // The last one that passed is that under any threshold.
  carries: () => true,
  examples: [
    {
      title: 'Half a degree',
      config: { mode: 'absolute', threshold: 0.5, percent: 1, low: 0, high: 100, maxSilenceS: 0 },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 20.4, time: 1000 },
        { at: 'value', value: 20.5, time: 2000 },
        { at: 'value', value: 20.6, time: 3000 },
        { at: 'value', value: 20.2, time: 4000 },
      ],
      out: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 20.6, time: 3000 },
      ],
    },
    {
      title: 'Each tag is compared with itself',
      config: { mode: 'absolute', threshold: 1, percent: 1, low: 0, high: 100, maxSilenceS: 0 },
      in: [
        { at: 'value', tag: 'TT-1', value: 20, time: 0 },
        { at: 'value', tag: 'TT-2', value: 20.2, time: 0 },
        { at: 'value', tag: 'TT-1', value: 20.3, time: 1000 },
        { at: 'value', tag: 'TT-2', value: 25, time: 1000 },
      ],
      out: [
        { at: 'value', tag: 'TT-1', value: 20, time: 0 },
        { at: 'value', tag: 'TT-2', value: 20.2, time: 0 },
        { at: 'value', tag: 'TT-2', value: 25, time: 1000 },
      ],
    },
    {
      title: '2 % of a range of 0 to 50',
      config: { mode: 'percent', threshold: 0, percent: 2, low: 0, high: 50, maxSilenceS: 0 },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: 11.5, time: 2000 },
      ],
      out: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 11.5, time: 2000 },
      ],
    },
    {
      title: 'At least one reading in 10 s',
      config: { mode: 'absolute', threshold: 5, percent: 1, low: 0, high: 100, maxSilenceS: 10 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 6000 },
        { at: 'value', value: 1.5, time: 12000 },
        { at: 'value', value: 1.5, time: 18000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1.5, time: 12000 },
      ],
    },
    {
      title: 'Bad quality and NaN always pass, and so does the recovery',
      config: { mode: 'absolute', threshold: 5, percent: 1, low: 0, high: 100, maxSilenceS: 0 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 1, time: 3000 },
        { at: 'value', value: 1, time: 4000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: 1, time: 3000 },
      ],
    },
  ],
})
