// The models of this gateway: folders NAME/ with model.onnx and, if it has one, card.json. No file is trusted before a
// process of its own has opened it (probe.ts): limited in time, memory and CPU time by prlimit, cut off the network by a
// namespace of its own (unshare), where the machine has them (Linux); elsewhere only in time. What was found is kept by the file's hash.
// The model that comes with Headgate is not probed: its card names the hash of the file it was made with.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { issue, reasonOf, type Issue, type ModelInfo, type ModelPort } from '#kit'
import type { ModelBody } from '#format'

/** Models in the repository, whose cards are trusted. */
export const shippedModels = fileURLToPath(new URL('../../models/', import.meta.url))

export interface RegistryOptions {
  /** Looked through in this order; of two models of one name the later folder's counts. A folder that is not there has none. */
  readonly folders: readonly string[]
  /** File that keeps what probes found; without it every start probes again. */
  readonly cache?: string
  /** A probe longer than this has failed. */
  readonly probeTimeoutMs?: number
}
export interface ModelEntry {
  readonly info: ModelInfo
  readonly file: string
}
export interface Registry {
  /** By name, those that do not load among them, with their issue. */
  list(): readonly ModelBody[]
  /** Undefined when there is none of this name, or it does not load, or is still being probed: `issue` tells. */
  get(name: string): ModelEntry | undefined
  issue(name: string): Issue | undefined
  /** Looks at the folders again; resolves when every new file is probed. */
  refresh(): Promise<void>
  close(): Promise<void>
}

type Found = { readonly inputs: readonly ModelPort[]; readonly outputs: readonly ModelPort[] } | { readonly reason: string }
interface Known {
  readonly file: string
  readonly bytes: number
  /** To see that a file is unchanged without hashing it again. */
  readonly changedMs: number
  readonly cardMs: number
  readonly body: ModelBody
  readonly info: ModelInfo | undefined
  /** Not probed yet. */
  readonly pending?: true
}
interface Card {
  readonly title?: string
  readonly summary?: string
  readonly hash?: string
  readonly inputs?: readonly ModelPort[]
  readonly outputs?: readonly ModelPort[]
  /** Statistics of the readings that it was trained with, by the label of an element. */
  readonly baseline?: { readonly features?: readonly { readonly feature?: string; readonly mean?: number; readonly std?: number }[] }
}

const MODEL_NAME = /^[a-z][a-z0-9_-]{0,63}$/
const memoryLimit = 4 * 1024 ** 3

/** Resolves once the folders are read; probes of new files go on (`refresh` waits for them). */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const models = new Map<string, Known>()
  const cache = new Map<string, Found>()
  const version = runtimeVersion()
  const stopping = new AbortController()
  if (options.cache !== undefined) await loadCache(options.cache, version, cache)
  let queue: Promise<void> = Promise.resolve()

  /** `wait`: probe in this call; else only say that a probe is due. */
  const scan = async (wait: boolean): Promise<void> => {
    const seen = new Set<string>()
    for (const { name, folder } of await modelFolders(options.folders)) {
      if (stopping.signal.aborted) return
      seen.add(name)
      models.set(name, await look(name, folder, models.get(name), wait))
    }
    for (const name of models.keys()) if (!seen.has(name)) models.delete(name)
  }
  const rescan = (wait: boolean): Promise<void> => {
    const done = queue.then(() => scan(wait))
    queue = done.catch(() => undefined) // the caller of this scan is told; the next one starts afresh
    return done
  }

  const look = async (name: string, folder: string, before: Known | undefined, wait: boolean): Promise<Known> => {
    const file = join(folder, 'model.onnx')
    const { size, mtimeMs } = await stat(file)
    const cardMs = await stat(join(folder, 'card.json')).then((s) => s.mtimeMs, () => 0)
    const same = before?.file === file && before.bytes === size && before.changedMs === mtimeMs && before.cardMs === cardMs
    if (same && !before.pending) return before
    const hash = same ? before.body.hash : await hashOf(file)
    const known = { file, bytes: size, changedMs: mtimeMs, cardMs }
    const bare = { name, title: name, summary: '', hash, bytes: size, inputs: [], outputs: [] }
    const broken = (reason: string): Known => ({ ...known, info: undefined, body: { ...bare, issue: issue('MODEL_LOAD', {}, { name, reason }) } })

    let card: Card = {}
    try {
      if (cardMs > 0) card = readCard(await readFile(join(folder, 'card.json'), 'utf8'))
    } catch (thrown) {
      return broken(`its card.json cannot be used: ${reasonOf(thrown)}`)
    }
    let found: Found | undefined
    if (resolve(dirname(folder)) === resolve(shippedModels) && card.hash === hash && card.inputs && card.outputs) found = { inputs: card.inputs, outputs: card.outputs }
    found ??= cache.get(hash)
    if (!found && !wait) return { ...known, info: undefined, pending: true, body: { ...bare, issue: issue('MODEL_LOAD', {}, { name, reason: 'it is still being checked, which takes some seconds' }) } }
    if (!found) {
      const result = await probe(file, options.probeTimeoutMs ?? 20_000, stopping.signal)
      found = result.found
      if (result.certain) {
        cache.set(hash, found)
        if (options.cache !== undefined) await saveCache(options.cache, version, cache)
      }
    }
    if ('reason' in found) return broken(found.reason)
    try {
      const inputs = described(found.inputs, withBaseline(card))
      const outputs = described(found.outputs, card.outputs)
      const title = card.title ?? name
      return { ...known, info: { name, hash, title, inputs, outputs }, body: { ...bare, title, summary: card.summary ?? '', inputs, outputs } }
    } catch (thrown) {
      return broken(`its card.json does not fit: ${reasonOf(thrown)}`)
    }
  }

  await rescan(false)
  const background = [...models.values()].some((m) => m.pending) ? rescan(true).catch(() => undefined) : Promise.resolve() // list() shows each failure

  return {
    list: () => [...models.values()].map((m) => m.body).sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => {
      const known = models.get(name)
      return known?.info && { info: known.info, file: known.file }
    },
    issue: (name) => {
      const known = models.get(name)
      return known ? known.body.issue : issue('MODEL_UNKNOWN', {}, { name, models: [...models.keys()].sort().join(', ') || 'none is installed' })
    },
    refresh: () => rescan(true),
    async close() {
      stopping.abort()
      await Promise.allSettled([queue, background])
    },
  }
}

async function modelFolders(folders: readonly string[]): Promise<{ name: string; folder: string }[]> {
  const found = new Map<string, string>()
  for (const root of folders) {
    const entries = await readdir(root, { withFileTypes: true }).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return []
      throw thrown
    })
    for (const entry of entries) {
      if (!entry.isDirectory() || !MODEL_NAME.test(entry.name)) continue
      const folder = join(root, entry.name)
      if (await stat(join(folder, 'model.onnx')).then((s) => s.isFile(), () => false)) found.set(entry.name, folder)
    }
  }
  return [...found].map(([name, folder]) => ({ name, folder }))
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function readCard(text: string): Card {
  const card = JSON.parse(text) as unknown
  if (typeof card !== 'object' || card === null || Array.isArray(card)) throw new Error('it is not a JSON object')
  for (const side of ['inputs', 'outputs'] as const) {
    const ports = (card as Record<string, unknown>)[side]
    if (ports !== undefined && !(Array.isArray(ports) && ports.every((p) => typeof (p as ModelPort | null)?.name === 'string'))) throw new Error(`'${side}' is not a list of ports with names`)
  }
  return card as Card
}

/** Names, types and shapes as the file has them; title, unit and labels from the card. Throws when the two disagree. */
function described(found: readonly ModelPort[], carded: readonly ModelPort[] = []): ModelPort[] {
  for (const c of carded) if (!found.some((p) => p.name === c.name)) throw new Error(`the model has no '${c.name}'`)
  return found.map((p) => {
    const c = carded.find((x) => x.name === p.name)
    const length = p.shape.slice(p.shape[0] === -1 || p.shape[0] === 1 ? 1 : 0).reduce((a, b) => a * b, 1)
    if (c?.labels && length > 0 && c.labels.length !== length) throw new Error(`'${p.name}' has ${length} elements and ${c.labels.length} labels`)
    const statistics: { mean?: readonly number[]; std?: readonly number[]; min?: readonly number[]; max?: readonly number[] } = {}
    for (const key of ['mean', 'std', 'min', 'max'] as const) {
      const list = c?.[key]
      if (list === undefined) continue
      if (!Array.isArray(list) || !list.every(Number.isFinite) || (length > 0 && list.length !== length)) throw new Error(`'${p.name}' has ${length} elements, and '${key}' is not a number for each`)
      statistics[key] = list
    }
    return { name: p.name, type: p.type, shape: p.shape, ...(c?.title === undefined ? {} : { title: c.title }), ...(c?.unit === undefined ? {} : { unit: c.unit }), ...(c?.labels === undefined ? {} : { labels: c.labels }), ...statistics }
  })
}

/** The card's inputs; the only one with the mean and deviation of the baseline, when that has each of its labels in order. */
function withBaseline({ inputs, baseline }: Card): readonly ModelPort[] | undefined {
  const [input] = inputs ?? []
  const features = baseline?.features
  if (input?.labels === undefined || inputs!.length !== 1 || !Array.isArray(features) || features.length !== input.labels.length) return inputs
  if (!features.every((f, i) => f?.feature === input.labels![i] && Number.isFinite(f.mean) && Number.isFinite(f.std))) return inputs
  return [{ mean: features.map((f) => f.mean as number), std: features.map((f) => f.std as number), ...input }]
}

// ---- probing ----------------------------------------------------------------------------------------------------------

const run = promisify(execFile)
let jail: Promise<readonly string[]> | undefined

/** The commands in front of the probe's: what of prlimit and unshare this machine lets us use. */
export function jailCommand(): Promise<readonly string[]> {
  const works = (command: readonly string[]): Promise<boolean> => run(command[0]!, [...command.slice(1), 'true'], { timeout: 5000 }).then(() => true, () => false)
  jail ??= (async () => {
    if (process.platform !== 'linux') return []
    const parts = [['unshare', '--user', '--net', '--'], ['prlimit', `--as=${memoryLimit}`, '--cpu=60', '--core=0', '--']]
    const usable = await Promise.all(parts.map(works))
    return parts.filter((_, i) => usable[i]).flat()
  })()
  return jail
}

/** `certain`: the same file will give the same again, so it may be kept. */
async function probe(file: string, timeoutMs: number, signal: AbortSignal): Promise<{ found: Found; certain: boolean }> {
  const [command, ...args] = [...(await jailCommand()), process.execPath, '--max-old-space-size=256', fileURLToPath(new URL('./probe.ts', import.meta.url)), resolve(file)]
  const folder = await mkdtemp(join(tmpdir(), 'headgate-probe-'))
  try {
    const { stdout } = await run(command!, args, { cwd: folder, env: { PATH: process.env['PATH'] ?? '' }, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 4 * 1024 * 1024, signal })
    return { found: JSON.parse(stdout) as Found, certain: true }
  } catch (thrown) {
    const { killed, signal: by, code } = thrown as { killed?: boolean; signal?: string; code?: unknown }
    if (killed) return { found: { reason: `it took longer than ${timeoutMs / 1000} s to open and run once` }, certain: false }
    if (by) return { found: { reason: `opening it crashed the process that tried (${by}), or it needs more than ${memoryLimit / 1024 ** 3} GB` }, certain: false }
    return { found: { reason: typeof code === 'number' ? `opening it failed with exit code ${code}` : reasonOf(thrown) }, certain: false }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// ---- what probes found --------------------------------------------------------------------------------------------------

/** Of onnxruntime: another version may load what this one does not. */
function runtimeVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version
}

async function loadCache(file: string, version: string, into: Map<string, Found>): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '') // not there at the first start
  try {
    const kept = JSON.parse(text) as { onnxruntime: string; models: Record<string, Found> }
    if (kept.onnxruntime === version) for (const [hash, found] of Object.entries(kept.models)) into.set(hash, found)
  } catch {
    into.clear() // half written or not ours: every model is simply probed again
  }
}

async function saveCache(file: string, version: string, cache: ReadonlyMap<string, Found>): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.tmp`
  await writeFile(draft, `${JSON.stringify({ onnxruntime: version, models: Object.fromEntries(cache) })}\n`, { mode: 0o600, flush: true })
  await rename(draft, file)
}
