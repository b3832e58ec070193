// Copies of hop.ts, one for each of the first nodes that ask: see there why. The copies are the same file under another
// query; each costs about 20 kB, so there are not more than COPIES, and later nodes share them in turn.
import * as shared from './hop.ts'

export type Hop = typeof shared

const COPIES = 64
const copies: Hop[] = []
let next = 0

let loading: Promise<void> = Promise.resolve()

/** Makes sure that `n` more nodes find copies, all there may be unless said; call before linking, as loading is asynchronous. */
export function prepareHops(n = COPIES): Promise<void> {
  const wanted = Math.min(COPIES, next + n)
  return (loading = loading.then(() => load(wanted)))
}

async function load(wanted: number): Promise<void> {
  while (copies.length < wanted) copies.push((await import(/* @vite-ignore */ new URL(`hop.ts?${copies.length}`, import.meta.url).href)) as Hop)
}

/** The next copy in turn; the shared one before any was prepared. */
export function takeHop(): Hop {
  return copies.length === 0 ? shared : copies[next++ % copies.length]!
}
