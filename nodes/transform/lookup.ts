// A table read as a curve, as steps or word by word. The table is prepared once for each config, not for each sample.
import { Quality, Type, defineNode, field, fromConfig, sample as make, truthful, worse, type Sample, type Static, type Value } from '#kit'
import { monotoneSlopes, onCurve, onLine, pointBelow } from '#math/interpolate'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    mode: field.choice(['linear', 'cubic', 'step', 'text', 'number'], {
      title: 'Read it as',
      description: 'A curve through points of numbers, or exact entries: a code to a word or to a number.',
      labels: ['Straight lines between points', 'Smooth curve through points', 'Steps', 'Code to word', 'Code to number'],
      default: 'linear',
    }),
    points: Type.Array(
      Type.Object(
        {
          x: Type.Number({ title: 'In', unitOf: 'value', default: 0 }),
          y: Type.Number({ title: 'Out', default: 0 }),
        },
        { additionalProperties: false },
      ),
      { title: 'Points', description: "'In' must rise from row to row.", widget: 'curve', maxItems: 10_000, default: [{ x: 0, y: 0 }, { x: 100, y: 100 }], when: { field: 'mode', is: ['linear', 'cubic', 'step'] } },
    ),
    outside: field.choice(['clamp', 'extrapolate', 'bad'], {
      title: 'Outside of the points',
      labels: ['Nearest point', 'Go on straight', 'Bad'],
      description: 'The first two are uncertain. Steps have no end above: the last row counts on.',
      default: 'clamp',
      when: { field: 'mode', is: ['linear', 'cubic', 'step'] },
    }),
    entries: Type.Array(
      Type.Object(
        {
          code: Type.String({ title: 'Code', description: 'A text, a number, true or false.', maxLength: 200, default: '' }),
          gives: Type.String({ title: 'Gives', maxLength: 1000, default: '' }),
        },
        { additionalProperties: false },
      ),
      { title: 'Entries', widget: 'table', maxItems: 10_000, default: [], when: { field: 'mode', is: ['text', 'number'] } },
    ),
    unknown: field.choice(['bad', 'other'], { title: 'What is not in the table', labels: ['Bad', 'This, as uncertain'], description: 'What a code without an entry gives.', default: 'bad', when: { field: 'mode', is: ['text', 'number'] } }),
    other: Type.String({ title: 'Unknown codes give', description: "Used with 'This, as uncertain'.", maxLength: 1000, default: '', when: { field: 'unknown', is: ['other'] } }),
    unit: field.unit({ title: 'Unit of the result', description: 'Of results that are numbers. Empty: not stated.', default: '' }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Table {
  readonly xs: Float64Array
  readonly ys: Float64Array
  readonly slopes: Float64Array
  readonly entries: ReadonlyMap<string, string | number>
}

const tableOf = perConfig((config: Config): Table => {
  const numbers = config.mode === 'linear' || config.mode === 'cubic' || config.mode === 'step'
  const xs = Float64Array.from(numbers ? config.points : [], (p) => p.x)
  const ys = Float64Array.from(numbers ? config.points : [], (p) => p.y)
  const slopes = config.mode === 'cubic' && xs.length > 1 ? monotoneSlopes(xs, ys) : new Float64Array(xs.length)
  const entries = new Map(numbers ? [] : config.entries.map((e) => [e.code.trim(), config.mode === 'number' ? Number(e.gives) : e.gives] as const))
  return { xs, ys, slopes, entries }
})

/** A text that Number reads as a finite number; '' is none. */
const isNumeric = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text))

function valueAt(config: Config, { xs, ys, slopes }: Table, x: number): number {
  const { mode } = config
  const last = xs.length - 1
  const i = pointBelow(xs, x)
  if (mode === 'step') return ys[Math.max(i, 0)]!
  if (i < 0 || i === last) {
    const end = i < 0 ? 0 : last
    if (x === xs[end] || config.outside === 'clamp') return ys[end]!
    if (mode === 'cubic') return ys[end]! + (x - xs[end]!) * slopes[end]!
    const from = i < 0 ? 0 : last - 1
    return onLine(xs[from]!, ys[from]!, xs[from + 1]!, ys[from + 1]!, x)
  }
  if (mode === 'cubic') return onCurve(xs[i]!, ys[i]!, slopes[i]!, xs[i + 1]!, ys[i + 1]!, slopes[i + 1]!, x)
  return onLine(xs[i]!, ys[i]!, xs[i + 1]!, ys[i + 1]!, x)
}

function onPoints(config: Config, s: Sample): Sample {
  const x = s.value
  if (typeof x !== 'number') return make(s.tag, null, s.time, worse(s.quality, Quality.badTypeMismatch))
  if (!Number.isFinite(x)) return s
  const table = tableOf(config)
  const { xs } = table
  const outside = x < xs[0]! || (config.mode !== 'step' && x > xs[xs.length - 1]!)
  if (outside && config.outside === 'bad') return make(s.tag, null, s.time, worse(s.quality, Quality.badOutOfRange))
  const y = valueAt(config, table, x)
  return truthful(make(s.tag, y, s.time, outside ? worse(s.quality, Quality.uncertainUnitsExceeded) : s.quality))
}

function byCode(config: Config, s: Sample): Sample {
  const code: Value = s.value
  if (typeof code !== 'string' && typeof code !== 'number' && typeof code !== 'boolean') return make(s.tag, null, s.time, worse(s.quality, Quality.badTypeMismatch))
  if (typeof code === 'number' && !Number.isFinite(code)) return make(s.tag, null, s.time, s.quality)
  const found = tableOf(config).entries.get(typeof code === 'string' ? code.trim() : String(code))
  if (found !== undefined) return make(s.tag, found, s.time, s.quality)
  if (config.unknown === 'bad') return make(s.tag, null, s.time, worse(s.quality, Quality.badOutOfRange))
  return make(s.tag, config.mode === 'number' ? Number(config.other) : config.other, s.time, worse(s.quality, Quality.uncertainSubstitute))
}

export default defineNode({
  type: 'transform.lookup',
  version: 1,
  title: 'Lookup table',
  summary: 'Reads a result off a table: a calibration curve, steps, or words for status codes.',
  help: `**Straight lines** and the **smooth curve** go through every point; the curve never swings beyond the two points that it runs between, so a rising table gives a rising curve. **Steps** give the *Out* of the last row at or below the reading. *In* must rise from row to row.

**Outside of the points** a result is *UncertainEngineeringUnitsExceeded*: the nearest point's, or that of the line (of a smooth curve: its slope at the end) going on. Or it is missing and *BadOutOfRange*. Steps go on above their last row, which is not outside; below the first row the same holds as for the nearest point.

**Code to word** and **code to number** compare exactly: the number 3 and the text "3" are both the code \`3\`, true is the code \`true\`, blanks around a code do not count, case does. A code without an entry is missing and *BadOutOfRange*, or gives what *Unknown codes give* says, as *UncertainSubstituteValue*: an unknown status never looks like a known one.

**Bad** readings are looked up like others and stay bad; **uncertain** ones stay uncertain. **NaN, infinities** and missing values are bad and give no entry of the table; so does a value of a kind that the table cannot have. **Late, duplicate and backward-time** readings are looked up as they come: nothing is remembered.

Source: smooth curve by Fritsch and Carlson, SIAM J. Numer. Anal. 17 (1980), 238-246.`,
  keywords: ['table', 'linearise', 'linearize', 'calibration', 'characteristic', 'strapping', 'tank volume', 'interpolation', 'PCHIP', 'spline', 'map', 'enum', 'status code', 'translate', 'dictionary'],
  icon: 'table-2',
  effects: 'none',
  config: Config,
  inputs: { value: { kind: fromConfig('mode', { text: 'any', number: 'any', '*': 'number' }) } },
  outputs: { value: { kind: fromConfig('mode', { text: 'text', '*': 'number' }), unit: fromConfig('unit') } },
  receive(sample, _port, ctx) {
    const { config } = ctx
    const s = truthful(sample)
    if (s.value === null) ctx.emit['value']!(s)
    else ctx.emit['value']!(config.mode === 'text' || config.mode === 'number' ? byCode(config, s) : onPoints(config, s))
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (config.mode === 'text' || config.mode === 'number') {
      const codes = new Set<string>()
      for (const [i, e] of config.entries.entries()) {
        const code = e.code.trim()
        if (codes.has(code)) faults.push({ field: `/entries/${i}/code`, reason: `There is an entry for '${code}' already.` })
        codes.add(code)
        if (config.mode === 'number' && !isNumeric(e.gives)) faults.push({ field: `/entries/${i}/gives`, reason: `'${e.gives}' is not a number.` })
      }
      if (config.entries.length === 0) faults.push({ field: '/entries', reason: 'The table needs at least one entry.' })
      if (config.mode === 'number' && config.unknown === 'other' && !isNumeric(config.other)) faults.push({ field: '/other', reason: `'${config.other}' is not a number.` })
      return faults
    }
    const { points } = config
    if (points.length < (config.mode === 'step' ? 1 : 2)) faults.push({ field: '/points', reason: config.mode === 'step' ? 'The table needs at least one row.' : 'A curve needs at least two points.' })
    for (let i = 1; i < points.length; i++) if (!(points[i]!.x > points[i - 1]!.x)) faults.push({ field: `/points/${i}/x`, reason: `'In' must be above that of the row before, ${points[i - 1]!.x}.` })
    return faults
  },
  examples: [
    {
      title: 'A lying tank: level in metres to volume, straight between the points',
      config: { mode: 'linear', points: [{ x: 0, y: 0 }, { x: 1, y: 2.5 }, { x: 2, y: 10 }], outside: 'clamp', entries: [], unknown: 'bad', other: '', unit: 'm3' },
      in: [
        { at: 'value', value: 0.5, time: 0 },
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 1.5, time: 2000 },
        { at: 'value', value: 2.125, time: 3000 },
      ],
      out: [
        { at: 'value', value: 1.25, time: 0 },
        { at: 'value', value: 2.5, time: 1000 },
        { at: 'value', value: 6.25, time: 2000 },
        { at: 'value', value: 10, time: 3000, quality: 'UncertainEngineeringUnitsExceeded' },
      ],
    },
    {
      title: 'A smooth curve does not swing beyond its points',
      config: { mode: 'cubic', points: [{ x: 0, y: 0 }, { x: 2, y: 8 }, { x: 4, y: 8 }], outside: 'bad', entries: [], unknown: 'bad', other: '', unit: '' },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: 5, time: 3000 },
      ],
      out: [
        { at: 'value', value: 5, time: 0 },
        { at: 'value', value: 8, time: 1000 },
        { at: 'value', value: 8, time: 2000 },
        { at: 'value', value: null, time: 3000, quality: 'BadOutOfRange' },
      ],
    },
    {
      title: 'Steps: a tariff by load',
      config: { mode: 'step', points: [{ x: 0, y: 1 }, { x: 50, y: 2 }, { x: 80, y: 4 }], outside: 'clamp', entries: [], unknown: 'bad', other: '', unit: '1' },
      in: [
        { at: 'value', value: 49.9, time: 0 },
        { at: 'value', value: 50, time: 1000 },
        { at: 'value', value: 500, time: 2000 },
        { at: 'value', value: -1, time: 3000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 4, time: 2000 },
        { at: 'value', value: 1, time: 3000, quality: 'UncertainEngineeringUnitsExceeded' },
      ],
    },
    {
      title: 'Words for status codes; an unknown one is bad',
      config: { mode: 'text', points: [], outside: 'clamp', entries: [{ code: '0', gives: 'stopped' }, { code: '1', gives: 'running' }, { code: '7', gives: 'tripped' }], unknown: 'bad', other: '', unit: '' },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: '7', time: 1000 },
        { at: 'value', value: 4, time: 2000 },
        { at: 'value', value: 0, time: 3000, quality: 'BadCommunicationError' },
        { at: 'value', value: { $number: 'NaN' }, time: 4000 },
      ],
      out: [
        { at: 'value', value: 'running', time: 0 },
        { at: 'value', value: 'tripped', time: 1000 },
        { at: 'value', value: null, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: 'stopped', time: 3000, quality: 'BadCommunicationError' },
        { at: 'value', value: null, time: 4000, quality: 'BadOutOfRange' },
      ],
    },
    {
      title: 'Severity of an event text as a number, unknown ones as -1 and uncertain',
      config: { mode: 'number', points: [], outside: 'clamp', entries: [{ code: 'ok', gives: '0' }, { code: 'warning', gives: '1' }, { code: 'fault', gives: '2' }], unknown: 'other', other: '-1', unit: '1' },
      in: [
        { at: 'value', value: 'warning', time: 0 },
        { at: 'value', value: 'Fault', time: 1000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: -1, time: 1000, quality: 'UncertainSubstituteValue' },
      ],
    },
  ],
})
