// An engine's journal: what acknowledging sources handed over, durable before it is acknowledged, and the checkpoint
// that recovery starts from. Entries are gathered here and committed as one row a group by journal-worker.ts; the next
// group leaves when the previous commit has ended, and nothing waits for a timer. See contract.ts for the promises made.
import { serialize, deserialize } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { issue, IssueError, reasonOf, type Issue, type Sample } from '#kit'
import type { Checkpoint, Journal, JournalEntry, Recovered } from '../engine/contract.ts'
import { decodeGroup, encodeGroup, weigh, type Unplaced } from './journal-codec.ts'
import type { OpenedFile, Reply, Request, Stored, WorkerOptions, Written } from './journal-worker.ts'

export interface JournalOptions {
  /** The file may not grow above this; appends then reject until a checkpoint made room. No limit unless given. */
  readonly maxBytes?: number
  /** What may wait for the disk, in bytes of samples; appends above it reject. 64 MiB unless given. */
  readonly maxWaitingBytes?: number
}

/** A group is cut at this size, so that one commit stays short. */
const GROUP_BYTES = 4 * 1024 * 1024
const SQLITE_IOERR = 10
const SQLITE_FULL = 13

interface Group {
  readonly first: number
  readonly entries: Unplaced[]
  bytes: number
  readonly committed: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}
type Unsent = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never

/**
 * Opens the file, or makes it. A damaged one is set aside (`<file>.corrupt-<time>`), what can be read of it is kept, and
 * `recover` says so. Rejects with JOURNAL_OPEN when the file cannot be used or another process holds it.
 */
export async function openJournal(file: string, options: JournalOptions = {}): Promise<Journal> {
  const worker = new Worker(new URL('./journal-worker.ts', import.meta.url), {
    name: 'journal',
    workerData: { file, maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY } satisfies WorkerOptions,
    // What the process was started with (a test runner's loaders) is not for this thread.
    execArgv: [],
  })
  const thread = new StorageThread(worker, file)
  try {
    const opened = (await thread.ask({ do: 'open' })) as OpenedFile
    return new FileJournal(thread, file, opened, options.maxWaitingBytes ?? 64 * 1024 * 1024)
  } catch (thrown) {
    await worker.terminate()
    throw new IssueError(issue('JOURNAL_OPEN', {}, { file, reason: reasonOf(thrown) }))
  }
}

class StorageThread {
  readonly #worker: Worker
  readonly #asked = new Map<number, { resolve: (answer: OpenedFile | Stored | Written | undefined) => void; reject: (error: Error) => void }>()
  readonly #gone: Promise<void>
  #ended: Error | undefined
  #id = 0

  constructor(worker: Worker, file: string) {
    this.#worker = worker
    worker.on('message', (reply: Reply) => {
      const asked = this.#asked.get(reply.id)
      this.#asked.delete(reply.id)
      if ('error' in reply) asked?.reject(new StorageError(reply.error.text, reply.error.errcode))
      else asked?.resolve(reply.answer)
    })
    worker.on('error', (thrown) => this.#end(new Error(`the storage thread of ${file} failed: ${reasonOf(thrown)}`)))
    this.#gone = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#end(new Error(`the storage thread of ${file} has ended`))
        resolve()
      })
    })
  }

  ask(request: Unsent, transfer: ArrayBuffer[] = []): Promise<OpenedFile | Stored | Written | undefined> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = ++this.#id
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#worker.postMessage({ ...request, id }, transfer)
    })
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.ask({ do: 'close' })
    await this.#gone
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const asked of this.#asked.values()) asked.reject(this.#ended)
    this.#asked.clear()
  }
}

class StorageError extends Error {
  readonly errcode: number
  constructor(text: string, errcode: number) {
    super(text)
    this.errcode = errcode
  }
}

class FileJournal implements Journal {
  readonly #thread: StorageThread
  readonly #file: string
  readonly #maxWaiting: number
  readonly #found: readonly Issue[]
  /** Groups that have not left; the last one is open unless sealed. */
  readonly #waiting: Group[] = []
  #sealed = true
  #waitingBytes = 0
  #position: number
  #pump: Promise<void> | undefined
  #closed: Promise<void> | undefined
  #entries = 0
  #commits = 0
  #bytes = 0
  #checkpoints = 0
  #rejected = 0

  constructor(thread: StorageThread, file: string, opened: OpenedFile, maxWaiting: number) {
    this.#thread = thread
    this.#file = file
    this.#position = opened.position
    this.#maxWaiting = maxWaiting
    const d = opened.damage
    const kept = d && `${d.entries === 0 ? 'no entry' : d.entries === 1 ? 'one entry' : `${d.entries} entries`} and ${{ all: 'the', part: 'part of the', none: 'no' }[d.checkpoint]} checkpoint could be kept`
    this.#found = d ? [issue('JOURNAL_DAMAGED', {}, { reason: d.reason, file: d.file, kept: kept! })] : []
  }

  get position(): number {
    return this.#position
  }

  append(flow: string, node: string, port: string, sample: Sample): { readonly position: number; readonly committed: Promise<void> } {
    const position = ++this.#position
    if (this.#closed || this.#waitingBytes > this.#maxWaiting) {
      // This position stays empty: a group holds successive ones only.
      this.#sealed = true
      this.#rejected++
      const committed = Promise.reject(this.#error(this.#closed ? 'the journal is closed' : 'the disk does not keep up'))
      committed.catch(noticed)
      return { position, committed }
    }
    let group = this.#waiting.at(-1)
    if (this.#sealed || !group || group.bytes > GROUP_BYTES) {
      this.#waiting.push((group = newGroup(position)))
      this.#sealed = false
    }
    const bytes = weigh(sample)
    group.bytes += bytes
    this.#waitingBytes += bytes
    group.entries.push({ flow, node, port, sample })
    this.#pump ??= this.#run()
    return { position, committed: group.committed }
  }

  async #run(): Promise<void> {
    // One turn of the event loop: what arrives together is committed together.
    await new Promise(setImmediate)
    for (let group = this.#waiting.shift(); group; group = this.#waiting.shift()) {
      try {
        const payload = encodeGroup(group.entries)
        const size = payload.byteLength
        await this.#thread.ask({ do: 'append', first: group.first, last: group.first + group.entries.length - 1, payload }, [payload.buffer])
        this.#entries += group.entries.length
        this.#commits++
        this.#bytes += size
        this.#waitingBytes -= group.bytes
        group.resolve()
      } catch (thrown) {
        this.#rejected += group.entries.length
        this.#waitingBytes -= group.bytes
        group.reject(this.#error(thrown))
      }
    }
    this.#pump = undefined
  }

  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    try {
      const { position, time, drop } = checkpoint
      const put = new Uint8Array(serialize(checkpoint.put))
      const { bytes } = (await this.#thread.ask({ do: 'checkpoint', position, time, drop, put }, [put.buffer])) as Written
      this.#checkpoints++
      this.#bytes += bytes
    } catch (thrown) {
      throw this.#error(thrown)
    }
  }

  async recover(): Promise<{ readonly checkpoint: Recovered | undefined; readonly entries: readonly JournalEntry[]; readonly issues: readonly Issue[] }> {
    await this.#pump
    const stored = (await this.#thread.ask({ do: 'recover' })) as Stored
    const point = stored.checkpoint
    const after = point?.position ?? 0
    const checkpoint = point && { ...point, state: stored.state.map(({ payload, ...place }) => ({ ...place, value: deserialize(payload) as unknown })) }
    return { checkpoint, entries: stored.groups.flatMap((g) => decodeGroup(g.first, g.payload)).filter((e) => e.position > after), issues: this.#found }
  }

  stats(): { readonly entries: number; readonly commits: number; readonly bytes: number; readonly checkpoints: number; readonly rejected: number } {
    return { entries: this.#entries, commits: this.#commits, bytes: this.#bytes, checkpoints: this.#checkpoints, rejected: this.#rejected }
  }

  close(): Promise<void> {
    return (this.#closed ??= (async () => {
      await this.#pump
      await this.#thread.close()
    })())
  }

  #error(thrown: unknown): IssueError {
    const primary = thrown instanceof StorageError ? thrown.errcode & 0xff : 0
    const reason = typeof thrown === 'string' ? thrown : primary === SQLITE_FULL ? 'the disk is full' : primary === SQLITE_IOERR ? 'the disk is full or failing' : reasonOf(thrown)
    return new IssueError(issue('JOURNAL_WRITE', {}, { file: this.#file, reason }))
  }
}

function newGroup(first: number): Group {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(noticed)
  return { first, entries: [], bytes: 0, committed: promise, resolve, reject }
}

/** A rejected group is counted in stats; a holder that does not look at its promise must not end the engine by it. */
function noticed(): void {}
