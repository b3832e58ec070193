// The journal's storage thread: the only one that touches the file. Plain statements in, one answer each. A damaged
// file is set aside at opening and what can still be read of it is carried over.
import { chmodSync, closeSync, existsSync, openSync, renameSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { deserialize, serialize } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { crc32 } from 'node:zlib'
import type { StateItem, StateScope } from '../engine/contract.ts'

export interface WorkerOptions {
  readonly file: string
  readonly maxBytes: number
}
export type Request =
  | { readonly id: number; readonly do: 'open' | 'recover' | 'close' }
  | { readonly id: number; readonly do: 'append'; readonly first: number; readonly last: number; readonly payload: Uint8Array }
  | { readonly id: number; readonly do: 'checkpoint'; readonly position: number; readonly time: number; readonly drop: readonly StateScope[]; readonly put: Uint8Array }
export interface Stored {
  readonly checkpoint: { readonly position: number; readonly time: number } | undefined
  readonly state: readonly Pick<StateRow, 'flow' | 'node' | 'item' | 'payload'>[]
  readonly groups: readonly { readonly first: number; readonly payload: Uint8Array }[]
}
export interface OpenedFile {
  readonly position: number
  readonly damage?: { readonly file: string; readonly reason: string; readonly entries: number; readonly checkpoint: 'all' | 'part' | 'none' }
}
/** Bytes of state that a checkpoint has put into the file. */
export interface Written {
  readonly bytes: number
}
export type Reply = { readonly id: number; readonly answer?: OpenedFile | Stored | Written } | { readonly id: number; readonly error: { readonly text: string; readonly errcode: number } }

const FORMAT = 1
const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26
const PAGE = 4096
/** SQLite's log is folded into the file above this; a larger one is cut back to it. What stays serves as room on a full disk. */
const LOG_PAGES = 1000

interface GroupRow {
  readonly first: number
  readonly last: number
  readonly crc: number
  readonly payload: Uint8Array
}
export interface StateRow {
  readonly flow: string
  readonly node: string
  readonly item: string
  readonly crc: number
  readonly payload: Uint8Array
}
interface Mark {
  readonly position: number
  readonly time: number
}

const port = parentPort!
const { file, maxBytes } = workerData as WorkerOptions
let db: DatabaseSync
let insert: (row: GroupRow) => void
let mark: (mark: Mark) => void
let put: (row: StateRow) => void

function connect(): void {
  // For its owner alone; SQLite gives its log the rights of the file.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  db = new DatabaseSync(file, { timeout: 2_000 })
  try {
    // Exclusive before WAL: one process owns the file, no shared memory beside it, and the lock dies with the process.
    db.exec(`PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=${PAGE}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
      PRAGMA wal_autocheckpoint=${LOG_PAGES}; PRAGMA journal_size_limit=${LOG_PAGES * PAGE * 2};`)
    if (Number.isFinite(maxBytes)) db.exec(`PRAGMA max_page_count=${Math.max(8, Math.floor(maxBytes / PAGE))}`)
    const found = number('PRAGMA user_version', 'user_version')
    if (found > FORMAT) throw new Error(`it was written by a newer Headgate (format ${found}; this one knows ${FORMAT})`)
    db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS groups(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS mark(id INTEGER PRIMARY KEY CHECK(id = 1), position INTEGER NOT NULL, time REAL NOT NULL);
      CREATE TABLE IF NOT EXISTS state(flow TEXT NOT NULL, node TEXT NOT NULL, item TEXT NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL, PRIMARY KEY(flow, node, item)) WITHOUT ROWID;
      PRAGMA user_version=${FORMAT};
      COMMIT`)
    const group = db.prepare('INSERT INTO groups(first, last, crc, payload) VALUES(?, ?, ?, ?)')
    insert = (r) => void group.run(r.first, r.last, r.crc, r.payload)
    const marking = db.prepare('INSERT OR REPLACE INTO mark(id, position, time) VALUES(1, ?, ?)')
    mark = (m) => void marking.run(m.position, m.time)
    const putting = db.prepare('INSERT OR REPLACE INTO state(flow, node, item, crc, payload) VALUES(?, ?, ?, ?, ?)')
    put = (r) => void putting.run(r.flow, r.node, r.item, r.crc, r.payload)
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

function open(): OpenedFile {
  const fault = look()
  if (fault === undefined) return { position: lastPosition() }
  const { groups, point, state, lost } = salvage()
  if (db?.isOpen) db.close()
  const aside = `${file}.corrupt-${new Date().toISOString().replaceAll(':', '')}`
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, aside + end)
  connect()
  transaction(() => {
    for (const g of groups) insert(g)
    for (const row of state) put(row)
    if (point) mark(point)
  })
  const checkpoint = point === undefined ? 'none' : lost ? 'part' : 'all'
  return { position: lastPosition(), damage: { file: aside, reason: fault, entries: groups.reduce((n, g) => n + g.last - g.first + 1, 0), checkpoint } }
}

/** Connects and reads everything once. The reason when it is damaged, undefined when it is sound; throws when it is something else. */
function look(): string | undefined {
  try {
    connect()
    const checked = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    if (checked.quick_check !== 'ok') return checked.quick_check
    for (const g of groupRows()) if (!sound(g)) return `the entries ${g.first} to ${g.last} do not match their checksum`
    for (const row of stateRows()) if (!sound(row)) return `the state of ${row.flow}, ${row.node} does not match its checksum`
    return undefined
  } catch (thrown) {
    if ([SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(thrown) & 0xff)) return reasonOf(thrown)
    throw thrown
  }
}

/** `lost`: of the state, something could not be read. */
function salvage(): { groups: GroupRow[]; point: Mark | undefined; state: StateRow[]; lost: boolean } {
  const groups: GroupRow[] = []
  const state: StateRow[] = []
  let point: Mark | undefined
  let lost = true
  if (!db?.isOpen) return { groups, point, state, lost }
  const attempt = (read: () => void): void => {
    try {
      read()
    } catch (thrown) {
      // Expected in a damaged file: what was read up to here is kept, and the damage itself is reported by open.
      if ((codeOf(thrown) & 0xff) !== SQLITE_CORRUPT) throw thrown
    }
  }
  attempt(() => {
    point = markRow()
  })
  attempt(() => {
    let bad = false
    for (const row of stateRows()) {
      if (sound(row)) state.push(row)
      else bad = true
    }
    lost = bad
  })
  attempt(() => {
    for (const g of groupRows()) if (sound(g)) groups.push(g)
  })
  return { groups, point, state, lost }
}

const groupRows = (after = -1): Iterable<GroupRow> => db.prepare('SELECT first, last, crc, payload FROM groups WHERE last > ? ORDER BY first').iterate(after) as Iterable<unknown> as Iterable<GroupRow>
const markRow = (): Mark | undefined => db.prepare('SELECT position, time FROM mark').get() as Mark | undefined
const stateRows = (): Iterable<StateRow> => db.prepare('SELECT flow, node, item, crc, payload FROM state').iterate() as Iterable<unknown> as Iterable<StateRow>
const sound = (row: { readonly crc: number; readonly payload: Uint8Array }): boolean => crc32(row.payload) === row.crc
const number = (sql: string, column: string, ...values: SQLInputValue[]): number => Number((db.prepare(sql).get(...values) as Record<string, unknown>)[column] ?? 0)
const lastPosition = (): number => Math.max(number('SELECT max(last) AS last FROM groups', 'last'), number('SELECT max(position) AS position FROM mark', 'position'))

function transaction(work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}

function checkpoint(position: number, time: number, drop: readonly StateScope[], items: readonly StateItem[]): Written {
  let bytes = 0
  transaction(() => {
    // First forget, then write: on a full disk the new checkpoint takes the room of what it contains.
    db.prepare('DELETE FROM groups WHERE last <= ?').run(position)
    for (const scope of drop) {
      const names = (['flow', 'node', 'item'] as const).filter((name) => scope[name] !== undefined)
      const where = names.length === 0 ? '' : ` WHERE ${names.map((name) => `${name} = ?`).join(' AND ')}`
      db.prepare(`DELETE FROM state${where}`).run(...names.map((name) => scope[name]!))
    }
    for (const { flow, node, item, value } of items) {
      const payload = serialize(value)
      bytes += payload.byteLength + flow.length + node.length + item.length
      put({ flow, node, item, crc: crc32(payload), payload })
    }
    mark({ position, time })
  })
  return { bytes }
}

function answer(request: Request): OpenedFile | Stored | Written | undefined {
  switch (request.do) {
    case 'open':
      return open()
    case 'append':
      insert({ first: request.first, last: request.last, crc: crc32(request.payload), payload: request.payload })
      return
    case 'checkpoint':
      return checkpoint(request.position, request.time, request.drop, deserialize(request.put) as StateItem[])
    case 'recover': {
      const checkpoint = markRow()
      const state = Array.from(stateRows(), ({ flow, node, item, payload }) => ({ flow, node, item, payload }))
      return { checkpoint, state, groups: Array.from(groupRows(checkpoint?.position), ({ first, payload }) => ({ first, payload })) }
    }
    case 'close':
      if (db?.isOpen) db.close()
  }
}

// Not kit's reasonOf: this thread starts with the engine and loads nothing that it can do without.
const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

function codeOf(thrown: unknown): number {
  const code = thrown instanceof Error ? (thrown as { errcode?: unknown }).errcode : undefined
  return typeof code === 'number' ? code : 0
}

port.on('message', (request: Request) => {
  let reply: Reply
  try {
    reply = { id: request.id, answer: answer(request) }
  } catch (thrown) {
    const errcode = codeOf(thrown)
    reply = { id: request.id, error: { text: (errcode & 0xff) === SQLITE_BUSY ? 'another process is using it' : reasonOf(thrown), errcode } }
  }
  port.postMessage(reply)
  if (request.do === 'close') port.close()
})
