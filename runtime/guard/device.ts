// One operation on an actuator at a time, each with a time limit: a device that hangs costs an error, never a wait, and
// nothing is sent to it while an earlier operation has not ended.
import type { Opened } from '#kit'

export interface Timers {
  set(fn: () => void, ms: number): unknown
  clear(handle: unknown): void
}
export const realTimers: Timers = {
  set: (fn, ms) => setTimeout(fn, ms),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
}

export class Device {
  readonly canRead: boolean
  readonly #opened: Opened
  readonly #timers: Timers
  readonly #limitMs: number
  #under = false
  #stop: ((reason: Error) => void) | undefined

  constructor(opened: Opened, timers: Timers, limitMs: number) {
    if (!opened.write) throw new TypeError('an actuator needs write')
    this.#opened = opened
    this.#timers = timers
    this.#limitMs = limitMs
    this.canRead = opened.read !== undefined
  }

  write(value: number): Promise<void> {
    return this.#once((signal) => this.#opened.write!(value, signal))
  }
  async read(): Promise<number> {
    const value = await this.#once((signal) => this.#opened.read!(signal))
    if (!Number.isFinite(value)) throw new Error(`the device gives ${value}`)
    return value
  }
  /** Ends the operation under way, if any: what it did to the device is then unknown. */
  abort(reason: string): void {
    this.#stop?.(new Error(reason))
  }

  async #once<T>(operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#under) throw new Error('the device has not answered an earlier request yet')
    const controller = new AbortController()
    this.#under = true
    const ended = (): void => {
      this.#under = false
    }
    let timer: unknown
    const limit = new Promise<never>((_, reject) => {
      this.#stop = (reason) => {
        reject(reason)
        controller.abort(reason)
      }
      timer = this.#timers.set(() => this.#stop?.(new Error(`the device did not answer within ${this.#limitMs / 1000} s`)), this.#limitMs)
    })
    const work = (async () => operation(controller.signal))()
    work.then(ended, ended)
    try {
      return await Promise.race([work, limit])
    } finally {
      this.#timers.clear(timer)
      this.#stop = undefined
    }
  }
}
