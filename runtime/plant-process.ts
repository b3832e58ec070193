// The simulated plant as a child of the gateway: forked at once, its ports told when its servers listen. When it dies the
// gateway stays up and says so.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

export interface PlantPorts {
  readonly mqtt: number
  readonly modbus: number
  readonly opcua: number
}
export interface PlantProcess {
  readonly pid: number | undefined
  /** Rejects when the plant ends before its servers listen. */
  readonly ready: Promise<PlantPorts>
  /** Resolves with the reason when it ends by itself. */
  readonly ended: Promise<string>
  close(): Promise<void>
}
export interface PlantOptions {
  readonly seed: number
  /** Simulated time over real time. */
  readonly speed: number
  /** Free ports in place of the usual ones: for tests. */
  readonly anyPort?: boolean
}

export function startPlantProcess({ seed, speed, anyPort = false }: PlantOptions): PlantProcess {
  const ports = anyPort ? ['--mqtt-port', '0', '--modbus-port', '0', '--opcua-port', '0'] : []
  const child: ChildProcess = fork(join(import.meta.dirname, 'plant/main.ts'), ['--seed', String(seed), '--speed', String(speed), ...ports], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  let closing = false
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(said.trim().split('\n').at(-1) || `exit ${signal ?? code}`))
  })
  const ready = new Promise<PlantPorts>((resolve, reject) => {
    child.on('message', (message: Partial<PlantPorts> & { type?: string }) => {
      const { type, mqtt, modbus, opcua } = message
      if (type === 'ready' && mqtt !== undefined && modbus !== undefined && opcua !== undefined) resolve({ mqtt, modbus, opcua })
    })
    void exited.then((reason) => reject(new Error(reason)))
  })
  // Who does not wait for it is told by `ended`.
  ready.catch(() => undefined)
  return {
    pid: child.pid,
    ready,
    ended: new Promise((resolve) => void exited.then((reason) => closing || resolve(reason))),
    async close() {
      closing = true
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 2500)
      await exited
      clearTimeout(hard)
    },
  }
}
