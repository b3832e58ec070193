// A value kept between two limits. Stateless. What was outside shows in the quality: a limit is not a measurement.
import { Quality, Type, defineNode, port, same, sample as make, truthful, worse } from '#kit'

export default defineNode({
  type: 'transform.clamp',
  version: 1,
  title: 'Clamp',
  summary: 'Keeps a value between a lowest and a highest one, and says when it had to.',
  help: `A value below *Lowest* becomes *Lowest*, one above *Highest* becomes *Highest*; the limits themselves are inside. Either limit can be switched off. A value that had to be changed gets the quality *UncertainEngineeringUnitsExceeded*: it is a limit, not a measurement. **limited** says for every reading whether it was changed, with the quality that the reading came with.

To leave readings out, or send them elsewhere, use a Range gate; limits on what is written to a plant belong in the envelope of its actuator.

**Bad** readings are clamped like others and stay bad. **NaN, infinities** and missing values pass as bad, and *limited* is then missing and bad too: an infinite value is a fault, not a high one. **Uncertain** readings stay uncertain. **Late, duplicate and backward-time** readings are clamped as they come: nothing is remembered. A reading inside passes as it is.

Source: OPC 10000-8, 6.3.2 (UncertainEngineeringUnitsExceeded).`,
  keywords: ['limit', 'saturate', 'bound', 'minimum', 'maximum', 'constrain', 'clip', 'ceiling', 'floor'],
  icon: 'fold-vertical',
  effects: 'none',
  config: Type.Object(
    {
      lowOn: Type.Boolean({ title: 'Limit below', description: 'Whether there is a lowest value.', default: true }),
      low: Type.Number({ title: 'Lowest', description: 'What is below becomes this.', unitOf: 'value', default: 0, when: { field: 'lowOn', is: [true] } }),
      highOn: Type.Boolean({ title: 'Limit above', description: 'Whether there is a highest value.', default: true }),
      high: Type.Number({ title: 'Highest', description: 'What is above becomes this.', unitOf: 'value', default: 100, when: { field: 'highOn', is: [true] } }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.number() },
  outputs: { value: same('value'), limited: port.boolean({ title: 'Limited', help: 'Whether this reading was outside.' }) },
  receive(sample, _port, ctx) {
    const s = truthful(sample)
    const x = s.value
    const c = ctx.config
    if (typeof x !== 'number' || !Number.isFinite(x)) {
      ctx.emit['value']!(s)
      ctx.emit['limited']!(make(s.tag, null, s.time, s.quality))
      return
    }
    const y = c.lowOn && x < c.low ? c.low : c.highOn && x > c.high ? c.high : x
    ctx.emit['value']!(y === x ? s : make(s.tag, y, s.time, worse(s.quality, Quality.uncertainUnitsExceeded)))
    ctx.emit['limited']!(make(s.tag, y !== x, s.time, s.quality))
  },
  check(config) {
    if (!config.lowOn && !config.highOn) return [{ field: '/lowOn', reason: 'Switch on at least one limit.' }]
    return config.lowOn && config.highOn && config.high < config.low ? [{ field: '/high', reason: "'Highest' must not be below 'Lowest'." }] : []
  },
  examples: [
    {
      title: 'A valve position is between 0 and 100 %',
      config: { lowOn: true, low: 0, highOn: true, high: 100 },
      in: [
        { at: 'value', value: 40, time: 0 },
        { at: 'value', value: 104.5, time: 1000 },
        { at: 'value', value: -0.25, time: 2000 },
        { at: 'value', value: 100, time: 3000 },
      ],
      out: [
        { at: 'value', value: 40, time: 0 },
        { at: 'limited', value: false, time: 0 },
        { at: 'value', value: 100, time: 1000, quality: 'UncertainEngineeringUnitsExceeded' },
        { at: 'limited', value: true, time: 1000 },
        { at: 'value', value: 0, time: 2000, quality: 'UncertainEngineeringUnitsExceeded' },
        { at: 'limited', value: true, time: 2000 },
        { at: 'value', value: 100, time: 3000 },
        { at: 'limited', value: false, time: 3000 },
      ],
    },
    {
      title: 'A small negative flow is none; there is no upper limit',
      config: { lowOn: true, low: 0, highOn: false, high: 100 },
      in: [
        { at: 'value', value: -0.02, time: 0 },
        { at: 'value', value: 5000, time: 1000 },
      ],
      out: [
        { at: 'value', value: 0, time: 0, quality: 'UncertainEngineeringUnitsExceeded' },
        { at: 'limited', value: true, time: 0 },
        { at: 'value', value: 5000, time: 1000 },
        { at: 'limited', value: false, time: 1000 },
      ],
    },
    {
      title: 'Bad stays bad, and infinity is not a high value',
      config: { lowOn: true, low: 0, highOn: true, high: 100 },
      in: [
        { at: 'value', value: 130, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'Infinity' }, time: 1000 },
        { at: 'value', value: null, time: 2000 },
      ],
      out: [
        { at: 'value', value: 100, time: 0, quality: 'BadSensorFailure' },
        { at: 'limited', value: true, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'Infinity' }, time: 1000, quality: 'BadOutOfRange' },
        { at: 'limited', value: null, time: 1000, quality: 'BadOutOfRange' },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'limited', value: null, time: 2000, quality: 'BadNoData' },
      ],
    },
  ],
})
