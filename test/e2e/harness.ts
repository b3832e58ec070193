// The real thing for a test: `headgate start` as a process of its own with its plant, and Chromium before it. What the
// browser reports as an error (a script's, the console's, the Content-Security-Policy's) fails the test that it happens in;
// what a failed test saw lies in test-results/. Everything ends by its id.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { ConnectionBody, HealthBody } from '#format'
import { until } from '../io.ts'
import { end } from '../peers.ts'

const root = resolve(import.meta.dirname, '../..')
const CHROMIUM = '/usr/bin/chromium'
/** A first start builds the editor when its sources changed, and deploys the example. */
export const START_MS = 60_000
/** How long the browser may take to show something on a busy machine. */
export const SHOWN_MS = 15_000

export const user = 'ada'
export const password = 'the river runs slowly'

// ---- the gateway --------------------------------------------------------------------------------------------------------

export interface GatewayProcess {
  readonly url: string
  /** What it printed, claim link included. */
  readonly said: () => string
  readonly health: () => Promise<HealthBody>
  /** Of this first start; it is used up by the claim. */
  readonly token: string
  /** As a power cut would. */
  kill(): Promise<void>
  /** On the same data and the same port. */
  restart(): Promise<void>
  /** Its log file. */
  log(): string
  close(): Promise<void>
}

export async function startGateway(extra: readonly string[] = []): Promise<GatewayProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-e2e-'))
  const data = join(folder, 'data')
  // As a person's shell would have it: vitest's NODE_ENV would make it another build of the editor.
  const { NODE_ENV: _test, ...own } = process.env
  const env = { ...own, HEADGATE_KEY_FILE: join(folder, 'secrets.key') }
  let output = ''
  const start = async (port: number): Promise<{ child: ChildProcess; url: string }> => {
    output = ''
    const child = spawn(process.execPath, [join(root, 'runtime/cli/headgate.mjs'), 'start', '--data', data, '--port', String(port), '--seed', '1', ...extra], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    const url = await until('the gateway says where it is', () => {
      if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}:\n${output}`)
      return /Headgate runs at (\S+)/.exec(output)?.[1]
    }, START_MS)
    return { child, url }
  }
  let { child, url } = await start(0)
  const token = await until('the gateway prints the claim token', () => /#claim=(\S+)/.exec(output)?.[1])
  return {
    get url() {
      return url
    },
    token,
    said: () => output,
    health: async () => (await (await fetch(`${url}/api/health`)).json()) as HealthBody,
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      ;({ child, url } = await start(Number(new URL(url).port)))
    },
    log: () => (existsSync(join(data, 'gateway.log')) ? readFileSync(join(data, 'gateway.log'), 'utf8') : ''),
    async close() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

// ---- the browser --------------------------------------------------------------------------------------------------------

export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: these tests need a real browser. Install it: apt-get install chromium`)
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Console errors that match are what the test wants (a gateway that is killed cannot answer). */
  expectErrors(pattern: RegExp): void
}

/** Runs one story in a fresh browser profile. Throws what the story throws, else what the browser complained of. */
export async function visit(name: string, browser: Browser, gateway: GatewayProcess, story: (visit: Visit) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, colorScheme: 'light' })
  const page = await context.newPage()
  page.setDefaultTimeout(SHOWN_MS)
  const messages: string[] = []
  const errors: string[] = []
  const expected: RegExp[] = []
  const complain = (text: string): void => {
    messages.push(text)
    if (!expected.some((e) => e.test(text))) errors.push(text)
  }
  page.on('pageerror', (error) => complain(`page error: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    const text = `console ${message.type()}: ${message.text()} ${message.location().url}`
    if (message.type() === 'error' || (message.type() === 'warning' && /content security policy/i.test(message.text()))) complain(text)
    else messages.push(text)
  })
  page.on('requestfailed', (request) => messages.push(`request failed: ${request.method()} ${request.url()} ${request.failure()?.errorText ?? ''}`))
  try {
    await story({ page, context, expectErrors: (pattern) => void expected.push(pattern) })
    if (errors.length > 0) throw new Error(`The browser reports errors:\n${errors.join('\n')}`)
  } catch (thrown) {
    await keep(name, page, [...messages, '', '== gateway', gateway.said(), gateway.log()])
    throw thrown
  } finally {
    await context.close()
  }
}

async function keep(name: string, page: Page, lines: readonly string[]): Promise<void> {
  const folder = join(root, 'test-results')
  const file = join(folder, name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase())
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.txt`, lines.join('\n'))
  await page.screenshot({ path: `${file}.png` })
}

/** The port that a connection of the plant has in this run: it takes the next free one when its usual one is in use. */
export async function plantPort(page: Page, gateway: GatewayProcess, name: string): Promise<number> {
  const connections = (await (await page.request.get(`${gateway.url}/api/connections`)).json()) as ConnectionBody[]
  return Number(connections.find((c) => c.name === name)!.config['port'])
}
