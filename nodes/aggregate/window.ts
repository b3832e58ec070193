// Windows on event time. Tumbling, hopping and calendar windows are sums of panes that close with the watermark; session,
// sliding, count and trigger windows put readings into order first. The numerics are in nodes/math: span (statistics that
// merge), stand (time-weighted), quantiles, sliding, calendar. Longer than 300 lines: the kinds share emission and rules.
import { Quality, Type, defineNode, each, field, isGood, isUsable, port, repeats, resolvePorts, same, sample as make, truthful, withDefaults, type Context, type PortDecl, type Sample, type Static, type Value } from '#kit'
import { issueReason, keyExpression } from '#expression'
import { calendarGrid, clockTime, fixedGrid, zoneFault, type Cell, type Grid } from '#math/calendar'
import { addToQuantiles, newQuantiles, percentilesOf, percentilesOfSorted, type Quantiles } from '#math/quantiles'
import { perConfig } from '#math/remember'
import { askSlide, newSlide, pushSlide, shiftSlide, sizeOfSlide, type Kept, type Slide } from '#math/sliding'
import { addToSpan, clearSpan, mergeSpan, newSpan, slopeOf, type Span, type State } from '#math/span'
import { addToStand, clearStand, finishStand, mergeStand, newStand, tailOf, type Reading, type Stand } from '#math/stand'
import { deviationOf } from '#math/running'
import { totalOf } from '#math/sum'

const kinds = ['tumbling', 'hopping', 'calendar', 'sliding', 'session', 'count', 'trigger'] as const
const names = ['mean', 'min', 'max', 'range', 'stddev', 'sum', 'first', 'last', 'count', 'goodPercent', 'median', 'change', 'slope', 'timeMean', 'goodTimePercent'] as const
type Name = (typeof names)[number]
/** What version 1 always gave. */
const firstTen: readonly Name[] = names.slice(0, 10)
const only = (...is: (typeof kinds)[number][]) => ({ when: { field: 'kind', is } })

const Config = Type.Object(
  {
    kind: field.choice(kinds, {
      title: 'Windows', default: 'tumbling',
      labels: ['Tumbling: one after the other', 'Hopping: overlapping', 'Calendar: shifts, days, weeks, months', 'Sliding: the last while, at each reading', 'Session: until it falls silent', 'Count: so many readings', 'Trigger: from one trigger to the next'],
    }),
    sizeS: Type.Number({ title: 'Length', description: 'Of one window. Tumbling and hopping ones begin at whole multiples since 1970-01-01 UTC: 60 s begin at the full minute.', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 60, ...only('tumbling', 'hopping', 'sliding') }),
    hopS: Type.Number({ title: 'Every', description: 'A result this often, over the whole length. The length is a whole multiple of it.', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 10, ...only('hopping') }),
    offsetS: Type.Number({ title: 'Shifted by', description: 'Windows begin this much later than at the whole multiple.', unit: 's', minimum: -86_400, maximum: 86_400, default: 0, advanced: true, ...only('tumbling', 'hopping') }),
    period: field.choice(['shift', 'day', 'week', 'month', 'year'], { title: 'Period', labels: ['Shift', 'Day', 'Week (from Monday)', 'Month', 'Year'], default: 'day', ...only('calendar') }),
    shifts: Type.Array(Type.String({ title: 'Begins at', pattern: clockTime, examples: ['06:00'] }), { title: 'Shifts begin at', minItems: 1, maxItems: 48, default: ['06:00', '14:00', '22:00'], when: { field: 'period', is: ['shift'] } }),
    dayStart: Type.String({ title: 'A day begins at', description: 'Of days, weeks, months and years, on the wall clock of the time zone.', pattern: clockTime, examples: ['06:00'], default: '00:00', ...only('calendar') }),
    zone: field.zone({ ...only('calendar') }),
    periods: Type.Integer({ title: 'Over the last', description: 'Periods in a window. 7 with days: at each end of a day, the last seven.', minimum: 1, maximum: 400, default: 1, ...only('calendar') }),
    delayS: Type.Number({ title: 'And after it', description: 'A window also takes this much after its reading, and its result waits for that.', unit: 's', minimum: 0, maximum: 86_400, default: 0, ...only('sliding') }),
    gapS: Type.Number({ title: 'Silence that ends it', description: 'A session ends when no reading has come for this long.', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 60, ...only('session') }),
    longestS: Type.Number({ title: 'Longest session', description: 'After this the next one begins, silence or not. 0: no limit.', unit: 's', minimum: 0, maximum: 31 * 86_400, default: 0, ...only('session') }),
    readings: Type.Integer({ title: 'Readings', description: 'In a window, of any quality.', minimum: 1, maximum: 100_000, default: 100, ...only('count') }),
    every: Type.Integer({ title: 'Every', description: 'A result after so many readings, over the last ones. 0: windows do not overlap.', minimum: 0, maximum: 100_000, default: 0, ...only('count') }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'A window closes this much source time after its end. Results come that much later.', unit: 's', minimum: 0, maximum: 86_400, default: 1 }),
    minGoodPercent: Type.Number({ title: 'Good readings needed', description: 'With a smaller share of good readings the result is uncertain. For what is weighted by time: of good time.', unit: '%', minimum: 0, maximum: 100, default: 100 }),
    statistics: Type.Array(field.choice(names, { title: 'Statistic', labels: ['Mean', 'Minimum', 'Maximum', 'Range', 'Standard deviation', 'Sum', 'First', 'Last', 'Count', 'Good share', 'Median', 'Change (last less first)', 'Slope', 'Mean over time', 'Good time'] }), { title: 'Statistics', description: 'Each is an output.', maxItems: names.length, default: ['mean', 'min', 'max', 'count'] }),
    percentiles: Type.Array(
      Type.Object(
        {
          name: Type.String({ title: 'Output', pattern: '^[a-z][a-z0-9_-]{0,30}$', examples: ['p95'], default: 'p95' }),
          percent: Type.Number({ title: 'Percent', description: 'So many of the readings are at or below it.', unit: '%', minimum: 0, maximum: 100, default: 95 }),
        },
        { additionalProperties: false },
      ),
      { title: 'Percentiles', description: 'Each is an output.', widget: 'table', maxItems: 20, default: [] },
    ),
    output: field.choice(['ports', 'record'], { title: 'Results as', labels: ['Outputs', 'One record'], default: 'ports' }),
    resultTime: field.choice(['start', 'end'], { title: 'Time of a result', labels: ['Start', 'End'], description: "Of the window; the start is OPC UA's way. Sliding windows always give the time of their reading.", default: 'start' }),
    empty: field.choice(['none', 'noData', 'hold'], { title: 'Without readings', labels: ['No result', 'Bad, count 0', 'Hold the last'], description: 'What a window without any reading gives, also of a tag that fell silent. A held result is uncertain.', default: 'none', ...only('tumbling', 'hopping', 'calendar', 'trigger') }),
    emptyMax: Type.Integer({ title: 'Empty windows in a row', description: 'After so many the tag is left alone until its next reading.', minimum: 1, maximum: 10_000, default: 100, advanced: true, when: { field: 'empty', is: ['noData', 'hold'] } }),
    interpolation: field.choice(['last', 'linear'], { title: 'Between readings', labels: ['The last reading', 'Straight line'], description: 'For what is weighted by time: each value stands until the next reading, or goes to it in a straight line.', default: 'last', advanced: true }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'For what is weighted by time: a reading says nothing about the time after this long. 0: no limit.', unit: 's', minimum: 0, maximum: 31 * 86_400, default: 0, advanced: true }),
    slopePer: field.choice(['s', 'min', 'h', 'd'], { title: 'Slope per', labels: ['Second', 'Minute', 'Hour', 'Day'], default: 'h', advanced: true }),
    slopeUnit: field.unit({ title: 'Unit of the slope', description: "Such as 'Cel/h' is written 'K/h'. Empty: not stated.", default: '', advanced: true }),
    maxReadings: Type.Integer({ title: 'Readings kept', description: 'In memory for each tag, where single ones are needed: to put them into order, in sliding windows, for percentiles and time weighting.', minimum: 100, maximum: 1_000_000, default: 10_000, advanced: true }),
    key: Type.String({ title: 'Windows for each', description: "Empty: each tag. Else an expression that gives the name windows are kept by, such as 'line-1' for all of a line. Results have that name as their tag.", widget: 'expression', maxLength: 500, default: '', advanced: true }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly kind: (typeof kinds)[number]
  readonly sizeS: number
  readonly hopS: number
  readonly offsetS: number
  readonly period: 'shift' | 'day' | 'week' | 'month' | 'year'
  readonly shifts: readonly string[]
  readonly dayStart: string
  readonly zone: string
  readonly periods: number
  readonly delayS: number
  readonly gapS: number
  readonly longestS: number
  readonly readings: number
  readonly every: number
  readonly latenessS: number
  readonly minGoodPercent: number
  readonly statistics: readonly Name[]
  readonly percentiles: readonly { readonly name: string; readonly percent: number }[]
  readonly output: 'ports' | 'record'
  readonly resultTime: 'start' | 'end'
  readonly empty: 'none' | 'noData' | 'hold'
  readonly emptyMax: number
  readonly interpolation: 'last' | 'linear'
  readonly maxGapS: number
  readonly slopePer: 's' | 'min' | 'h' | 'd'
  readonly slopeUnit: string
  readonly maxReadings: number
  readonly key: string
}

// ---- what a config means, worked out once -----------------------------------------------------------------------------

interface Output {
  readonly port: string
  /** A statistic, or the place of a percentile. */
  readonly what: Name | number
}
interface Spec {
  readonly outputs: readonly Output[]
  readonly percents: readonly number[]
  readonly kept: Kept
  /** Of windows that are made of panes; their number in a window. */
  readonly grid: Grid | null
  readonly cells: number
  readonly lateMs: number
  readonly perMs: number
  readonly byKey: ((sample: Sample) => string) | undefined
}

const perMs = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
const timed: ReadonlySet<Name> = new Set(['timeMean', 'goodTimePercent'])

function work(config: Config): Spec {
  const chosen = [...new Set(config.statistics)]
  const percents = config.percentiles.map((p) => p.percent)
  const outputs: Output[] = names.filter((name) => chosen.includes(name)).map((port) => ({ port, what: port }))
  for (const [i, { name }] of config.percentiles.entries()) outputs.push({ port: name, what: i })
  if (chosen.includes('median')) {
    const at = outputs.findIndex((o) => o.what === 'median')
    outputs[at] = { port: 'median', what: percents.length }
    percents.push(50)
  }
  const size = config.sizeS * 1000
  const hop = config.kind === 'hopping' ? config.hopS * 1000 : size
  return {
    outputs,
    percents,
    kept: {
      slope: chosen.includes('slope'),
      rule: chosen.some((s) => timed.has(s)) ? { linear: config.interpolation === 'linear', standsMs: config.maxGapS > 0 ? config.maxGapS * 1000 : Number.POSITIVE_INFINITY } : null,
      sorted: percents.length > 0,
    },
    grid:
      config.kind === 'tumbling' || config.kind === 'hopping'
        ? fixedGrid(hop, config.offsetS * 1000)
        : config.kind === 'calendar'
          ? calendarGrid({ unit: config.period, zone: config.zone, times: config.period === 'shift' ? config.shifts : [config.dayStart] })
          : null,
    cells: config.kind === 'hopping' ? Math.round(size / hop) : config.kind === 'calendar' ? config.periods : 1,
    lateMs: config.latenessS * 1000,
    perMs: perMs[config.slopePer],
    byKey: keyOf(config.key),
  }
}

/** `check` has said what is wrong with it. */
function keyOf(text: string): ((sample: Sample) => string) | undefined {
  const found = text.trim() === '' ? undefined : keyExpression(text)
  return typeof found === 'function' ? found : undefined
}

const known = perConfig(work)
let newest: { readonly config: Config; readonly spec: Spec } | undefined
/** Mostly that of the last sample's node, found without a look-up. */
function specOf(config: Config): Spec {
  if (newest?.config !== config) newest = { config, spec: known(config) }
  return newest.spec
}

// ---- what is remembered -------------------------------------------------------------------------------------------------

/** The readings of one hop. */
interface Pane extends Cell {
  readonly span: Span
  readonly quantiles: Quantiles | null
  /** Until the pane closes: readings in order of arrival, for what needs the order of time. */
  times: number[]
  values: number[]
  states: State[]
  /** Of the readings up to `folded`, which are no longer kept. */
  readonly stand: Stand
  folded: number
  /** Something in it is not exact: time-weighted results are uncertain. */
  rough: boolean
}
interface Gridded {
  /** By start. */
  panes: Pane[]
  /** Start of the next cell to close; NaN: none. */
  next: number
  carry: Reading | null
}
/** One session, or what has come since the trigger. */
interface Run {
  span: Span
  stand: Stand
  quantiles: Quantiles | null
  carry: Reading | null
  from: number
  to: number
}
interface Waiting {
  readonly tag: string
  readonly time: number
  readonly value: number
  /** 3: a trigger. */
  readonly state: State | 3
}
interface Ordered {
  /** In order of time, from `head` on. */
  waiting: Waiting[]
  head: number
  /** Nothing older may come. */
  reached: number
  armed: number
  slide: Slide
  /** With a delay: place in the slide of the reading whose result is next. */
  due: number
  /** Readings up to this time left a full window early. */
  clipped: number
  session: Run | null
  /** Of triggers: by tag. */
  since: Map<string, Run>
  trigger: number
  on: boolean
}
/** What empty windows need to know; of triggers by tag. */
interface Silence {
  quiet: number
  held: readonly (number | null)[] | null
}
interface Memory {
  /** The last reading taken, to know a repeated one. */
  previous: Sample | null
  gridded: Gridded | null
  ordered: Ordered | null
  silence: Map<string, Silence>
}
type Ctx = Context<Config, Memory>

/** Tags, or keys, that one trigger ends the windows of. */
const mostTags = 10_000
const stateOf = (s: Sample): State => (isUsable(s) ? (isGood(s.quality) ? 0 : 1) : 2)

// ---- results ------------------------------------------------------------------------------------------------------------

// Made once: what a result is reckoned in never outlives the call.
const whole = { span: newSpan(), stand: newStand() }
const noPercents: readonly number[] = []

function silenceOf(ctx: Ctx, tag: string): Silence {
  const { silence } = ctx.state
  let found = silence.get(tag)
  if (!found) silence.set(tag, (found = { quiet: 0, held: null }))
  return found
}

/** One statistic of `whole`; null where there is none. */
function valueOf(what: Name | number, spec: Spec, percents: readonly number[], ms: number): number | null {
  const { span, stand } = whole
  const { stats } = span
  const none = stats.count === 0
  if (typeof what === 'number') return percents[what] ?? null
  switch (what) {
    case 'count': return stats.count
    case 'goodPercent': return span.all === 0 ? 0 : (100 * span.good) / span.all
    case 'mean': return none ? null : stats.mean
    case 'min': return none ? null : stats.min
    case 'max': return none ? null : stats.max
    case 'range': return none ? null : stats.max - stats.min
    case 'stddev': return none ? null : deviationOf(stats)
    case 'sum': return none ? null : totalOf(stats)
    case 'first': return none ? null : span.first
    case 'last': return none ? null : span.last
    case 'change': return none ? null : span.last - span.first
    case 'slope': {
      const slope = slopeOf(span)
      return slope === null ? null : slope * spec.perMs
    }
    case 'timeMean': return stand.usableMs > 0 ? stand.area / stand.usableMs : none || ms > 0 ? null : span.last
    case 'goodTimePercent': return goodTime(ms)
    case 'median': return null // a percentile: never asked for by name
  }
}
/** Of a window without length the share of good readings. */
function goodTime(ms: number): number {
  const { span, stand } = whole
  if (!(ms > 0)) return span.all === 0 ? 0 : (100 * span.good) / span.all
  const percent = (100 * stand.goodMs) / ms
  return percent > 100 - 1e-9 ? 100 : percent
}

/** Gives the results of `whole`, a window that begins and ends there. `rough`: its readings are not all in it; `roughTime`: not all in their order. */
function give(ctx: Ctx, spec: Spec, tag: string, percents: readonly number[], start: number, end: number, at: number, rough: boolean, roughTime: boolean): void {
  const { config } = ctx
  const { span, stand } = whole
  const ms = end - start
  const silence = config.empty === 'none' ? undefined : silenceOf(ctx, tag)
  const empty = span.all === 0
  const held = empty && config.empty === 'hold' ? (silence?.held ?? null) : null
  const enough = !empty && (100 * span.good) / span.all >= config.minGoodPercent && !rough
  const quality = held ? Quality.uncertainLastUsable : span.stats.count === 0 ? Quality.badNoData : enough ? Quality.good : Quality.uncertainSubNormal
  const noTime = ms > 0 ? stand.usableMs === 0 : span.stats.count === 0
  const timeQuality = noTime ? Quality.badNoData : goodTime(ms) >= config.minGoodPercent && !rough && !roughTime ? Quality.good : Quality.uncertainSubNormal
  // All of it before the first leaves: what follows may be such a node itself, and reckon in `whole`.
  const values = spec.outputs.map(({ what }) => valueOf(what, spec, percents, ms))
  if (silence && config.empty === 'hold' && span.stats.count > 0) silence.held = values
  const fields: Record<string, Value> | null = config.output === 'record' ? {} : null
  let worst: number = quality
  for (let i = 0; i < values.length; i++) {
    const { port, what } = spec.outputs[i]!
    let value = values[i] ?? null
    let own: number = typeof what === 'string' && timed.has(what) ? timeQuality : quality
    if (value === null && held) {
      value = held[i] ?? null
      own = Quality.uncertainLastUsable
    }
    // What is missing (a slope of one reading) is bad, however good the readings.
    const s = truthful(make(tag, value, at, own))
    if (fields) {
      fields[port] = value !== null && Number.isFinite(value) ? value : null
      if (s.quality >>> 30 > worst >>> 30) worst = s.quality
    } else ctx.emit[port]!(s)
  }
  if (fields) ctx.emit['result']!(make(tag, fields, at, worst))
}

const timeOf = (config: Config, start: number, end: number): number => (config.resultTime === 'start' ? start : end)

// ---- panes: tumbling, hopping and calendar windows ------------------------------------------------------------------------

function paneAt(panes: Pane[], cell: Cell, spec: Spec): Pane {
  let i = panes.length
  while (i > 0 && panes[i - 1]!.start > cell.start) i--
  const found = panes[i - 1]
  if (found?.start === cell.start) return found
  const made: Pane = { start: cell.start, end: cell.end, span: newSpan(), quantiles: spec.kept.sorted ? newQuantiles() : null, times: [], values: [], states: [], stand: newStand(), folded: Number.NEGATIVE_INFINITY, rough: false }
  panes.splice(i, 0, made)
  return made
}

function takeIntoPane(s: Sample, ctx: Ctx, spec: Spec, m: Gridded): void {
  const { time } = s
  const last = m.panes[m.panes.length - 1]
  let pane = last
  if (last === undefined || time < last.start || time >= last.end || last.start < m.next) {
    const cell = spec.grid!.at(time)
    if (cell.end + spec.lateMs <= ctx.watermark) {
      ctx.emit['late']!(s)
      return
    }
    pane = paneAt(m.panes, cell, spec)
    if (!(m.next <= cell.start)) {
      m.next = cell.start
      ctx.wakeAtWatermark(cell.end + spec.lateMs)
    }
  }
  const state = stateOf(s)
  const value = state === 2 ? 0 : (s.value as number)
  addToSpan(pane!.span, time, value, state, spec.kept.slope)
  if (spec.kept.sorted && state !== 2) addToQuantiles(pane!.quantiles!, value, ctx.config.maxReadings)
  if (spec.kept.rule) keep(pane!, time, value, state, spec, ctx.config.maxReadings)
  ctx.hold()
}

function keep(pane: Pane, time: number, value: number, state: State, spec: Spec, limit: number): void {
  if (time < pane.folded) {
    pane.rough = true
    return
  }
  pane.times.push(time)
  pane.values.push(value)
  pane.states.push(state)
  if (pane.times.length >= limit) fold(pane, spec, limit >> 1)
}

/** The oldest readings of a pane go into its stand. */
function fold(pane: Pane, spec: Spec, count: number): void {
  const { times, values, states, stand } = pane
  const order = times.every((t, i) => i === 0 || t >= times[i - 1]!) ? null : Array.from(times, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b)
  const sorted = <T>(list: T[]): T[] => (order ? order.map((i) => list[i]!) : list)
  const inOrder = { times: sorted(times), values: sorted(values), states: sorted(states) }
  for (let i = 0; i < count; i++) addToStand(stand, inOrder.times[i]!, inOrder.values[i]!, inOrder.states[i]!, spec.kept.rule!)
  if (count > 0) pane.folded = stand.tailTime
  pane.times = inOrder.times.slice(count)
  pane.values = inOrder.values.slice(count)
  pane.states = inOrder.states.slice(count)
}

/** The windows that end with this cell, and what they no longer need goes. */
function closeCell(ctx: Ctx, spec: Spec, m: Gridded, cell: Cell): void {
  const { config } = ctx
  const from = spec.cells === 1 ? cell.start : spec.grid!.before(cell.start, spec.cells - 1)
  const parts: Quantiles[] = []
  let rough = false
  clearSpan(whole.span)
  clearStand(whole.stand)
  for (const pane of m.panes) {
    if (pane.start > cell.start) break
    if (pane.start < from) continue
    mergeSpan(whole.span, pane.span)
    if (spec.kept.rule) {
      if (pane.times.length > 0) fold(pane, spec, pane.times.length)
      mergeStand(whole.stand, pane.stand, spec.kept.rule)
      rough ||= pane.rough
    }
    if (pane.quantiles) parts.push(pane.quantiles)
  }
  const quiet = whole.span.all === 0
  if (!quiet || config.empty !== 'none') {
    if (spec.kept.rule) finishStand(whole.stand, m.carry, from, cell.end, spec.kept.rule)
    give(ctx, spec, ctx.tag, spec.kept.sorted ? percentilesOf(parts, spec.percents) : noPercents, from, cell.end, timeOf(config, from, cell.end), false, rough)
    if (config.empty !== 'none') {
      const silence = silenceOf(ctx, ctx.tag)
      silence.quiet = quiet ? silence.quiet + 1 : 0
    }
  }
  m.next = cell.end
  const needed = spec.cells === 1 ? cell.end : spec.grid!.before(cell.end, spec.cells - 1)
  while (m.panes.length > 0 && m.panes[0]!.start < needed) m.carry = tailOf(m.panes.shift()!.stand, m.carry)
}

function closePanes(ctx: Ctx, spec: Spec, m: Gridded): void {
  const { config } = ctx
  const reached = ctx.watermark
  while (!Number.isNaN(m.next)) {
    const cell = spec.grid!.at(m.next)
    const first = m.panes[0]
    if (first === undefined || first.start > cell.start) {
      // Only empty windows up to the next pane. The end of a recording ends them too.
      const wanted = config.empty !== 'none' && silenceOf(ctx, ctx.tag).quiet < config.emptyMax && (first !== undefined || reached !== Number.POSITIVE_INFINITY)
      if (!wanted) {
        m.next = first?.start ?? Number.NaN
        if (first === undefined) break
        continue
      }
    }
    if (cell.end + spec.lateMs > reached) break
    closeCell(ctx, spec, m, cell)
  }
  ctx.wakeAtWatermark(Number.isNaN(m.next) ? Number.POSITIVE_INFINITY : spec.grid!.at(m.next).end + spec.lateMs)
}

// ---- in the order of time: sliding, count, session and trigger windows -------------------------------------------------------

function takeInOrder(s: Sample, tag: string, state: State | 3, ctx: Ctx, spec: Spec, m: Ordered): void {
  const { time } = s
  const { waiting } = m
  const reached = ctx.watermark
  const value = state < 2 ? (s.value as number) : 0
  ctx.hold()
  if (m.head === waiting.length && time + spec.lateMs <= reached) step(ctx, spec, m, tag, time, value, state)
  else {
    let i = waiting.length
    // At the same time a trigger comes after the readings.
    while (i > m.head && (waiting[i - 1]!.time > time || (waiting[i - 1]!.time === time && waiting[i - 1]!.state === 3 && state !== 3))) i--
    const item = { tag, time, value, state }
    if (i === waiting.length) waiting.push(item)
    else waiting.splice(i, 0, item)
  }
  goOn(ctx, spec, m, reached)
}

/** All that time has come for. */
function goOn(ctx: Ctx, spec: Spec, m: Ordered, reached: number): void {
  const { config } = ctx
  while (m.head < m.waiting.length) {
    const item = m.waiting[m.head]!
    if (item.time + spec.lateMs > reached && m.waiting.length - m.head <= config.maxReadings) break
    m.head++
    step(ctx, spec, m, item.tag, item.time, item.value, item.state)
  }
  if (m.head > 64 && m.head * 2 > m.waiting.length) {
    m.waiting = m.waiting.slice(m.head)
    m.head = 0
  }
  const session = m.session
  if (session && sessionEnd(config, session) + spec.lateMs <= reached) closeSession(ctx, spec, m, session)
  while (config.delayS > 0 && config.kind === 'sliding' && m.due < m.slide.times.length && m.slide.times[m.due]! + config.delayS * 1000 + spec.lateMs <= reached) giveDue(ctx, spec, m)
  let next = Number.POSITIVE_INFINITY
  if (m.head < m.waiting.length) next = m.waiting[m.head]!.time
  if (m.session) next = Math.min(next, sessionEnd(config, m.session))
  if (config.delayS > 0 && config.kind === 'sliding' && m.due < m.slide.times.length) next = Math.min(next, m.slide.times[m.due]! + config.delayS * 1000)
  next += spec.lateMs
  // A timer that is too early costs one tick; one that is moved with each reading costs more.
  if (next < m.armed) {
    m.armed = next
    ctx.wakeAtWatermark(next)
  }
}

function step(ctx: Ctx, spec: Spec, m: Ordered, tag: string, time: number, value: number, state: State | 3): void {
  const { config } = ctx
  m.reached = time
  if (config.kind === 'trigger') {
    if (state === 3) endRuns(ctx, spec, m, time)
    else addToRun(runOf(m, spec, tag, time), spec, config, time, value, state)
  } else if (state === 3) return
  else if (config.kind === 'session') {
    if (m.session && time >= sessionEnd(config, m.session)) closeSession(ctx, spec, m, m.session)
    m.session ??= newRun(spec, time, null)
    addToRun(m.session, spec, config, time, value, state)
  } else if (config.kind === 'count') stepCount(ctx, spec, m, time, value, state)
  else stepSliding(ctx, spec, m, time, value, state)
}

const newRun = (spec: Spec, from: number, carry: Reading | null): Run => ({ span: newSpan(), stand: newStand(), quantiles: spec.kept.sorted ? newQuantiles() : null, carry, from, to: from })

function addToRun(run: Run, spec: Spec, config: Config, time: number, value: number, state: State): void {
  addToSpan(run.span, time, value, state, spec.kept.slope)
  if (spec.kept.rule) addToStand(run.stand, time, value, state, spec.kept.rule)
  if (run.quantiles && state !== 2) addToQuantiles(run.quantiles, value, config.maxReadings)
  run.to = time
}

function giveRun(ctx: Ctx, spec: Spec, tag: string, run: Run, end: number): void {
  clearSpan(whole.span)
  clearStand(whole.stand)
  mergeSpan(whole.span, run.span)
  if (spec.kept.rule) {
    mergeStand(whole.stand, run.stand, spec.kept.rule)
    finishStand(whole.stand, run.carry, run.from, end, spec.kept.rule)
  }
  give(ctx, spec, tag, run.quantiles ? percentilesOf([run.quantiles], spec.percents) : noPercents, run.from, end, timeOf(ctx.config, run.from, end), false, false)
}

const sessionEnd = (config: Config, run: Run): number => {
  const silent = run.to + config.gapS * 1000
  return config.longestS > 0 ? Math.min(silent, run.from + config.longestS * 1000) : silent
}
function closeSession(ctx: Ctx, spec: Spec, m: Ordered, run: Run): void {
  m.session = null
  giveRun(ctx, spec, ctx.tag, run, run.to)
}

function runOf(m: Ordered, spec: Spec, tag: string, time: number): Run {
  let run = m.since.get(tag)
  // The first reading of a tag begins its window where the trigger did.
  if (!run) m.since.set(tag, (run = newRun(spec, m.trigger === Number.NEGATIVE_INFINITY ? time : m.trigger, null)))
  return run
}

function endRuns(ctx: Ctx, spec: Spec, m: Ordered, time: number): void {
  const { config } = ctx
  m.trigger = time
  for (const [tag, run] of m.since) {
    const quiet = run.span.all === 0
    if (!quiet || config.empty !== 'none') giveRun(ctx, spec, tag, run, time)
    const silence = silenceOf(ctx, tag)
    silence.quiet = quiet ? silence.quiet + 1 : 0
    if (silence.quiet >= config.emptyMax) {
      m.since.delete(tag)
      ctx.state.silence.delete(tag)
    } else m.since.set(tag, newRun(spec, time, spec.kept.rule ? tailOf(run.stand, run.carry) : null))
  }
}

function giveSlide(ctx: Ctx, spec: Spec, m: Ordered, start: number, end: number, at: number, carry: Reading | null): void {
  askSlide(m.slide, whole, spec.kept)
  if (spec.kept.rule) finishStand(whole.stand, carry, start, end, spec.kept.rule)
  const { sorted } = m.slide
  give(ctx, spec, ctx.tag, spec.kept.sorted ? percentilesOfSorted(sorted, spec.percents) : noPercents, start, end, at, m.clipped > start, false)
}

function stepCount(ctx: Ctx, spec: Spec, m: Ordered, time: number, value: number, state: State): void {
  const { readings, every } = ctx.config
  const { slide } = m
  pushSlide(slide, time, value, state, spec.kept)
  if (sizeOfSlide(slide) < readings) return
  const from = slide.times[slide.low]!
  giveSlide(ctx, spec, m, from, time, timeOf(ctx.config, from, time), null)
  for (let i = every === 0 ? readings : every; i > 0; i--) shiftSlide(slide, spec.kept)
}

function shift(m: Ordered, spec: Spec): void {
  m.due -= shiftSlide(m.slide, spec.kept)
}

function stepSliding(ctx: Ctx, spec: Spec, m: Ordered, time: number, value: number, state: State): void {
  const { config } = ctx
  const { slide } = m
  const delay = config.delayS * 1000
  if (delay > 0) while (m.due < slide.times.length && slide.times[m.due]! + delay < time) giveDue(ctx, spec, m)
  pushSlide(slide, time, value, state, spec.kept)
  while (sizeOfSlide(slide) > config.maxReadings) {
    if (delay > 0 && m.due === slide.low) giveDue(ctx, spec, m)
    m.clipped = slide.times[slide.low]!
    shift(m, spec)
  }
  if (delay === 0) giveDue(ctx, spec, m)
}

function giveDue(ctx: Ctx, spec: Spec, m: Ordered): void {
  const { config } = ctx
  const { slide } = m
  const delay = config.delayS * 1000
  const at = slide.times[m.due]!
  const start = at - config.sizeS * 1000
  while (slide.times[slide.low]! <= start) shift(m, spec)
  m.due++
  giveSlide(ctx, spec, m, start, at + delay, at, slide.gone)
}

/** On, for a trigger: true, a number other than 0, and whatever is neither (a text, an event). */
const isOn = (value: Value): boolean => (typeof value === 'boolean' ? value : typeof value === 'number' ? value !== 0 : true)
const isLevel = (value: Value): boolean => typeof value === 'boolean' || typeof value === 'number'

function takeTrigger(s: Sample, ctx: Ctx, spec: Spec, m: Ordered): void {
  const reason = (() => {
    if (ctx.config.kind !== 'trigger') return 'no_trigger'
    if (s.value === null || s.quality >>> 30 >= 2) return 'bad_trigger'
    if (s.time + spec.lateMs < ctx.watermark || s.time < m.reached) return 'late_trigger'
    const on = isOn(s.value)
    const turned = on && !(m.on && isLevel(s.value))
    m.on = on && isLevel(s.value)
    return turned ? '' : 'unchanged'
  })()
  if (reason === '') takeInOrder(s, '', 3, ctx, spec, m)
  else ctx.drop(reason)
}

const decls: Record<Name, PortDecl> = {
  mean: same('value', { title: 'Mean' }),
  min: same('value', { title: 'Minimum' }),
  max: same('value', { title: 'Maximum' }),
  range: same('value', { title: 'Range' }),
  stddev: same('value', { title: 'Standard deviation' }),
  sum: same('value', { title: 'Sum' }),
  first: same('value', { title: 'First' }),
  last: same('value', { title: 'Last' }),
  count: port.number({ title: 'Count', help: 'Usable readings.', unit: '1' }),
  goodPercent: port.number({ title: 'Good share', unit: '%' }),
  median: same('value', { title: 'Median' }),
  change: same('value', { title: 'Change', help: 'Last less first.' }),
  slope: port.number({ title: 'Slope', help: 'Of the straight line through the readings.', unit: { config: 'slopeUnit' } }),
  timeMean: same('value', { title: 'Mean over time', help: 'Each value weighted by how long it stood.' }),
  goodTimePercent: port.number({ title: 'Good time', unit: '%' }),
}
const outputs = {
  ...decls,
  '*': each('percentiles', 'name', same('value')),
  result: port.record({ title: 'Result', help: 'All chosen statistics; what is missing is null.' }),
  late: same('value', { title: 'Late', help: 'Readings whose window has closed, unchanged.' }),
} as const

/** A whole config of an example. */
const of = (given: Partial<Config>): Static<typeof Config> => withDefaults(Config, given) as Static<typeof Config>

/**
 * The earliest time that a result may still have: of a grid the window that is still open, in the order of time what is
 * waited for. Undefined: a window may have begun any time ago.
 */
function completeOf(config: Config): ((watermark: number) => number) | undefined {
  const { grid, cells, lateMs } = specOf(config)
  if (!grid) {
    const back = (() => {
      if (config.kind === 'sliding') return config.delayS * 1000
      if (config.resultTime === 'end') return config.kind === 'session' ? config.gapS * 1000 : 0
      return config.kind === 'session' && config.longestS > 0 ? config.longestS * 1000 : undefined
    })()
    return back === undefined ? undefined : (watermark) => watermark - lateMs - back
  }
  // Asked with every reading, and a calendar takes its time: one answer stands until the next cell closes.
  let closes = Number.NEGATIVE_INFINITY
  let reached = Number.NEGATIVE_INFINITY
  return (watermark) => {
    if (watermark >= closes) {
      let cell = grid.at(watermark - lateMs)
      // The difference is rounded, as the sum is that cells close by.
      if (cell.start + lateMs > watermark) cell = grid.at(grid.before(cell.start, 1))
      closes = cell.end + lateMs
      reached = config.resultTime === 'end' ? cell.end : cells === 1 ? cell.start : grid.before(cell.start, cells - 1)
    }
    // What is late leaves as it is: a window behind this one must not be ahead of the sources.
    return Math.min(reached, watermark)
  }
}

/** Settings that say nothing about what is remembered. */
const forgotten: ReadonlySet<keyof Config> = new Set(['minGoodPercent', 'output', 'resultTime', 'slopePer', 'slopeUnit'])

export default defineNode({
  type: 'aggregate.window',
  version: 2,
  title: 'Window statistics',
  summary: 'Gives mean, minimum, maximum, percentiles, slope and more over windows of time, of readings or between triggers.',
  help: `Statistics for each tag by itself (or each *key*), on source time, of the windows chosen:

- **Tumbling**: one after the other, from whole multiples of the length (UTC) on. **Hopping**: the same length, more often, overlapping.
- **Calendar**: shifts, days, weeks, months or years of a time zone; the day that summer time begins or ends has 23 or 25 hours. A start that the wall clock shows twice is the first one; one that it leaves out is that much later. *Over the last* 7 days gives a rolling week, every day.
- **Sliding**: at each reading, the readings of the length before it (*time − length < t ≤ time*), and when chosen of a delay after it.
- **Session**: ends when the tag is silent for the gap, or at its longest length.
- **Count**: so many readings of any quality. One that is not full gives nothing.
- **Trigger**: from one trigger to the next, for all tags: *last trigger < t ≤ trigger*, the first from the first reading. A trigger is *true* or a number other than 0 after *false* or 0, and each text, record or event.

**Time.** All but sliding, session, count and trigger windows take *start ≤ t < end*. A window closes when source time has passed its end and the wait for late readings; a source that is silent does not hold it open. Each result has the time of the window's **start**, as in OPC UA, or its end; of a sliding window that of the reading.

**Windows behind windows.** Event time behind this node is that of the results still to come, so that a window of minutes behind one of seconds takes them all; results add up their waits. Not so with the *start* of count and trigger windows and of sessions without a longest length, which may have begun any time ago: choose the *end* there.

**Statistics.** All readings count the same, however long they stood, but in *mean over time* and *good time*: there each value stands until the next reading or goes to it in a straight line, for no longer than the *longest gap*, from the reading before the window on and to the window's end. *Standard deviation* is that of a sample (n − 1), 0 of a single reading. *Range*, *change* and *standard deviation* are differences: of °C they are kelvins, so convert before this node, not after it. *Slope* is that of least squares, missing with readings at fewer than two times. *Percentiles* are interpolated between readings; of more readings than are kept they are one of the readings, whose rank is true to 0.5 % of the readings. *One record* has the quality of the worst in it.

**Bad readings, NaN and infinities** are left out of the values but counted in *good share*, and while they last is no good time. When the share of good readings (of what is weighted by time: of good time) is below what is needed, results are *UncertainSubNormal*; with no usable reading they are missing and *BadNoData*. **Uncertain** readings are reckoned with, but are not good ones.

**Without a reading** a window gives nothing, or *BadNoData* and count 0, or the last result again as *UncertainLastUsableValue*, also of a tag that fell silent; so many in a row at most.

**Late and backward-time** readings are put into their window while it is open; once it (in hopping windows: the first of them) has closed they leave by **late**, unchanged. Sliding, session, count and trigger windows first put readings in order, for as long as the wait is; what is later leaves by **late**. **Duplicates** (a reading repeated at once with the same time, value and quality) are left out. A trigger that is bad, late or not turned on is dropped and counted.

**Limits.** Tumbling windows keep no readings, unless percentiles or time weighting are chosen. Where more readings than *Readings kept* are needed, the oldest go early: sliding windows are then uncertain, and so is what is weighted by time if a late one comes after that. One trigger serves ${mostTags} tags.

Source: OPC 10000-13, 5.4.3.2 (status), 5.4.3 (time of the result, TimeAverage, PercentGood); mean and deviation by Welford, Technometrics 4 (1962), merged by Chan, Golub and LeVeque (1979); windows and watermarks after Akidau et al., The Dataflow Model, VLDB 8 (2015); percentiles by Hyndman and Fan (1996), definition 7, and Greenwald and Khanna, PODS 2004; sliding windows by Tangwongsan et al., DEBS 2017.`,
  keywords: ['average', 'statistics', 'tumbling', 'hopping', 'sliding', 'session', 'aggregate', 'downsample', 'minute', 'hourly', 'daily', 'shift', 'batch', 'rollup', 'event time', 'standard deviation', 'percentile', 'median', 'trend', 'time-weighted', 'moving average', 'rolling'],
  icon: 'chart-column',
  effects: 'none',
  config: Config,
  inputs: {
    value: port.number(),
    trigger: port.any({ optional: true, title: 'Trigger', help: 'For windows from trigger to trigger: ends one and begins the next, of every tag.' }),
  },
  outputs,
  rates(config: Config, into) {
    const { perS, tags } = into['value'] ?? { perS: 0, tags: 0 }
    const every = { tumbling: tags / config.sizeS, hopping: tags / config.hopS, calendar: 0, sliding: perS, around: perS, session: tags / config.gapS, count: perS / (config.every || config.readings) }
    return { '*': { perS: Math.min(perS, (every as Record<string, number>)[config.kind] ?? perS), tags }, late: { perS: 0, tags } }
  },
  drops: {
    duplicate: 'The same reading again.',
    unchanged: 'The trigger has not turned on.',
    bad_trigger: 'The trigger is bad or missing.',
    late_trigger: 'The trigger is older than what has been reckoned with.',
    no_trigger: 'These windows take no trigger.',
    tags: 'Too many tags for one trigger.',
  },
  ports(config) {
    const all = resolvePorts(outputs, config)
    const spec = specOf(config)
    const late = all['late']!
    if (config.output === 'record') return { outputs: { result: { ...all['result']!, fields: Object.fromEntries(spec.outputs.map((o) => [o.port, { kind: 'number' as const }])) }, late } }
    return { outputs: Object.fromEntries([...spec.outputs.map((o) => [o.port, all[o.port]!] as const), ['late', late]]) }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const { kind } = config
    const hops = config.sizeS / config.hopS
    if (kind === 'hopping' && (hops < 1 || Math.abs(hops - Math.round(hops)) > 1e-9)) faults.push({ field: '/hopS', reason: 'The length must be a whole multiple of it.' })
    else if (kind === 'hopping' && hops > 1440) faults.push({ field: '/hopS', reason: 'It must be a 1440th of the length or more.' })
    const zone = kind === 'calendar' ? zoneFault(config.zone) : undefined
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    if (kind === 'calendar' && new Set(config.shifts).size < config.shifts.length) faults.push({ field: '/shifts', reason: 'Two shifts begin at the same time.' })
    if (kind === 'count' && config.every > config.readings) faults.push({ field: '/every', reason: `It must be ${config.readings} (the readings of a window) or less.` })
    if (config.statistics.length + config.percentiles.length === 0) faults.push({ field: '/statistics', reason: 'Choose one at least.' })
    const key = config.key.trim() === '' ? undefined : keyExpression(config.key)
    if (typeof key === 'object' && key[0]) faults.push({ field: '/key', reason: issueReason(config.key, key[0]) })
    const taken = new Set<string>([...names, 'late', 'result'])
    for (const [i, { name }] of config.percentiles.entries()) {
      if (taken.has(name)) faults.push({ field: `/percentiles/${i}/name`, reason: `There is an output '${name}' already.` })
      taken.add(name)
    }
    return faults
  },
  migrations: {
    // The editor keeps what it does not know to be older: new settings may be there already.
    1: (config) => ({ statistics: firstTen, ...(config as object) }),
  },
  carries(from, to) {
    const a = specOf(from)
    const b = specOf(to)
    // Held results are in the order of the statistics.
    const plain = from.empty !== 'hold' && to.empty !== 'hold' && a.kept.slope === b.kept.slope && (a.kept.rule === null) === (b.kept.rule === null) && a.kept.sorted === b.kept.sorted
    return (Object.keys(to) as (keyof Config)[]).every((key) => forgotten.has(key) || JSON.stringify(from[key]) === JSON.stringify(to[key]) || (plain && ['statistics', 'percentiles', 'empty', 'emptyMax'].includes(key)))
  },
  state(config): Memory {
    const panes = config.kind === 'tumbling' || config.kind === 'hopping' || config.kind === 'calendar'
    return {
      previous: null,
      gridded: panes ? { panes: [], next: Number.NaN, carry: null } : null,
      ordered: panes
        ? null
        : { waiting: [], head: 0, reached: Number.NEGATIVE_INFINITY, armed: Number.POSITIVE_INFINITY, slide: newSlide(), due: 0, clipped: Number.NEGATIVE_INFINITY, session: null, since: new Map(), trigger: Number.NEGATIVE_INFINITY, on: false },
      silence: new Map(),
    }
  },
  // A trigger is for all tags, so all of them share one state.
  key: (config) => (config.kind === 'trigger' ? () => '' : specOf(config).byKey),
  complete: completeOf,
  receive(sample, at, ctx) {
    const { state: m } = ctx
    const spec = specOf(ctx.config)
    const s = truthful(sample)
    if (at === 'trigger') {
      if (m.ordered) takeTrigger(s, ctx, spec, m.ordered)
      else ctx.drop('no_trigger')
      return
    }
    if (repeats(s, m.previous)) {
      ctx.drop('duplicate')
      return
    }
    m.previous = s
    if (m.gridded) {
      takeIntoPane(s, ctx, spec, m.gridded)
      return
    }
    const ordered = m.ordered!
    if (s.time + spec.lateMs < ctx.watermark || s.time < ordered.reached) {
      ctx.emit['late']!(s)
      return
    }
    const tag = ctx.config.kind !== 'trigger' ? ctx.tag : spec.byKey ? spec.byKey(s) : s.tag
    if (ctx.config.kind === 'trigger' && ordered.since.size >= mostTags && !ordered.since.has(tag)) ctx.drop('tags')
    else takeInOrder(s, tag, stateOf(s), ctx, spec, ordered)
  },
  tick(ctx) {
    const { gridded, ordered } = ctx.state
    const spec = specOf(ctx.config)
    if (gridded) closePanes(ctx, spec, gridded)
    else if (ordered) {
      ordered.armed = Number.POSITIVE_INFINITY
      goOn(ctx, spec, ordered, ctx.watermark)
    }
  },
  examples: [
    {
      title: 'Ten seconds of readings',
      config: of({ sizeS: 10, latenessS: 0, minGoodPercent: 100, statistics: ['mean', 'min', 'max', 'range', 'stddev', 'sum', 'first', 'last', 'count', 'goodPercent'] }),
      in: [
        { at: 'value', value: 2, time: 0 },
        { at: 'value', value: 4, time: 5000 },
        { at: 'value', value: 9, time: 9999 },
        { at: 'value', value: 7, time: 12000 },
      ],
      out: [
        { at: 'mean', value: 5, time: 0 },
        { at: 'min', value: 2, time: 0 },
        { at: 'max', value: 9, time: 0 },
        { at: 'range', value: 7, time: 0 },
        { at: 'stddev', value: 3.605551275463989, time: 0 },
        { at: 'sum', value: 15, time: 0 },
        { at: 'first', value: 2, time: 0 },
        { at: 'last', value: 9, time: 0 },
        { at: 'count', value: 3, time: 0 },
        { at: 'goodPercent', value: 100, time: 0 },
        { at: 'mean', value: 7, time: 10000 },
        { at: 'min', value: 7, time: 10000 },
        { at: 'max', value: 7, time: 10000 },
        { at: 'range', value: 0, time: 10000 },
        { at: 'stddev', value: 0, time: 10000 },
        { at: 'sum', value: 7, time: 10000 },
        { at: 'first', value: 7, time: 10000 },
        { at: 'last', value: 7, time: 10000 },
        { at: 'count', value: 1, time: 10000 },
        { at: 'goodPercent', value: 100, time: 10000 },
      ],
    },
    {
      title: 'A late reading still counts, one that is too late leaves by itself',
      config: of({ sizeS: 10, latenessS: 5 }),
      in: [
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 10, time: 12000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: 10, time: 15000 },
        { at: 'value', value: 99, time: 3000 },
      ],
      out: [
        { at: 'mean', value: 2, time: 0 },
        { at: 'min', value: 1, time: 0 },
        { at: 'max', value: 3, time: 0 },
        { at: 'count', value: 2, time: 0 },
        { at: 'late', value: 99, time: 3000 },
        { at: 'mean', value: 10, time: 10000 },
        { at: 'min', value: 10, time: 10000 },
        { at: 'max', value: 10, time: 10000 },
        { at: 'count', value: 2, time: 10000 },
      ],
    },
    {
      title: 'Bad readings and NaN make the result uncertain, and a window of them bad',
      config: of({ sizeS: 1, latenessS: 0, minGoodPercent: 60, statistics: ['mean', 'stddev', 'count', 'goodPercent'] }),
      in: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 500, time: 500, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000 },
      ],
      out: [
        { at: 'mean', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'stddev', value: 0, time: 0, quality: 'UncertainSubNormal' },
        { at: 'count', value: 1, time: 0, quality: 'UncertainSubNormal' },
        { at: 'goodPercent', value: 50, time: 0, quality: 'UncertainSubNormal' },
        { at: 'mean', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'stddev', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'count', value: 0, time: 1000, quality: 'BadNoData' },
        { at: 'goodPercent', value: 0, time: 1000, quality: 'BadNoData' },
      ],
    },
    {
      title: 'The last 30 s, every 10 s, with a percentile',
      config: of({ kind: 'hopping', sizeS: 30, hopS: 10, latenessS: 0, statistics: ['mean', 'median'], percentiles: [{ name: 'p90', percent: 90 }], resultTime: 'end' }),
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 10000 },
        { at: 'value', value: 3, time: 20000 },
        { at: 'value', value: 4, time: 35000 },
      ],
      out: [
        { at: 'mean', value: 1, time: 10000 },
        { at: 'median', value: 1, time: 10000 },
        { at: 'p90', value: 1, time: 10000 },
        { at: 'mean', value: 1.5, time: 20000 },
        { at: 'median', value: 1.5, time: 20000 },
        { at: 'p90', value: 1.9, time: 20000 },
        { at: 'mean', value: 2, time: 30000 },
        { at: 'median', value: 2, time: 30000 },
        { at: 'p90', value: 2.8, time: 30000 },
        { at: 'mean', value: 3, time: 40000 },
        { at: 'median', value: 3, time: 40000 },
        { at: 'p90', value: 3.8, time: 40000 },
        { at: 'mean', value: 3.5, time: 50000 },
        { at: 'median', value: 3.5, time: 50000 },
        { at: 'p90', value: 3.9, time: 50000 },
        { at: 'mean', value: 4, time: 60000 },
        { at: 'median', value: 4, time: 60000 },
        { at: 'p90', value: 4, time: 60000 },
      ],
    },
    {
      title: 'Local days: the one on which summer time begins has 23 hours',
      config: of({ kind: 'calendar', period: 'day', zone: 'Europe/Berlin', latenessS: 0, statistics: ['count', 'sum'] }),
      in: [
        { at: 'value', value: 1, time: 1_774_738_799_999 },
        { at: 'value', value: 2, time: 1_774_738_800_000 },
        { at: 'value', value: 3, time: 1_774_821_599_999 },
        { at: 'value', value: 4, time: 1_774_821_600_000 },
      ],
      out: [
        { at: 'sum', value: 1, time: 1_774_652_400_000 },
        { at: 'count', value: 1, time: 1_774_652_400_000 },
        { at: 'sum', value: 5, time: 1_774_738_800_000 },
        { at: 'count', value: 2, time: 1_774_738_800_000 },
        { at: 'sum', value: 4, time: 1_774_821_600_000 },
        { at: 'count', value: 1, time: 1_774_821_600_000 },
      ],
    },
    {
      title: 'Shifts, as one record',
      config: of({ kind: 'calendar', period: 'shift', zone: 'Europe/Berlin', latenessS: 0, statistics: ['max', 'count'], output: 'record' }),
      in: [
        { at: 'value', value: 5, time: 1_767_762_000_000 },
        { at: 'value', value: 8, time: 1_767_787_200_000 },
        { at: 'value', value: 6, time: 1_767_790_800_000 },
      ],
      out: [
        { at: 'result', value: { max: 8, count: 2 }, time: 1_767_762_000_000 },
        { at: 'result', value: { max: 6, count: 1 }, time: 1_767_790_800_000 },
      ],
    },
    {
      title: 'Moving average of the last 10 s',
      config: of({ kind: 'sliding', sizeS: 10, latenessS: 0, statistics: ['mean'] }),
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 4000 },
        { at: 'value', value: 6, time: 9000 },
        { at: 'value', value: 4, time: 12000 },
      ],
      out: [
        { at: 'mean', value: 1, time: 0 },
        { at: 'mean', value: 1.5, time: 4000 },
        { at: 'mean', value: 3, time: 9000 },
        { at: 'mean', value: 4, time: 12000 },
      ],
    },
    {
      title: 'A session ends with the silence after it',
      config: of({ kind: 'session', gapS: 5, latenessS: 0, statistics: ['count', 'change'] }),
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 12, time: 3000 },
        { at: 'value', value: 15, time: 6000 },
        { at: 'value', value: 30, time: 20000 },
      ],
      out: [
        { at: 'count', value: 3, time: 0 },
        { at: 'change', value: 5, time: 0 },
        { at: 'count', value: 1, time: 20000 },
        { at: 'change', value: 0, time: 20000 },
      ],
    },
    {
      title: 'Every three readings',
      config: of({ kind: 'count', readings: 3, latenessS: 0, statistics: ['max'] }),
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 5, time: 1 },
        { at: 'value', value: 3, time: 2 },
        { at: 'value', value: 9, time: 3 },
      ],
      out: [
        { at: 'max', value: 5, time: 0 },
      ],
    },
    {
      title: 'A batch: from one trigger to the next, of each tag',
      config: of({ kind: 'trigger', latenessS: 0, statistics: ['sum'], resultTime: 'end' }),
      in: [
        { at: 'value', value: 1, time: 0, tag: 'flow' },
        { at: 'value', value: 70, time: 500, tag: 'level' },
        { at: 'value', value: 2, time: 1000, tag: 'flow' },
        { at: 'trigger', tag: 'done', value: true, time: 2000 },
        { at: 'value', value: 4, time: 3000, tag: 'flow' },
        { at: 'trigger', tag: 'done', value: false, time: 3500 },
        { at: 'trigger', tag: 'done', value: true, time: 4000 },
      ],
      out: [
        { at: 'sum', tag: 'flow', value: 3, time: 2000 },
        { at: 'sum', tag: 'level', value: 70, time: 2000 },
        { at: 'sum', tag: 'flow', value: 4, time: 4000 },
      ],
    },
    {
      title: 'Weighted by time: a value reported by exception stands until the next one, also over a window without one',
      config: of({ sizeS: 10, latenessS: 0, statistics: ['count', 'timeMean', 'goodTimePercent'], empty: 'noData', minGoodPercent: 50 }),
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 20, time: 8000 },
        { at: 'value', value: 40, time: 25000 },
        { at: 'value', value: 40, time: 27500, quality: 'BadSensorFailure' },
      ],
      out: [
        { at: 'count', value: 2, time: 0 },
        { at: 'timeMean', value: 12, time: 0 },
        { at: 'goodTimePercent', value: 100, time: 0 },
        { at: 'count', value: 0, time: 10000, quality: 'BadNoData' },
        { at: 'timeMean', value: 20, time: 10000 },
        { at: 'goodTimePercent', value: 100, time: 10000 },
        { at: 'count', value: 1, time: 20000 },
        { at: 'timeMean', value: 26.666666666666668, time: 20000 },
        { at: 'goodTimePercent', value: 75, time: 20000 },
      ],
    },
    {
      title: 'Slope of a straight line, per minute',
      config: of({ sizeS: 10, latenessS: 0, statistics: ['slope'], slopePer: 'min', slopeUnit: 'bar/min' }),
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1.5, time: 3000 },
        { at: 'value', value: 2, time: 6000 },
      ],
      out: [
        { at: 'slope', value: 10, time: 0 },
      ],
    },
    {
      title: 'One window for all tags of a line',
      config: of({ sizeS: 10, latenessS: 0, statistics: ['sum'], key: 'tag.split(".")[0]' }),
      in: [
        { at: 'value', value: 1, time: 0, tag: 'line-1.a' },
        { at: 'value', value: 2, time: 10, tag: 'line-1.b' },
        { at: 'value', value: 5, time: 20, tag: 'line-2.a' },
      ],
      out: [
        { at: 'sum', tag: 'line-1', value: 3, time: 0 },
        { at: 'sum', tag: 'line-2', value: 5, time: 0 },
      ],
    },
    {
      title: 'The last result is held over silence',
      config: of({ sizeS: 10, latenessS: 0, statistics: ['mean', 'count'], empty: 'hold' }),
      in: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 9, time: 25000 },
      ],
      out: [
        { at: 'mean', value: 3, time: 0 },
        { at: 'count', value: 1, time: 0 },
        { at: 'mean', value: 3, time: 10000, quality: 'UncertainLastUsableValue' },
        { at: 'count', value: 0, time: 10000, quality: 'UncertainLastUsableValue' },
        { at: 'mean', value: 9, time: 20000 },
        { at: 'count', value: 1, time: 20000 },
      ],
    },
  ],
})
