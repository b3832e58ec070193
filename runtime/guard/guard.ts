// The one module around every actuator: nothing else calls write. It decides what may be written (armed, range, rate,
// fresh and good input), writes it one operation at a time, reads it back, and reports every attempt. Times are ms.
// Longer than most files: its states hang together, and who checks them should see them at once.
import { issue, IssueError, reasonOf, type Envelope, type Issue, type Opened, type Outcome, type Sample } from '#kit'
import type { NodeStatus } from '#format'
import { Device, realTimers, type Timers } from './device.ts'
import { nextStep, outside, STEP_MS, unfit } from './limits.ts'

export type { Timers } from './device.ts'

export interface GuardOptions {
  readonly opened: Opened
  readonly envelope: Envelope
  readonly now: () => number
  readonly armed: boolean
  readonly held: boolean
  readonly heartbeatMs?: number
  /** Every attempt to write. The same refusal or failure again within 10 s is not reported again. */
  report(write: { readonly time: number; readonly value: number; readonly outcome: 'written' | 'denied' | 'failed'; readonly reason: string }): void
  /** What went wrong between samples (a ramp's step, a stale input), and the first of a row of denials. */
  fail(issue: Issue): void
  readonly timers?: Timers
}

export interface Guard {
  /**
   * A command. Resolves once its first step is written (the rest of a ramp follows by itself) or is dropped; rejects
   * with an IssueError when the attempt failed, and then `fail` is not called for it.
   */
  submit(s: Sample): Promise<Outcome>
  /** Disarming ends what is under way and writes nothing more. */
  arm(armed: boolean): Promise<void>
  /** 'Hold all outputs'. The heartbeat goes on, so that the device keeps its value. */
  hold(held: boolean): Promise<void>
  /**
   * Ramps to the safe value if armed and not held; further commands are dropped until armed anew. Resolves when it is
   * reached or cannot be; that takes as long as the rate demands, so a caller in a hurry sets its own limit.
   */
  safe(reason: string): Promise<void>
  status(): NonNullable<NodeStatus['actuator']>
  /** Stops; tells the device by a last beat(false). Writes nothing: call `safe` before. Idempotent. */
  close(): Promise<void>
}

/** A device operation may take this long. */
export const LIMIT_MS = 2000
/** A value that does not change is read again after this. */
const VERIFY_MS = 5000
/** A device may take a moment to show what was written. */
const SECOND_LOOK_MS = 200
/** After a failure, the way to the safe value is tried again (reading first). */
const RETRY_MS = 1000
const REPORT_AGAIN_MS = 10_000

interface Command {
  readonly value: number
  readonly from: 'input' | 'safe'
  /** Called once it is reached or cannot be. */
  readonly ended?: () => void
}

export function createGuard(options: GuardOptions): Guard {
  return new ActuatorGuard(options)
}

class ActuatorGuard implements Guard {
  readonly #o: GuardOptions
  readonly #timers: Timers
  readonly #device: Device
  #armed: boolean
  #held: boolean
  #closed = false
  /** safe() was called: nothing else until armed anew. */
  #latched = false
  #toSafe = false
  #command: Command | undefined
  /** What the device holds as far as known; null: read it before anything is written. */
  #holds: number | null = null
  #lastAttempt = -Infinity
  #confirmed = -Infinity
  #written: number | null = null
  #readBack: number | null = null
  #denied = ''
  #denying = false
  #newest = -Infinity
  #good = false
  #lastGood: number
  #turns: Promise<unknown> = Promise.resolve()
  #ramp: unknown
  #stale: unknown
  #beat: unknown
  #beating: Promise<void> | undefined
  #lastReport = { key: '', time: -Infinity }

  constructor(options: GuardOptions) {
    this.#o = options
    this.#timers = options.timers ?? realTimers
    this.#device = new Device(options.opened, this.#timers, LIMIT_MS)
    this.#armed = options.armed
    this.#held = options.held
    this.#lastGood = options.now()
    if (this.#armed) this.#begin()
  }

  status(): NonNullable<NodeStatus['actuator']> {
    return { armed: this.#armed, mode: this.#held ? 'held' : this.#toSafe ? 'safe' : 'auto', written: this.#written, readBack: this.#readBack, denied: this.#denied }
  }

  async submit(s: Sample): Promise<Outcome> {
    if (!this.#armed || this.#closed) return { drop: 'disarmed' }
    const now = this.#o.now()
    const why = unfit(s, now, this.#o.envelope)
    if (why === undefined && s.time >= this.#newest && !outside(s.value as number, this.#o.envelope)) this.#fresh(Math.min(s.time, now))
    else if (why !== undefined) this.#good = false
    if (this.#held) return { drop: 'held' }
    if (this.#latched) return { drop: 'safe' }
    if (why !== undefined) {
      this.#inputBad(`the input is no command: ${why}`)
      return { drop: 'bad' }
    }
    if (s.time < this.#newest) return { drop: 'late' }
    this.#newest = s.time
    const value = s.value as number
    const refused = outside(value, this.#o.envelope)
    if (refused) {
      if (this.#command?.from === 'input') this.#stopRamp()
      this.#deny(value, refused)
      return { drop: 'denied' }
    }
    this.#toSafe = false
    const command: Command = { value, from: 'input' }
    this.#replace(command)
    return this.#run(command)
  }

  async arm(armed: boolean): Promise<void> {
    if (this.#closed || (armed === this.#armed && !this.#latched)) return
    const was = this.#armed
    this.#armed = armed
    await this.#reset(armed ? 'armed anew' : 'disarmed')
    if (this.#armed !== armed || this.#closed) return
    if (armed) this.#begin()
    else if (was) await this.#sayGone()
  }

  async hold(held: boolean): Promise<void> {
    if (this.#closed || held === this.#held) return
    this.#held = held
    const good = this.#good
    const latched = this.#latched
    await this.#reset(held ? 'outputs are held' : 'released')
    if (!this.#armed || this.#closed) return
    this.#begin()
    this.#good = good
    this.#latched = latched
    this.#toSafe = latched
  }

  async safe(reason: string): Promise<void> {
    if (!this.#armed || this.#closed) return
    this.#latched = true
    this.#toSafe = true
    this.#denied = reason
    if (this.#held) return
    await new Promise<void>((resolve) => {
      this.#goSafe(resolve)
    })
    this.#good = false
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#reset('the output was closed')
    if (this.#armed) await this.#sayGone()
  }

  // ---- the input ----------------------------------------------------------------------------------------------------

  #begin(): void {
    this.#lastGood = this.#o.now()
    this.#watch()
    const { heartbeatMs, opened } = this.#o
    if (heartbeatMs === undefined || !opened.beat) return
    const next = (): void => {
      this.#beat = this.#timers.set(() => {
        if (this.#good) this.#sendBeat(true)
        next()
      }, heartbeatMs)
    }
    this.#timers.clear(this.#beat)
    next()
  }

  /** A good input of this time. */
  #fresh(time: number): void {
    this.#lastGood = time
    if (!this.#good) {
      this.#good = true
      if (this.#o.heartbeatMs !== undefined) this.#sendBeat(true)
    }
    this.#watch()
  }

  #watch(): void {
    this.#timers.clear(this.#stale)
    this.#stale = this.#timers.set(() => this.#isStale(), Math.max(0, this.#lastGood + this.#o.envelope.staleAfterMs - this.#o.now()))
  }

  #isStale(): void {
    this.#good = false
    this.#newest = -Infinity
    if (!this.#armed || this.#held || this.#latched || this.#closed) return
    const ageS = Math.round((this.#o.now() - this.#lastGood) / 100) / 10
    this.#o.fail(issue('DATA_STALE', {}, { ageS }))
    this.#denying = true
    this.#inputBad(`no good input for ${ageS} s`)
  }

  /** The envelope's rule for an input that must not be acted on. */
  #inputBad(reason: string): void {
    this.#good = false
    this.#denied = reason
    if (!this.#denying) this.#o.fail(issue('GUARD_DENIED', {}, { reason }))
    this.#denying = true
    if (this.#o.envelope.onBad === 'hold') this.#stopRamp()
    else if (this.#command?.from !== 'safe' && !(this.#toSafe && this.#holds === this.#o.envelope.safe)) this.#goSafe()
  }

  #goSafe(ended?: () => void): void {
    this.#toSafe = true
    const command: Command = { value: this.#o.envelope.safe, from: 'safe', ...(ended ? { ended } : {}) }
    this.#replace(command)
    this.#background(command)
  }

  #deny(value: number, reason: string): void {
    this.#denied = reason
    this.#say(value, 'denied', reason)
    if (!this.#denying) this.#o.fail(issue('GUARD_DENIED', {}, { reason }))
    this.#denying = true
  }

  // ---- the way to a value -------------------------------------------------------------------------------------------

  #replace(command: Command | undefined): void {
    this.#timers.clear(this.#ramp)
    const old = this.#command
    this.#command = command
    old?.ended?.()
  }
  #stopRamp(): void {
    this.#replace(undefined)
  }

  /** One turn after another: whatever waits when a newer command comes ends as superseded, without a write. */
  #run(command: Command): Promise<Outcome> {
    const mine = this.#turns.then(() => this.#advance(command))
    this.#turns = mine.then(nothing, nothing)
    return mine
  }

  #background(command: Command): void {
    this.#run(command).then(nothing, (thrown: unknown) => {
      for (const i of thrown instanceof IssueError ? thrown.issues : [issue('NODE_FAILED', {}, { reason: reasonOf(thrown) })]) this.#o.fail(i)
    })
  }

  #later(command: Command, ms: number): void {
    this.#timers.clear(this.#ramp)
    this.#ramp = this.#timers.set(() => {
      if (this.#command === command) this.#background(command)
    }, ms)
  }

  /** Why this command may not go on, or undefined. Asked again after every wait. */
  #stopped(command: Command): Outcome | undefined {
    if (!this.#armed || this.#closed) return { drop: 'disarmed' }
    if (this.#held) return { drop: 'held' }
    if (this.#command !== command) return { drop: this.#latched && command.from === 'input' ? 'safe' : 'superseded' }
    return undefined
  }

  /** At most one write towards the command's value. */
  async #advance(command: Command): Promise<Outcome> {
    const { envelope, now } = this.#o
    let stopped = this.#stopped(command)
    if (stopped) return stopped
    if (this.#holds === null && this.#device.canRead) {
      try {
        this.#holds = this.#readBack = await this.#device.read()
      } catch (thrown) {
        throw this.#broken(command, command.value, `the device could not be read before writing: ${reasonOf(thrown)}`)
      }
      this.#confirmed = now()
      stopped = this.#stopped(command)
      if (stopped) return stopped
    }
    if (this.#holds === command.value && this.#written === command.value) {
      if (now() - this.#confirmed >= VERIFY_MS && this.#device.canRead) await this.#confirm(command, command.value)
      this.#reached(command)
      return undefined
    }
    // An actuator that cannot be read starts from its safe value.
    const step = this.#holds === null ? { write: envelope.safe } : nextStep(this.#holds, command.value, now() - this.#lastAttempt, envelope)
    if ('deny' in step) {
      this.#deny(command.value, step.deny)
      if (this.#command === command) this.#stopRamp()
      return { drop: 'denied' }
    }
    if ('wait' in step) {
      this.#later(command, step.wait)
      return undefined
    }
    const value = step.write
    try {
      await this.#device.write(value)
      this.#holds = this.#written = value
    } catch (thrown) {
      throw this.#broken(command, value, reasonOf(thrown))
    } finally {
      this.#lastAttempt = now()
    }
    if (this.#device.canRead) await this.#confirm(command, value)
    this.#say(value, 'written', '')
    this.#denying = false
    if (command.from === 'input') this.#denied = ''
    if (this.#command !== command) return undefined
    if (value === command.value) this.#reached(command)
    else this.#later(command, STEP_MS)
    return undefined
  }

  /** Does the device hold what was written? Throws where it does not, or does not say. */
  async #confirm(command: Command, value: number): Promise<void> {
    const tolerance = this.#o.envelope.readBackTolerance + 1e-6 * Math.abs(value)
    const holdsIt = async (): Promise<boolean> => Math.abs((this.#readBack = await this.#device.read()) - value) <= tolerance
    let same: boolean
    try {
      same = (await holdsIt()) || (await this.#wait(SECOND_LOOK_MS), await holdsIt())
    } catch (thrown) {
      throw this.#broken(command, value, `written, but it could not be read back: ${reasonOf(thrown)}`)
    }
    this.#confirmed = this.#o.now()
    if (same) return
    const found = issue('GUARD_READBACK', {}, { found: this.#readBack!, written: value })
    throw this.#broken(command, value, found.text, found)
  }

  #reached(command: Command): void {
    if (this.#command === command) this.#stopRamp()
  }

  /** An attempt failed: nobody knows what the device holds, so it is read before the next write. */
  #broken(command: Command, value: number, reason: string, found = issue('NODE_FAILED', {}, { reason })): IssueError {
    this.#holds = null
    this.#denied = reason
    this.#say(value, 'failed', reason)
    if (this.#command === command) {
      if (command.from === 'safe') {
        command.ended?.()
        this.#later(command, RETRY_MS)
      } else this.#stopRamp()
    }
    return new IssueError(found)
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#timers.set(resolve, ms))
  }

  #say(value: number, outcome: 'written' | 'denied' | 'failed', reason: string): void {
    const time = this.#o.now()
    const key = outcome === 'written' ? '' : `${outcome} ${value} ${reason}`
    if (key !== '' && key === this.#lastReport.key && time - this.#lastReport.time < REPORT_AGAIN_MS) return
    this.#lastReport = { key, time }
    this.#o.report({ time, value, outcome, reason })
  }

  /** Ends all that is under way; what the device holds is unknown from here. */
  async #reset(reason: string): Promise<void> {
    for (const timer of [this.#ramp, this.#stale, this.#beat]) this.#timers.clear(timer)
    this.#replace(undefined)
    this.#good = false
    this.#latched = false
    this.#toSafe = false
    this.#denied = ''
    this.#denying = false
    this.#newest = -Infinity
    this.#device.abort(reason)
    await this.#turns
    this.#holds = null
  }

  // ---- the heartbeat ------------------------------------------------------------------------------------------------

  /** A beat is skipped while the one before has not ended. */
  #sendBeat(alive: boolean): void {
    const { opened } = this.#o
    if (!opened.beat || this.#beating) return
    const beat = (async () => opened.beat!(alive))()
    this.#beating = beat.then(nothing, (thrown: unknown) => this.#o.fail(issue('NODE_FAILED', {}, { reason: `heartbeat: ${reasonOf(thrown)}` }))).finally(() => {
      this.#beating = undefined
    })
  }

  /** The last beat, so that the device takes over at once; not longer than the limit. */
  async #sayGone(): Promise<void> {
    if (this.#o.heartbeatMs === undefined || !this.#o.opened.beat) return
    let timer: unknown
    const limit = new Promise<void>((resolve) => {
      timer = this.#timers.set(resolve, LIMIT_MS)
    })
    const gone = async (): Promise<void> => {
      await this.#beating
      this.#sendBeat(false)
      await this.#beating
    }
    await Promise.race([gone(), limit])
    this.#timers.clear(timer)
  }
}

function nothing(): void {
  // The outcome was handled where it arose.
}
