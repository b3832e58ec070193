// The scripts of an engine: gathers the samples that wait into batches, runs them in a jail, and keeps their state here.
// A batch counts as a whole or not at all, so one that died with its jail runs again: each sample of it alone, so that only
// the guilty one fails. All scripts share one jail process (86 MB, and 2 MB more for each); one that brought it down twice with
// one sample has a jail of its own from then on. Longer than 300 lines: a batch's way out and back is one piece.
import { createHash } from 'node:crypto'
import { hasKind, issue, IssueError, qualityCode, qualityName, reasonOf, sample as makeSample, truthful, valueFromJson, valueToJson, type Health, type IssueLevel, type JsonValue, type Outcome, type Sample, type Script, type ScriptSource, type ScriptState } from '#kit'
import { cutOff } from './confine.ts'
import { limits, type CallJson } from './inside.ts'
import { BETWEEN, TURN_MS, type OpenedJson, type OpenJson, type RanJson } from './messages.ts'
import { Jail, JailDied, type JailOptions } from './process.ts'

/** What a script is opened with beside its source. */
export interface ScriptPlace {
  readonly flow: string
  readonly node: string
  now(): number
  /** The node's state, once it has one: asked for at the first sample. Changed in place. */
  state(): ScriptState
  log(level: IssueLevel, text: string): void
}
export interface ScriptHost {
  /** Rejects with NODE_CONFIG where the code does not parse, NODE_OPEN where no jail starts. */
  open(source: ScriptSource, place: ScriptPlace): Promise<Script>
  /** The jail processes that are up. */
  pids(): number[]
  close(): Promise<void>
}

export function createScriptHost(options: JailOptions = {}): ScriptHost {
  const jails = new Set<Jail>()
  const scripts = new Set<RunningScript>()
  let shared: { jail: Jail; users: number } | undefined
  let nextId = 1
  let closed = false

  const newJail = (): Jail => {
    const jail = new Jail(options)
    jails.add(jail)
    return jail
  }
  const end = async (jail: Jail): Promise<void> => {
    await jail.end()
    jails.delete(jail)
  }
  /** A place in the shared jail. */
  const cell = (): Cell => {
    shared ??= { jail: newJail(), users: 0 }
    const of = shared
    of.users++
    return {
      jail: of.jail,
      async leave() {
        if (--of.users > 0) return
        if (shared === of) shared = undefined
        await end(of.jail)
      },
    }
  }
  const alone = (): Cell => {
    const jail = newJail()
    return { jail, leave: () => end(jail) }
  }

  return {
    async open(source, place) {
      if (closed) throw new IssueError(issue('NODE_OPEN', {}, { reason: 'the engine is stopping' }))
      const script = new RunningScript(nextId++, source, place, cell(), alone)
      scripts.add(script)
      try {
        await script.check()
      } catch (thrown) {
        await script.close()
        scripts.delete(script)
        throw thrown
      }
      return {
        run: (sample, port) => script.run(sample, port),
        health: () => script.health(),
        async close() {
          scripts.delete(script)
          await script.close()
        },
      }
    },
    pids: () => [...jails].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async close() {
      closed = true
      await Promise.all([...scripts].map((s) => s.close()))
      await Promise.all([...jails].map(end))
    },
  }
}

interface Cell {
  readonly jail: Jail
  leave(): Promise<void>
}
interface Call {
  readonly sample: Sample
  readonly text: string
  /** Not with others: it was in a batch that died. */
  alone: boolean
  deaths: number
  resolve(outcome: Outcome): void
  reject(reason: Error): void
}

const BATCH_CALLS = 256
const BATCH_CHARACTERS = 1_000_000
/** Different reasons that one node's code may drop for; others count as 'other'. */
const MAX_REASONS = 20
const MAX_LINES = 10

class RunningScript {
  private readonly id: number
  private readonly source: ScriptSource
  private readonly place: ScriptPlace
  private readonly kinds: ReadonlyMap<string, ScriptSource['outputs'][number]['kind']>
  private readonly newCell: () => Cell
  private cell: Cell
  /** The process that has the sandbox; 0: none has. */
  private openedIn = 0
  private waiting: Call[] = []
  private flushing = false
  private readonly reasons = new Set<string>()
  private lines = { since: Number.NEGATIVE_INFINITY, count: 0 }
  private trouble = ''
  private closing: Promise<void> | undefined

  constructor(id: number, source: ScriptSource, place: ScriptPlace, cell: Cell, newCell: () => Cell) {
    this.id = id
    this.source = source
    this.place = place
    this.cell = cell
    this.newCell = newCell
    this.kinds = new Map(source.outputs.map(({ name, kind }) => [name, kind]))
    this.settle(cell.jail, source.memoryLimitMb)
  }

  private settle(jail: Jail, mb: number): void {
    jail.memoryMb += mb
  }

  /** Parses the code in the jail, and says where it runs. */
  async check(): Promise<void> {
    const { jail } = this.cell
    try {
      await jail.up()
      await this.openIn(jail, { random: 0, kept: [] })
    } catch (thrown) {
      if (thrown instanceof IssueError) throw thrown
      throw new IssueError(issue('NODE_OPEN', {}, { reason: `its code cannot be run here: ${reasonOf(thrown)}` }))
    }
    this.openedIn = 0 // the sandbox has no state yet: the node gets it after it has opened
    const network = (await cutOff()) ? 'without a network' : 'whose network this machine does not cut off (unshare is missing); the code itself has none'
    this.place.log('info', `The code runs in ${jail.interpreter}, in a process of its own ${network}.${jail.interpreter === 'quickjs' ? ` It is slower than isolated-vm: ${jail.notes.join('; ') || 'chosen'}.` : ''}`)
  }

  private async openIn(jail: Jail, from: { readonly random: number; readonly kept: readonly (readonly [string, string])[] }): Promise<void> {
    const { code, keep, outputs, timeLimitMs, memoryLimitMb } = this.source
    const body: OpenJson = { code, keep, outputs, timeLimitMs, memoryLimitMb, ...from }
    const answer = JSON.parse(await jail.ask(`open ${this.id} ${JSON.stringify(body)}`, 10_000)) as OpenedJson
    if ('died' in answer) throw new Error(answer.died)
    if (!('refused' in answer)) return
    const where = `Line ${answer.line}${answer.column === undefined ? '' : `, column ${answer.column}`}`
    throw new IssueError({ ...issue('NODE_CONFIG', { field: '/code' }, { reason: `${where}: ${answer.refused}` }), remedy: 'Correct the code.' })
  }

  run(sample: Sample, port: string): Promise<Outcome> {
    if (this.closing) return Promise.reject(new Error('the node is closed'))
    const call: CallJson = [port, this.place.now(), sample.tag, sample.time, qualityName(sample.quality), valueToJson(sample.value)]
    const text = JSON.stringify(call)
    return new Promise((resolve, reject) => {
      this.waiting.push({ sample, text, alone: false, deaths: 0, resolve, reject })
      if (this.flushing) return
      this.flushing = true
      // All that comes in the same turn goes together.
      queueMicrotask(() => void this.flush())
    })
  }

  /** One batch after the other while any sample waits. */
  private async flush(): Promise<void> {
    while (this.waiting.length > 0 && !this.closing) {
      const batch = this.take()
      try {
        await this.batch(batch)
      } catch (thrown) {
        this.died(batch, thrown)
      }
    }
    this.flushing = false
  }

  private take(): Call[] {
    let count = 1
    let characters = this.waiting[0]!.text.length
    if (!this.waiting[0]!.alone) {
      for (const call of this.waiting.slice(1, BATCH_CALLS)) {
        characters += call.text.length
        if (call.alone || characters > BATCH_CHARACTERS) break
        count++
      }
    }
    return this.waiting.splice(0, count)
  }

  private async batch(batch: readonly Call[]): Promise<void> {
    const { jail } = this.cell
    await jail.up()
    const state = this.place.state()
    if (this.openedIn !== jail.generation) {
      if (state.random < 0) state.random = createHash('sha256').update(`${this.place.flow}/${this.place.node}`).digest().readUInt32LE()
      await this.openIn(jail, { random: state.random, kept: [...state.kept] })
      this.openedIn = jail.generation
    }
    // Each call may take its time twice where the machine was busy (jail.ts); the turn ends after the one that passes it.
    const line = await jail.ask(`run ${this.id} ${batch.map((c) => c.text).join(BETWEEN)}`, TURN_MS + 2 * this.source.timeLimitMs)
    if (this.closing) return
    const answer = this.believe(() => JSON.parse(line) as RanJson)
    if ('died' in answer) {
      this.openedIn = 0
      throw new SandboxDied(answer.died)
    }
    const ends = this.believe(() => this.readEnds(answer, batch))
    const changed = this.believe(() => readChanged(answer.changed))
    this.trouble = ''
    state.random = changed.random
    for (const [key, text] of changed.state) state.kept.set(key, text)
    // Before anything is told: what is told may bring the next sample.
    this.waiting = [...batch.slice(ends.length), ...this.waiting]
    for (const [i, end] of ends.entries()) {
      const { resolve, reject } = batch[i]!
      this.tell(end.log)
      if (end.fail === undefined) resolve(end.outcome)
      else reject(new Error(end.fail))
    }
  }

  /** What a jail says is checked: an answer that is none means that something else than our code is speaking. */
  private believe<T>(read: () => T): T {
    try {
      return read()
    } catch (thrown) {
      const reason = `its answer made no sense (${reasonOf(thrown)})`
      this.cell.jail.distrust(reason)
      throw new JailDied(reason, true)
    }
  }

  private died(batch: readonly Call[], thrown: unknown): void {
    if (this.closing) return
    const reason = reasonOf(thrown)
    const refuse = (why: Error): void => {
      for (const call of batch) call.reject(why)
    }
    // Neither: it parsed and ran before, and trying again would not mend it.
    if (!(thrown instanceof SandboxDied) && !(thrown instanceof JailDied)) return refuse(thrown instanceof Error ? thrown : new Error(reason))
    const what = thrown instanceof SandboxDied ? 'sandbox' : 'process'
    this.trouble = `The code's ${what} ended (${reason}) and is started again.`
    const guilty = thrown instanceof SandboxDied || thrown.guilty
    if (guilty && batch.length === 1 && (thrown instanceof SandboxDied || batch[0]!.deaths > 0)) {
      if (thrown instanceof JailDied) this.moveOut()
      return refuse(new Error(`The code's ${what} ended under this sample: ${reason}.`))
    }
    if (guilty) {
      for (const call of batch) {
        call.alone = true
        call.deaths++
      }
    }
    this.waiting = [...batch, ...this.waiting]
  }

  /** Others shall not go down with it again. */
  private moveOut(): void {
    const before = this.cell
    this.settle(before.jail, -this.source.memoryLimitMb)
    this.cell = this.newCell()
    this.settle(this.cell.jail, this.source.memoryLimitMb)
    this.openedIn = 0
    this.place.log('warning', 'This code brought its process down twice with one sample; it runs in one of its own from now on, away from the others.')
    void before.leave()
  }

  private readEnds({ results }: { readonly results: readonly unknown[] }, batch: readonly Call[]): End[] {
    if (!Array.isArray(results) || results.length === 0 || results.length > batch.length) throw new TypeError('the number of results')
    return results.map((r: unknown, i) => this.readEnd(r as Readonly<Record<string, unknown>>, batch[i]!.sample))
  }

  private readEnd(result: Readonly<Record<string, unknown>>, from: Sample): End {
    const { log = [], fail, emit, drop } = result
    if (!isTexts(log, limits.lines)) throw new TypeError('the log')
    if (fail !== undefined) return { fail: aText(fail), log, outcome: undefined }
    if (emit !== undefined) {
      if (!Array.isArray(emit) || emit.length > limits.emits) throw new TypeError('the emissions')
      return { log, outcome: { emit: emit.map((e: unknown) => this.readEmit(e as readonly unknown[], from)) } }
    }
    if (drop !== undefined) return { log, outcome: { drop: this.reason(aText(drop)) } }
    return { log, outcome: result['held'] === true ? { hold: true } : { drop: 'silent' } }
  }

  private readEmit([name, tag, json, time, qualityText]: readonly unknown[], from: Sample): readonly [string, Sample] {
    const kind = this.kinds.get(aText(name))
    if (kind === undefined || typeof time !== 'number' || !Number.isFinite(time)) throw new TypeError('an emission')
    const value = valueFromJson(json as JsonValue)
    if (!hasKind(value, kind)) throw new TypeError('a value')
    const quality = qualityText === qualityName(from.quality) ? from.quality : qualityCode(aText(qualityText))
    // A quality that nobody knows is not taken for a good one.
    if (quality === undefined) return [name as string, makeSample(aText(tag), value, time, 0x80000000)]
    return [name as string, truthful(makeSample(aText(tag), value, time, quality))]
  }

  private reason(text: string): string {
    if (this.reasons.has(text)) return text
    if (this.reasons.size >= MAX_REASONS) return 'other'
    this.reasons.add(text)
    return text
  }

  private tell(said: readonly string[]): void {
    if (said.length === 0) return
    const now = this.place.now()
    if (!(Math.abs(now - this.lines.since) < 1000)) this.lines = { since: now, count: 0 }
    for (const line of said) if (this.lines.count++ < MAX_LINES) this.place.log('info', line)
  }

  health(): Health {
    return this.trouble === '' ? { state: 'ok', text: '' } : { state: 'error', text: this.trouble }
  }

  close(): Promise<void> {
    this.closing ??= this.shut()
    return this.closing
  }

  private async shut(): Promise<void> {
    const { jail, leave } = this.cell
    this.trouble = 'The node is closed.'
    this.waiting = []
    this.settle(jail, -this.source.memoryLimitMb)
    // A jail that is gone has closed everything; the others' turns are not waited for.
    void jail.ask(`close ${this.id}`, 1000).catch(() => undefined)
    await leave()
  }
}

class SandboxDied extends Error {}

interface End {
  readonly log: readonly string[]
  readonly outcome: Outcome
  readonly fail?: string
}
function aText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a text')
  return value
}
const isTexts = (value: unknown, most: number): value is string[] => Array.isArray(value) && value.length <= most && value.every((v) => typeof v === 'string')

function readChanged(json: unknown): { readonly random: number; readonly state: readonly (readonly [string, string])[] } {
  const { random, state } = json as { random: unknown; state: unknown }
  if (typeof random !== 'number' || !Number.isInteger(random) || random < 0 || random > 0xffffffff) throw new TypeError('the random state')
  if (!Array.isArray(state) || state.length > BATCH_CALLS) throw new TypeError('the state')
  return {
    random,
    state: state.map((entry: unknown) => {
      const [key, text] = entry as readonly unknown[]
      if (aText(text).length > limits.stateCharacters) throw new TypeError('the state')
      return [aText(key), text as string] as const
    }),
  }
}
