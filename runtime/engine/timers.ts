// A binary heap of due times. Entries that were moved or cancelled stay until they surface and are then ignored: the
// owner's own field says what is still wanted.

export interface Due<T> {
  readonly time: number
  /** Insertion order: equal times fire in the order they were set. */
  readonly order: number
  readonly item: T
}

export class Timers<T> {
  private readonly heap: Due<T>[] = []
  private order = 0

  get size(): number {
    return this.heap.length
  }

  /** The earliest time, Infinity when there is none. */
  get next(): number {
    return this.heap[0]?.time ?? Number.POSITIVE_INFINITY
  }

  add(time: number, item: T): void {
    const heap = this.heap
    const due = { time, order: this.order++, item }
    let i = heap.length
    heap.push(due)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(due, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = due
  }

  /** Takes the earliest entry when its time is at most `until`. */
  take(until: number): Due<T> | undefined {
    const heap = this.heap
    const first = heap[0]
    if (first === undefined || !(first.time <= until)) return undefined
    const last = heap.pop()!
    if (heap.length > 0) {
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
        if (!before(heap[child]!, last)) break
        heap[i] = heap[child]!
        i = child
      }
      heap[i] = last
    }
    return first
  }
}

const before = <T>(a: Due<T>, b: Due<T>): boolean => a.time < b.time || (a.time === b.time && a.order < b.order)
