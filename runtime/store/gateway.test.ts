import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFlow, type AlarmBody } from '#format'
import type { StoredVersion } from '../gateway.ts'
import { writeDurably } from './files.ts'
import { openStore, type Store } from './gateway.ts'
import { openSecrets } from './secrets.ts'

let folder: string
let data: string
let stores: Store[] = []
const open = (): Store => {
  const store = openStore(data)
  stores.push(store)
  return store
}
const reopen = (store: Store): Store => {
  store.close()
  return open()
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-store-'))
  data = join(folder, 'data')
})
afterEach(async () => {
  for (const store of stores) store.close()
  stores = []
  await rm(folder, { recursive: true, force: true })
})
const version = (id: string, number: number, more: Partial<StoredVersion> = {}): StoredVersion => ({
  id, version: number, flow: { ...emptyFlow(id, `${id} ${number}`), parameters: { limit: number } }, armed: false, models: { bearing: 'ab12' }, author: 'ada', comment: `c${number}`, time: 1000 + number, ...more,
})
const plain = (v: StoredVersion | undefined): unknown => v && { ...v }

describe('the gateway store', () => {
  it('keeps flows, versions, connections and arming over a restart', () => {
    const store = open()
    const broker = { type: 'mqtt', config: { url: 'mqtt://127.0.0.1' } }
    store.saveVersion(version('pump', 1), { broker })
    store.saveVersion(version('pump', 2), {})
    store.saveVersion(version('tank', 1), {})
    store.setArmed('pump', true)
    const again = reopen(store)
    expect(again.flows().map(plain)).toEqual([plain(version('pump', 2, { armed: true })), plain(version('tank', 1))])
    expect(again.versions('pump').map((v) => [v.version, v.armed, v.flow.name])).toEqual([[2, true, 'pump 2'], [1, false, 'pump 1']])
    expect(plain(again.version('pump', 1))).toEqual(plain(version('pump', 1)))
    expect(again.version('pump', 9)).toBeUndefined()
    expect(again.connections()).toEqual({ broker })
    again.removeConnection('broker')
    expect(again.connections()).toEqual({})
  })

  it('remembers what each version was armed as when another took its place', () => {
    const store = open()
    store.saveVersion(version('pump', 1), {})
    store.setArmed('pump', true)
    store.saveVersion(version('pump', 2), {})
    expect(store.versions('pump').map((v) => v.armed)).toEqual([false, true])
  })

  it('never uses a number twice, also after the flow was removed', () => {
    const store = open()
    store.saveVersion(version('pump', 1), {})
    expect(() => store.saveVersion(version('pump', 1), {})).toThrow("the next version of 'pump' is 2")
    store.removeFlow('pump')
    expect(store.flows()).toEqual([])
    expect(store.versions('pump')).toHaveLength(1)
    expect(() => store.saveVersion(version('pump', 1), {})).toThrow('is 2, not 1')
    store.saveVersion(version('pump', 2), {})
    expect(store.flows().map((f) => f.version)).toEqual([2])
  })

  it('deploys in one transaction: a fault leaves neither version nor connection', () => {
    const store = open()
    const broken = { type: 'mqtt', config: { loop: 1n as unknown as number } }
    expect(() => store.saveVersion(version('pump', 1), { good: { type: 'mqtt', config: {} }, broken })).toThrow('BigInt')
    expect(store.flows()).toEqual([])
    expect(store.connections()).toEqual({})
    store.saveVersion(version('pump', 1), {})
  })

  it('does not let versions and audit be changed, not even by hand', () => {
    const store = open()
    store.saveVersion(version('pump', 1), {})
    store.audit({ time: 1, user: 'ada', act: 'arm', subject: 'pump', detail: 'after test' })
    store.audit({ time: 2, user: 'ada', act: 'disarm', subject: 'pump', detail: '' })
    expect(store.auditLog(1)).toEqual([{ id: 2, time: 2, user: 'ada', act: 'disarm', subject: 'pump', detail: '' }])
    expect(store.auditLog(5, 2), 'what is older than an entry').toMatchObject([{ id: 1, act: 'arm' }])
    store.close()
    const db = new DatabaseSync(join(data, 'gateway.db'))
    expect(() => db.exec("UPDATE versions SET author = 'eve'")).toThrow('versions are never changed')
    expect(() => db.exec('DELETE FROM versions')).toThrow('versions are never removed')
    expect(() => db.exec("UPDATE audit SET user = 'eve'")).toThrow('append only')
    expect(() => db.exec('DELETE FROM audit')).toThrow('append only')
    db.close()
  })

  it('keeps active alarms, their history, and the hold', () => {
    const store = open()
    const alarm = (state: AlarmBody['state'], time: number, tag = 'P-101'): AlarmBody => ({ flow: 'pump', node: 'high', tag, state, priority: 'high', message: 'Bearing', value: 0.9, limit: 0.8, time, since: 5 })
    store.putAlarm(alarm('unacknowledged', 5))
    store.putAlarm(alarm('acknowledged', 6))
    store.putAlarm(alarm('unacknowledged', 7, 'P-102'))
    store.putAlarm(alarm('normal', 8))
    store.setHeld(true)
    const again = reopen(store)
    expect(again.alarms()).toEqual([alarm('unacknowledged', 7, 'P-102')])
    const log = again.alarmLog(2)
    expect(log).toMatchObject([alarm('normal', 8), alarm('unacknowledged', 7, 'P-102')])
    expect(again.alarmLog(1, log[0]!.id)).toEqual([log[1]])
    expect(again.held()).toBe(true)
  })

  it('is private on the disk', async () => {
    const store = open()
    store.setHeld(true)
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    for (const name of await readdir(data)) expect((await stat(join(data, name))).mode & 0o077).toBe(0)
  })

  it('holds every verb that returned when the process is killed', async () => {
    const script = `import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'gateway.ts'))}
      const store = openStore(${JSON.stringify(data)})
      for (let i = 1; i <= 50; i++) store.audit({ time: i, user: 'u', act: 'a', subject: 's', detail: '' })
      process.stdout.write('done\\n'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    expect(() => openStore(data)).toThrow(/DATA_IN_USE: Another gateway is using the data folder/)
    child.kill('SIGKILL')
    await ended
    expect(open().auditLog(100)).toHaveLength(50)
  })

  it('refuses a second gateway on its folder, also in the same process, and goes on itself', () => {
    const store = open()
    expect(() => openStore(data)).toThrow('DATA_IN_USE')
    store.setHeld(true)
    expect(store.held()).toBe(true)
  })

  it('says what is wrong with a folder, a damaged file, and a newer one', async () => {
    await writeFile(join(folder, 'file'), '')
    expect(() => openStore(join(folder, 'file', 'data'))).toThrow(/DATA_FOLDER: .*cannot be used/)
    const store = open()
    store.close()
    const file = join(data, 'gateway.db')
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version=99')
    db.close()
    expect(() => openStore(data)).toThrow('STORE_VERSION')
    const bytes = await readFile(file)
    await writeFile(file, bytes.fill(0x55, 0, 4096))
    expect(() => openStore(data)).toThrow('STORE_DAMAGED')
    expect(await readFile(file)).toEqual(bytes)
  })
})

describe('a full disk', () => {
  it('is said in words, changes nothing, and what was there is still read', async () => {
    const script = `
      import { openStore } from './runtime/store/gateway.ts'
      const store = openStore(process.argv[1])
      let kept = 0
      try {
        for (;; kept++) store.putConnection('c' + kept, { type: 'mqtt', config: { clientId: 'x'.repeat(20000) } }, [])
      } catch (thrown) {
        console.log(JSON.stringify({ code: thrown.issues?.[0]?.code, text: thrown.issues?.[0]?.text, kept, found: Object.keys(store.connections()).length }))
      }`
    // The limit on the size of a file stands in for the disk.
    const child = spawn('bash', ['-c', `ulimit -S -f 1500; exec "$@"`, 'bash', process.execPath, '--input-type=module', '-e', script, data], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    await once(child, 'exit')
    const said = JSON.parse(out) as { code: string; text: string; kept: number; found: number }
    expect(said).toMatchObject({ code: 'STORE_WRITE', text: expect.stringContaining('the disk is full') })
    expect(said.kept).toBeGreaterThan(10)
    expect(said.found).toBe(said.kept)
    expect(Object.keys(open().connections())).toHaveLength(said.kept)
  })

  it('keeps a connection and the arming that it takes together', () => {
    const store = open()
    store.saveVersion(version('pump', 1), {})
    store.setArmed('pump', true)
    store.putConnection('plc', { type: 'modbus', config: {} }, ['pump'])
    expect(reopen(store).flows()[0]!.armed).toBe(false)
  })
})

describe('secrets', () => {
  const keyFile = (): string => join(folder, 'keys', 'secrets.key')

  it('are sealed on the disk, listed by name only, and come back after a restart', async () => {
    const store = open()
    const secrets = openSecrets(store, { keyFile: keyFile() })
    expect(secrets.names()).toEqual([])
    expect(secrets.get('mqtt-password')).toBeUndefined()
    secrets.put('mqtt-password', 'correct horse Ω')
    secrets.put('plc', '')
    secrets.put('mqtt-password', 'battery staple Ω')
    const again = reopen(store)
    const opened = openSecrets(again, { keyFile: keyFile() })
    expect(opened.names()).toEqual(['mqtt-password', 'plc'])
    expect(opened.get('mqtt-password')).toBe('battery staple Ω')
    expect(opened.get('plc')).toBe('')
    opened.remove('plc')
    expect(opened.get('plc')).toBeUndefined()
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600)
    again.close()
    for (const name of await readdir(data)) expect((await readFile(join(data, name))).includes('battery staple')).toBe(false)
  })

  it('name the secret that cannot be read: wrong key, no key, changed record, swapped record', async () => {
    const store = open()
    const secrets = openSecrets(store, { keyFile: keyFile() })
    secrets.put('one', 'first')
    secrets.put('two', 'second')
    const one = store.sealed.get('one')!
    store.sealed.put({ ...one, name: 'two' })
    expect(() => secrets.get('two')).toThrow(/SECRET_READ: The secret 'two' cannot be read: its record is damaged or was changed/)
    store.sealed.put({ ...one, sealed: one.sealed.map((b, i) => (i === 1 ? b ^ 1 : b)) })
    expect(() => secrets.get('one')).toThrow("The secret 'one' cannot be read")
    store.sealed.put({ ...one, sealed: one.sealed.subarray(0, 5) })
    expect(() => secrets.get('one')).toThrow("The secret 'one' cannot be read")
    store.sealed.put(one)
    expect(secrets.get('one')).toBe('first')
    await writeFile(keyFile(), `${'0'.repeat(64)}\n`)
    expect(() => secrets.get('one')).toThrow('it was sealed with another key')
    await rm(keyFile())
    expect(() => secrets.get('one')).toThrow('the key file is missing')
    expect(() => secrets.put('three', 'x')).toThrow(/SECRET_KEY: .*it is missing, and secrets are sealed with it/)
    expect(secrets.names()).toEqual(['one', 'two'])
  })

  it('refuse a key that others may read, that is no key, or that lies with the data', async () => {
    const store = open()
    const secrets = openSecrets(store, { keyFile: keyFile() })
    secrets.put('one', 'first')
    await chmod(keyFile(), 0o640)
    expect(() => secrets.get('one')).toThrow(/SECRET_KEY: .*others may read it.*chmod 600/)
    await chmod(keyFile(), 0o600)
    await writeFile(keyFile(), 'abc')
    expect(() => secrets.get('one')).toThrow('it holds no key')
    expect(() => openSecrets(store, { keyFile: join(data, 'secrets.key') })).toThrow('inside the data folder')
  })

  it('have a key of their own for each gateway, in the home folder, unless told otherwise', () => {
    const before = { ...process.env }
    delete process.env['HEADGATE_KEY_FILE']
    process.env['XDG_CONFIG_HOME'] = join(folder, 'config')
    try {
      const store = open()
      const first = openSecrets(store).keyFile
      expect(first).toMatch(/config\/headgate\/[0-9a-f]{32}\.key$/)
      expect(openSecrets(store).keyFile).toBe(first)
      process.env['HEADGATE_KEY_FILE'] = keyFile()
      expect(openSecrets(store).keyFile).toBe(keyFile())
    } finally {
      process.env = before
    }
  })
})

describe('a durable write', () => {
  it('replaces a file with the rights asked for and leaves nothing behind', async () => {
    const path = join(folder, 'note')
    await writeFile(path, 'old', { mode: 0o644 })
    await writeDurably(path, 'new')
    expect(await readFile(path, 'utf8')).toBe('new')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await writeDurably(path, new Uint8Array([1, 2]), 0o644)
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    expect(await readdir(folder)).toEqual(['note'])
  })

  it('leaves the old file when it fails', async () => {
    const path = join(folder, 'taken')
    await symlink(join(folder, 'nowhere'), join(folder, 'link'))
    await expect(writeDurably(join(folder, 'none', 'x'), 'new')).rejects.toThrow('ENOENT')
    await writeFile(path, 'old')
    await expect(writeDurably(join(path, 'x'), 'new')).rejects.toThrow('ENOTDIR')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect((await readdir(folder)).toSorted()).toEqual(['link', 'taken'])
  })
})
