// A decision becomes a setpoint. No default branch: what is neither true nor false gives no number.
import { Quality, Type, defineNode, field, fromConfig, isBad, port, sample as make } from '#kit'

export default defineNode({
  type: 'transform.select',
  version: 1,
  title: 'Select',
  summary: 'Turns true and false into one of two numbers, such as a slow and a normal speed.',
  help: `True gives *When true*, false gives *When false*, with the time and quality of the sample that came.

**Bad and uncertain** samples keep their quality, so that an actuator behind this node does what its envelope says for bad input. A **missing value** (null), or one that is neither true nor false, gives a missing value of bad quality, never one of the two numbers: there is no default branch. **NaN** cannot come from a boolean wire; from an untyped one it counts as missing. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered.`,
  keywords: ['if', 'choose', 'boolean', 'setpoint', 'ternary', 'either', 'mux'],
  icon: 'toggle-left',
  effects: 'none',
  config: Type.Object(
    {
      whenTrue: Type.Number({ title: 'When true', default: 1 }),
      whenFalse: Type.Number({ title: 'When false', default: 0 }),
      unit: field.unit({ title: 'Unit of both', description: 'Empty: not stated.', default: '' }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.boolean() },
  outputs: { value: port.number({ unit: fromConfig('unit') }) },
  receive(sample, _port, ctx) {
    const { value, quality } = sample
    const emit = ctx.emit['value']!
    if (value === true || value === false) emit(make(sample.tag, value ? ctx.config.whenTrue : ctx.config.whenFalse, sample.time, quality))
    else emit(make(sample.tag, null, sample.time, isBad(quality) ? quality : value === null ? Quality.badNoData : Quality.badTypeMismatch))
  },
  examples: [
    {
      title: 'Slow down on an alarm',
      config: { whenTrue: 25, whenFalse: 45, unit: 'Hz' },
      in: [
        { at: 'value', value: false, time: 0 },
        { at: 'value', value: true, time: 1000 },
      ],
      out: [
        { at: 'value', value: 45, time: 0 },
        { at: 'value', value: 25, time: 1000 },
      ],
    },
    {
      title: 'Bad quality stays, a missing value is never one of the two',
      config: { whenTrue: 25, whenFalse: 45, unit: 'Hz' },
      in: [
        { at: 'value', value: false, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: true, time: 1000, quality: 'UncertainLastUsableValue' },
        { at: 'value', value: null, time: 2000 },
      ],
      out: [
        { at: 'value', value: 45, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: 25, time: 1000, quality: 'UncertainLastUsableValue' },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
      ],
    },
  ],
})
