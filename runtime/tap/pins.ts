// The views that a flow's ports are pinned by. A view names a port; what it is relinked to is found again after each
// swap, so that a view stays while the flow changes under it. A view of an input shows what the outputs send to it.
import { formatEnd, type WireEnd } from '#format'
import type { Sample } from '#kit'
import type { FlowRun } from '../engine/flow.ts'
import { Tap } from './tap.ts'

interface Taker {
  take(sample: Sample): void
  close(): void
}

export class Pins {
  private readonly flow: FlowRun
  private readonly taps = new Map<Taker, WireEnd>()
  private pinned = new Map<string, WireEnd>()

  constructor(flow: FlowRun) {
    this.flow = flow
  }

  add(port: WireEnd, send: Tap['send']): () => void {
    const tap = new Tap(send)
    this.taps.set(tap, port)
    this.place()
    return () => {
      tap.close()
      if (this.taps.delete(tap)) this.place()
    }
  }

  /** Every sample of each port, at once, on the flow's own thread: `take` must be quick and must not throw. */
  watch(ports: readonly (readonly [port: WireEnd, take: (sample: Sample) => void])[]): () => void {
    const takers = ports.map(([port, take]) => [{ take, close: () => undefined } satisfies Taker, port] as const)
    for (const [taker, port] of takers) this.taps.set(taker, port)
    this.place()
    return () => {
      for (const [taker] of takers) this.taps.delete(taker)
      this.place()
    }
  }

  /** Relinks the ports that views want now, and no others. */
  place(): void {
    const wanted = new Map<string, { readonly end: WireEnd; readonly taps: Taker[] }>()
    for (const [tap, port] of this.taps) {
      for (const end of this.outputsOf(port)) {
        const key = formatEnd(end)
        const entry = wanted.get(key)
        if (entry) entry.taps.push(tap)
        else wanted.set(key, { end, taps: [tap] })
      }
    }
    for (const [key, { node, port }] of this.pinned) if (!wanted.has(key)) this.flow.tap(node, port, undefined)
    for (const { end, taps } of wanted.values()) {
      this.flow.tap(end.node, end.port, (sample) => {
        for (const tap of taps) tap.take(sample)
      })
    }
    this.pinned = new Map([...wanted].map(([key, { end }]) => [key, end]))
  }

  private outputsOf(port: WireEnd): readonly WireEnd[] {
    return this.flow.runs.get(port.node)?.outputs.has(port.port) ? [port] : this.flow.feeders(port.node, port.port)
  }

  close(): void {
    for (const tap of this.taps.keys()) tap.close()
    this.taps.clear()
    this.place()
  }
}
