// Lists in the order of time. What comes almost in order goes in at the end, so an insert costs next to nothing.

export interface Timed {
  readonly time: number
}

/** Puts an item behind all that are not later. */
export function insertByTime<T extends Timed>(list: T[], item: T): void {
  let i = list.length
  while (i > 0 && list[i - 1]!.time > item.time) i--
  if (i === list.length) list.push(item)
  else list.splice(i, 0, item)
}

/** Index of the last item whose time is at most `time`; -1 when there is none. */
export function lastUpTo(list: readonly Timed[], time: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]!.time <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** A number just after a time: a watermark that has reached it has passed the time, and all that has that very time is there. */
export const justAfter = (time: number): number => {
  const step = Math.abs(time) * Number.EPSILON
  return time + (step > 0 ? step : Number.MIN_VALUE)
}
