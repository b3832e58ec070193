// One unit into another. A node does not see its wire's unit, so the config names both and the ports hold the wires to it.
import { Quality, Type, conversion, defineNode, displayUnit, field, fromConfig, isBad, parseUnit, port, sample as make, truthful } from '#kit'
import { perConfig } from '#math/remember'

type Line = { readonly factor: number; readonly offset: number }

const none: Line = { factor: Number.NaN, offset: 0 }

// Parsing two units for each sample would cost more than everything else here.
const lineOf = perConfig((config: { readonly from: string; readonly to: string }): Line => conversion(config.from, config.to) ?? none)

export default defineNode({
  type: 'transform.convert',
  version: 1,
  title: 'Convert',
  summary: 'Converts a reading from one unit to another of the same quantity.',
  help: `Units are UCUM codes: \`Cel\`, \`[degF]\`, \`bar\`, \`[psi]\`, \`mm/s\`, \`m3/h\`. The input takes wires in *From* (or without a unit), the output is in *To*. The conversion is exact up to the rounding of a 64-bit number.

**Bad and uncertain** readings are converted like others and keep their quality. **NaN and infinities**, also a result too large for a number, are bad. **Late, duplicate and backward-time** readings are converted as they come: nothing is remembered. Between two codes of one unit (\`L\` and \`l\`) a reading passes as it is.

Source: The Unified Code for Units of Measure (UCUM) 2.1; the inch, pound, psi and gallon as NIST SP 811 gives them.`,
  keywords: ['unit', 'UCUM', 'fahrenheit', 'celsius', 'psi', 'bar', 'imperial', 'metric'],
  icon: 'ruler',
  effects: 'none',
  config: Type.Object(
    {
      from: field.unit({ title: 'From', description: 'The unit that comes in.', default: 'Cel' }),
      to: field.unit({ title: 'To', description: 'The unit that goes out.', default: 'K' }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.number({ unit: fromConfig('from') }) },
  outputs: { value: port.number({ unit: fromConfig('to') }) },
  receive(sample, _port, ctx) {
    const line = lineOf(ctx.config)
    if (line === none) {
      ctx.fail(`'${ctx.config.from}' does not convert to '${ctx.config.to}'.`)
      return
    }
    const s = truthful(sample)
    const x = s.value
    const emit = ctx.emit['value']!
    if (typeof x !== 'number' || !Number.isFinite(x) || (line.factor === 1 && line.offset === 0)) {
      emit(s)
      return
    }
    const y = x * line.factor + line.offset
    emit(make(s.tag, y, s.time, Number.isFinite(y) || isBad(s.quality) ? s.quality : Quality.badOutOfRange))
  },
  check(config) {
    const faults = (['from', 'to'] as const).filter((f) => parseUnit(config[f]) === undefined).map((f) => ({ field: `/${f}`, reason: `'${config[f]}' is not a unit. Use a UCUM code such as 'Cel', 'bar', 'mm/s'.` }))
    if (faults.length > 0 || conversion(config.from, config.to)) return faults
    return [{ field: '/to', reason: `${displayUnit(config.from) || 'No unit'} and ${displayUnit(config.to) || 'no unit'} are different quantities.` }]
  },
  examples: [
    {
      title: 'Degrees Celsius to Fahrenheit',
      config: { from: 'Cel', to: '[degF]' },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: -40, time: 1000 },
      ],
      out: [
        { at: 'value', value: 68, time: 0 },
        { at: 'value', value: -40, time: 1000 },
      ],
    },
    {
      title: 'Bar to kilopascal, whatever the quality',
      config: { from: 'bar', to: 'kPa' },
      in: [
        { at: 'value', value: 2.5, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000 },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'value', value: 3, time: 3000, quality: 'Uncertain' },
      ],
      out: [
        { at: 'value', value: 250, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000, quality: 'BadOutOfRange' },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'value', value: 300, time: 3000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'Cubic metres an hour to litres a second',
      config: { from: 'm3/h', to: 'l/s' },
      in: [{ at: 'value', value: 36, time: 0 }],
      out: [{ at: 'value', value: 10, time: 0 }],
    },
  ],
})
