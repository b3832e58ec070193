// Accounts: claiming the gateway, signing in, sessions on the server, users and their roles. A session's id is 256
// random bits, known to its browser alone: the store has its SHA-256. The API sets the cookie and writes who did what
// into the audit trail; failed sign-ins are written here.
import { createHash, randomBytes } from 'node:crypto'
import { issue, IssueError, reasonOf } from '#kit'
import { roles, type AuditBody, type Role } from '#format'
import type { Auth, SessionOf } from '../api/contract.ts'
import type { SessionRecord, Store, UserRecord } from '../store/gateway.ts'
import { Attempts } from './attempts.ts'
import { makeClaimToken, removeClaimToken, sameToken } from './claim-token.ts'
import { checkPassword, createHasher, type HashCost } from './password.ts'

export interface AuthOptions {
  /** ms UTC */
  readonly now?: () => number
  /** 64 MiB, 3 passes unless given. */
  readonly cost?: HashCost
  /** Told what a sign-in went on without because the store did not take it (disk full). */
  readonly log?: (text: string, thrown: unknown) => void
}
export interface Accounts extends Auth {
  /** What claims this gateway; undefined once it is claimed. */
  claimToken(): string | undefined
  /** `address`: the client's, for the limits on guessing. Throws AUTH_FAILED, AUTH_LOCKED, AUTH_BUSY. */
  login(user: string, password: string, address?: string): Promise<SessionOf & { readonly token: string }>
}

/** Without use for this long a session ends, ms. */
export const IDLE_MS = 12 * 3_600_000
/** A session ends this long after its sign-in, ms. */
export const LONGEST_MS = 7 * 24 * 3_600_000
/** Use is written down at most this often, ms: a flash wears out. */
const TOUCH_MS = 5 * 60_000
const SESSIONS_PER_USER = 20
const MAX_UNSTORED = 200
const NAME = /^[\p{L}\p{N}._@-]{1,64}$/u

/** Makes a claim token when there is no user yet. Rejects when it cannot be written. */
export async function createAuth(store: Pick<Store, 'folder' | 'users' | 'sessions' | 'audit'>, options: AuthOptions = {}): Promise<Accounts> {
  const now = options.now ?? Date.now
  const hasher = createHasher(options.cost)
  // One person who forgot; many names from one address; many addresses at one name (short: it can also lock out its owner).
  const perPair = new Attempts({ free: 5, firstWaitMs: 30_000, longestWaitMs: 900_000 })
  const perAddress = new Attempts({ free: 30, firstWaitMs: 30_000, longestWaitMs: 900_000 })
  const perUser = new Attempts({ free: 50, firstWaitMs: 5_000, longestWaitMs: 30_000 })

  // A full disk must not keep an operator from holding the outputs: what cannot be stored lives here until a restart.
  const unstored = new Map<string, SessionRecord>()
  function keep(session: SessionRecord, write: () => void): void {
    try {
      write()
      unstored.delete(session.hash)
    } catch (thrown) {
      options.log?.(`The session of '${session.user}' is kept in memory only: ${reasonOf(thrown)}`, thrown)
      unstored.set(session.hash, session)
      if (unstored.size > MAX_UNSTORED) unstored.delete(unstored.keys().next().value!)
    }
  }
  function end(hash: string): void {
    unstored.delete(hash)
    store.sessions.remove(hash)
  }
  function endAll(user: string): void {
    for (const s of unstored.values()) if (s.user === user) unstored.delete(s.hash)
    store.sessions.removeOf(user)
  }

  function note(entry: AuditBody): void {
    try {
      store.audit(entry)
    } catch (thrown) {
      options.log?.(`The audit entry '${entry.act} ${entry.subject}' could not be written: ${reasonOf(thrown)}`, thrown)
    }
  }

  let claimed = store.users.all().length > 0
  let claimToken: string | undefined
  if (claimed) await removeClaimToken(store.folder)
  else claimToken = await makeClaimToken(store.folder)

  const failed = (user: string, why: string): void => {
    // An unknown name may be a password in the wrong field: it is not written down.
    const name = store.users.get(user)?.name ?? '(unknown user)'
    note({ time: now(), user: name, act: 'login.failed', subject: name, detail: why })
  }

  /** For waiting: a clock that is set must not prolong it. */
  const elapsed = options.now ?? (() => performance.now())

  /** Throws AUTH_LOCKED while one of the keys has to wait; else counts an attempt for each. */
  function admit(name: string, address: string): { succeeded(): void; undo(): void } {
    const user = name.toLowerCase().slice(0, 64)
    const keys = [[perPair, `${user}\n${address}`], [perUser, user], [perAddress, address]] as const
    const time = elapsed()
    const wait = Math.max(...keys.map(([attempts, key]) => attempts.wait(key, time)))
    if (wait > 0) throw new IssueError(issue('AUTH_LOCKED', {}, { seconds: Math.ceil(wait / 1000) }))
    for (const [attempts, key] of keys) attempts.begin(key, time)
    return {
      succeeded() {
        // The address keeps its failures: who has an account could else guess at others' without end.
        perPair.forget(keys[0][1])
        perUser.forget(keys[1][1])
        perAddress.undo(keys[2][1])
      },
      undo() {
        for (const [attempts, key] of keys) attempts.undo(key)
      },
    }
  }

  function begin(user: UserRecord): SessionOf & { token: string } {
    const token = randomBytes(32).toString('base64url')
    const time = now()
    const session: SessionRecord = { hash: digest(token), user: user.name, created: time, used: time }
    keep(session, () => {
      store.sessions.removeOld(time - LONGEST_MS, time - IDLE_MS)
      store.sessions.add(session, SESSIONS_PER_USER)
    })
    return { user: user.name, role: user.role, token }
  }

  /** At today's cost. The sign-in does not hang on it. */
  async function renew(user: UserRecord, password: string): Promise<void> {
    try {
      const hash = await hasher.hash(password)
      if (store.users.get(user.name)?.hash === user.hash) store.users.change(user.name, { hash })
    } catch (thrown) {
      options.log?.(`The password of '${user.name}' could not be hashed anew: ${reasonOf(thrown)}`, thrown)
    }
  }

  const find = (name: string): UserRecord => {
    const user = store.users.get(spell(name))
    if (!user) throw new IssueError(issue('USER_UNKNOWN', {}, { name }))
    return user
  }
  const newName = (name: string): string => {
    const spelled = spell(name)
    if (!NAME.test(spelled)) throw new IssueError(issue('USER_NAME', {}, { name: name.slice(0, 64) }))
    return spelled
  }
  const checkRole = (role: Role): void => {
    if (!roles.includes(role)) throw new IssueError(issue('REQUEST', {}, { reason: `There is no role '${String(role)}'.` }))
  }
  const keepAnAdmin = (user: UserRecord): void => {
    if (user.role === 'admin' && !store.users.all().some((u) => u.role === 'admin' && u.name !== user.name)) throw new IssueError(issue('USER_LAST_ADMIN', {}, { name: user.name }))
  }

  return {
    claimed: () => claimed,
    claimToken: () => claimToken,

    async claim(token, user, password) {
      if (claimToken === undefined || !sameToken(token, claimToken)) throw new IssueError(issue('CLAIM_TOKEN'))
      const name = newName(user)
      checkPassword(password, name)
      const hash = await hasher.hash(password)
      // While this one was hashed another may have claimed.
      if (store.users.all().length > 0) throw new IssueError(issue('CLAIM_TOKEN'))
      const admin: UserRecord = { name, role: 'admin', hash }
      store.users.add(admin)
      claimed = true
      claimToken = undefined
      const session = begin(admin)
      try {
        await removeClaimToken(store.folder)
      } catch (thrown) {
        // It opens nothing any more; the next start removes it.
        note({ time: now(), user: 'gateway', act: 'claim', subject: 'claim-token', detail: `The used token could not be removed: ${reasonOf(thrown)}` })
      }
      return session
    },

    async login(user, password, address = '') {
      const name = spell(user)
      const attempt = admit(name, address)
      const known = store.users.get(name)
      const { right, stale } = await hasher.verify(password, known?.hash).catch((thrown: unknown) => {
        // Turned away at the door (AUTH_BUSY): nothing was tried.
        attempt.undo()
        throw thrown
      })
      // Looked up again: while the password was hashed the user may have been removed, or given another one.
      const still = store.users.get(name)
      if (!right || !known || still?.hash !== known.hash) {
        failed(name, address === '' ? '' : `from ${address}`)
        throw new IssueError(issue('AUTH_FAILED'))
      }
      attempt.succeeded()
      const session = begin(still)
      if (stale) await renew(still, password)
      return session
    },

    logout: (token) => end(digest(token)),

    session(token) {
      const hash = digest(token)
      const session = unstored.get(hash) ?? store.sessions.get(hash)
      if (!session) return undefined
      const time = now()
      // A time before the session's own is a clock that was set back: it counts as long ago as it is ahead.
      const idle = Math.abs(time - session.used)
      if (!(idle < IDLE_MS && Math.abs(time - session.created) < LONGEST_MS)) {
        // Its row goes with the next sign-in: looking must not need a disk with room.
        unstored.delete(hash)
        return undefined
      }
      const user = store.users.get(session.user)
      if (!user) return undefined
      if (idle > TOUCH_MS) keep({ ...session, used: time }, () => (store.sessions.get(hash) ? store.sessions.touch(hash, time) : store.sessions.add({ ...session, used: time }, SESSIONS_PER_USER)))
      return { user: user.name, role: user.role }
    },

    users: () => store.users.all().map(({ name, role }) => ({ name, role })),

    async addUser(user, password, role) {
      const name = newName(user)
      checkRole(role)
      checkPassword(password, name)
      const free = (): void => {
        if (store.users.get(name)) throw new IssueError(issue('USER_EXISTS', {}, { name }))
      }
      free()
      const hash = await hasher.hash(password)
      free()
      store.users.add({ name, role, hash })
    },

    async changeUser(name, change) {
      if (change.role !== undefined) checkRole(change.role)
      if (change.password !== undefined) checkPassword(change.password, find(name).name)
      else find(name)
      const hash = change.password === undefined ? undefined : await hasher.hash(change.password)
      const user = find(name)
      if (change.role !== undefined && change.role !== 'admin') keepAnAdmin(user)
      store.users.change(user.name, { role: change.role, hash })
      endAll(user.name)
    },

    removeUser(name) {
      const user = find(name)
      keepAnAdmin(user)
      endAll(user.name)
      store.users.remove(user.name)
    },
  }
}

const digest = (token: string): string => createHash('sha256').update(token).digest('hex')
/** One spelling of a name. */
const spell = (name: string): string => name.normalize('NFKC').trim()
