// The jail: a process that runs users' code for one engine. `node jail.ts INTERPRETER FILE`, with the engine's requests on
// stdin and the answers on stdout (messages.ts). It starts without environment, files or children (process.ts says how).
// When its engine is gone, its input ends, and so does it.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type Variant from '@jitl/quickjs-ng-wasmfile-release-sync'
import type * as IsolatedVm from 'isolated-vm'
import type * as QuickJs from 'quickjs-emscripten-core'
import { isolates } from './isolate.ts'
import { BETWEEN, TURN_MS, type Hello, type Interpreter, type OpenedJson, type OpenJson } from './messages.ts'
import { quickjs } from './quickjs.ts'
import { Gone, Refused, TookTooLong, type Sandbox, type SandboxSource } from './sandbox.ts'

const answer = (line: string): void => void process.stdout.write(`${line}\n`)
const said = (thrown: unknown): string => (thrown instanceof Error ? thrown.message || thrown.name : String(thrown)).split('\n')[0]!

/** `files`: the library's entry; for QuickJS the core's and the variant's, whose wasm lies beside it. */
async function interpreter(name: Interpreter, files: readonly string[]): Promise<(source: SandboxSource) => Sandbox | Promise<Sandbox>> {
  const load = async (file: string): Promise<unknown> => ((await import(pathToFileURL(file).href)) as { default?: unknown })
  if (name === 'isolated-vm') return isolates(((await load(files[0]!)) as { default: typeof IsolatedVm }).default)
  if (name !== 'quickjs') throw new Error(`there is no interpreter '${name as string}'`)
  const core = (await load(files[0]!)) as typeof QuickJs
  const { default: variant } = (await load(files[1]!)) as { default: (typeof Variant)['default'] }
  return quickjs(core, variant, readFileSync(join(dirname(files[1]!), 'emscripten-module.wasm')))
}

interface Cell {
  readonly sandbox: Sandbox
  readonly timeLimitMs: number
  /** How the last call ended, so that it counts or does not. */
  ok: boolean
}
const cells = new Map<string, Cell>()

function close(id: string): void {
  cells.get(id)?.sandbox.dispose()
  cells.delete(id)
}

async function open(id: string, source: OpenJson, make: Awaited<ReturnType<typeof interpreter>>): Promise<OpenedJson> {
  close(id)
  try {
    cells.set(id, { sandbox: await make(source), timeLimitMs: source.timeLimitMs, ok: true })
    return { opened: true }
  } catch (thrown) {
    if (thrown instanceof Refused) return { refused: thrown.message, line: thrown.line, ...(thrown.column === undefined ? {} : { column: thrown.column }) }
    return { died: said(thrown) }
  }
}

/** The CPU time of this process, ms. */
function worked(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function run(id: string, calls: readonly string[]): string {
  const cell = cells.get(id)
  if (!cell) return JSON.stringify({ died: 'it is not open' })
  const { sandbox, timeLimitMs } = cell
  const results: string[] = []
  const began = performance.now()
  try {
    for (const call of calls) {
      results.push(once(cell, call, timeLimitMs))
      if (performance.now() - began > TURN_MS) break
    }
    return `{"results":[${results.join(',')}],"changed":${sandbox.changed(cell.ok)}}`
  } catch (thrown) {
    close(id)
    return JSON.stringify({ died: thrown instanceof Gone ? thrown.message : said(thrown) })
  }
}

function once(cell: Cell, call: string, timeLimitMs: number): string {
  for (let last = false; ; last = true) {
    const before = worked()
    const counts = cell.ok
    try {
      cell.ok = true
      return cell.sandbox.call(call, counts)
    } catch (thrown) {
      if (!(thrown instanceof TookTooLong)) throw thrown
      cell.ok = false
      // On a machine that was busy elsewhere, or stopped, the time was not this code's: once more.
      if (!last && worked() - before < timeLimitMs / 2) continue
      return JSON.stringify({ fail: `The code took longer than ${timeLimitMs} ms.` })
    }
  }
}

async function serve(): Promise<void> {
  const [name, ...files] = process.argv.slice(2)
  let make: Awaited<ReturnType<typeof interpreter>>
  try {
    make = await interpreter(name as Interpreter, files)
  } catch (thrown) {
    answer(JSON.stringify({ missing: said(thrown) } satisfies Hello))
    return
  }
  answer(JSON.stringify({ ready: name as Interpreter } satisfies Hello))

  const take = async (line: string): Promise<void> => {
    const [, verb, id, json] = /^(\w+) (\d+) ?([^]*)$/.exec(line)!
    if (verb === 'open') answer(JSON.stringify(await open(id!, JSON.parse(json!) as OpenJson, make)))
    else if (verb === 'run') answer(run(id!, json!.split(BETWEEN)))
    else {
      close(id!)
      answer('{}')
    }
  }
  let rest = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin as AsyncIterable<string>) {
    // Only what is new is looked through: a long line comes in many pieces.
    const end = chunk.lastIndexOf('\n')
    if (end < 0) {
      rest += chunk
      continue
    }
    const lines = (rest + chunk.slice(0, end)).split('\n')
    rest = chunk.slice(end + 1)
    for (const line of lines) await take(line)
  }
  process.exit(0)
}
await serve()
