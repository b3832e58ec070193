// The secret store: passwords and keys that connections name. Sealed with AES-256-GCM, each under its own nonce and bound
// to its name; the key lies in a file of its own (0600) outside the data, so that a copy of the data gives nothing away.
// Values leave only towards engines, never through the API.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { issue, IssueError, reasonOf } from '#kit'
import type { SecretStore } from '../gateway.ts'
import type { Store } from './gateway.ts'

export interface Secrets extends SecretStore {
  readonly keyFile: string
  /** Throws SECRET_READ (which secret, why) when it is there but cannot be opened, SECRET_KEY when the key file is unfit. */
  get(name: string): string | undefined
  put(name: string, value: string): void
  remove(name: string): void
}
export interface SecretsOptions {
  /** Where the key lies; must be outside the data folder. $HEADGATE_KEY_FILE, else `~/.config/headgate/<gateway id>.key`. */
  readonly keyFile?: string
}

const KEY_BYTES = 32
const TAG_BYTES = 16

/** Touches no file yet: the key is made with the first secret. */
export function openSecrets(store: Pick<Store, 'folder' | 'sealed' | 'setting' | 'setSetting'>, options: SecretsOptions = {}): Secrets {
  const keyFile = resolve(options.keyFile ?? process.env['HEADGATE_KEY_FILE'] ?? join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'headgate', `${gatewayId(store)}.key`))
  const unfit = (reason: string, hint: string): IssueError => new IssueError(issue('SECRET_KEY', {}, { file: keyFile, reason, hint }))
  const inside = relative(store.folder, keyFile)
  if (!inside.startsWith('..') && resolve(inside) !== inside) throw unfit('it would lie inside the data folder', 'Name a file outside: a copy of the data must not hold its key.')

  function readKey(): Buffer | undefined {
    let text: string
    try {
      const file = openSync(keyFile, 'r')
      try {
        const { mode } = fstatSync(file)
        if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw unfit('others may read it', `Run: chmod 600 '${keyFile}'`)
        text = readFileSync(file, 'utf8').trim()
      } finally {
        closeSync(file)
      }
    } catch (thrown) {
      if (thrown instanceof IssueError) throw thrown
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw unfit(reasonOf(thrown), 'See that this user may read it.')
    }
    if (!/^[0-9a-f]{64}$/.test(text)) throw unfit('it holds no key', 'Restore it from a backup; or remove it and store every secret again.')
    return Buffer.from(text, 'hex')
  }

  function makeKey(): Buffer {
    if (store.sealed.names().length > 0) throw unfit('it is missing, and secrets are sealed with it', 'Restore it from a backup; or remove those secrets and store them again.')
    const key = randomBytes(KEY_BYTES)
    try {
      mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 })
      const file = openSync(keyFile, 'wx', 0o600)
      try {
        fchmodSync(file, 0o600)
        writeSync(file, `${key.toString('hex')}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      if (process.platform !== 'win32') {
        const folder = openSync(dirname(keyFile), 'r')
        fsyncSync(folder)
        closeSync(folder)
      }
    } catch (thrown) {
      throw unfit(reasonOf(thrown), 'See that this user may write there.')
    }
    return key
  }

  return {
    keyFile,
    names: () => store.sealed.names(),
    get(name) {
      const record = store.sealed.get(name)
      if (!record) return undefined
      const unreadable = (reason: string): IssueError => new IssueError(issue('SECRET_READ', {}, { name, reason, file: keyFile }))
      const key = readKey()
      if (!key) throw unreadable('the key file is missing')
      if (fingerprint(key) !== record.key) throw unreadable('it was sealed with another key')
      if (record.sealed.byteLength < TAG_BYTES) throw unreadable('its record is damaged')
      try {
        const opener = createDecipheriv('aes-256-gcm', key, record.nonce, { authTagLength: TAG_BYTES })
        opener.setAAD(Buffer.from(name))
        opener.setAuthTag(record.sealed.subarray(record.sealed.byteLength - TAG_BYTES))
        return Buffer.concat([opener.update(record.sealed.subarray(0, -TAG_BYTES)), opener.final()]).toString('utf8')
      } catch (thrown) {
        throw unreadable(`its record is damaged or was changed (${reasonOf(thrown)})`)
      }
    },
    put(name, value) {
      const key = readKey() ?? makeKey()
      const nonce = randomBytes(12)
      const sealer = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      sealer.setAAD(Buffer.from(name))
      const sealed = Buffer.concat([sealer.update(value, 'utf8'), sealer.final(), sealer.getAuthTag()])
      store.sealed.put({ name, nonce, sealed, key: fingerprint(key) })
    },
    remove: (name) => store.sealed.remove(name),
  }
}

const fingerprint = (key: Uint8Array): string => createHash('sha256').update(key).digest('hex').slice(0, 32)

function gatewayId(store: Pick<Store, 'setting' | 'setSetting'>): string {
  const known = store.setting('id')
  if (known !== undefined) return known
  const id = randomBytes(16).toString('hex')
  store.setSetting('id', id)
  return id
}
