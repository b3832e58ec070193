// Each reading is judged by itself: stateless, so that a replay or a late reading is judged alike. Hysteresis belongs to
// decisions (rule.alarm), not to a gate: a reading that is inside is inside.
import { Quality, Type, defineNode, field, isUsable, port, same, sample as make, truthful, worse } from '#kit'

export default defineNode({
  type: 'filter.range',
  version: 1,
  title: 'Range gate',
  summary: 'Passes readings inside a range; those outside are left out, marked, set to the limit or sent another way.',
  help: `For readings that cannot be: −40 °C of a boiler, a level of 130 %. Both limits belong to the range.

What is **outside** is, by choice,
- **left out**, and counted;
- **marked bad** (*BadOutOfRange*) or **marked uncertain** (*UncertainEngineeringUnitsExceeded*), with its value;
- **set to the limit**, and uncertain with the same name;
- **sent to the output 'outside'**, unchanged.

**Bad readings, NaN and infinities** pass as bad, whatever their value: they are neither inside nor outside, and to leave them out would hide the fault. **Uncertain** readings are judged like good ones and never become better. **Late, duplicate and backward-time** readings are judged as they come: nothing is remembered, and there is no hysteresis. An *Alarm* has one.`,
  keywords: ['limit', 'plausibility', 'validity', 'clamp', 'clip', 'saturate', 'band', 'reject', 'engineering limits', 'out of range'],
  icon: 'unfold-vertical',
  effects: 'none',
  config: Type.Object(
    {
      limits: field.choice(['both', 'low', 'high'], { title: 'Inside is', labels: ['From … to', 'At least', 'At most'], default: 'both' }),
      low: Type.Number({ title: 'Lowest', unitOf: 'value', default: 0, when: { field: 'limits', is: ['both', 'low'] } }),
      high: Type.Number({ title: 'Highest', unitOf: 'value', default: 100, when: { field: 'limits', is: ['both', 'high'] } }),
      outside: field.choice(['bad', 'uncertain', 'clamp', 'drop', 'port'], {
        title: 'A reading outside is',
        labels: ['Marked bad', 'Marked uncertain', 'Set to the limit', 'Left out', "Sent to 'outside'"],
        default: 'bad',
      }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.number() },
  outputs: { value: same('value'), outside: same('value', { title: 'Outside', help: "Readings outside of the range, when they are sent there." }) },
  drops: { outside: 'It is outside of the range.' },
  receive(sample, _port, ctx) {
    const { limits, low, high, outside } = ctx.config
    const s = truthful(sample)
    const emit = ctx.emit['value']!
    if (!isUsable(s)) {
      emit(s)
      return
    }
    const x = s.value
    const limit = limits !== 'high' && x < low ? low : limits !== 'low' && x > high ? high : x
    if (limit === x) {
      emit(s)
      return
    }
    switch (outside) {
      case 'drop': ctx.drop('outside'); return
      case 'port': ctx.emit['outside']!(s); return
      case 'bad': emit(make(s.tag, x, s.time, Quality.badOutOfRange)); return
      case 'uncertain': emit(make(s.tag, x, s.time, worse(s.quality, Quality.uncertainUnitsExceeded))); return
      case 'clamp': emit(make(s.tag, limit, s.time, worse(s.quality, Quality.uncertainUnitsExceeded)))
    }
  },
  check: (config) => (config.limits === 'both' && !(config.low <= config.high) ? [{ field: '/high', reason: "'Highest' must not be below 'Lowest'." }] : []),
  examples: [
    {
      title: 'A level of 0 to 100 %; both limits belong to it',
      config: { limits: 'both', low: 0, high: 100, outside: 'bad' },
      in: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 100, time: 1000 },
        { at: 'value', value: 130, time: 2000 },
        { at: 'value', value: -1, time: 3000, quality: 'Uncertain' },
      ],
      out: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 100, time: 1000 },
        { at: 'value', value: 130, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: -1, time: 3000, quality: 'BadOutOfRange' },
      ],
    },
    {
      title: 'Set to the limit, and uncertain',
      config: { limits: 'both', low: 4, high: 20, outside: 'clamp' },
      in: [
        { at: 'value', value: 3.2, time: 0 },
        { at: 'value', value: 12, time: 1000 },
        { at: 'value', value: 21.5, time: 2000, quality: 'UncertainSubNormal' },
      ],
      out: [
        { at: 'value', value: 4, time: 0, quality: 'UncertainEngineeringUnitsExceeded' },
        { at: 'value', value: 12, time: 1000 },
        { at: 'value', value: 20, time: 2000, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'Another way for what is below',
      config: { limits: 'low', low: 10, high: 100, outside: 'port' },
      in: [
        { at: 'value', value: 9.9, time: 0 },
        { at: 'value', value: 500, time: 1000 },
      ],
      out: [
        { at: 'outside', value: 9.9, time: 0 },
        { at: 'value', value: 500, time: 1000 },
      ],
    },
    {
      title: 'Left out; bad readings and NaN are not',
      config: { limits: 'high', low: 0, high: 50, outside: 'drop' },
      in: [
        { at: 'value', value: 51, time: 0 },
        { at: 'value', value: 51, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'Infinity' }, time: 2000 },
        { at: 'value', value: -300, time: 3000 },
      ],
      out: [
        { at: 'value', value: 51, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'Infinity' }, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: -300, time: 3000 },
      ],
    },
    {
      title: 'Marked uncertain, with its value',
      config: { limits: 'both', low: -20, high: 60, outside: 'uncertain' },
      in: [
        { at: 'value', value: 61, time: 0 },
        { at: 'value', value: 60, time: 1000 },
      ],
      out: [
        { at: 'value', value: 61, time: 0, quality: 'UncertainEngineeringUnitsExceeded' },
        { at: 'value', value: 60, time: 1000 },
      ],
    },
  ],
})
