// Independent programs as peers: each starts on a port of its own, is waited for, and is ended by its id.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { ServerTCP } from 'modbus-serial'
import { until } from './io.ts'

const run = promisify(execFile)

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** Ends a child by its id and waits until it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

// ---- mosquitto ------------------------------------------------------------------------------------------------------

export interface Mosquitto {
  readonly port: number
  readonly url: string
  /** Publishes with mosquitto_pub. */
  publish(topic: string, payload: string, options?: readonly string[]): Promise<void>
  /** Lines '<topic> <payload>' as mosquitto_sub receives them. Resolves once it is subscribed. */
  subscribe(topic: string, options?: readonly string[]): Promise<{ readonly lines: string[]; close(): Promise<void> }>
  /** Freezes it until the function it returns is called. */
  freeze(): () => void
  kill(): Promise<void>
  /** The same port and the same stored sessions. */
  restart(): Promise<void>
  close(): Promise<void>
}
export async function startMosquitto(extra: readonly string[] = []): Promise<Mosquitto> {
  const port = await freePort()
  const folder = mkdtempSync(path.join(tmpdir(), 'headgate-mosquitto-'))
  const file = path.join(folder, 'mosquitto.conf')
  writeFileSync(file, [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'max_queued_messages 0', 'max_inflight_messages 0', 'persistence true', `persistence_location ${folder}/`, ...extra, ''].join('\n'))
  const start = async (): Promise<ChildProcess> => {
    const process = spawn('/usr/sbin/mosquitto', ['-c', file], { stdio: 'ignore' })
    await until('mosquitto listens', () => listens(port))
    return process
  }
  let broker = await start()
  const subscribers = new Set<ChildProcess>()
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async publish(topic, payload, options = []) {
      await run('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), '-t', topic, '-m', payload, ...options])
    },
    async subscribe(topic, options = []) {
      // Its lines as they come: into a pipe they would wait for a full buffer.
      const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', '-h', '127.0.0.1', '-p', String(port), '-t', topic, '-v', '-d', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
      subscribers.add(child)
      const lines: string[] = []
      let subscribed = false
      let rest = ''
      child.stdout.on('data', (chunk: Buffer) => {
        const parts = (rest + chunk.toString()).split('\n')
        rest = parts.pop()!
        for (const line of parts) {
          if (line.startsWith('Subscribed ')) subscribed = true
          else if (!/^(Client |Received )/.test(line)) lines.push(line)
        }
      })
      await until('mosquitto_sub is subscribed', () => subscribed)
      return { lines, close: () => end(child) }
    },
    freeze() {
      broker.kill('SIGSTOP')
      return () => void broker.kill('SIGCONT')
    },
    kill: () => end(broker, 'SIGKILL'),
    async restart() {
      await end(broker, 'SIGTERM')
      broker = await start()
    },
    async close() {
      for (const child of subscribers) await end(child)
      await end(broker)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

// ---- Modbus -----------------------------------------------------------------------------------------------------------

/** mbpoll, an independent Modbus client. Registers are counted from 0. */
export async function mbpollWrite(port: number, type: '4' | '4:float' | '0', register: number, values: readonly number[]): Promise<void> {
  await run('mbpoll', ['-m', 'tcp', '-a', '1', '-0', '-r', String(register), '-t', type, '-p', String(port), '127.0.0.1', '--', ...values.map(String)])
}
export async function mbpollRead(port: number, type: '4' | '3' | '0' | '4:float', register: number, count = 1): Promise<number[]> {
  const { stdout } = await run('mbpoll', ['-m', 'tcp', '-a', '1', '-0', '-1', '-r', String(register), '-c', String(count), '-t', type, '-p', String(port), '127.0.0.1'])
  return [...stdout.matchAll(/^\[\d+\]:\s+(-?[\d.e+-]+)/gm)].map((m) => Number(m[1]))
}

export interface ModbusServer {
  readonly port: number
  readonly holding: Uint16Array
  readonly input: Uint16Array
  readonly coils: Uint8Array
  /** Requests as they came: 'input 0 x 5'. */
  readonly log: string[]
  /** The exception for a register, or 0. */
  refuse: (address: number) => number
  /** Requests are swallowed. */
  silent: boolean
  kill(): Promise<void>
  restart(): Promise<void>
}
/** A Modbus TCP device made with modbus-serial's server: registers that a test holds in its hands. */
export async function startModbusServer(port?: number): Promise<ModbusServer> {
  const at = port ?? (await freePort())
  // By callback: the library leaves a rejected promise of these unhandled.
  const answer = <T>(address: number, length: number, give: () => T, over: (error: Error | null, value: T) => void): void => {
    if (device.silent) return
    for (let i = address; i < address + length; i++) {
      const code = device.refuse(i)
      if (code > 0) return over(Object.assign(new Error(`exception ${code}`), { modbusErrorCode: code }), undefined as T)
    }
    over(null, give())
  }
  const note = (text: string): void => void device.log.push(text)
  type Many = (error: Error | null, values: number[]) => void
  type One<T> = (error: Error | null, value: T) => void
  const many = (table: 'holding' | 'input') => (address: number, length: number, _unit: number, over: Many) => {
    note(`${table} ${address} x ${length}`)
    // The library looks into the values also when there is an error.
    answer(address, length, () => Array.from(device[table].subarray(address, address + length)), (error, values) => over(error, values ?? []))
  }
  const bit = (address: number, _unit: number, over: One<boolean>): void => answer(address, 1, () => device.coils[address] === 1, over)
  const start = async (): Promise<ServerTCP> => {
    const made = new ServerTCP(
      {
        getHoldingRegister: (a: number, _unit: number, over: One<number>) => answer(a, 1, () => device.holding[a]!, over),
        getInputRegister: (a: number, _unit: number, over: One<number>) => answer(a, 1, () => device.input[a]!, over),
        getMultipleHoldingRegisters: many('holding'),
        getMultipleInputRegisters: many('input'),
        getCoil: bit,
        getDiscreteInput: bit,
        setCoil: (a: number, value: boolean, _unit: number, over: (error: Error | null) => void) => answer(a, 1, () => void (device.coils[a] = value ? 1 : 0), over),
        setRegister: (a: number, value: number, _unit: number, over: (error: Error | null) => void) => {
          note(`write ${a} = ${value}`)
          answer(a, 1, () => void (device.holding[a] = value), over)
        },
      },
      { host: '127.0.0.1', port: at, debug: false, unitID: 255 },
    )
    made.on('socketError', () => undefined)
    await new Promise<void>((resolve, reject) => {
      made.on('initialized', () => resolve())
      made.on('serverError', (error) => reject(error ?? new Error('the server failed')))
    })
    return made
  }
  const device: ModbusServer = {
    port: at, holding: new Uint16Array(4096), input: new Uint16Array(4096), coils: new Uint8Array(256), log: [], refuse: () => 0, silent: false,
    kill: () => new Promise((resolve) => server.close(() => resolve())),
    async restart() {
      server = await start()
    },
  }
  let server = await start()
  return device
}

/** A port that accepts and never answers. */
export async function startSilent(port = 0): Promise<{ readonly port: number; readonly accepted: () => number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server: Server = createServer((socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** A child that is forked from a `.ts` file, says 'ready' with a port over IPC, and then answers `send`. */
export async function startChild(file: string, args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`${path.basename(file)} ended with ${code}`)))
  })
  return { child, port }
}
