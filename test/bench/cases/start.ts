// Case 4: from the start of the process to the first healthy answer, and the memory once it runs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { family, memory } from '../proc.ts'
import { startContender, startProgram, type Started } from '../process.ts'
import { median } from '../measure.ts'
import type { Case } from '../report.ts'
import type { HealthBody } from '#format'
import { buildEditor } from '../../../runtime/cli/build-editor.ts'

const root = resolve(import.meta.dirname, '../../..')
const LIMIT_MS = 40_000
/** What `npm start` runs, without npm: 'node' is this one. */
const npmStart = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }).scripts.start.split(' ').slice(1)

/** Times since the start of the process. */
interface Start {
  /** It answers, and its editor's page is served. */
  readonly healthyMs: number
  /** The flow runs. */
  readonly flowMs: number
  readonly rssMb: number
  /** Proportional: pages that processes share count once. Undefined where the system does not tell. */
  readonly pssMb: number | undefined
}

/** Resolves with ms since `began` when nothing is missing any more; `missing` tells what still is. */
async function until(process: Started, began: number, missing: () => Promise<string | undefined>): Promise<number> {
  for (;;) {
    const what = await Promise.race([missing(), process.failed])
    if (what === undefined) return performance.now() - began
    if (performance.now() - began > LIMIT_MS) throw new Error(`not ready after ${LIMIT_MS / 1000} s: ${what}`)
    await wait(10)
  }
}
/** Undefined while nobody answers. */
async function get(url: string): Promise<Response | undefined> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(5000) })
  } catch {
    return undefined
  }
}

async function headgate(settleMs: number): Promise<Start> {
  const data = mkdtempSync(join(tmpdir(), 'headgate-bench-data-'))
  const began = performance.now()
  const gateway = startProgram(process.execPath, [...npmStart, '--data', data, '--port', '0', '--no-build'], LIMIT_MS + 20_000, process.env, root)
  try {
    let url: string | undefined
    while (url === undefined) url = /http:\/\/\S+/.exec(await gateway.next<string>())?.[0]
    const health = async (): Promise<HealthBody | undefined> => {
      const answer = await get(`${url}/api/health`)
      return answer?.ok === true ? ((await answer.json()) as HealthBody) : undefined
    }
    const healthyMs = await until(gateway, began, async () => {
      if ((await health()) === undefined) return 'GET /api/health is not answered'
      const page = await get(`${url}/`)
      await page?.arrayBuffer()
      return page?.ok === true ? undefined : `the editor answers ${page?.status ?? 'nothing'}`
    })
    const flowMs = await until(gateway, began, async () => {
      const flows = (await health())?.flows ?? []
      return flows.length > 0 && flows.every((f) => f.state === 'running') ? undefined : `the example flow is ${flows[0]?.state ?? 'not there'}`
    })
    await wait(settleMs)
    // The simulated plant is the plant, not the gateway.
    const own = family(gateway.pid).filter(({ command }) => !command.includes('runtime/plant/'))
    return { healthyMs, flowMs, ...memory(own.map((p) => p.pid)) }
  } finally {
    await gateway.end()
    rmSync(data, { recursive: true, force: true })
  }
}

async function nodeRed(settleMs: number): Promise<Start> {
  const began = performance.now()
  const red = startContender('start-node-red', {}, LIMIT_MS + 20_000)
  try {
    const { url } = await red.next<{ url: string }>()
    const healthyMs = await until(red, began, async () => ((await get(url))?.ok === true ? undefined : 'its editor does not answer'))
    await red.next()
    const flowMs = performance.now() - began
    await wait(settleMs)
    return { healthyMs, flowMs, ...memory(family(red.pid).map((p) => p.pid)) }
  } finally {
    await red.end()
  }
}

export const start: Case = {
  name: 'start',
  async run({ quick, say }) {
    const problem = await buildEditor()
    if (problem !== undefined) throw new Error(`the editor could not be built: ${problem}`)
    const rounds = quick ? 1 : 2
    const settleMs = quick ? 3000 : 15_000
    const ours: Start[] = []
    const theirs: Start[] = []
    for (let round = 0; round < rounds; round++) {
      say(`start and memory, round ${round + 1} of ${rounds}`)
      ours.push(await headgate(settleMs))
      theirs.push(await nodeRed(settleMs))
    }
    const of = (starts: readonly Start[], what: keyof Start): number => median(starts.map((s) => s[what] ?? 0))
    const pss = (starts: readonly Start[]): string => (starts.every((s) => s.pssMb !== undefined) ? `${Math.round(of(starts, 'pssMb'))} MB with shared pages counted once; ` : '')
    const row = (contender: string, starts: readonly Start[], what: keyof Start, unit: string, note: string, expected?: string) => ({
      contender, rate: of(starts, what), unit, ratios: [], note, rounds: starts.map((s) => s[what] ?? 0), ...(expected === undefined ? {} : { expected }),
    })
    return [
      row('Headgate: editor', ours, 'healthyMs', 'ms', 'start of the process to GET /api/health and the editor page', 'below 3,000 ms'),
      row('Headgate: flow', ours, 'flowMs', 'ms', 'the simulated plant is up and the example flow runs (first start)'),
      row('Node-RED: editor', theirs, 'healthyMs', 'ms', 'start of the process to its editor page'),
      row('Node-RED: flow', theirs, 'flowMs', 'ms', 'inject, change, range, filter, switch, debug'),
      row('Headgate: memory', ours, 'rssMb', 'MB', `${pss(ours)}gateway and engine, example flow with Modbus, MQTT, OPC UA, model`, 'below 320 MB'),
      row('Node-RED: memory', theirs, 'rssMb', 'MB', `${pss(theirs)}one process, core nodes only`),
    ]
  },
}
