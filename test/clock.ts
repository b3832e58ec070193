// Virtual time for what takes `now` and `timers`: nothing waits, everything happens in order.

export class Clock {
  time: number
  readonly #due: { at: number; fn: () => void; id: number }[] = []
  #id = 0

  constructor(time = 1_700_000_000_000) {
    this.time = time
  }
  readonly now = (): number => this.time
  readonly timers = {
    set: (fn: () => void, ms: number): unknown => {
      const id = ++this.#id
      this.#due.push({ at: this.time + Math.max(0, ms), fn, id })
      return id
    },
    clear: (handle: unknown): void => {
      const at = this.#due.findIndex((t) => t.id === handle)
      if (at >= 0) this.#due.splice(at, 1)
    },
  }
  get pending(): number {
    return this.#due.length
  }

  /** Runs all that is due in the next `ms`, and what it causes. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms
    await settle()
    for (;;) {
      const next = this.#due.filter((t) => t.at <= end).toSorted((a, b) => a.at - b.at || a.id - b.id)[0]
      if (!next) break
      this.timers.clear(next.id)
      this.time = Math.max(this.time, next.at)
      next.fn()
      await settle()
    }
    this.time = end
  }
}

/** All promises that can go on have gone on. */
export const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
