// A gate by quality. What does not pass leaves by another output: nothing bad ends here unseen.
import { Quality, Type, defineNode, field, isBad, isGood, port, same, sample as make, truthful, type Sample } from '#kit'

const passes = (pass: 'good' | 'usable' | 'bad', quality: number): boolean => (pass === 'good' ? isGood(quality) : isBad(quality) === (pass === 'bad'))

export default defineNode({
  type: 'filter.quality',
  version: 1,
  title: 'Quality gate',
  summary: 'Passes good, usable or only bad samples; the others leave by another output, or the last usable value stands in.',
  help: `*Good* passes good samples, *good and uncertain* all that are not bad, *bad* only bad ones, such as to count or report them. All others leave by **rejected**, unchanged.

**Last usable value.** By choice a sample that does not pass also lets the last value that did leave by *value*, with the new sample's time and as *UncertainLastUsableValue*: a controller is not cut off by a short failure. It stands in for no longer than the time given, counted on source time from the sample it came with; after that, and before any sample has passed, only *rejected* speaks. Nothing is made up: it stands in for samples that come, not for silence.

**Bad** and **uncertain** samples are what this node is about. **NaN, infinities and missing values** are bad, whatever they say. **Late and backward-time** samples are handled in order of arrival; the age of the last usable value is the distance in time, in either direction. **Duplicates** are handled as they come.

Source: OPC 10000-8, status codes of Data Access (UncertainLastUsableValue).`,
  keywords: ['good', 'bad', 'uncertain', 'status', 'valid', 'invalid', 'hold last value', 'fallback', 'substitute', 'reject'],
  icon: 'shield-check',
  effects: 'none',
  config: Type.Object(
    {
      pass: field.choice(['good', 'usable', 'bad'], { title: 'Pass', labels: ['Good', 'Good and uncertain', 'Bad'], default: 'usable' }),
      standIn: Type.Boolean({ title: 'Last usable value stands in', description: 'For a sample that does not pass, the last value that did, as uncertain.', default: false, when: { field: 'pass', is: ['good', 'usable'] } }),
      standInS: Type.Number({ title: 'For at most', description: 'From the time of the sample that the value came with.', unit: 's', minimum: 0, default: 60, when: { field: 'standIn', is: [true] } }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: { value: same('value'), rejected: same('value', { title: 'Rejected', help: 'Samples that do not pass, unchanged.' }) },
  state: (): { last: Sample | null } => ({ last: null }),
  receive(sample, _port, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    if (passes(config.pass, s.quality)) {
      state.last = s
      ctx.emit['value']!(s)
      return
    }
    ctx.emit['rejected']!(s)
    const { last } = state
    if (!config.standIn || config.pass === 'bad' || last === null) return
    if (Math.abs(s.time - last.time) <= config.standInS * 1000) ctx.emit['value']!(make(s.tag, last.value, s.time, Quality.uncertainLastUsable))
  },
  // What was usable by another rule may not be by this one.
  carries: (from, to) => from.pass === to.pass,
  examples: [
    {
      title: 'Bad samples and NaN leave by another way',
      config: { pass: 'usable', standIn: false, standInS: 60 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: { $number: 'NaN' }, time: 3000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'rejected', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 2000, quality: 'Uncertain' },
        { at: 'rejected', value: { $number: 'NaN' }, time: 3000, quality: 'BadOutOfRange' },
      ],
    },
    {
      title: 'The last good value stands in for 2 s',
      config: { pass: 'good', standIn: true, standInS: 2 },
      in: [
        { at: 'value', value: 7, time: 0, quality: 'Bad' },
        { at: 'value', value: 7, time: 1000 },
        { at: 'value', value: 8, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: null, time: 3000, quality: 'BadTimeout' },
        { at: 'value', value: null, time: 4000, quality: 'BadTimeout' },
        { at: 'value', value: 9, time: 5000 },
      ],
      out: [
        { at: 'rejected', value: 7, time: 0, quality: 'Bad' },
        { at: 'value', value: 7, time: 1000 },
        { at: 'rejected', value: 8, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: 7, time: 2000, quality: 'UncertainLastUsableValue' },
        { at: 'rejected', value: null, time: 3000, quality: 'BadTimeout' },
        { at: 'value', value: 7, time: 3000, quality: 'UncertainLastUsableValue' },
        { at: 'rejected', value: null, time: 4000, quality: 'BadTimeout' },
        { at: 'value', value: 9, time: 5000 },
      ],
    },
    {
      title: 'Only bad ones, to report them',
      config: { pass: 'bad', standIn: false, standInS: 60 },
      in: [
        { at: 'value', value: 'ok', time: 0 },
        { at: 'value', value: null, time: 1000 },
      ],
      out: [
        { at: 'rejected', value: 'ok', time: 0 },
        { at: 'value', value: null, time: 1000, quality: 'BadNoData' },
      ],
    },
  ],
})
