// A status of many nodes is taken in over a few frames: all at once, the cards in view of a large flow would be drawn anew in
// one. What is left goes in at once when the next message comes, so order is kept, and never more than one status waits.
import type { ServerMessage } from '#format'

type Status = Extract<ServerMessage, { type: 'status' }>

/** Nodes told in one frame. Each part costs all that listens a look. */
export const PART = 120

export interface Spread {
  take(message: ServerMessage): void
  /** What waits is forgotten: the line is closed. */
  drop(): void
}

/** `nextFrame` may never come (a tab in the background): nothing is lost by it, only late. */
export function createSpread(apply: (message: ServerMessage) => void, nextFrame: (run: () => void) => void): Spread {
  let rest: Status | null = null
  let left: readonly (readonly [string, Status['nodes'][string]])[] = []
  const part = (message: Status, count: number): void => {
    const now = left.slice(0, count)
    left = left.slice(count)
    rest = left.length === 0 ? null : message
    apply({ ...message, nodes: Object.fromEntries(now) })
  }
  const go = (message: Status): void => nextFrame(() => {
    // Another one took its place, and took it along.
    if (rest !== message) return
    part(message, PART)
    if (rest === message) go(message)
  })
  return {
    take(message) {
      if (rest) part(rest, left.length)
      if (message.type !== 'status' || Object.keys(message.nodes).length <= PART) return apply(message)
      left = Object.entries(message.nodes)
      part(message, PART)
      if (rest === message) go(message)
    },
    drop() {
      rest = null
      left = []
    },
  }
}
