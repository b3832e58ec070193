// A line from raw numbers to engineering units. Stateless.
import { Quality, Type, defineNode, field, fromConfig, isBad, port, same, sample as make, truthful, worse } from '#kit'

export default defineNode({
  type: 'transform.scale',
  version: 1,
  title: 'Scale',
  summary: 'Turns raw numbers into engineering units: factor and offset, or two points.',
  help: `**Factor and offset:** out = in × factor + offset.

**Two points:** the straight line through (in low → out low) and (in high → out high), such as 4 to 20 mA → 0 to 10 bar. With *Keep inside* a result beyond the two output values is set to the nearer one and its quality becomes *UncertainEngineeringUnitsExceeded*: a current loop at 0 mA is a broken wire, not an empty tank.

**Unit:** of the result; leave it empty when it is that of the input.

**Bad and uncertain** readings are scaled like others and keep their quality. **NaN and infinities**, also a result too large for a number, are bad. **Late, duplicate and backward-time** readings are scaled as they come: nothing is remembered. A reading that does not change passes as it is.`,
  keywords: ['linear', 'gain', 'factor', 'offset', '4-20 mA', 'raw', 'engineering units', 'multiply', 'map range'],
  icon: 'scaling',
  effects: 'none',
  config: Type.Object(
    {
      mode: field.choice(['factor', 'points'], { title: 'By', labels: ['Factor and offset', 'Two points'], default: 'factor' }),
      factor: Type.Number({ title: 'Factor', default: 1, when: { field: 'mode', is: ['factor'] } }),
      offset: Type.Number({ title: 'Offset', description: 'Added after the factor, in the unit of the result.', default: 0, when: { field: 'mode', is: ['factor'] } }),
      inLow: Type.Number({ title: 'In, low', unitOf: 'value', default: 4, when: { field: 'mode', is: ['points'] } }),
      inHigh: Type.Number({ title: 'In, high', unitOf: 'value', default: 20, when: { field: 'mode', is: ['points'] } }),
      outLow: Type.Number({ title: 'Out, low', default: 0, when: { field: 'mode', is: ['points'] } }),
      outHigh: Type.Number({ title: 'Out, high', default: 100, when: { field: 'mode', is: ['points'] } }),
      clamp: Type.Boolean({ title: 'Keep inside', description: 'Results beyond the two output values are set to the nearer one and become uncertain.', default: false, when: { field: 'mode', is: ['points'] } }),
      unit: field.unit({ title: 'Unit of the result', description: 'Empty: that of the input.', default: '' }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.number() },
  outputs: { value: same('value', { unit: fromConfig('unit') }) },
  receive(sample, _port, ctx) {
    const s = truthful(sample)
    const emit = ctx.emit['value']!
    const x = s.value
    if (typeof x !== 'number' || !Number.isFinite(x)) {
      emit(s)
      return
    }
    const c = ctx.config
    let y: number
    let quality = s.quality
    if (c.mode === 'factor') y = x * c.factor + c.offset
    else {
      // Weighted by both ends: exact at the two points, which a slope and an offset are not.
      const share = (x - c.inLow) / (c.inHigh - c.inLow)
      y = c.outLow * (1 - share) + c.outHigh * share
      if (c.clamp) {
        const inside = Math.min(Math.max(y, Math.min(c.outLow, c.outHigh)), Math.max(c.outLow, c.outHigh))
        if (inside !== y) quality = worse(quality, Quality.uncertainUnitsExceeded)
        y = inside
      }
    }
    if (!Number.isFinite(y) && !isBad(quality)) quality = Quality.badOutOfRange
    emit(y === x && quality === s.quality ? s : make(s.tag, y, s.time, quality))
  },
  check: (config) => (config.mode === 'points' && config.inLow === config.inHigh ? [{ field: '/inHigh', reason: "'In, high' must differ from 'In, low'." }] : []),
  examples: [
    {
      title: 'A register in half degrees, shifted by 40',
      config: { mode: 'factor', factor: 0.5, offset: -40, inLow: 4, inHigh: 20, outLow: 0, outHigh: 100, clamp: false, unit: 'Cel' },
      in: [
        { at: 'value', value: 200, time: 0 },
        { at: 'value', value: 0, time: 1000 },
      ],
      out: [
        { at: 'value', value: 60, time: 0 },
        { at: 'value', value: -40, time: 1000 },
      ],
    },
    {
      title: '4 to 20 mA are 0 to 10 bar; a broken loop shows',
      config: { mode: 'points', factor: 1, offset: 0, inLow: 4, inHigh: 20, outLow: 0, outHigh: 10, clamp: true, unit: 'bar' },
      in: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 12, time: 1000 },
        { at: 'value', value: 20, time: 2000 },
        { at: 'value', value: 0, time: 3000 },
      ],
      out: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 5, time: 1000 },
        { at: 'value', value: 10, time: 2000 },
        { at: 'value', value: 0, time: 3000, quality: 'UncertainEngineeringUnitsExceeded' },
      ],
    },
    {
      title: 'An inverted range, not kept inside',
      config: { mode: 'points', factor: 1, offset: 0, inLow: 0, inHigh: 10, outLow: 100, outHigh: 0, clamp: false, unit: '%' },
      in: [
        { at: 'value', value: 2.5, time: 0 },
        { at: 'value', value: 11, time: 1000 },
      ],
      out: [
        { at: 'value', value: 75, time: 0 },
        { at: 'value', value: -10.000000000000009, time: 1000 },
      ],
    },
    {
      title: 'Bad stays bad, NaN becomes bad',
      config: { mode: 'factor', factor: 2, offset: 0, inLow: 4, inHigh: 20, outLow: 0, outHigh: 100, clamp: false, unit: '' },
      in: [
        { at: 'value', value: 5, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000 },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'value', value: 1.5e308, time: 3000 },
      ],
      out: [
        { at: 'value', value: 10, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000, quality: 'BadOutOfRange' },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'value', value: { $number: 'Infinity' }, time: 3000, quality: 'BadOutOfRange' },
      ],
    },
  ],
})
