// A pinned view of a port: takes every sample, keeps at most what a view can show, and sends it a few times a second.
// Watching never slows the flow: what does not fit is skipped and counted.
import { sampleToJson, type JsonSample, type Sample } from '#kit'

const FLUSH_MS = 100
/** Samples kept between two flushes: 2000 a second. */
const LIMIT = 200
/** Elements of their vectors, series, bytes and texts together: they become JSON on the flow's own thread. */
const ELEMENTS = 20_000

export class Tap {
  readonly send: (samples: readonly JsonSample[], skipped: number) => void
  private buffer: Sample[] = []
  private elements = 0
  private seen = 0
  private stride = 1
  private readonly timer: NodeJS.Timeout

  constructor(send: Tap['send']) {
    this.send = send
    this.timer = setInterval(() => this.flush(), FLUSH_MS)
  }

  take(sample: Sample): void {
    if (this.seen++ % this.stride !== 0) return
    this.buffer.push(sample)
    this.elements += sizeOf(sample)
    // Too many: every second one goes, so that what is left spans the whole time.
    while (this.buffer.length > LIMIT || (this.elements > ELEMENTS && this.buffer.length > 1)) {
      this.buffer = this.buffer.filter((_, i) => i % 2 === 0)
      this.elements = this.buffer.reduce((sum, s) => sum + sizeOf(s), 0)
      this.stride *= 2
    }
  }

  private flush(): void {
    if (this.seen === 0) return
    const samples = this.buffer.map(sampleToJson)
    const skipped = this.seen - samples.length
    this.buffer = []
    this.elements = 0
    this.seen = 0
    this.stride = 1
    this.send(samples, skipped)
  }

  close(): void {
    clearInterval(this.timer)
  }
}

/** Elements of a value: what it weighs. */
export function sizeOf({ value }: Sample): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).length
  const { data } = value as { data?: unknown }
  return data instanceof Uint8Array ? data.length : Object.keys(value).length
}
