// Redundant channels, n of m. A channel that is bad, silent or away from the others never just disappears: it has a fault
// port, the result is uncertain, and by choice it counts for the trip. No safety function: see the help.
// Longer than 300 lines: half of it are settings and examples.
import { Quality, Type, defineNode, each, field, fromConfig, isBad, port, sample as make, truthful, worse, type AlarmState, type Context, type Sample } from '#kit'

const Channel = Type.Object(
  { name: Type.String({ title: 'Channel', description: 'The name of its input, and of its fault output.', minLength: 1, maxLength: 40, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' }) },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    of: field.choice(['trips', 'values'], { title: 'Vote on', labels: ['True and false', 'Numbers'], default: 'trips' }),
    channels: Type.Array(Channel, { title: 'Channels', widget: 'table', minItems: 2, maxItems: 16, default: [] }),
    needed: Type.Integer({ title: 'Needed', description: 'Votes that make a trip: 2 of three channels is 2oo3. Of numbers: channels without which there is no result.', minimum: 1, maximum: 16, default: 2 }),
    tripOn: field.choice(['true', 'false'], { title: 'A channel trips when it is', labels: ['True', 'False (de-energised)'], default: 'true', when: { field: 'of', is: ['trips'] } }),
    onFault: field.choice(['trip', 'leave'], { title: 'A faulty channel', labels: ['Votes for the trip', 'Does not vote'], description: '2oo3 becomes 1oo2 of the others (safer), or 2oo2 (fewer false trips).', default: 'trip', when: { field: 'of', is: ['trips'] } }),
    select: field.choice(['median', 'mean', 'high', 'low'], { title: 'Select', labels: ['Middle value', 'Mean', 'Highest', 'Lowest'], default: 'median', when: { field: 'of', is: ['values'] } }),
    ofTwo: field.choice(['mean', 'high', 'low'], { title: 'Of two that are left', labels: ['Mean', 'Higher', 'Lower'], description: 'Where the middle value is selected and only two channels are usable.', default: 'mean', when: { field: 'of', is: ['values'] } }),
    tolerance: Type.Number({ title: 'Discrepancy', description: 'A channel further away from the middle value is discrepant. 0: not watched.', minimum: 0, default: 0, when: { field: 'of', is: ['values'] } }),
    discrepancyS: Type.Number({ title: 'Discrepant after', description: 'So long a channel may differ from the others.', unit: 's', minimum: 0, maximum: 86_400, default: 5 }),
    excludeDiscrepant: Type.Boolean({ title: 'Discrepant channels are faulty', description: 'Else they are only reported.', default: false }),
    staleAfterS: Type.Number({ title: 'Stale after', description: "A channel that is silent for longer, by the gateway's clock, is faulty. 0: never.", unit: 's', minimum: 0, maximum: 86_400, default: 60 }),
    priority: field.choice(['low', 'medium', 'high', 'critical'], { title: 'Priority of the discrepancy alarm', labels: ['Low', 'Medium', 'High', 'Critical'], default: 'medium', advanced: true }),
    tag: Type.String({ title: 'Tag of the results', minLength: 1, maxLength: 200, default: 'vote' }),
    unit: field.unit({ title: 'Unit', description: 'Of all channels.', default: '', when: { field: 'of', is: ['values'] } }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly of: 'trips' | 'values'
  readonly channels: readonly { readonly name: string }[]
  readonly needed: number
  readonly tripOn: 'true' | 'false'
  readonly onFault: 'trip' | 'leave'
  readonly select: 'median' | 'mean' | 'high' | 'low'
  readonly ofTwo: 'mean' | 'high' | 'low'
  readonly tolerance: number
  readonly discrepancyS: number
  readonly excludeDiscrepant: boolean
  readonly staleAfterS: number
  readonly priority: 'low' | 'medium' | 'high' | 'critical'
  readonly tag: string
}

interface Channel {
  last: Sample | null
  /** The gateway's time at which it was last heard. */
  heard: number
  stale: boolean
  /** Source time since which it differs, and the gateway's time at which that is a discrepancy; Infinity: it does not. */
  since: number
  dueAt: number
  discrepant: boolean
  /** What its fault port last said. */
  told: boolean | null
}
interface Memory {
  readonly channels: Channel[]
  /** Newest source time, and the gateway's time of it: between samples source time goes on with the gateway's clock. */
  time: number
  timeAt: number
  /** The gateway's time of the first sample. */
  began: number | null
  degraded: boolean | null
  alarm: AlarmState
  wake: number
}
type Ctx = Context<Config, Memory>

const NEVER = Number.POSITIVE_INFINITY

/** The numbers under consideration, in rising order; used within one call only. */
const sorted = new Float64Array(16)
function sortIn(value: number, count: number): void {
  let i = count
  for (; i > 0 && sorted[i - 1]! > value; i--) sorted[i] = sorted[i - 1]!
  sorted[i] = value
}
/** Of an even count the mean of the two in the middle. */
function middle(count: number): number {
  const at = count >> 1
  return count % 2 === 1 ? sorted[at]! : sorted[at - 1]! / 2 + sorted[at]! / 2
}

const isHeard = (c: Channel): boolean => c.last !== null && !c.stale && !isBad(c.last.quality)
const isFit = (config: Config, c: Channel): boolean =>
  isHeard(c) && (config.of === 'trips' ? typeof c.last!.value === 'boolean' : typeof c.last!.value === 'number') && !(c.discrepant && config.excludeDiscrepant)

interface Result {
  readonly value: boolean | number | null
  readonly quality: number
}

function voteTrips({ config, state }: Ctx): Result {
  let votes = 0
  let fit = 0
  let quality: number = Quality.good
  for (const c of state.channels) {
    if (!isFit(config, c)) {
      if (config.onFault === 'trip') votes++
      continue
    }
    fit++
    quality = worse(quality, c.last!.quality)
    if (String(c.last!.value) === config.tripOn) votes++
  }
  const degraded = fit < state.channels.length
  if (votes >= config.needed) return { value: true, quality: degraded ? worse(quality, Quality.uncertainSubNormal) : quality }
  // Too few are left to ever trip: "no trip" would be said without knowing.
  if (fit < config.needed && config.onFault === 'leave') return { value: null, quality: Quality.badNoData }
  return { value: false, quality: degraded ? worse(quality, Quality.uncertainSubNormal) : quality }
}

function selectValue({ config, state }: Ctx): Result {
  let count = 0
  let mean = 0
  let quality: number = Quality.good
  for (const c of state.channels) {
    if (!isFit(config, c)) continue
    const value = c.last!.value as number
    sortIn(value, count++)
    mean += (value - mean) / count
    quality = worse(quality, c.last!.quality)
  }
  if (count < config.needed) return { value: null, quality: Quality.badNoData }
  const how = config.select === 'median' && count === 2 ? config.ofTwo : config.select
  const value = how === 'high' ? sorted[count - 1]! : how === 'low' ? sorted[0]! : how === 'mean' ? mean : middle(count)
  return { value, quality: count < state.channels.length ? worse(quality, Quality.uncertainSubNormal) : quality }
}

/** What channels are held against now: the middle value or the majority, NaN where there is no majority. */
interface Reference {
  readonly count: number
  readonly of: number
}
function reference({ config, state }: Ctx): Reference {
  let count = 0
  let yes = 0
  for (const c of state.channels) {
    if (!isHeard(c)) continue
    if (config.of === 'values') sortIn(c.last!.value as number, count)
    else if (c.last!.value === true) yes++
    count++
  }
  if (config.of === 'values') return { count, of: count === 0 ? Number.NaN : middle(count) }
  return { count, of: yes === count ? 1 : yes === 0 ? 0 : yes * 2 === count ? Number.NaN : yes * 2 > count ? 1 : 0 }
}

/** Does it differ from the others now? Of two, both do: nobody knows which of them is right. */
function differs(config: Config, c: Channel, { count, of }: Reference): boolean {
  if (count < 2 || !isHeard(c)) return false
  if (config.of === 'trips') return Number(c.last!.value) !== of
  return config.tolerance > 0 && Math.abs((c.last!.value as number) - of) > (count === 2 ? config.tolerance / 2 : config.tolerance)
}

/** Starts and ends the waits of channels that differ. `time`: source time now. */
function watch(ctx: Ctx, time: number): void {
  const { config, state, now } = ctx
  const others = reference(ctx)
  const ms = config.discrepancyS * 1000
  for (const c of state.channels) {
    if (!differs(config, c, others)) {
      c.since = c.dueAt = NEVER
      // What cannot be compared now (stale, bad, alone) does not clear what was seen.
      if (isHeard(c) && others.count > 1) c.discrepant = false
      continue
    }
    if (c.since === NEVER) {
      c.since = time
      c.dueAt = now + ms
    }
    if (time - c.since >= ms || now >= c.dueAt) c.discrepant = true
    else wakeBy(ctx, c.dueAt)
  }
}

function wakeBy(ctx: Ctx, time: number): void {
  if (time >= ctx.state.wake) return
  ctx.state.wake = time
  ctx.wakeAt(time)
}

/** Silent channels are stale; gives whether every one has been heard or waited for. */
function hearAll(ctx: Ctx): boolean {
  const { config, state, now } = ctx
  const ms = config.staleAfterS === 0 ? NEVER : config.staleAfterS * 1000
  let all = true
  for (const c of state.channels) {
    const until = (c.last === null ? state.began! : c.heard) + ms
    c.stale = now >= until
    if (!c.stale && until !== NEVER) wakeBy(ctx, until)
    if (c.last === null && !c.stale) all = false
  }
  return all
}

function tellAlarm(ctx: Ctx, to: AlarmState): void {
  const { config, state } = ctx
  if (to === state.alarm) return
  state.alarm = to
  const names = config.channels.filter((_, i) => state.channels[i]!.discrepant).map((c) => c.name)
  ctx.alarm({ state: to, priority: config.priority, message: names.length === 0 ? 'The channels agree again' : `Not like the others: ${names.join(', ')}`, value: names.length, limit: 0, condition: 'discrepancy' }, config.tag)
}

/** Votes and tells. */
function settle(ctx: Ctx, time: number): void {
  const { config, state } = ctx
  const { value, quality } = config.of === 'trips' ? voteTrips(ctx) : selectValue(ctx)
  ctx.emit['result']!(truthful(make(config.tag, value, time, quality)))
  let degraded = false
  let discrepant = false
  for (const [i, c] of state.channels.entries()) {
    const fault = !isFit(config, c) || c.discrepant
    if (!isFit(config, c)) degraded = true
    if (c.discrepant) discrepant = true
    if (fault === c.told) continue
    c.told = fault
    ctx.emit[config.channels[i]!.name]!(make(config.tag, fault, time))
  }
  if (degraded !== state.degraded) {
    state.degraded = degraded
    ctx.emit['degraded']!(make(config.tag, degraded, time))
  }
  const before = state.alarm
  if (discrepant) tellAlarm(ctx, before === 'acknowledged' ? 'acknowledged' : 'unacknowledged')
  else if (before === 'unacknowledged') tellAlarm(ctx, 'returned')
  else if (before === 'acknowledged') tellAlarm(ctx, 'normal')
}

const trips = { of: 'trips', needed: 2, tripOn: 'true', onFault: 'trip', select: 'median', ofTwo: 'mean', tolerance: 0, discrepancyS: 5, excludeDiscrepant: false, staleAfterS: 60, priority: 'medium', tag: 'vote', unit: '' } as const
const three = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]

export default defineNode({
  type: 'rule.vote',
  version: 1,
  title: 'Vote',
  summary: 'Votes among redundant channels: 2 of 3 and the like for trips, middle value or mean for numbers.',
  help: `**True and false:** *result* is true (trip) when as many channels as are needed vote for it: 1oo2, 2oo2, 2oo3. **Numbers:** *result* is the middle value, the mean, the highest or the lowest of the usable channels; the middle one of three is right as long as two are. Connect one transmitter to each channel.

**Faulty channels** (bad, NaN, silent for too long, never heard, and by choice discrepant ones) have their own output, named like the channel, which is true; *degraded* is true while there is one. A faulty channel *votes for the trip* (2oo3 becomes 1oo2) or *does not vote* (2oo3 becomes 2oo2). While degraded the result is *UncertainSubNormal*. Where too few channels are left to ever trip, or to select a value, the result is missing and *BadNoData*: never a quiet "no trip".

**Discrepancy:** a channel that differs for longer than it may, from the middle value by more than the tolerance or from the majority, raises an alarm, which an operator acknowledges. Of two channels nobody knows which one is right: both are discrepant.

Nothing is voted before every channel has been heard once or its time to be stale has passed. A result is given for each sample, with the newest source time, and when a channel becomes stale. Fault outputs and *degraded* are told when they change.

**Bad readings, NaN and infinities** make their channel faulty. **Uncertain** readings vote; the result is uncertain. **Late and backward-time** readings (older than the latest of their channel) are left out. **Duplicates** show that the channel is alive and vote again.

**Not safety-rated.** This is no safety function in the sense of IEC 61511 and gives no SIL: it makes monitoring and control bear a failed transmitter. Trips that protect people belong in a safety instrumented system.

Source: IEC 61511-1:2016, 3.2 (MooN) and IEC 61508-6, annex B, for the architectures and their degradation; OPC 10000-8, UncertainSubNormal.`,
  keywords: ['2oo3', '1oo2', '2oo2', 'redundancy', 'median', 'mid-value select', 'majority', 'trip', 'discrepancy', 'TMR', 'MooN'],
  icon: 'vote',
  effects: 'none',
  scope: 'node',
  config: Config,
  starter: { ...trips, channels: three },
  inputs: { '*': each('channels', 'name', { kind: fromConfig('of', { trips: 'boolean', values: 'number' }), unit: fromConfig('unit') }) },
  outputs: {
    result: { kind: fromConfig('of', { trips: 'boolean', values: 'number' }), unit: fromConfig('unit'), title: 'Result', help: 'True: trip. Or the selected value.' },
    degraded: port.boolean({ title: 'Degraded', help: 'True while a channel does not take part.' }),
    '*': each('channels', 'name', port.boolean({ help: 'True: this channel is faulty or discrepant.' })),
  },
  drops: { late: 'Older than the latest reading of this channel.' },
  state: (config): Memory => ({
    channels: config.channels.map(() => ({ last: null, heard: 0, stale: false, since: NEVER, dueAt: NEVER, discrepant: false, told: null })),
    time: Number.NEGATIVE_INFINITY, timeAt: 0, began: null, degraded: null, alarm: 'normal', wake: NEVER,
  }),
  // What is kept belongs to the channels; votes and limits are reckoned anew each time.
  carries: (from, to) => from.of === to.of && from.tag === to.tag && from.channels.length === to.channels.length && from.channels.every((c, i) => c.name === to.channels[i]!.name),
  receive(sample, name, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    let at = 0
    while (config.channels[at]!.name !== name) at++
    const c = state.channels[at]!
    if (c.last !== null && s.time < c.last.time) {
      ctx.drop('late')
      return
    }
    c.last = s
    c.heard = ctx.now
    state.began ??= ctx.now
    state.time = Math.max(state.time, s.time)
    state.timeAt = ctx.now
    if (!hearAll(ctx)) {
      ctx.hold()
      return
    }
    watch(ctx, state.time)
    settle(ctx, state.time)
  },
  tick(ctx) {
    const { state } = ctx
    state.wake = NEVER
    if (state.began === null || !hearAll(ctx)) return
    state.time += Math.max(0, ctx.now - state.timeAt)
    state.timeAt = ctx.now
    watch(ctx, state.time)
    settle(ctx, state.time)
  },
  acts: {
    acknowledge(ctx) {
      if (ctx.state.alarm === 'unacknowledged') tellAlarm(ctx, 'acknowledged')
      else if (ctx.state.alarm === 'returned') tellAlarm(ctx, 'normal')
    },
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const names = new Set(['result', 'degraded'])
    for (const [i, c] of config.channels.entries()) {
      if (names.has(c.name)) faults.push({ field: `/channels/${i}/name`, reason: `There is an output '${c.name}' already.` })
      names.add(c.name)
    }
    if (config.needed > config.channels.length) faults.push({ field: '/needed', reason: `There are only ${config.channels.length} channels.` })
    return faults
  },
  examples: [
    {
      title: '2oo3: one vote is none, two are a trip',
      config: { ...trips, channels: three },
      in: [
        { at: 'a', value: false, time: 0 },
        { at: 'b', value: false, time: 0 },
        { at: 'c', value: false, time: 0 },
        { at: 'a', value: true, time: 1000 },
        { at: 'b', value: true, time: 2000 },
      ],
      out: [
        { at: 'result', tag: 'vote', value: false, time: 0 },
        { at: 'a', tag: 'vote', value: false, time: 0 },
        { at: 'b', tag: 'vote', value: false, time: 0 },
        { at: 'c', tag: 'vote', value: false, time: 0 },
        { at: 'degraded', tag: 'vote', value: false, time: 0 },
        { at: 'result', tag: 'vote', value: false, time: 1000 },
        { at: 'result', tag: 'vote', value: true, time: 2000 },
      ],
    },
    {
      title: '2oo3 with a bad channel that votes for the trip is 1oo2',
      config: { ...trips, channels: three, staleAfterS: 0 },
      in: [
        { at: 'a', value: false, time: 0 },
        { at: 'b', value: false, time: 0 },
        { at: 'c', value: false, time: 0, quality: 'BadSensorFailure' },
        { at: 'a', value: true, time: 1000 },
      ],
      out: [
        { at: 'result', tag: 'vote', value: false, time: 0, quality: 'UncertainSubNormal' },
        { at: 'a', tag: 'vote', value: false, time: 0 },
        { at: 'b', tag: 'vote', value: false, time: 0 },
        { at: 'c', tag: 'vote', value: true, time: 0 },
        { at: 'degraded', tag: 'vote', value: true, time: 0 },
        { at: 'result', tag: 'vote', value: true, time: 1000, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'The middle value of three; of two the higher one; of one nothing',
      config: { ...trips, of: 'values', ofTwo: 'high', channels: three, tag: 'PT-7', unit: 'bar', staleAfterS: 0 },
      in: [
        { at: 'a', value: 10, time: 0 },
        { at: 'b', value: 11, time: 0 },
        { at: 'c', value: 95, time: 0 },
        { at: 'a', value: 10, time: 1000, quality: 'BadTimeout' },
        { at: 'c', value: { $number: 'NaN' }, time: 2000 },
      ],
      out: [
        { at: 'result', tag: 'PT-7', value: 11, time: 0 },
        { at: 'a', tag: 'PT-7', value: false, time: 0 },
        { at: 'b', tag: 'PT-7', value: false, time: 0 },
        { at: 'c', tag: 'PT-7', value: false, time: 0 },
        { at: 'degraded', tag: 'PT-7', value: false, time: 0 },
        { at: 'result', tag: 'PT-7', value: 95, time: 1000, quality: 'UncertainSubNormal' },
        { at: 'a', tag: 'PT-7', value: true, time: 1000 },
        { at: 'degraded', tag: 'PT-7', value: true, time: 1000 },
        { at: 'result', tag: 'PT-7', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'c', tag: 'PT-7', value: true, time: 2000 },
      ],
    },
    {
      title: 'A channel that stays away from the others is discrepant, and left out by choice',
      config: { ...trips, of: 'values', select: 'mean', channels: three, tolerance: 2, discrepancyS: 3, excludeDiscrepant: true, tag: 'TT', unit: 'Cel' },
      in: [
        { at: 'a', value: 20, time: 0 },
        { at: 'b', value: 21, time: 0 },
        { at: 'c', value: 25, time: 0 },
        { at: 'a', value: 20, time: 4000 },
      ],
      out: [
        { at: 'result', tag: 'TT', value: 22, time: 0 },
        { at: 'a', tag: 'TT', value: false, time: 0 },
        { at: 'b', tag: 'TT', value: false, time: 0 },
        { at: 'c', tag: 'TT', value: false, time: 0 },
        { at: 'degraded', tag: 'TT', value: false, time: 0 },
        { at: 'result', tag: 'TT', value: 20.5, time: 3000, quality: 'UncertainSubNormal' },
        { at: 'c', tag: 'TT', value: true, time: 3000 },
        { at: 'degraded', tag: 'TT', value: true, time: 3000 },
        { at: 'result', tag: 'TT', value: 20.5, time: 4000, quality: 'UncertainSubNormal' },
      ],
    },
  ],
})
