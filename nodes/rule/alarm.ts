// States as ANSI/ISA-18.2-2016, 5.3. A tag has one entry in the alarm list, whatever the number of its limits: each limit
// has its delays, hysteresis and acknowledgement, the gravest that waits is shown. Delays run on source time; a timer of
// the gateway stands in for readings that do not come. Longer than 300 lines: limits and states read each other.
import { Quality, Type, defineNode, field, isBad, isUsable, port, sample as make, truthful, worse, type ActCall, type AlarmQuiet, type AlarmState, type Context, type Sample } from '#kit'

const CONDITIONS = ['high-high', 'high', 'low', 'low-low', 'deviation', 'rate'] as const
type Condition = (typeof CONDITIONS)[number]
const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const
type Priority = (typeof PRIORITIES)[number]

const Limit = Type.Object(
  {
    condition: field.choice(CONDITIONS, { title: 'Alarm when it is', labels: ['Very high', 'High', 'Low', 'Very low', 'Away from the setpoint', 'Changing too fast'], default: 'high' }),
    limit: Type.Number({ title: 'Limit', description: 'The alarm is raised beyond this, not at it. Away from the setpoint: the distance. Changing too fast: the change a second.', unitOf: 'value', default: 0 }),
    priority: field.choice(PRIORITIES, { title: 'Priority', labels: ['Low', 'Medium', 'High', 'Critical'], default: 'medium' }),
    hysteresis: Type.Optional(Type.Number({ title: 'Hysteresis', description: 'Back to normal only when it is this much on the good side of the limit.', unitOf: 'value', minimum: 0, default: 0 })),
    onDelayS: Type.Optional(Type.Number({ title: 'On delay', description: 'It must stay beyond the limit for this long before the alarm is raised.', unit: 's', minimum: 0, maximum: 86_400, default: 0 })),
    offDelayS: Type.Optional(Type.Number({ title: 'Off delay', description: 'It must stay back for this long before the alarm goes.', unit: 's', minimum: 0, maximum: 86_400, default: 0 })),
    message: Type.Optional(Type.String({ title: 'Message', description: 'What the operator reads. {tag}, {value} and {limit} are filled in. Empty: a standard text.', maxLength: 500, default: '' })),
  },
  { additionalProperties: false },
)
interface Limit {
  readonly condition: Condition
  readonly limit: number
  readonly priority: Priority
  readonly hysteresis?: number
  readonly onDelayS?: number
  readonly offDelayS?: number
  readonly message?: string
}
const Config = Type.Object(
  {
    limits: Type.Array(Limit, { title: 'Limits', widget: 'table', minItems: 1, maxItems: 6, default: [] }),
    latch: field.choice(['no', 'acknowledge', 'reset'], { title: 'Latch', labels: ['No', 'Until acknowledged', 'Until reset'], description: "'active' stays true after the alarm has gone, until somebody has acknowledged it, or acknowledged and reset it.", default: 'no' }),
    firstOut: Type.Boolean({ title: 'Mark the first', description: 'The first alarm of this node is marked until a reset: of many that follow each other, the cause.', default: false }),
    rateOverS: Type.Number({ title: 'Rate of change over', description: 'The change is measured between readings at least this far apart.', unit: 's', minimum: 0, maximum: 86_400, default: 1, advanced: true }),
    shelveS: Type.Number({ title: 'Shelve for', description: 'When the operator says no time.', unit: 's', minimum: 1, maximum: 604_800, default: 3600, advanced: true }),
    shelveMaxS: Type.Number({ title: 'Shelve for at most', unit: 's', minimum: 1, maximum: 604_800, default: 28_800, advanced: true }),
  },
  { additionalProperties: false },
)
/** Why an operator did it. */
const reason = Type.Optional(Type.String({ title: 'Reason', description: 'Kept in the audit trail with your name.', maxLength: 500, default: '' }))
interface Config {
  readonly limits: readonly Limit[]
  readonly latch: 'no' | 'acknowledge' | 'reset'
  readonly firstOut: boolean
  readonly rateOverS: number
  readonly shelveS: number
  readonly shelveMaxS: number
}

/** Of one limit of one tag. */
interface Watch {
  /** Beyond the limit, hysteresis taken into account. */
  beyond: boolean
  /** The same after the delays. */
  raised: boolean
  /** Raised since it was last acknowledged. */
  waits: boolean
  /** Source time at which `raised` follows `beyond`, and the gateway's time for it; Infinity when they agree. */
  turnAt: number
  dueAt: number
}
interface Memory {
  readonly tag: string
  readonly watches: Map<Condition, Watch>
  /** Newest source time seen; null before the first reading. */
  newest: number | null
  /** The last usable value. */
  value: number | null
  quality: number
  /** Where the rate of change is measured from, and what it was. */
  from: { readonly value: number; readonly time: number } | null
  rate: number | null
  /** Returned and acknowledged, not yet reset. */
  latched: boolean
  shelvedUntil: number
  suppressed: boolean
  outOfService: boolean
  /** What was last told. */
  told: AlarmState
  toldCondition: Condition
  toldFirst: boolean
  toldUntil: number
}
interface State {
  readonly tags: Map<string, Memory>
  setpoint: Sample | null
  suppress: boolean
  /** Source time of what `suppress` is from. */
  suppressTime: number
  /** The tag whose alarm came first. */
  first: string | null
  /** The gateway's time of the next timer that was asked for. */
  wake: number
}
type Ctx = Context<Config, State>

const NEVER = Number.POSITIVE_INFINITY
/** Tags that one node watches; a further one fails, and says so. */
const MAX_TAGS = 100_000

function memoryOf(ctx: Ctx, tag: string): Memory | undefined {
  const { tags } = ctx.state
  const known = tags.get(tag)
  if (known || tags.size >= MAX_TAGS) return known
  const m: Memory = {
    tag, watches: new Map(), newest: null, value: null, quality: Quality.good, from: null, rate: null, latched: false,
    shelvedUntil: 0, suppressed: false, outOfService: false, told: 'normal', toldCondition: ctx.config.limits[0]!.condition, toldFirst: false, toldUntil: 0,
  }
  tags.set(tag, m)
  return m
}

function watchOf(m: Memory, condition: Condition): Watch {
  let w = m.watches.get(condition)
  if (!w) m.watches.set(condition, (w = { beyond: false, raised: false, waits: false, turnAt: NEVER, dueAt: NEVER }))
  return w
}

function limitOf(config: Config, condition: Condition): Limit | undefined {
  for (const limit of config.limits) if (limit.condition === condition) return limit
  return undefined
}

// ---- what stands, and what is told

/** The limit to show: one that waits before one that is known, raised before returned, then by priority. */
function shownOf(ctx: Ctx, m: Memory): Limit | undefined {
  let best: Limit | undefined
  let rank = 0
  for (const limit of ctx.config.limits) {
    const w = watchOf(m, limit.condition)
    if (!w.raised && !w.waits) continue
    const own = (w.waits ? 20 : 0) + (w.raised ? 10 : 0) + PRIORITIES.indexOf(limit.priority) + 1
    if (own > rank) {
      best = limit
      rank = own
    }
  }
  return best
}

function standing(ctx: Ctx, m: Memory): AlarmState {
  let raised = false
  let waits = false
  for (const { condition } of ctx.config.limits) {
    const w = watchOf(m, condition)
    if (w.raised) raised = true
    if (w.waits) waits = true
  }
  if (raised) return waits ? 'unacknowledged' : 'acknowledged'
  return waits ? 'returned' : m.latched ? 'latched' : 'normal'
}

function quietOf(ctx: Ctx, m: Memory): AlarmQuiet | undefined {
  if (m.outOfService) return 'out-of-service'
  if (ctx.state.suppress || m.suppressed) return 'suppressed'
  return m.shelvedUntil > 0 ? 'shelved' : undefined
}

const isActive = (ctx: Ctx, state: AlarmState): boolean => state === 'unacknowledged' || state === 'acknowledged' || (state === 'latched' && ctx.config.latch === 'reset') || (state === 'returned' && ctx.config.latch !== 'no')

function emitActive(ctx: Ctx, m: Memory, time: number): void {
  const active = isActive(ctx, standing(ctx, m))
  // One limit beyond makes it true; false needs them all to be known.
  let { quality } = m
  for (const { condition } of ctx.config.limits) {
    if (condition === 'deviation') {
      const sp = ctx.state.setpoint?.quality ?? Quality.badNoData
      if (!active) quality = worse(quality, sp)
      else if (isBad(sp) && watchOf(m, condition).raised) quality = worse(quality, Quality.uncertainLastUsable)
    } else if (condition === 'rate' && !active && m.rate === null) quality = worse(quality, Quality.uncertain)
  }
  ctx.emit['active']!(make(m.tag, active, time, quality))
}

const TEXTS: Readonly<Record<Condition, string>> = {
  'high-high': '{tag} is above {limit}', high: '{tag} is above {limit}', low: '{tag} is below {limit}', 'low-low': '{tag} is below {limit}',
  deviation: '{tag} is more than {limit} away from its setpoint', rate: '{tag} changes by more than {limit} a second',
}
function words(limit: Limit, m: Memory): string {
  const template = (limit.message ?? '') === '' ? TEXTS[limit.condition] : limit.message!
  const values: Record<string, string> = { tag: m.tag, value: String(m.value), limit: String(limit.limit) }
  return template.replace(/\{(tag|value|limit)\}/g, (_, name: string) => values[name]!)
}

/** Tells the state where it is another than the one last told. */
function tell(ctx: Ctx, m: Memory, time: number): void {
  const { config, state } = ctx
  const base = standing(ctx, m)
  const quiet = quietOf(ctx, m)
  const told = quiet ?? base
  const shown = shownOf(ctx, m)
  const limit = shown ?? limitOf(config, m.toldCondition) ?? config.limits[0]!
  const first = config.firstOut && state.first === m.tag
  const until = told === 'shelved' ? m.shelvedUntil : 0
  // While it is put aside, what its limits do is not told.
  const same = told === m.told && first === m.toldFirst && until === m.toldUntil && (quiet !== undefined || limit.condition === m.toldCondition)
  if (same) return
  m.told = told
  m.toldCondition = limit.condition
  m.toldFirst = first
  m.toldUntil = until
  const message = words(limit, m)
  ctx.alarm({ state: told, priority: limit.priority, message, value: m.value, limit: limit.limit, condition: limit.condition, ...(first ? { first } : {}), ...(until > 0 ? { until } : {}) }, m.tag)
  ctx.emit['event']!(make(m.tag, { state: told, message, value: m.value, limit: limit.limit, condition: limit.condition, priority: limit.priority, first }, time, m.quality))
}

// ---- one limit

/** Beyond it by this reading? Null: this reading cannot say. */
function judge(ctx: Ctx, m: Memory, limit: Limit, value: number): boolean | null {
  const margin = watchOf(m, limit.condition).beyond ? (limit.hysteresis ?? 0) : 0
  switch (limit.condition) {
    case 'high-high':
    case 'high': return value > limit.limit - margin
    case 'low':
    case 'low-low': return value < limit.limit + margin
    case 'rate': return m.rate === null ? null : Math.abs(m.rate) > limit.limit - margin
    case 'deviation': {
      const sp = ctx.state.setpoint
      return sp !== null && isUsable(sp) ? Math.abs(value - sp.value) > limit.limit - margin : null
    }
  }
}

/** `raised` follows `beyond`. */
function turn(ctx: Ctx, m: Memory, condition: Condition): void {
  const w = watchOf(m, condition)
  w.turnAt = w.dueAt = NEVER
  w.raised = w.beyond
  if (!w.raised) {
    // An alarm that was acknowledged and goes: with a latch it still waits for the reset.
    if (!w.waits && ctx.config.latch === 'reset') m.latched = true
    return
  }
  w.waits = true
  if (ctx.config.firstOut && ctx.state.first === null && quietOf(ctx, m) === undefined) ctx.state.first = m.tag
}

function follow(ctx: Ctx, m: Memory, limit: Limit, beyond: boolean, time: number): void {
  const w = watchOf(m, limit.condition)
  w.beyond = beyond
  if (beyond === w.raised) {
    w.turnAt = w.dueAt = NEVER
    return
  }
  const delay = ((beyond ? limit.onDelayS : limit.offDelayS) ?? 0) * 1000
  if (w.turnAt === NEVER) {
    w.turnAt = time + delay
    // The rest of the delay on the gateway's clock: the source's may be off.
    if (delay > 0) wakeBy(ctx, (w.dueAt = ctx.now + delay))
  }
  if (time >= w.turnAt) turn(ctx, m, limit.condition)
}

/** Delays that ended before this time end first, also when their timer has not yet come. */
function settle(ctx: Ctx, m: Memory, time: number): void {
  for (;;) {
    let due: Limit | undefined
    let at = NEVER
    for (const limit of ctx.config.limits) {
      const w = watchOf(m, limit.condition)
      if (w.turnAt <= time && w.turnAt < at) {
        due = limit
        at = w.turnAt
      }
    }
    if (!due) return
    turn(ctx, m, due.condition)
    tell(ctx, m, at)
    emitActive(ctx, m, at)
  }
}

function wakeBy(ctx: Ctx, time: number): void {
  if (time >= ctx.state.wake) return
  ctx.state.wake = time
  ctx.wakeAt(time)
}

/** The change a second since a reading that is old enough. */
function measureRate(ctx: Ctx, m: Memory, value: number, time: number): void {
  const { from } = m
  if (from === null) {
    m.from = { value, time }
    return
  }
  const ms = time - from.time
  if (!(ms > 0 && ms >= ctx.config.rateOverS * 1000)) return
  m.rate = (value - from.value) / (ms / 1000)
  m.from = { value, time }
}

// ---- inputs

function takeReading(ctx: Ctx, sample: Sample): void {
  const m = memoryOf(ctx, sample.tag)
  if (!m) {
    ctx.fail(`There are more than ${MAX_TAGS} tags.`)
    return
  }
  const s = truthful(sample)
  const newest = m.newest ?? s.time
  const time = Math.max(s.time, newest)
  m.newest = time
  settle(ctx, m, time)
  if (!isUsable(s)) {
    for (const { condition } of ctx.config.limits) {
      const w = watchOf(m, condition)
      if (!w.raised || w.beyond) continue
      w.beyond = true // an off delay under way is broken
      w.turnAt = w.dueAt = NEVER
    }
    m.quality = s.quality
    emitActive(ctx, m, time)
    return
  }
  if (s.time < newest && !ctx.config.limits.some((l) => l.condition !== 'rate' && judge(ctx, m, l, s.value) === true)) {
    ctx.drop('late')
    return
  }
  m.value = s.value
  m.quality = s.quality
  if (s.time >= newest) measureRate(ctx, m, s.value, s.time)
  for (const limit of ctx.config.limits) {
    const beyond = judge(ctx, m, limit, s.value)
    // An old reading raises; what it would clear, it leaves.
    if (beyond === null || (s.time < newest && (!beyond || limit.condition === 'rate'))) continue
    follow(ctx, m, limit, beyond, time)
  }
  tell(ctx, m, time)
  emitActive(ctx, m, time)
}

/** A new setpoint is held against the last readings at once: a reading that does not change may not come again. */
function takeSetpoint(ctx: Ctx, s: Sample): void {
  if (ctx.state.setpoint !== null && s.time < ctx.state.setpoint.time) {
    ctx.drop('late_input')
    return
  }
  ctx.state.setpoint = s
  ctx.hold()
  const limit = limitOf(ctx.config, 'deviation')
  if (!limit) return
  for (const m of ctx.state.tags.values()) {
    if (m.value === null || isBad(m.quality)) continue
    const time = Math.max(m.newest!, s.time)
    settle(ctx, m, time)
    const beyond = judge(ctx, m, limit, m.value)
    if (beyond !== null) follow(ctx, m, limit, beyond, time)
    tell(ctx, m, time)
    emitActive(ctx, m, time)
  }
}

/** Only a good, true sample suppresses: what is unknown must not silence an alarm. */
function takeSuppress(ctx: Ctx, s: Sample): void {
  if (s.time < ctx.state.suppressTime) {
    ctx.drop('late_input')
    return
  }
  const suppress = s.value === true && !isBad(s.quality)
  ctx.state.suppressTime = s.time
  ctx.hold()
  if (suppress === ctx.state.suppress) return
  const before = new Map([...ctx.state.tags.values()].map((m) => [m, quietOf(ctx, m)]))
  ctx.state.suppress = suppress
  for (const m of ctx.state.tags.values()) quietChanged(ctx, m, before.get(m), s.time)
}

/** What came and went while nobody was called is forgotten, but for a latch, which is to be seen. */
function quietChanged(ctx: Ctx, m: Memory, before: AlarmQuiet | undefined, time: number): void {
  if (before !== undefined && quietOf(ctx, m) === undefined && ctx.config.latch === 'no') {
    for (const w of m.watches.values()) if (!w.raised) w.waits = false
  }
  tell(ctx, m, time)
}

// ---- acts

/** Those that the operator means; what he does has the gateway's time. */
function each(ctx: Ctx, { tag }: ActCall, act: (m: Memory) => void): void {
  for (const m of ctx.state.tags.values()) {
    if (tag !== undefined && m.tag !== tag) continue
    const before = quietOf(ctx, m)
    const active = isActive(ctx, standing(ctx, m))
    act(m)
    quietChanged(ctx, m, before, ctx.now)
    if (active !== isActive(ctx, standing(ctx, m))) emitActive(ctx, m, ctx.now)
  }
}

const base = { latch: 'no', firstOut: false, rateOverS: 1, shelveS: 3600, shelveMaxS: 28_800 } as const

export default defineNode({
  type: 'rule.alarm',
  version: 2,
  title: 'Alarm',
  summary: 'Raises an alarm when a reading is beyond a limit, away from its setpoint or changing too fast, with the states of ISA-18.2.',
  help: `**active** says for every reading, with its time and quality, whether the alarm stands: wire it to what must react. **event** tells each change. Each tag has an alarm of its own, with up to six limits: *high-high*, *high*, *low*, *low-low*, *deviation* from the setpoint, *rate* of change. The list shows one line a tag: of the limits that wait for an acknowledgement the gravest.

**States.** *unacknowledged* (raised), *acknowledged*, *returned* (back to normal, not yet acknowledged), *latched* (returned and acknowledged, waits for the reset), *normal*. Above them: *shelved* (by an operator, for a time, ends by itself), *suppressed* (by design: the input **suppress**, or an operator), *out-of-service*. In these three the limits go on being watched and **active** goes on telling the truth, but nobody is called and no event is given. When it ends, what still stands is told as it is; what came and went meanwhile is forgotten, unless it latches.

**Acts:** acknowledge, shelve (\`durationS\`), unshelve, suppress, unsuppress, out-of-service, return-to-service, reset. A reset ends a latch that is acknowledged, and takes the mark from the **first** alarm of this node.

**Delays** run on source time. When no further reading comes, the last one counts for the rest of the delay. **Rate of change** is the mean between two readings that are far enough apart.

**Bad readings, NaN and infinities** neither raise nor clear an alarm: *active* keeps its state and carries the bad quality on. They do not stop a running on delay; an off delay starts again with the next good reading. Before the first good reading *active* is false with bad quality, which is not "normal". **Uncertain** readings count like good ones. A bad or missing **setpoint** neither raises nor clears the deviation, and *active* is not false with good quality then. A bad **suppress** suppresses nothing.

**Late and backward-time** readings (older than the newest one): beyond a limit they count as if they had come with the newest time; inside they are left out, since what was normal earlier says nothing about now. An older setpoint or suppression is left out. **Duplicates** change nothing.

**Not safety-rated:** an alarm tells people. It replaces no safety instrumented function.

Source: ANSI/ISA-18.2-2016 and IEC 62682:2022, alarm states, shelving, suppression by design; ANSI/ISA-18.1-1979, first-out.`,
  keywords: ['limit', 'threshold', 'high', 'low', 'trip', 'warning', 'ISA-18.2', 'acknowledge', 'hysteresis', 'delay', 'comparator', 'shelve', 'suppress', 'first-out', 'deviation', 'rate of change'],
  icon: 'bell-ring',
  effects: 'none',
  scope: 'node',
  config: Config,
  starter: { ...base, limits: [{ condition: 'high', limit: 0, priority: 'medium' }] },
  inputs: {
    value: port.number(),
    setpoint: port.number({ title: 'Setpoint', help: 'For the limit on the deviation; holds for all tags.', optional: true }),
    suppress: port.boolean({ title: 'Suppress', help: 'True: the alarms of this node make no sense now (the pump is off).', optional: true }),
  },
  outputs: {
    active: port.boolean({ title: 'Active', help: 'True while the alarm stands.' }),
    event: port.record({
      title: 'Event', help: 'Each change of the alarm.',
      fields: { state: port.text(), message: port.text(), value: port.number(), limit: port.number(), condition: port.text(), priority: port.text(), first: port.boolean() },
    }),
  },
  drops: { late: 'Inside the limits, but older than the newest reading.', late_input: 'Older than the setpoint or the suppression that holds.' },
  state: (): State => ({ tags: new Map(), setpoint: null, suppress: false, suppressTime: Number.NEGATIVE_INFINITY, first: null, wake: NEVER }),
  // What is told is reckoned from the limits each time; limits that are new begin as inside, of those that are gone nothing is asked.
  carries: () => true,
  receive(sample, name, ctx) {
    if (name === 'value') takeReading(ctx, sample)
    else if (name === 'setpoint') takeSetpoint(ctx, truthful(sample))
    else takeSuppress(ctx, sample)
  },
  tick(ctx) {
    const { state, now } = ctx
    state.wake = NEVER
    const due: { readonly at: number; readonly run: () => void }[] = []
    for (const m of state.tags.values()) {
      for (const { dueAt, turnAt } of m.watches.values()) if (dueAt <= now) due.push({ at: dueAt, run: () => settle(ctx, m, turnAt) })
      if (m.shelvedUntil > 0 && m.shelvedUntil <= now) {
        due.push({
          at: m.shelvedUntil,
          run: () => {
            m.shelvedUntil = 0
            quietChanged(ctx, m, 'shelved', now)
          },
        })
      }
    }
    for (const { run } of due.toSorted((a, b) => a.at - b.at)) run()
    for (const m of state.tags.values()) {
      for (const w of m.watches.values()) wakeBy(ctx, w.dueAt)
      if (m.shelvedUntil > 0) wakeBy(ctx, m.shelvedUntil)
    }
  },
  acts: {
    acknowledge: (ctx, call) =>
      each(ctx, call, (m) => {
        for (const w of m.watches.values()) {
          if (w.waits && !w.raised && ctx.config.latch === 'reset') m.latched = true
          w.waits = false
        }
      }),
    reset(ctx, call) {
      ctx.state.first = null
      each(ctx, call, (m) => void (m.latched = false))
      // The mark goes from the tag that had it, whichever was reset.
      for (const m of ctx.state.tags.values()) tell(ctx, m, ctx.now)
    },
    shelve: (ctx, call) => {
      const s = Math.min((call.args['durationS'] as number | undefined) || ctx.config.shelveS, ctx.config.shelveMaxS)
      each(ctx, call, (m) => wakeBy(ctx, (m.shelvedUntil = ctx.now + s * 1000)))
    },
    unshelve: (ctx, call) => each(ctx, call, (m) => void (m.shelvedUntil = 0)),
    suppress: (ctx, call) => each(ctx, call, (m) => void (m.suppressed = true)),
    unsuppress: (ctx, call) => each(ctx, call, (m) => void (m.suppressed = false)),
    'out-of-service': (ctx, call) => each(ctx, call, (m) => void (m.outOfService = true)),
    'return-to-service': (ctx, call) => each(ctx, call, (m) => void (m.outOfService = false)),
    // Said about the alarm, and kept in the audit trail: nothing of the node changes by it.
    comment: () => undefined,
  },
  actArguments: {
    shelve: Type.Object({ durationS: Type.Number({ title: 'For', description: '0: as the node says. Never longer than it allows.', unit: 's', minimum: 0, default: 0 }), reason }, { additionalProperties: false }),
    suppress: Type.Object({ reason }, { additionalProperties: false }),
    'out-of-service': Type.Object({ reason }, { additionalProperties: false }),
    comment: Type.Object({ text: Type.String({ title: 'Comment', description: 'Kept in the audit trail with your name.', minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const of = new Map<Condition, number>()
    for (const [i, l] of config.limits.entries()) {
      if (of.has(l.condition)) faults.push({ field: `/limits/${i}/condition`, reason: 'There is a limit of this kind already.' })
      of.set(l.condition, l.limit)
      if ((l.condition === 'deviation' || l.condition === 'rate') && !(l.limit > 0)) faults.push({ field: `/limits/${i}/limit`, reason: 'It must be more than 0.' })
      // At this hysteresis it could never come back: a distance is never below 0.
      if ((l.condition === 'deviation' || l.condition === 'rate') && (l.hysteresis ?? 0) >= l.limit) faults.push({ field: `/limits/${i}/hysteresis`, reason: 'It must be less than the limit.' })
    }
    const order = (['high-high', 'high', 'low', 'low-low'] as const).filter((c) => of.has(c))
    for (const [i, c] of order.entries()) {
      const next = order[i + 1]
      if (next !== undefined && !(of.get(c)! > of.get(next)!)) faults.push({ field: `/limits/${config.limits.findIndex((l) => l.condition === next)}/limit`, reason: `The limit '${next}' must be below '${c}'.` })
    }
    if (config.shelveS > config.shelveMaxS) faults.push({ field: '/shelveS', reason: "It must not be longer than 'Shelve for at most'." })
    return faults
  },
  migrations: {
    1: (config) => {
      const { direction = 'high', limit = 0, hysteresis = 0, onDelayS = 0, offDelayS = 0, latch = false, priority = 'medium', message = '', ...rest } = config as Record<string, unknown>
      // A draft of version 1 that was edited in this version's form has limits already.
      if (Array.isArray(rest['limits']) && rest['limits'].length > 0) return { ...base, ...rest, latch: typeof latch === 'string' ? latch : latch === true ? 'acknowledge' : 'no' }
      return { ...base, latch: latch === true ? 'acknowledge' : 'no', limits: [{ condition: direction, limit, priority, hysteresis, onDelayS, offDelayS, message }] }
    },
  },
  examples: [
    {
      title: 'Above 80, back below 75',
      config: { ...base, limits: [{ condition: 'high', limit: 80, hysteresis: 5, priority: 'high', message: 'Bearing too warm' }] },
      in: [
        { at: 'value', value: 80, time: 0 },
        { at: 'value', value: 81, time: 1000 },
        { at: 'value', value: 78, time: 2000 },
        { at: 'value', value: 75, time: 3000 },
      ],
      out: [
        { at: 'active', value: false, time: 0 },
        { at: 'event', value: { state: 'unacknowledged', message: 'Bearing too warm', value: 81, limit: 80, condition: 'high', priority: 'high', first: false }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'active', value: true, time: 2000 },
        { at: 'event', value: { state: 'returned', message: 'Bearing too warm', value: 75, limit: 80, condition: 'high', priority: 'high', first: false }, time: 3000 },
        { at: 'active', value: false, time: 3000 },
      ],
    },
    {
      title: 'Two limits: the graver one is told when it comes, and the other when it goes',
      config: { ...base, limits: [{ condition: 'high-high', limit: 90, priority: 'critical' }, { condition: 'high', limit: 80, priority: 'medium' }] },
      in: [
        { at: 'value', value: 85, time: 0 },
        { at: 'value', value: 95, time: 1000 },
        { at: 'value', value: 85, time: 2000 },
      ],
      out: [
        { at: 'event', value: { state: 'unacknowledged', message: 'x is above 80', value: 85, limit: 80, condition: 'high', priority: 'medium', first: false }, time: 0 },
        { at: 'active', value: true, time: 0 },
        { at: 'event', value: { state: 'unacknowledged', message: 'x is above 90', value: 95, limit: 90, condition: 'high-high', priority: 'critical', first: false }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'event', value: { state: 'unacknowledged', message: 'x is above 80', value: 85, limit: 80, condition: 'high', priority: 'medium', first: false }, time: 2000 },
        { at: 'active', value: true, time: 2000 },
      ],
    },
    {
      title: 'On delay: a short peak raises nothing, a lasting one does, also when no reading of it follows',
      config: { ...base, limits: [{ condition: 'high', limit: 10, onDelayS: 5, priority: 'medium' }] },
      in: [
        { at: 'value', tag: 'PT-7', value: 12, time: 0 },
        { at: 'value', tag: 'PT-7', value: 9, time: 3000 },
        { at: 'value', tag: 'PT-7', value: 13, time: 4000 },
        { at: 'value', tag: 'PT-8', value: 1, time: 20000 },
      ],
      out: [
        { at: 'active', tag: 'PT-7', value: false, time: 0 },
        { at: 'active', tag: 'PT-7', value: false, time: 3000 },
        { at: 'active', tag: 'PT-7', value: false, time: 4000 },
        { at: 'event', tag: 'PT-7', value: { state: 'unacknowledged', message: 'PT-7 is above 10', value: 13, limit: 10, condition: 'high', priority: 'medium', first: false }, time: 9000 },
        { at: 'active', tag: 'PT-7', value: true, time: 9000 },
        { at: 'active', tag: 'PT-8', value: false, time: 20000 },
      ],
    },
    {
      title: 'Off delay, and a bad reading that breaks it',
      config: { ...base, limits: [{ condition: 'low', limit: 2, offDelayS: 2, priority: 'low', message: 'Low' }] },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 3, time: 1000 },
        { at: 'value', value: 3, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 4000 },
        { at: 'value', value: 3, time: 7000 },
      ],
      out: [
        { at: 'event', value: { state: 'unacknowledged', message: 'Low', value: 1, limit: 2, condition: 'low', priority: 'low', first: false }, time: 0 },
        { at: 'active', value: true, time: 0 },
        { at: 'active', value: true, time: 1000 },
        { at: 'active', value: true, time: 2000, quality: 'BadSensorFailure' },
        { at: 'active', value: true, time: 4000 },
        { at: 'event', value: { state: 'returned', message: 'Low', value: 3, limit: 2, condition: 'low', priority: 'low', first: false }, time: 6000 },
        { at: 'active', value: false, time: 6000 },
        { at: 'active', value: false, time: 7000 },
      ],
    },
    {
      title: 'Bad and NaN neither raise nor clear',
      config: { ...base, limits: [{ condition: 'high', limit: 10, priority: 'medium', message: 'High' }] },
      in: [
        { at: 'value', value: 99, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 0, time: 3000, quality: 'BadTimeout' },
      ],
      out: [
        { at: 'active', value: false, time: 0, quality: 'BadCommunicationError' },
        { at: 'event', value: { state: 'unacknowledged', message: 'High', value: 11, limit: 10, condition: 'high', priority: 'medium', first: false }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'active', value: true, time: 2000, quality: 'BadOutOfRange' },
        { at: 'active', value: true, time: 3000, quality: 'BadTimeout' },
      ],
    },
    {
      title: 'Latch: active until acknowledged; an old normal reading is left out',
      config: { ...base, latch: 'acknowledge', limits: [{ condition: 'high', limit: 10, priority: 'critical', message: 'Trip' }] },
      in: [
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: 5, time: 500 },
        { at: 'value', value: 5, time: 2000 },
      ],
      out: [
        { at: 'event', value: { state: 'unacknowledged', message: 'Trip', value: 11, limit: 10, condition: 'high', priority: 'critical', first: false }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'event', value: { state: 'returned', message: 'Trip', value: 5, limit: 10, condition: 'high', priority: 'critical', first: false }, time: 2000 },
        { at: 'active', value: true, time: 2000 },
      ],
    },
    {
      title: 'Away from the setpoint; without one nothing is normal',
      config: { ...base, limits: [{ condition: 'deviation', limit: 5, priority: 'medium' }] },
      in: [
        { at: 'value', value: 70, time: 0 },
        { at: 'setpoint', tag: 'SP', value: 72, time: 1000 },
        { at: 'setpoint', tag: 'SP', value: 80, time: 2000 },
      ],
      out: [
        { at: 'active', value: false, time: 0, quality: 'BadNoData' },
        { at: 'active', value: false, time: 1000 },
        { at: 'event', value: { state: 'unacknowledged', message: 'x is more than 5 away from its setpoint', value: 70, limit: 5, condition: 'deviation', priority: 'medium', first: false }, time: 2000 },
        { at: 'active', value: true, time: 2000 },
      ],
    },
    {
      title: 'Suppressed while the pump is off: nobody is called, active tells the truth',
      config: { ...base, limits: [{ condition: 'low', limit: 2, priority: 'high', message: 'No flow' }] },
      in: [
        { at: 'value', value: 3, time: 0 },
        { at: 'suppress', tag: 'pump.off', value: true, time: 1000 },
        { at: 'value', value: 0, time: 2000 },
        { at: 'suppress', tag: 'pump.off', value: false, time: 3000 },
      ],
      out: [
        { at: 'active', value: false, time: 0 },
        { at: 'event', value: { state: 'suppressed', message: 'No flow', value: 3, limit: 2, condition: 'low', priority: 'high', first: false }, time: 1000 },
        { at: 'active', value: true, time: 2000 },
        { at: 'event', value: { state: 'unacknowledged', message: 'No flow', value: 0, limit: 2, condition: 'low', priority: 'high', first: false }, time: 3000 },
      ],
    },
    {
      title: 'First-out: of several tags the first is marked',
      config: { ...base, firstOut: true, limits: [{ condition: 'high', limit: 10, priority: 'high' }] },
      in: [
        { at: 'value', tag: 'B', value: 11, time: 0 },
        { at: 'value', tag: 'A', value: 12, time: 100 },
      ],
      out: [
        { at: 'event', tag: 'B', value: { state: 'unacknowledged', message: 'B is above 10', value: 11, limit: 10, condition: 'high', priority: 'high', first: true }, time: 0 },
        { at: 'active', tag: 'B', value: true, time: 0 },
        { at: 'event', tag: 'A', value: { state: 'unacknowledged', message: 'A is above 10', value: 12, limit: 10, condition: 'high', priority: 'high', first: false }, time: 100 },
        { at: 'active', tag: 'A', value: true, time: 100 },
      ],
    },
    {
      title: 'Changing by more than 2 a second',
      config: { ...base, limits: [{ condition: 'rate', limit: 2, priority: 'low' }] },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: 17, time: 3000 },
        { at: 'value', value: 17, time: 4000 },
      ],
      out: [
        { at: 'active', value: false, time: 0, quality: 'Uncertain' },
        { at: 'active', value: false, time: 1000 },
        { at: 'event', value: { state: 'unacknowledged', message: 'x changes by more than 2 a second', value: 17, limit: 2, condition: 'rate', priority: 'low', first: false }, time: 3000 },
        { at: 'active', value: true, time: 3000 },
        { at: 'event', value: { state: 'returned', message: 'x changes by more than 2 a second', value: 17, limit: 2, condition: 'rate', priority: 'low', first: false }, time: 4000 },
        { at: 'active', value: false, time: 4000 },
      ],
    },
  ],
})
