// Due times in a binary heap, one for each item: setting an item anew moves it, so that a node which renews its timer
// with every sample leaves nothing behind.

export interface Due<T> {
  readonly time: number
  readonly item: T
}
interface Entry<T> {
  time: number
  /** When it was set: equal times fire in the order they were set. */
  order: number
  at: number
  readonly item: T
}

export class Timers<T> {
  private readonly heap: Entry<T>[] = []
  private readonly entries = new Map<T, Entry<T>>()
  private order = 0

  get size(): number {
    return this.heap.length
  }

  /** The earliest time, Infinity when there is none. */
  get next(): number {
    return this.heap[0]?.time ?? Number.POSITIVE_INFINITY
  }

  /** The item is due at this time and at no other; a time that is not finite takes it out. */
  set(item: T, time: number): void {
    const known = this.entries.get(item)
    if (!Number.isFinite(time)) {
      if (known) this.remove(known)
      return
    }
    const entry = known ?? { time, order: 0, at: this.heap.length, item }
    if (!known) {
      this.entries.set(item, entry)
      this.heap.push(entry)
    }
    entry.time = time
    entry.order = this.order++
    this.down(this.up(entry))
  }

  /** Items that are due at the same time as another one, in the order in which they fire. */
  ties(): T[] {
    const known = new Set<number>()
    const twice = new Set<number>()
    for (const { time } of this.heap) (known.has(time) ? twice : known).add(time)
    return this.heap.filter((e) => twice.has(e.time)).toSorted((a, b) => a.order - b.order).map((e) => e.item)
  }

  /** These fire in this order where they are due at the same time; where they stand otherwise stays. */
  reorder(items: Iterable<T>): void {
    for (const item of items) {
      const entry = this.entries.get(item)
      if (entry) this.set(item, entry.time)
    }
  }

  /** Takes the earliest item when its time is at most `until`. */
  take(until: number): Due<T> | undefined {
    const first = this.heap[0]
    if (first === undefined || !(first.time <= until)) return undefined
    this.remove(first)
    return first
  }

  private remove(entry: Entry<T>): void {
    this.entries.delete(entry.item)
    const last = this.heap.pop()!
    if (last === entry) return
    last.at = entry.at
    this.heap[last.at] = last
    this.down(this.up(last))
  }

  private up(entry: Entry<T>): Entry<T> {
    const { heap } = this
    while (entry.at > 0) {
      const parent = heap[(entry.at - 1) >> 1]!
      if (!before(entry, parent)) break
      this.swap(entry, parent)
    }
    return entry
  }

  private down(entry: Entry<T>): void {
    const { heap } = this
    for (;;) {
      const left = heap[2 * entry.at + 1]
      const right = heap[2 * entry.at + 2]
      const child = right && before(right, left!) ? right : left
      if (!child || !before(child, entry)) return
      this.swap(entry, child)
    }
  }

  private swap(a: Entry<T>, b: Entry<T>): void {
    const { at } = a
    a.at = b.at
    b.at = at
    this.heap[a.at] = a
    this.heap[b.at] = b
  }
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean => a.time < b.time || (a.time === b.time && a.order < b.order)
