// `headgate start`: builds the editor when its sources changed, starts the gateway, prints where it is.
import { flushCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { reasonOf } from '#kit'
import { startGateway, type RunningGateway, type StartOptions } from '../main.ts'
import { numberOption, UsageError, type Command } from './command.ts'

const options = {
  data: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' }, name: { type: 'string' }, 'behind-proxy': { type: 'string' },
  'no-plant': { type: 'boolean' }, 'plant-speed': { type: 'string' }, seed: { type: 'string' }, 'no-build': { type: 'boolean' },
} as const

export const startUsage = `
  --data DIR            the data folder (./data)
  --port N              the port (1890; 0 takes any free one)
  --host H              the address to listen on (127.0.0.1)
  --behind-proxy URL    the address that people use, when a proxy with TLS stands before the gateway
  --name N              what this gateway is called
  --no-plant            without the simulated plant
  --plant-speed X       simulated time over real time (1)
  --seed N              of the simulated plant (1)
`

export function readStart(args: readonly string[]): StartOptions & { readonly build: boolean } {
  const { values } = parseArgs({ args: [...args], options })
  const proxy = values['behind-proxy']
  if (proxy !== undefined && !/^https?:\/\/[^/]+$/.test(proxy)) throw new UsageError(`--behind-proxy must be an address such as 'https://gw.example.com', not '${proxy}'.`)
  if (values.name !== undefined && (values.name.trim() === '' || values.name.length > 100)) throw new UsageError('--name must have 1 to 100 characters.')
  return {
    data: values.data ?? 'data',
    port: numberOption('port', values.port, 0, 65535, true) ?? 1890,
    host: values.host ?? '127.0.0.1',
    ...(proxy === undefined ? {} : { behindProxy: proxy }),
    name: values.name ?? 'Headgate',
    plant: values['no-plant'] !== true,
    plantSpeed: numberOption('plant-speed', values['plant-speed'], 0.01, 100, false) ?? 1,
    seed: numberOption('seed', values.seed, 0, 2 ** 31, true) ?? 1,
    build: values['no-build'] !== true,
  }
}

export const start: Command = {
  usage: `Usage: headgate start [options]

Starts the gateway with its editor and the simulated plant, and prints its address and, until it is claimed, the claim token.
${startUsage}  --no-build            do not look whether the editor must be built
`,
  async run(args) {
    const { build, ...chosen } = readStart(args)
    const [running] = await Promise.all([startGateway(chosen), build ? ensureEditor() : undefined])
    announce(running, resolve(chosen.data))
    // Kept now, not only at a clean end: the next start is quick also after a power cut.
    void running.settled.then(() => flushCompileCache())
    return runUntilSignal(running)
  },
}

async function ensureEditor(): Promise<void> {
  const { buildEditor } = await import('./build-editor.ts')
  const problem = await buildEditor()
  if (problem !== undefined) process.stderr.write(`headgate: the editor could not be built: ${problem}\n`)
}

export function announce(running: RunningGateway, data: string, url = running.url): void {
  const token = running.claimToken()
  const lines = [`Headgate runs at ${url}`, `  data in ${data}`]
  if (token !== undefined) lines.push('', 'Nobody has claimed it yet. Open this once to become its administrator:', `  ${url}/#claim=${token}`, `  (claim token: ${token}; also in ${join(data, 'claim-token')})`)
  lines.push('', 'Ctrl+C ends it.', '')
  process.stdout.write(lines.join('\n'))
}

/** Resolves with the exit code when the gateway was told to end and has ended. */
export function runUntilSignal(running: RunningGateway, also: () => unknown = () => undefined): Promise<number> {
  return new Promise((done) => {
    let ending = false
    const end = (code: number): void => {
      if (ending) return
      ending = true
      // What does not end in time is left to the system.
      setTimeout(() => process.exit(1), 12_000).unref()
      void (async () => {
        await also()
        await running.close()
        done(code)
        // A handle that nobody closed must not keep the process.
        setTimeout(() => process.exit(code), 200).unref()
      })()
    }
    process.once('SIGINT', () => end(0))
    process.once('SIGTERM', () => end(0))
    process.once('SIGHUP', () => end(0))
    process.on('unhandledRejection', (thrown) => running.log.write('error', `A failure that nobody handled: ${reasonOf(thrown)}`, thrown))
    process.on('uncaughtException', (thrown) => {
      running.log.write('error', `The gateway fails: ${reasonOf(thrown)}`, thrown)
      process.stderr.write(`headgate: ${reasonOf(thrown)}\n`)
      end(1)
    })
  })
}
