import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Issue } from '#kit'
import { openStore, type Store } from '../store/gateway.ts'
import { Attempts } from './attempts.ts'
import { createAuth, IDLE_MS, LONGEST_MS, type Accounts } from './auth.ts'
import { createHasher, defaultCost } from './password.ts'

const cost = { memoryKib: 64, passes: 1 }
const PASSWORD = 'seven grey herons'
let folder: string
let store: Store
let time: number
const now = (): number => time
const start = (): Promise<Accounts> => createAuth(store, { now, cost })
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-auth-'))
  store = openStore(folder)
  time = 1_800_000_000_000
})
afterEach(async () => {
  store.close()
  await rm(folder, { recursive: true, force: true })
})
const codeOf = async (act: () => unknown): Promise<string> => {
  try {
    await act()
  } catch (thrown) {
    return (thrown as { issues?: Issue[] }).issues?.[0]?.code ?? String(thrown)
  }
  return 'nothing'
}
const claimed = async (): Promise<{ auth: Accounts; token: string }> => {
  const auth = await start()
  const { token } = await auth.claim(auth.claimToken()!, 'ada', PASSWORD)
  return { auth, token }
}

describe('claiming', () => {
  it('takes the one-time token from the data folder once, and makes an administrator', async () => {
    const auth = await start()
    const file = join(folder, 'claim-token')
    const token = (await readFile(file, 'utf8')).trim()
    expect(token).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{2,4}){6}$/)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(auth.claimToken()).toBe(token)
    expect(auth.claimed()).toBe(false)
    expect(await codeOf(() => auth.claim('WRONG', 'ada', PASSWORD))).toBe('CLAIM_TOKEN')
    expect(await codeOf(() => auth.claim('', 'ada', PASSWORD))).toBe('CLAIM_TOKEN')
    expect(await codeOf(() => auth.claim(token, 'ada', 'short'))).toBe('PASSWORD_WEAK')
    expect(await codeOf(() => auth.claim(token, 'a b', PASSWORD))).toBe('USER_NAME')
    expect(auth.claimed()).toBe(false)
    const session = await auth.claim(token.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'), 'ada', PASSWORD)
    expect(session).toMatchObject({ user: 'ada', role: 'admin' })
    expect(auth.session(session.token)).toEqual({ user: 'ada', role: 'admin' })
    expect(auth.claimed()).toBe(true)
    expect(auth.claimToken()).toBeUndefined()
    expect(await codeOf(() => stat(file))).toContain('ENOENT')
    expect(await codeOf(() => auth.claim(token, 'eve', PASSWORD))).toBe('CLAIM_TOKEN')
  })

  it('lets one of two at the same time through', async () => {
    const auth = await start()
    const token = auth.claimToken()!
    const results = await Promise.allSettled([auth.claim(token, 'ada', PASSWORD), auth.claim(token, 'eve', PASSWORD)])
    expect(results.map((r) => r.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(auth.users()).toHaveLength(1)
  })

  it('gives a new token at each start, none once claimed, and clears one that was left behind', async () => {
    const first = (await start()).claimToken()
    const { auth } = await claimed()
    expect(first).not.toBe(auth.claimToken())
    await writeFile(join(folder, 'claim-token'), 'left behind')
    const again = await start()
    expect(again.claimed()).toBe(true)
    expect(await codeOf(() => stat(join(folder, 'claim-token')))).toContain('ENOENT')
  })
})

describe('signing in', () => {
  it('needs the right user and password and tells nobody which was wrong', async () => {
    const { auth } = await claimed()
    expect(await auth.login(' Ada ', PASSWORD)).toMatchObject({ user: 'ada', role: 'admin' })
    const answers = await Promise.all([auth.login('ada', `${PASSWORD}!`), auth.login('eve', PASSWORD), auth.login('', '')].map((p) => p.catch((thrown: unknown) => String(thrown))))
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('AUTH_FAILED')
    expect(store.auditLog(10).map((e) => [e.act, e.subject])).toEqual([['login.failed', '(unknown user)'], ['login.failed', '(unknown user)'], ['login.failed', 'ada']])
  })

  it('takes another spelling of the same Unicode password', async () => {
    const { auth } = await claimed()
    await auth.addUser('zoe', 'cafe\u0301 au lait', 'viewer')
    expect((await auth.login('zoe', 'caf\u00e9 au lait')).role).toBe('viewer')
  })

  it('makes a guesser wait longer and longer, and forgives after a success', async () => {
    const { auth } = await claimed()
    const guess = (): Promise<string> => codeOf(() => auth.login('ada', 'wrong guess', '10.0.0.9'))
    for (let i = 0; i < 5; i++) expect(await guess()).toBe('AUTH_FAILED')
    expect(await guess()).toBe('AUTH_LOCKED')
    expect(await codeOf(() => auth.login('ada', PASSWORD, '10.0.0.9'))).toBe('AUTH_LOCKED')
    expect((await auth.login('ada', PASSWORD, '10.0.0.7')).user).toBe('ada')
    time += 30_001
    expect(await guess()).toBe('AUTH_FAILED')
    time += 30_001
    expect(await guess()).toBe('AUTH_LOCKED')
    time += 30_001
    await auth.login('ada', PASSWORD, '10.0.0.9')
    expect(await guess()).toBe('AUTH_FAILED')
  })

  it('does not let many guesses at once slip through together', async () => {
    const { auth } = await claimed()
    const codes = await Promise.all(Array.from({ length: 12 }, () => codeOf(() => auth.login('ada', 'wrong guess', '10.0.0.9'))))
    expect(codes.filter((c) => c === 'AUTH_FAILED')).toHaveLength(5)
    expect(codes.filter((c) => c === 'AUTH_LOCKED')).toHaveLength(7)
  })

  it('stops one address that tries many names, also when it has an account of its own', async () => {
    const { auth } = await claimed()
    await auth.addUser('eve', PASSWORD, 'viewer')
    const codes: string[] = []
    for (let i = 0; i < 40; i++) {
      codes.push(await codeOf(() => auth.login(`name${i}`, 'wrong guess', '10.0.0.9')))
      if (i % 5 === 0) await auth.login('eve', PASSWORD, '10.0.0.9').catch(() => undefined)
    }
    expect(codes.filter((c) => c === 'AUTH_FAILED')).toHaveLength(30)
    expect(codes.at(-1)).toBe('AUTH_LOCKED')
  })

  it('turns a crowd away without counting it as guesses', async () => {
    const { auth } = await claimed()
    const codes = await Promise.all(Array.from({ length: 40 }, (_, i) => codeOf(() => auth.login('ada', PASSWORD, `10.0.1.${i}`))))
    expect(codes.filter((c) => c === 'AUTH_BUSY').length).toBeGreaterThan(0)
    expect(codes.filter((c) => c === 'nothing').length).toBeGreaterThan(0)
    expect(new Set(codes)).toEqual(new Set(['AUTH_BUSY', 'nothing']))
    expect(await codeOf(() => auth.login('ada', PASSWORD, '10.0.1.39'))).toBe('nothing')
  })

  it('hashes anew when the cost was raised', async () => {
    await claimed()
    const before = store.users.get('ada')!.hash
    const auth = await createAuth(store, { now, cost: { memoryKib: 128, passes: 1 } })
    await auth.login('ada', PASSWORD)
    expect(before).toContain('m=64,')
    expect(store.users.get('ada')!.hash).toContain('m=128,')
    expect((await auth.login('ada', PASSWORD)).user).toBe('ada')
  })

  it('fails clearly on a hash that was tampered with', async () => {
    const { auth } = await claimed()
    store.users.change('ada', { hash: '$argon2id$v=19$m=9999999999,t=1,p=1$AAAA$AAAA' })
    expect(await codeOf(() => auth.login('ada', PASSWORD))).toBe('AUTH_FAILED')
  })
})

describe('sessions', () => {
  it('lie on the disk as a hash, end with logout, and survive a restart', async () => {
    const { auth, token } = await claimed()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    store.close()
    expect((await readFile(join(folder, 'gateway.db'))).includes(token)).toBe(false)
    store = openStore(folder)
    const again = await start()
    expect(again.session(token)?.user).toBe('ada')
    expect(again.session(`${token}x`)).toBeUndefined()
    expect(again.session('')).toBeUndefined()
    again.logout(token)
    expect(again.session(token)).toBeUndefined()
    expect(auth.claimed()).toBe(true)
  })

  it('end after 12 hours without use, and after 7 days in any case', async () => {
    const { auth, token } = await claimed()
    time += IDLE_MS - 1
    expect(auth.session(token)).toBeDefined()
    time += IDLE_MS - 1
    expect(auth.session(token)).toBeDefined()
    time += IDLE_MS
    expect(auth.session(token)).toBeUndefined()
    const other = (await auth.login('ada', PASSWORD)).token
    const end = time + LONGEST_MS
    for (time += 3_600_000; time < end; time += 3_600_000) expect(auth.session(other)).toBeDefined()
    expect(auth.session(other)).toBeUndefined()
  })

  it('end when the clock was set far back, rather than live on', async () => {
    const { auth, token } = await claimed()
    time -= 2 * LONGEST_MS
    expect(auth.session(token)).toBeUndefined()
  })

  it('go on and can begin while the disk is full, and are stored again later', async () => {
    const { token } = await claimed()
    let full = true
    const write = <A extends unknown[]>(verb: (...args: A) => void) => (...args: A): void => {
      if (full) throw new Error('database or disk is full')
      verb(...args)
    }
    const { sessions } = store
    const said: string[] = []
    const auth = await createAuth({ ...store, sessions: { ...sessions, add: write(sessions.add), touch: write(sessions.touch), removeOld: write(sessions.removeOld) } }, { now, cost, log: (text) => said.push(text) })
    const other = (await auth.login('ada', PASSWORD)).token
    expect(auth.session(other)?.user).toBe('ada')
    time += IDLE_MS - 1
    expect(auth.session(token)?.user).toBe('ada')
    expect(auth.session(other)?.user).toBe('ada')
    time += IDLE_MS - 1
    expect(auth.session(token)?.user).toBe('ada')
    expect(said[0]).toContain("The session of 'ada' is kept in memory only: database or disk is full")
    full = false
    expect(auth.session(other)?.user).toBe('ada')
    expect((await start()).session(other)?.user).toBe('ada')
    full = true
    time += IDLE_MS - 1
    expect(auth.session(other)?.user).toBe('ada')
    auth.logout(other)
    expect(auth.session(other)).toBeUndefined()
  })

  it('are bounded per user: the oldest goes', async () => {
    const { auth, token } = await claimed()
    for (let i = 0; i < 20; i++) {
      time++
      await auth.login('ada', PASSWORD)
    }
    expect(auth.session(token)).toBeUndefined()
  })
})

describe('users', () => {
  it('are added, changed and removed; a change ends their sessions', async () => {
    const { auth } = await claimed()
    await auth.addUser('bob', PASSWORD, 'viewer')
    expect(await codeOf(() => auth.addUser('BOB', PASSWORD, 'viewer'))).toBe('USER_EXISTS')
    expect(await codeOf(() => auth.addUser('eve', PASSWORD, 'root' as 'admin'))).toBe('REQUEST')
    const bob = (await auth.login('bob', PASSWORD)).token
    await auth.changeUser('bob', { role: 'operator' })
    expect(auth.session(bob)).toBeUndefined()
    const again = (await auth.login('bob', PASSWORD)).token
    expect(auth.session(again)?.role).toBe('operator')
    await auth.changeUser('bob', { password: 'another long one' })
    expect(auth.session(again)).toBeUndefined()
    expect(await codeOf(() => auth.login('bob', PASSWORD))).toBe('AUTH_FAILED')
    const third = (await auth.login('bob', 'another long one')).token
    await auth.removeUser('bob')
    expect(auth.session(third)).toBeUndefined()
    expect(auth.users()).toEqual([{ name: 'ada', role: 'admin' }])
    expect(await codeOf(() => auth.changeUser('bob', { role: 'admin' }))).toBe('USER_UNKNOWN')
    expect(await codeOf(() => auth.removeUser('bob'))).toBe('USER_UNKNOWN')
  })

  it('keep the last administrator', async () => {
    const { auth, token } = await claimed()
    await auth.addUser('bob', PASSWORD, 'editor')
    expect(await codeOf(() => auth.removeUser('ada'))).toBe('USER_LAST_ADMIN')
    expect(await codeOf(() => auth.changeUser('ada', { role: 'viewer' }))).toBe('USER_LAST_ADMIN')
    expect(auth.session(token)?.role).toBe('admin')
    await auth.changeUser('bob', { role: 'admin' })
    const both = await Promise.allSettled([auth.changeUser('ada', { role: 'viewer', password: PASSWORD }), auth.changeUser('bob', { role: 'viewer', password: PASSWORD })])
    expect(both.map((r) => r.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(auth.users().filter((u) => u.role === 'admin')).toHaveLength(1)
  })

  it('need a password of ten characters that is neither their name nor a repetition', async () => {
    const { auth } = await claimed()
    for (const bad of ['', 'ninechars', 'longusername', 'LongUserName ', 'aaaaaaaaaaaa', 'x'.repeat(300)]) expect(await codeOf(() => auth.addUser('longusername', bad, 'viewer'))).toBe('PASSWORD_WEAK')
    for (const bad of ['', ' ', 'a\nb', '<script>', 'x'.repeat(65)]) expect(await codeOf(() => auth.addUser(bad, PASSWORD, 'viewer'))).toBe('USER_NAME')
    await auth.addUser('müller.k', 'zehnzeiche', 'viewer')
  })
})

describe('passwords', () => {
  it('are argon2id with 64 MiB and 3 passes, salted, off the thread', async () => {
    const hasher = createHasher()
    let turns = 0
    const hashed = hasher.hash(PASSWORD)
    const count = setInterval(() => turns++, 1)
    const hash = await hashed.finally(() => clearInterval(count))
    expect(turns).toBeGreaterThan(3)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await hasher.verify(PASSWORD, hash)).toEqual({ right: true, stale: false })
    expect(defaultCost).toEqual({ memoryKib: 65536, passes: 3 })
    const small = createHasher(cost)
    expect(await small.hash(PASSWORD)).not.toBe(await small.hash(PASSWORD))
    expect((await small.verify('anything', undefined)).right).toBe(false)
  })
})

describe('counting attempts', () => {
  it('stays within its memory', () => {
    const attempts = new Attempts({ free: 2, firstWaitMs: 1000, longestWaitMs: 4000 })
    for (let i = 0; i < 20_000; i++) attempts.begin(`k${i}`, 0)
    expect(attempts.size).toBe(10_000)
  })

  it('doubles the wait up to the longest and forgives after an hour of silence', () => {
    const attempts = new Attempts({ free: 2, firstWaitMs: 1000, longestWaitMs: 4000 })
    const waits = Array.from({ length: 6 }, () => (attempts.begin('k', 0), attempts.wait('k', 0)))
    expect(waits).toEqual([0, 1000, 2000, 4000, 4000, 4000])
    attempts.begin('k', 3_700_000)
    expect(attempts.wait('k', 3_700_000)).toBe(0)
  })
})
