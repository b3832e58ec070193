// Between a source and its flow. Shut until the flow says go; while a queue behind it is full, what can wait does: a
// message that is not acknowledged yet stays with its sender. Order is kept.

/** Samples that nobody can be asked for again wait up to this many. */
const LIMIT = 10_000

interface Waiting {
  readonly pass: () => void
  readonly refuse: ((reason: Error) => void) | undefined
}

export class Gate {
  private open = false
  private full = false
  private ended = false
  private waiting: Waiting[] = []
  private head = 0

  /** Nothing waits and nothing need wait. */
  get free(): boolean {
    return this.open && !this.full && this.waiting.length === 0
  }

  /**
   * Calls `pass` now or in its turn. `refuse` stands for a sender that waits: it is called when the gate ends before.
   * Without one it may be passed while a queue is full; false: there is no room, or the gate has ended.
   */
  through(pass: () => void, refuse?: (reason: Error) => void): boolean {
    if (this.ended) {
      refuse?.(new Error('the node was closed'))
      return false
    }
    if (this.open && this.waiting.length === 0 && (!this.full || !refuse)) pass()
    else if (refuse || this.waiting.length - this.head < LIMIT) this.waiting.push({ pass, refuse })
    else return false
    return true
  }

  go(): void {
    this.open = true
    this.drain()
  }

  pause(full: boolean): void {
    this.full = full
    this.drain()
  }

  /** What waits is refused, or is gone. */
  end(): void {
    this.ended = true
    this.open = false
    const waiting = this.waiting.slice(this.head)
    this.waiting = []
    this.head = 0
    for (const { refuse } of waiting) refuse?.(new Error('the node was closed before it was taken'))
  }

  private drain(): void {
    while (this.open && !this.full && this.head < this.waiting.length) this.waiting[this.head++]!.pass()
    if (this.head < this.waiting.length) return
    this.waiting = []
    this.head = 0
  }
}
