// Case 4: from the start of the process to the first healthy answer, and the memory once it runs.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startContender, startProgram, type Started } from '../process.ts'
import { median } from '../readings.ts'
import type { Case } from '../report.ts'

const root = resolve(import.meta.dirname, '../../..')
const LIMIT_MS = 40_000

interface Start {
  readonly healthyMs: number
  /** The example flow runs, and its editor's page is served. */
  readonly flowMs: number
  readonly rssMb: number
  /** Proportional: pages that processes share count once. Undefined where the system does not tell. */
  readonly pssMb: number | undefined
}

const text = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process has ended, or this may not be read
  }
}
const field = (file: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text(file))?.[1] ?? 0)

/** The process and those it started, by what each was started with. */
function family(pid: number): { readonly pid: number; readonly command: string }[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && field(`/proc/${name}/status`, 'PPid') === pid)
  return [{ pid, command: text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }, ...children.flatMap((child) => family(Number(child)))]
}

function memory(pids: readonly number[]): Pick<Start, 'rssMb' | 'pssMb'> {
  const sum = (file: string, name: string): number => pids.reduce((a, pid) => a + field(`/proc/${pid}/${file}`, name), 0) / 1024
  const pss = sum('smaps_rollup', 'Pss')
  return { rssMb: sum('status', 'VmRSS'), pssMb: pss > 0 ? pss : undefined }
}

/** Resolves with ms since `began` when the condition holds. */
async function until(what: string, process: Started, began: number, condition: () => Promise<boolean>): Promise<number> {
  for (;;) {
    if (await Promise.race([condition(), process.failed])) return performance.now() - began
    if (performance.now() - began > LIMIT_MS) throw new Error(`not after ${LIMIT_MS / 1000} s: ${what}`)
    await wait(10)
  }
}
const get = (url: string): Promise<Response | undefined> => fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)

async function headgate(settleMs: number): Promise<Start> {
  const data = mkdtempSync(join(tmpdir(), 'headgate-bench-data-'))
  const began = performance.now()
  const gateway = startProgram(process.execPath, ['runtime/cli/main.ts', 'start', '--data', data, '--port', '0', '--no-build'], LIMIT_MS + 20_000, process.env, root)
  try {
    let url: string | undefined
    while (url === undefined) url = /http:\/\/\S+/.exec(await gateway.next<string>())?.[0]
    const health = async (): Promise<{ engines: { state: string }[]; flows: { state: string }[] } | undefined> => {
      const answer = await get(`${url}/api/health`)
      return answer?.ok === true ? ((await answer.json()) as { engines: { state: string }[]; flows: { state: string }[] }) : undefined
    }
    const healthyMs = await until('Headgate is healthy', gateway, began, async () => (await health())?.engines.every((e) => e.state === 'running') === true)
    const flowMs = await until('the example flow runs and the editor is served', gateway, began, async () => {
      const answer = await health()
      return answer !== undefined && answer.flows.length > 0 && answer.flows.every((f) => f.state === 'running') && (await get(`${url}/`))?.ok === true
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
    const healthyMs = await until("Node-RED's editor is served", red, began, async () => (await get(url))?.ok === true)
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
    const rounds = quick ? 1 : 3
    const settleMs = quick ? 3000 : 8000
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
      row('Headgate: healthy', ours, 'healthyMs', 'ms', 'start of the process to GET /api/health with its engine running'),
      row('Headgate: flow and editor', ours, 'flowMs', 'ms', 'the example flow runs, the editor is served', 'below 3,000 ms'),
      row('Node-RED: answers', theirs, 'healthyMs', 'ms', 'start of the process to its editor page'),
      row('Node-RED: flow', theirs, 'flowMs', 'ms', 'inject, change, range, filter, switch, debug'),
      row('Headgate: memory', ours, 'rssMb', 'MB', `${pss(ours)}gateway and engine, example flow with Modbus, MQTT, OPC UA, model`, 'below 320 MB'),
      row('Node-RED: memory', theirs, 'rssMb', 'MB', `${pss(theirs)}one process, core nodes only`),
    ]
  },
}
