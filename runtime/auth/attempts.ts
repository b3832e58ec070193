// Slows guessing down: after a few failures in a row a key (a user at an address, an address, a user) waits, each time
// twice as long. Kept in memory only, bounded; a restart forgives. An attempt counts before its result is known, so that
// many at once do not slip through together.

export interface AttemptRules {
  /** With this many failures the waiting begins. */
  readonly free: number
  /** The first wait, ms; doubles with every further failure up to the longest. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
}
interface Entry {
  failures: number
  waitUntil: number
  lastAt: number
}

const MAX_KEYS = 10_000
/** Without an attempt for this long, a key's failures are forgiven, ms. */
const FORGIVEN_MS = 3_600_000

export class Attempts {
  readonly #rules: AttemptRules
  /** In order of their last attempt: the longest silent goes first. */
  readonly #entries = new Map<string, Entry>()

  constructor(rules: AttemptRules) {
    this.#rules = rules
  }

  /** How long this key has to wait from now, ms; 0: it may try. */
  wait(key: string, now: number): number {
    const entry = this.#entries.get(key)
    return entry && now - entry.lastAt < FORGIVEN_MS ? Math.max(0, entry.waitUntil - now) : 0
  }

  /** Counts an attempt as failed until `forget` or `undo` says otherwise. */
  begin(key: string, now: number): void {
    const known = this.#entries.get(key)
    const failures = (known && now - known.lastAt < FORGIVEN_MS ? known.failures : 0) + 1
    this.#entries.delete(key)
    this.#entries.set(key, { failures, waitUntil: now + this.#waitAfter(failures), lastAt: now })
    if (this.#entries.size > MAX_KEYS) this.#entries.delete(this.#entries.keys().next().value!)
  }

  /** This one attempt was none; the failures before it stay. */
  undo(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    entry.failures--
    entry.waitUntil = entry.lastAt + this.#waitAfter(entry.failures)
    if (entry.failures <= 0) this.#entries.delete(key)
  }

  /** It succeeded: the key's failures are forgiven. */
  forget(key: string): void {
    this.#entries.delete(key)
  }

  #waitAfter(failures: number): number {
    const over = failures - this.#rules.free
    return over < 0 ? 0 : Math.min(this.#rules.longestWaitMs, this.#rules.firstWaitMs * 2 ** Math.min(over, 30))
  }

  get size(): number {
    return this.#entries.size
  }
}
