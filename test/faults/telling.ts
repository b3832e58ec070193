// What told-engine.ts tells of itself: lines of its log, so that they take the way of all others, in order.
import type { FromEngine } from '../../runtime/engine/messages.ts'

export type Told =
  | { readonly what: 'checkpoint begins' }
  /** It is durable: the count of each tag, and what waits for the uplink as 'tag count'. */
  | { readonly what: 'checkpoint'; readonly counts: readonly (readonly [tag: string, count: number])[]; readonly waiting: readonly string[] }
  /** Acknowledged from here on: their commit was reported. */
  | { readonly what: 'kept'; readonly samples: readonly Identity[] }
  | { readonly what: 'recovery'; readonly entries: number }
export type Identity = readonly [tag: string, n: number, time: number]

/**
 * early: acknowledges before the commit. repeats: a checkpoint says that it contains less than it does. skips: more.
 * forgets: it leaves out changed state. drains: it leaves out what waits for the uplink. never: it is not written.
 */
export type Sabotage = 'early' | 'repeats' | 'skips' | 'forgets' | 'drains' | 'never'

const MARK = 'told: '

export function tell(told: Told): void {
  const message: FromEngine = { type: 'log', log: { time: 0, level: 'info', text: MARK + JSON.stringify(told) } }
  if (process.connected) process.send!(message, undefined, undefined, () => undefined) // nobody listens: nobody is told
}

export const readTold = (text: string): Told | undefined => (text.startsWith(MARK) ? (JSON.parse(text.slice(MARK.length)) as Told) : undefined)
