// The gateway's own file, gateway.db: flows and their versions, connections, users, sessions, sealed secrets, audit,
// alarms, settings. One writer, WAL, synchronous=FULL: a verb that returned is on the disk. It is held by an exclusive
// lock, which the kernel drops when the process ends; do not open and close the file elsewhere in this process, that
// would drop it too (POSIX). Versions and the audit trail are immutable by trigger. Longer than 300 lines: the
// statements of one file.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { issue, IssueError, reasonOf } from '#kit'
import type { AlarmBody, AlarmLogBody, AuditEntry, ConnectionEntry, DraftSummary, Flow, Role } from '#format'
import type { GatewayStore, StoredVersion } from '../gateway.ts'
import type { KeptTrial } from '../trial.ts'

export interface UserRecord {
  readonly name: string
  readonly role: Role
  /** PHC text of the password. */
  readonly hash: string
}
export interface SessionRecord {
  /** SHA-256 of the session's id, hex; the id itself is never stored. */
  readonly hash: string
  readonly user: string
  /** ms UTC */
  readonly created: number
  readonly used: number
}
/** A secret as it lies on the disk: sealed by secrets.ts. */
export interface SealedRecord {
  readonly name: string
  readonly nonce: Uint8Array
  readonly sealed: Uint8Array
  /** Which key sealed it: the first half of the key's SHA-256, hex. */
  readonly key: string
}
export interface Settings {
  /** Names this gateway's key file: random, made with the data folder. */
  readonly id: string
  /** 'Hold all outputs' outlives a restart. */
  readonly held: boolean
  /** The highest that a draft ever had. */
  readonly draftRevision: number
  /** Versions under watch: a restart goes on watching. */
  readonly trials: readonly KeptTrial[]
}

/** Verbs are synchronous: what is decided and written without an await in between is one decision. */
export interface Store extends GatewayStore {
  readonly folder: string
  readonly users: {
    all(): readonly UserRecord[]
    get(name: string): UserRecord | undefined
    add(user: UserRecord): void
    change(name: string, change: { readonly role?: Role; readonly hash?: string }): void
    remove(name: string): void
  }
  readonly sessions: {
    get(hash: string): SessionRecord | undefined
    /** Keeps the newest `limit` of the user. */
    add(session: SessionRecord, limit: number): void
    touch(hash: string, used: number): void
    remove(hash: string): void
    removeOf(user: string): void
    /** Those created before, or last used before. */
    removeOld(createdBefore: number, usedBefore: number): void
  }
  readonly sealed: {
    names(): readonly string[]
    get(name: string): SealedRecord | undefined
    put(record: SealedRecord): void
    remove(name: string): void
  }
  setting<K extends keyof Settings>(key: K): Settings[K] | undefined
  setSetting<K extends keyof Settings>(key: K, value: Settings[K]): void
  close(): void
}

const MAX_ALARM_LOG = 10_000
const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26
/** Why a write was refused that is no fault of ours: the disk's. */
const refusals: Readonly<Record<number, string>> = { 8: 'it is read-only', 10: 'the disk is full or failing', 13: 'the disk is full', 14: 'it cannot be opened' }

/** Each brings the file one format further. Never change one that was released. */
const migrations: readonly string[] = [
  `
CREATE TABLE versions(
  flow TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL, models TEXT NOT NULL,
  author TEXT NOT NULL, comment TEXT NOT NULL, time REAL NOT NULL, armed INTEGER NOT NULL,
  PRIMARY KEY(flow, version)) WITHOUT ROWID;
CREATE TABLE flows(id TEXT PRIMARY KEY, version INTEGER NOT NULL, FOREIGN KEY(id, version) REFERENCES versions(flow, version)) WITHOUT ROWID;
CREATE TRIGGER versions_stay BEFORE DELETE ON versions BEGIN SELECT raise(ABORT, 'versions are never removed'); END;
CREATE TRIGGER versions_fixed BEFORE UPDATE OF flow, version, document, models, author, comment, time ON versions
  BEGIN SELECT raise(ABORT, 'versions are never changed'); END;
CREATE TABLE connections(name TEXT PRIMARY KEY, type TEXT NOT NULL, config TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE users(name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions(hash TEXT PRIMARY KEY, user TEXT NOT NULL COLLATE NOCASE REFERENCES users(name) ON DELETE CASCADE, created REAL NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions(user, created);
CREATE TABLE sealed(name TEXT PRIMARY KEY, nonce BLOB NOT NULL, sealed BLOB NOT NULL, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE audit(id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, user TEXT NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append only'); END;
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is append only'); END;
CREATE TABLE alarms(flow TEXT NOT NULL, node TEXT NOT NULL, tag TEXT NOT NULL, time REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY(flow, node, tag)) WITHOUT ROWID;
CREATE TABLE alarm_log(id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`,
  `
CREATE TABLE drafts(flow TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL, name TEXT NOT NULL, based_on INTEGER, author TEXT NOT NULL, time REAL NOT NULL);
`,
]

interface VersionRow {
  readonly flow: string
  readonly version: number
  readonly models: string
  readonly author: string
  readonly comment: string
  readonly time: number
  readonly armed: number
}

/**
 * Opens the data folder, or makes it (0700). Throws an IssueError: DATA_FOLDER, DATA_IN_USE (another gateway),
 * STORE_DAMAGED, STORE_VERSION. Its verbs that write throw STORE_WRITE when the disk does not take it.
 */
export function openStore(path: string): Store {
  const folder = resolve(path)
  const file = join(folder, 'gateway.db')
  const db = openFile(folder, file)

  const all = <Row>(sql: string): ((...values: SQLInputValue[]) => Row[]) => {
    const statement = db.prepare(sql)
    return (...values) => statement.all(...values) as Row[]
  }
  const one = <Row>(sql: string): ((...values: SQLInputValue[]) => Row | undefined) => {
    const statement = db.prepare(sql)
    return (...values) => statement.get(...values) as Row | undefined
  }
  const run = (sql: string): ((...values: SQLInputValue[]) => void) => {
    const statement = db.prepare(sql)
    return (...values) => writing(file, () => void statement.run(...values))
  }
  const transaction = (work: () => void): void => writing(file, () => transact(db, work))

  const columns = 'v.flow, v.version, v.models, v.author, v.comment, v.time, v.armed'
  const running = all<VersionRow>(`SELECT ${columns} FROM flows f JOIN versions v ON v.flow = f.id AND v.version = f.version ORDER BY f.id`)
  const versions = all<VersionRow>(`SELECT ${columns} FROM versions v WHERE flow = ? ORDER BY version DESC`)
  const version = one<VersionRow>(`SELECT ${columns} FROM versions v WHERE flow = ? AND version = ?`)
  const document = one<{ document: string }>('SELECT document FROM versions WHERE flow = ? AND version = ?')
  const latest = one<{ version: number | null }>('SELECT max(version) AS version FROM versions WHERE flow = ?')
  const addVersion = run('INSERT INTO versions(flow, version, document, models, author, comment, time, armed) VALUES(?, ?, ?, ?, ?, ?, ?, ?)')
  const runVersion = run('INSERT OR REPLACE INTO flows(id, version) VALUES(?, ?)')
  const arm = run('UPDATE versions SET armed = ? WHERE (flow, version) = (SELECT id, version FROM flows WHERE id = ?)')
  const removeFlow = run('DELETE FROM flows WHERE id = ?')
  const connections = all<{ name: string; type: string; config: string }>('SELECT name, type, config FROM connections ORDER BY name')
  const putConnection = run('INSERT OR REPLACE INTO connections(name, type, config) VALUES(?, ?, ?)')
  const removeConnection = run('DELETE FROM connections WHERE name = ?')
  const addAudit = run('INSERT INTO audit(time, user, act, subject, detail) VALUES(?, ?, ?, ?, ?)')
  const audit = all<AuditEntry>('SELECT id, time, user, act, subject, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?')
  const alarms = all<{ body: string }>('SELECT body FROM alarms ORDER BY time DESC')
  const putAlarm = run('INSERT OR REPLACE INTO alarms(flow, node, tag, time, body) VALUES(?, ?, ?, ?, ?)')
  const removeAlarm = run('DELETE FROM alarms WHERE flow = ? AND node = ? AND tag = ?')
  const addAlarmLog = run('INSERT INTO alarm_log(body) VALUES(?)')
  const cutAlarmLog = run('DELETE FROM alarm_log WHERE id <= (SELECT max(id) FROM alarm_log) - ?')
  const alarmLog = all<{ id: number; body: string }>('SELECT id, body FROM alarm_log WHERE id < ? ORDER BY id DESC LIMIT ?')
  const users = all<UserRecord>('SELECT name, role, hash FROM users ORDER BY name')
  const user = one<UserRecord>('SELECT name, role, hash FROM users WHERE name = ?')
  const addUser = run('INSERT INTO users(name, role, hash) VALUES(?, ?, ?)')
  const changeUser = run('UPDATE users SET role = coalesce(?, role), hash = coalesce(?, hash) WHERE name = ?')
  const removeUser = run('DELETE FROM users WHERE name = ?')
  const session = one<SessionRecord>('SELECT hash, user, created, used FROM sessions WHERE hash = ?')
  const addSession = run('INSERT INTO sessions(hash, user, created, used) VALUES(?, ?, ?, ?)')
  const cutSessions = run('DELETE FROM sessions WHERE user = ?1 AND hash NOT IN (SELECT hash FROM sessions WHERE user = ?1 ORDER BY created DESC LIMIT ?2)')
  const touchSession = run('UPDATE sessions SET used = ? WHERE hash = ?')
  const removeSession = run('DELETE FROM sessions WHERE hash = ?')
  const removeSessionsOf = run('DELETE FROM sessions WHERE user = ?')
  const removeOldSessions = run('DELETE FROM sessions WHERE created < ? OR used < ?')
  const sealedNames = all<{ name: string }>('SELECT name FROM sealed ORDER BY name')
  const sealed = one<SealedRecord>('SELECT name, nonce, sealed, key FROM sealed WHERE name = ?')
  const putSealed = run('INSERT OR REPLACE INTO sealed(name, nonce, sealed, key) VALUES(?, ?, ?, ?)')
  const removeSealed = run('DELETE FROM sealed WHERE name = ?')
  const drafts = all<DraftSummary>('SELECT flow AS id, name, based_on AS basedOn, revision, author, time FROM drafts ORDER BY flow')
  const draft = one<Omit<DraftSummary, 'id' | 'name'> & { document: string }>('SELECT document, based_on AS basedOn, revision, author, time FROM drafts WHERE flow = ?')
  const putDraft = run('INSERT OR REPLACE INTO drafts(flow, revision, document, name, based_on, author, time) VALUES(?, ?, ?, ?, ?, ?, ?)')
  const removeDraft = run('DELETE FROM drafts WHERE flow = ?')
  const setting = one<{ value: string }>('SELECT value FROM settings WHERE key = ?')
  const putSetting = run('INSERT OR REPLACE INTO settings(key, value) VALUES(?, ?)')

  /** The document stays in the file until somebody asks for it: a long history costs no memory. */
  const stored = (row: VersionRow): StoredVersion => {
    let flow: Flow | undefined
    return {
      id: row.flow,
      version: row.version,
      get flow() {
        return (flow ??= JSON.parse(document(row.flow, row.version)!.document) as Flow)
      },
      armed: row.armed === 1,
      models: JSON.parse(row.models) as StoredVersion['models'],
      author: row.author,
      comment: row.comment,
      time: row.time,
    }
  }
  const getSetting = <K extends keyof Settings>(key: K): Settings[K] | undefined => {
    const row = setting(key)
    return row && (JSON.parse(row.value) as Settings[K])
  }
  const setSetting = <K extends keyof Settings>(key: K, value: Settings[K]): void => putSetting(key, JSON.stringify(value))

  return {
    folder,
    flows: () => running().map(stored),
    versions: (id) => versions(id).map(stored),
    version(id, number) {
      const row = version(id, number)
      return row && stored(row)
    },
    saveVersion: (v, added) =>
      transaction(() => {
        const next = (latest(v.id)?.version ?? 0) + 1
        if (v.version !== next) throw new Error(`the next version of '${v.id}' is ${next}, not ${v.version}`)
        addVersion(v.id, v.version, JSON.stringify(v.flow), JSON.stringify(v.models), v.author, v.comment, v.time, v.armed ? 1 : 0)
        runVersion(v.id, v.version)
        for (const [name, entry] of Object.entries(added)) putConnection(name, entry.type, JSON.stringify(entry.config))
      }),
    setArmed: (id, armed) => arm(armed ? 1 : 0, id),
    removeFlow: (id) => removeFlow(id),
    connections: () => Object.fromEntries(connections().map((c) => [c.name, { type: c.type, config: JSON.parse(c.config) as ConnectionEntry['config'] }])),
    putConnection: (name, entry, disarmed) =>
      transaction(() => {
        putConnection(name, entry.type, JSON.stringify(entry.config))
        for (const id of disarmed) arm(0, id)
      }),
    removeConnection: (name) => removeConnection(name),
    audit: (e) => addAudit(e.time, e.user, e.act, e.subject, e.detail),
    auditLog: (limit, before = Number.MAX_SAFE_INTEGER) => audit(before, limit),
    alarms: () => alarms().map((row) => JSON.parse(row.body) as AlarmBody),
    putAlarm: (alarm) =>
      transaction(() => {
        const body = JSON.stringify(alarm)
        if (alarm.state === 'normal') removeAlarm(alarm.flow, alarm.node, alarm.tag)
        else putAlarm(alarm.flow, alarm.node, alarm.tag, alarm.time, body)
        addAlarmLog(body)
        cutAlarmLog(MAX_ALARM_LOG)
      }),
    alarmLog: (limit, before = Number.MAX_SAFE_INTEGER) => alarmLog(before, limit).map((row): AlarmLogBody => ({ ...(JSON.parse(row.body) as AlarmBody), id: row.id })),
    drafts: () => drafts().map((d) => ({ ...d })),
    draft(id) {
      const row = draft(id)
      return row && { flow: JSON.parse(row.document) as Flow, basedOn: row.basedOn, revision: row.revision, author: row.author, time: row.time }
    },
    putDraft(id, d) {
      const revision = (getSetting('draftRevision') ?? 0) + 1
      transaction(() => {
        putDraft(id, revision, JSON.stringify(d.flow), d.flow.name, d.basedOn, d.author, d.time)
        setSetting('draftRevision', revision)
      })
      return revision
    },
    removeDraft: (id) => removeDraft(id),
    held: () => getSetting('held') ?? false,
    setHeld: (held) => setSetting('held', held),
    trials: () => getSetting('trials') ?? [],
    keepTrials: (trials) => setSetting('trials', trials),
    users: {
      all: () => users(),
      get: (name) => user(name),
      add: (u) => addUser(u.name, u.role, u.hash),
      change: (name, { role, hash }) => changeUser(role ?? null, hash ?? null, name),
      remove: (name) => removeUser(name),
    },
    sessions: {
      get: (hash) => session(hash),
      add: (s, limit) =>
        transaction(() => {
          addSession(s.hash, s.user, s.created, s.used)
          cutSessions(s.user, limit)
        }),
      touch: (hash, used) => touchSession(used, hash),
      remove: (hash) => removeSession(hash),
      removeOf: (name) => removeSessionsOf(name),
      removeOld: (createdBefore, usedBefore) => removeOldSessions(createdBefore, usedBefore),
    },
    sealed: {
      names: () => sealedNames().map((row) => row.name),
      get: (name) => sealed(name),
      put: (r) => putSealed(r.name, r.nonce, r.sealed, r.key),
      remove: (name) => removeSealed(name),
    },
    setting: getSetting,
    setSetting,
    close() {
      if (db.isOpen) db.close()
    },
  }
}

function openFile(folder: string, file: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // SQLite gives its log the rights of the file. Only a new one is opened here: see the head about the lock.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
    db = new DatabaseSync(file, { timeout: 500 })
    db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=8388608; BEGIN IMMEDIATE; COMMIT')
    const checked = (db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }).quick_check
    if (checked !== 'ok') throw new IssueError(issue('STORE_DAMAGED', {}, { file, reason: checked }))
    migrate(db, file)
    return db
  } catch (thrown) {
    if (db?.isOpen) db.close()
    if (thrown instanceof IssueError) throw thrown
    const code = ((thrown as { errcode?: number }).errcode ?? 0) & 0xff
    if (code === SQLITE_BUSY) throw new IssueError(issue('DATA_IN_USE', {}, { folder }))
    if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) throw new IssueError(issue('STORE_DAMAGED', {}, { file, reason: reasonOf(thrown) }))
    throw new IssueError(issue('DATA_FOLDER', {}, { folder, reason: reasonOf(thrown) }))
  }
}

function migrate(db: DatabaseSync, file: string): void {
  const found = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
  if (found > migrations.length) throw new IssueError(issue('STORE_VERSION', {}, { file, found, known: migrations.length }))
  for (let format = found; format < migrations.length; format++) {
    transact(db, () => db.exec(`${migrations[format]!}; PRAGMA user_version=${format + 1}`))
  }
}

/** Throws STORE_WRITE where the disk does not take it. */
function writing(file: string, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    const reason = refusals[((thrown as { errcode?: number }).errcode ?? 0) & 0xff]
    throw reason === undefined ? thrown : new IssueError(issue('STORE_WRITE', {}, { file, reason }))
  }
}

function transact(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}
