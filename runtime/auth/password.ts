// Passwords as argon2id (RFC 9106) in PHC texts: `$argon2id$v=19$m=65536,t=3,p=1$salt$hash`. Hashing runs on Node's thread
// pool, one at a time: each takes 64 MiB, and a crowd at the door must not take the gateway's memory.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { issue, IssueError } from '#kit'

export interface HashCost {
  readonly memoryKib: number
  readonly passes: number
}
/** RFC 9106, 4, second recommended option (with one lane). */
export const defaultCost: HashCost = { memoryKib: 64 * 1024, passes: 3 }

export interface Hasher {
  hash(password: string): Promise<string>
  /** Takes as long for an undefined hash (no such user) as for a wrong password. `stale`: to be hashed anew at today's cost. */
  verify(password: string, hash: string | undefined): Promise<{ readonly right: boolean; readonly stale: boolean }>
}

const HASH_BYTES = 32
/** Sign-ins that may wait; those above get AUTH_BUSY. */
const MAX_WAITING = 16
const derive = promisify(argon2)

export function createHasher(cost: HashCost = defaultCost): Hasher {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  async function run(password: string, nonce: Buffer, { memoryKib, passes }: HashCost): Promise<Buffer> {
    if (waiting >= MAX_WAITING) throw new IssueError(issue('AUTH_BUSY'))
    waiting++
    // Unicode has several spellings of the same text; keyboards differ in which they send.
    const message = password.normalize('NFKC')
    const result = last.then(() => derive('argon2id', { message, nonce, parallelism: 1, tagLength: HASH_BYTES, memory: memoryKib, passes }))
    last = result.then(noop, noop)
    try {
      return await result
    } finally {
      waiting--
    }
  }
  const noop = (): void => undefined

  return {
    async hash(password) {
      const salt = randomBytes(16)
      const hash = await run(password, salt, cost)
      return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=1$${base64(salt)}$${base64(hash)}`
    },
    async verify(password, hash) {
      const read = hash === undefined ? undefined : readHash(hash)
      const { salt, expected, ...used } = read ?? { ...cost, salt: randomBytes(16), expected: randomBytes(HASH_BYTES) }
      const found = await run(password, salt, used)
      const right = timingSafeEqual(found, expected) && read !== undefined
      return { right, stale: used.memoryKib !== cost.memoryKib || used.passes !== cost.passes }
    },
  }
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')

function readHash(text: string): (HashCost & { readonly salt: Buffer; readonly expected: Buffer }) | undefined {
  const parts = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(text)
  if (!parts) return undefined
  const salt = Buffer.from(parts[3]!, 'base64')
  const expected = Buffer.from(parts[4]!, 'base64')
  return expected.length === HASH_BYTES && salt.length >= 8 ? { memoryKib: Number(parts[1]), passes: Number(parts[2]), salt, expected } : undefined
}

export const MIN_PASSWORD = 10
const MAX_PASSWORD = 256

/** Throws PASSWORD_WEAK. Length is what counts (NIST SP 800-63B, 5.1.1.2); no rules about kinds of characters. */
export function checkPassword(password: string, user: string): void {
  const weak = (reason: string): IssueError => new IssueError(issue('PASSWORD_WEAK', {}, { reason }))
  const length = [...password.normalize('NFKC')].length
  if (length < MIN_PASSWORD) throw weak(`it has ${length} of at least ${MIN_PASSWORD} characters.`)
  if (length > MAX_PASSWORD) throw weak(`it has more than ${MAX_PASSWORD} characters.`)
  if (fold(password) === fold(user)) throw weak("it is the user's name.")
  if (new Set(fold(password)).size < 4) throw weak('it repeats a few characters.')
}
const fold = (text: string): string => text.normalize('NFKC').toLowerCase().trim()
