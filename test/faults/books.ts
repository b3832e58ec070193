// The books that are kept outside of the engine: what was sent, what the broker took, what arrived, and what the engine
// said of its checkpoints. A finding is a sentence; an engine that keeps its promises leaves none.

import type { Identity } from './telling.ts'

/** What arrives: the tally of tally.ts for one sample. */
export interface Arrival {
  readonly tag: string
  /** Of the message: its number on its tag, from 0. */
  readonly n: number
  /** Samples of the tag that the state contains, this one too. */
  readonly count: number
  /** Of their numbers. */
  readonly sum: number
  readonly time: number
}
/** What a durable checkpoint contains: the count of each tag, and what waited for the uplink as 'tag count'. */
export interface Contained {
  readonly counts: ReadonlyMap<string, number>
  readonly waiting: ReadonlySet<string>
}
interface Tag {
  sent: number
  readonly acknowledged: Set<number>
  /** What the engine was about to acknowledge, as 'n time'. */
  readonly kept: Set<string>
  /** By count, from 1: what arrived under it, and when it first did. */
  readonly texts: string[]
  readonly ns: number[]
  readonly times: number[]
  readonly sums: number[]
  readonly firstAt: number[]
  /** Of each message and time, under which count it arrived. */
  readonly identities: Map<string, number>
  readonly seen: Set<number>
}

/** Findings that are kept; one fault may make thousands. */
const LIMIT = 20
/** What an engine has handed over may be on its way for this long after its end, ms. */
const ON_THE_WAY_MS = 500

export class Books {
  private readonly tags = new Map<string, Tag>()
  /** What engines began with, the last one behind; `until`: when the next one began. */
  private readonly beginnings: { from: Contained; until: number }[] = [{ from: { counts: new Map(), waiting: new Set() }, until: Number.POSITIVE_INFINITY }]
  readonly findings: string[] = []
  acknowledged = 0
  arrived = 0
  repeated = 0
  /** Messages that the broker gave twice because their acknowledgement died with the engine. */
  redelivered = 0
  /** Outputs of samples that were not stored when their engine was killed: nobody had acknowledged them, they came again. */
  retold = 0
  /** Outputs that one engine has repeated, and how long before that the oldest of them had arrived, ms. */
  private repeatedNow = 0
  largestRepeat = 0
  oldestRepeatMs = 0

  private of(tag: string): Tag {
    let known = this.tags.get(tag)
    if (!known) this.tags.set(tag, (known = { sent: 0, acknowledged: new Set(), kept: new Set(), texts: [''], ns: [-1], times: [0], sums: [0], firstAt: [0], identities: new Map(), seen: new Set() }))
    return known
  }

  private find(text: string): void {
    if (this.findings.length < LIMIT) this.findings.push(text)
  }

  /** The number of the next message on this tag. */
  send(tag: string): number {
    return this.of(tag).sent++
  }

  acknowledge(tag: string, n: number): void {
    this.of(tag).acknowledged.add(n)
    this.acknowledged++
  }

  /** The engine says that they are stored: from here on nothing takes them back. */
  keep(samples: readonly Identity[]): void {
    for (const [tag, n, time] of samples) this.of(tag).kept.add(`${n} ${time}`)
  }

  /** Another engine begins, with what the last durable checkpoint contains. */
  begin(from: Contained, at: number): void {
    this.beginnings.at(-1)!.until = at
    this.beginnings.push({ from, until: Number.POSITIVE_INFINITY })
    while (this.beginnings[0]!.until + ON_THE_WAY_MS < at) this.beginnings.shift()
    this.repeatedNow = 0
  }

  /** Whether it is the first under its tag and count. */
  arrive(text: string, at: number): boolean {
    this.arrived++
    const a = read(text)
    if (!a) {
      this.find(`What arrived is no tally: ${text.slice(0, 100)}`)
      return false
    }
    const tag = this.of(a.tag)
    const place = `${a.tag}, message ${a.n}, count ${a.count}`
    const before = tag.texts[a.count]
    if (before === text || (before !== undefined && !this.takeBack(tag, a.count, `${place}: ${text}, before ${before}`))) {
      this.repeat(a, tag, at, place)
      return false
    }
    const identity = `${a.n} ${a.time}`
    const other = tag.identities.get(identity)
    if (other !== undefined) this.find(`Counted twice: ${place}, and before as ${other}.`)
    tag.identities.set(identity, a.count)
    if (a.count !== tag.texts.length) {
      this.find(`Out of order, or a count was passed over: ${place} came after count ${tag.texts.length - 1}.`)
      return false
    }
    if (a.sum !== tag.sums[a.count - 1]! + a.n) this.find(`The sum is wrong: ${place}, ${tag.sums[a.count - 1]} and then ${a.sum}.`)
    if (a.n >= tag.sent) this.find(`Nobody sent it: ${place}.`)
    if (tag.seen.has(a.n)) this.redelivered++
    // In its order the first time: what is redelivered goes back, what is new goes on by one.
    else if (a.n !== tag.seen.size) this.find(`Lost, or out of order: ${place}, and before it came ${tag.seen.size} messages.`)
    tag.seen.add(a.n)
    tag.texts.push(text)
    tag.ns.push(a.n)
    tag.times.push(a.time)
    tag.sums.push(a.sum)
    tag.firstAt.push(at)
    return true
  }

  private repeat(a: Arrival, tag: Tag, at: number, place: string): void {
    this.repeated++
    this.largestRepeat = Math.max(this.largestRepeat, ++this.repeatedNow)
    this.oldestRepeatMs = Math.max(this.oldestRepeatMs, at - tag.firstAt[a.count]!)
    const within = this.beginnings.some(({ from, until }) => at <= until + ON_THE_WAY_MS && (a.count > (from.counts.get(a.tag) ?? 0) || from.waiting.has(`${a.tag} ${a.count}`)))
    if (!within) this.find(`Repeated from before the last checkpoint: ${place}.`)
  }

  /** What was told from this count on was of samples that were never stored; false, and a finding: one of them was. */
  private takeBack(tag: Tag, count: number, what: string): boolean {
    for (let c = count; c < tag.texts.length; c++) {
      if (tag.kept.has(`${tag.ns[c]} ${tag.times[c]}`)) {
        this.find(`Not the same again, and it was stored: ${what}.`)
        return false
      }
    }
    this.retold += tag.texts.length - count
    for (let c = count; c < tag.texts.length; c++) tag.identities.delete(`${tag.ns[c]} ${tag.times[c]}`)
    for (const list of [tag.texts, tag.ns, tag.times, tag.sums, tag.firstAt]) list.length = count
    tag.seen.clear()
    for (let c = 1; c < count; c++) tag.seen.add(tag.ns[c]!)
    return true
  }

  /** Messages that were sent and have not arrived. */
  get open(): number {
    let open = 0
    for (const tag of this.tags.values()) open += tag.sent - tag.seen.size
    return open
  }

  /** Acknowledged to the publisher and not arrived. */
  lost(): string[] {
    const lost: string[] = []
    for (const [name, tag] of this.tags) for (const n of tag.acknowledged) if (!tag.seen.has(n)) lost.push(`${name}, message ${n}`)
    return lost
  }
}

function read(text: string): Arrival | undefined {
  try {
    const { tag, time, value, quality } = JSON.parse(text) as { tag: string; time: number; quality?: string; value: { n: number; count: number; sum: number } }
    return quality === undefined && [value.n, value.count, value.sum, time].every(Number.isFinite) ? { tag, time, ...value } : undefined
  } catch {
    return undefined
  }
}
