// One Modbus TCP connection: one request on the wire at a time, each with a time-out; writes go before waiting reads.
// The socket is ours, so that a device that is away, silent or half dead ends in words and a new attempt, never in a wait. Longer than 300 lines: one
// state machine of the line.
import { connect, type Socket } from 'node:net'
import modbus from 'modbus-serial'
import { reasonOf, type Connection, type DriverIo, type Health } from '#kit'
import { delayOf } from '../backoff.ts'
import { plainReason } from '../reason.ts'

export interface ModbusSettings {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  readonly pauseMs: number
}

// Modbus Application Protocol 1.1b3, clause 7.
const exceptions: Readonly<Record<number, string>> = {
  1: 'it does not know this function (exception 1, illegal function)',
  2: 'it has no such address (exception 2, illegal data address)',
  3: 'it does not take this value or length (exception 3, illegal data value)',
  4: 'it failed inside (exception 4, device failure)',
  5: 'it needs more time (exception 5, acknowledge)',
  6: 'it is busy (exception 6, device busy)',
  8: 'its memory has a parity error (exception 8)',
  10: 'the gateway has no path to this unit (exception 10)',
  11: 'the unit behind the gateway does not answer (exception 11)',
}

/** The device answered, and refuses. */
export class ModbusException extends Error {
  readonly code: number
  constructor(code: number) {
    super(exceptions[code] ?? `it answers exception ${code}`)
    this.name = 'ModbusException'
    this.code = code
  }
}
/** No answer in time: the device, or the unit behind the gateway, is silent. */
export class ModbusTimeout extends Error {
  constructor(at: string, ms: number) {
    super(`${at} did not answer within ${ms} ms`)
    this.name = 'ModbusTimeout'
  }
}

type Client = InstanceType<typeof modbus.default>
interface Task {
  readonly run: (client: Client) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly unit: number
  /** Its silence says nothing about the connection. */
  readonly quiet: boolean
  done: boolean
}
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
  /** For a look whether somebody answers: waits less, and no answer does not make the connection doubted. */
  readonly quiet?: boolean
}

/** Waiting requests beyond this are refused: something asks faster than the device can answer. */
const QUEUE_LIMIT = 1000
/** Silent requests in a row after which the connection itself is doubted. */
const SILENT_LIMIT = 3
/** What a quiet request waits at most. */
const QUIET_MS = 500

export class ModbusConnection implements Connection {
  readonly #settings: ModbusSettings
  readonly #io: DriverIo
  readonly #at: string
  readonly #writes: Task[] = []
  readonly #reads: Task[] = []
  readonly #listeners = new Set<(connected: boolean) => void>()
  #client: Client | undefined
  #socket: Socket | undefined
  #failPending: ((reason: Error) => void) | undefined
  #busy = false
  #closed = false
  #wasConnected = false
  #attempt = 0
  #silent = 0
  #retry: NodeJS.Timeout | undefined
  #fault = ''
  #requests = 0
  #requestMs: number | undefined
  #answers = 0

  constructor(settings: ModbusSettings, io: DriverIo) {
    this.#settings = settings
    this.#io = io
    this.#at = `${settings.host}:${settings.port}`
    this.#connect()
  }

  get connected(): boolean {
    return this.#client !== undefined
  }
  /** Requests sent so far. */
  get requests(): number {
    return this.#requests
  }

  /** The pause after a request is part of it. */
  requestMs(): number | undefined {
    return this.#requestMs
  }

  health(): Health {
    if (this.#closed) return { state: 'stale', text: 'closed' }
    if (this.#client) return this.#silent > 0 ? { state: 'stale', text: this.#fault } : { state: 'ok', text: '' }
    return { state: this.#wasConnected ? 'stale' : 'connecting', text: this.#fault || `connecting to ${this.#at}` }
  }

  /** Called with each change between connected and not. Returns what ends it. */
  listen(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** `length` registers (functions 3 and 4), two bytes each as the device sent them. */
  async readRegisters(unit: number, table: 'holding' | 'input', address: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
    const answer = await this.#request(unit, (c) => (table === 'holding' ? c.readHoldingRegisters(address, length) : c.readInputRegisters(address, length)), false, options)
    const { buffer } = answer as { buffer: Buffer }
    if (buffer.length !== length * 2) throw new Error(`${this.#at} sent ${buffer.length / 2} registers instead of ${length}`)
    return Uint8Array.from(buffer)
  }

  /** `length` bits (functions 1 and 2). */
  async readBits(unit: number, table: 'coil' | 'discrete', address: number, length: number, options: ReadOptions = {}): Promise<boolean[]> {
    const answer = await this.#request(unit, (c) => (table === 'coil' ? c.readCoils(address, length) : c.readDiscreteInputs(address, length)), false, options)
    const { data } = answer as { data: boolean[] }
    if (data.length < length) throw new Error(`${this.#at} sent ${data.length} bits instead of ${length}`)
    return data.slice(0, length)
  }

  /** Registers from `address` on: function 6 for one, 16 for more (or for one where `multiple` asks for it). */
  async writeRegisters(unit: number, address: number, registers: readonly number[], options: { readonly multiple?: boolean; readonly signal?: AbortSignal } = {}): Promise<void> {
    const single = registers.length === 1 && options.multiple !== true
    await this.#request(unit, (c) => (single ? c.writeRegister(address, registers[0]!) : c.writeRegisters(address, [...registers])), true, options)
  }

  /** Coils from `address` on: function 5 for one, 15 for more (or for one where `multiple` asks for it). */
  async writeBits(unit: number, address: number, bits: readonly boolean[], options: { readonly multiple?: boolean; readonly signal?: AbortSignal } = {}): Promise<void> {
    const single = bits.length === 1 && options.multiple !== true
    await this.#request(unit, (c) => (single ? c.writeCoil(address, bits[0]!) : c.writeCoils(address, [...bits])), true, options)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#retry)
    this.#listeners.clear()
    const socket = this.#socket
    this.#drop(new Error('the connection was closed'))
    if (socket && !socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  }

  // ---- the wire -----------------------------------------------------------------------------------------------------

  #connect(): void {
    const { host, port, timeoutMs } = this.#settings
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: 10_000, noDelay: true })
    this.#socket = socket
    // A host that is switched off answers nothing at all: the system alone would wait for minutes.
    const patience = setTimeout(() => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), Math.max(timeoutMs, 3000))
    let reason: unknown
    socket.on('error', (error) => {
      reason = error
    })
    socket.on('close', () => {
      clearTimeout(patience)
      if (this.#socket !== socket) return
      this.#drop(reason ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    })
    socket.once('connect', () => {
      clearTimeout(patience)
      if (this.#closed) return socket.destroy()
      const client = new modbus.default()
      client.setTimeout(timeoutMs)
      client.on('error', (error) => this.#io.log('warning', plainReason(error, this.#at)))
      client.linkTCP(socket, { port: this.#settings.port }).then(
        () => {
          // The library lets a socket's own time-out end it; ours is per request.
          socket.setTimeout(0)
          this.#client = client
          this.#wasConnected = true
          this.#attempt = 0
          this.#silent = 0
          this.#fault = ''
          for (const listener of this.#listeners) listener(true)
          this.#next()
        },
        (error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))),
      )
    })
  }

  /** Ends the socket and all that waits for it; unless closed, another attempt follows. */
  #drop(thrown: unknown): void {
    const lost = this.#client !== undefined
    const socket = this.#socket
    this.#client?.destroy(() => undefined)
    this.#client = undefined
    this.#socket = undefined
    socket?.destroy()
    const reason = this.#closed ? (thrown as Error) : new Error(plainReason(thrown, this.#at))
    if (!this.#closed) this.#fault = reason.message
    this.#failPending?.(reason)
    for (const task of [...this.#writes.splice(0), ...this.#reads.splice(0)]) this.#settle(task, () => task.reject(reason))
    if (lost) for (const listener of this.#listeners) listener(false)
    if (this.#closed) return
    this.#retry = setTimeout(() => this.#connect(), delayOf(this.#attempt++))
  }

  #settle(task: Task, how: () => void): void {
    if (task.done) return
    task.done = true
    how()
  }

  #request(unit: number, run: Task['run'], writes: boolean, { signal, quiet = false }: ReadOptions): Promise<unknown> {
    const queue = writes ? this.#writes : this.#reads
    if (!this.#client) return Promise.reject(new Error(this.#closed ? 'the connection was closed' : this.#fault || `not connected to ${this.#at} yet`))
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    if (queue.length >= QUEUE_LIMIT) return Promise.reject(new Error(`${queue.length} requests wait for ${this.#at}: it is asked faster than it answers`))
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const at = queue.indexOf(task)
        if (at >= 0) queue.splice(at, 1)
        this.#settle(task, () => task.reject(signal!.reason))
      }
      const off = (): void => signal?.removeEventListener('abort', abort)
      const task: Task = {
        run, unit, quiet, done: false,
        resolve: (value) => (off(), resolve(value)),
        reject: (reason) => (off(), reject(reason as Error)),
      }
      signal?.addEventListener('abort', abort)
      queue.push(task)
      this.#next()
    })
  }

  #next(): void {
    const client = this.#client
    if (this.#busy || !client) return
    const task = this.#writes.shift() ?? this.#reads.shift()
    if (!task) return
    this.#busy = true
    this.#requests++
    const { pauseMs } = this.#settings
    const timeoutMs = task.quiet ? Math.min(QUIET_MS, this.#settings.timeoutMs) : this.#settings.timeoutMs
    const began = performance.now()
    let timer: NodeJS.Timeout | undefined
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#failPending = reject
      // The library has a time-out too; this one holds even where it forgets a request.
      timer = setTimeout(() => reject(new ModbusTimeout(this.#at, timeoutMs)), timeoutMs + 20)
      client.setID(task.unit)
      task.run(client).then(resolve, reject)
    })
    answer
      .then(
        (value) => {
          if (!task.quiet) this.#silent = 0
          const ms = performance.now() - began + pauseMs
          // Of the last twenty or so; the very first, while everything begins, weighs no more than the others.
          this.#requestMs = (this.#requestMs ?? 0) + (ms - (this.#requestMs ?? 0)) / Math.min(20, ++this.#answers)
          this.#settle(task, () => task.resolve(value))
        },
        (thrown: unknown) => {
          const reason = this.#explain(thrown)
          this.#settle(task, () => task.reject(reason))
          if (!(reason instanceof ModbusTimeout)) {
            if (reason instanceof ModbusException) this.#silent = 0
            return
          }
          if (task.quiet) return
          this.#silent++
          this.#fault = reason.message
          if (this.#silent >= SILENT_LIMIT && this.#client === client) this.#drop(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' }))
        },
      )
      .finally(() => {
        clearTimeout(timer)
        this.#failPending = undefined
        const go = (): void => {
          this.#busy = false
          this.#next()
        }
        if (pauseMs > 0 && !this.#closed) setTimeout(go, pauseMs)
        else go()
      })
  }

  #explain(thrown: unknown): Error {
    const error = thrown as { modbusCode?: number; errno?: string }
    if (typeof error.modbusCode === 'number') return new ModbusException(error.modbusCode)
    if (error.errno === 'ETIMEDOUT') return new ModbusTimeout(this.#at, this.#settings.timeoutMs)
    if (thrown instanceof ModbusTimeout) return thrown
    const text = reasonOf(thrown)
    return /^(Unexpected data|Data length|CRC) error/.test(text) ? new Error(`${this.#at} does not answer as a Modbus device must: ${text}`) : thrown instanceof Error ? thrown : new Error(text)
  }
}
