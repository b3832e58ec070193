import { afterEach, beforeEach, expect, test } from 'vitest'
import { defineDriver, IssueError, Type, type AnyDriver, type BrowseRequest, type Connection, type Health } from '#kit'
import { until } from '../../test/io.ts'
import { Browsing, type BrowsingOptions } from './browse.ts'
import { ConnectionPool } from './connections.ts'
import type { DeviceRequest } from './contract.ts'

let opened: string[]
let closed: string[]
let logged: string[]
let health: Health
let answer: (request: BrowseRequest) => Promise<{ items: []; cut: boolean }>
let pool: ConnectionPool
let browsing: Browsing

const driverOf = (type: string, more: object): AnyDriver =>
  defineDriver<ReturnType<typeof Type.Object>, Connection>({
    type, title: 'T', summary: 's', icon: 'x', config: Type.Object({}),
    open: async (_config, io) => {
      opened.push(`${type} ${io.folder}`)
      return { health: () => health, close: async () => void closed.push(`${type} ${io.folder}`) }
    },
    browse: async (_connection, request) => answer(request),
    ...more,
  }) as AnyDriver
const drivers = new Map([
  driverOf('one', { exclusive: true }), driverOf('many', {}), driverOf('apart', { apart: (config: object) => ({ ...config, id: '' }) }),
  driverOf('blind', { browse: undefined }), driverOf('shows', { probe: async () => ({ lines: ['Server: tank'], certificate: { subject: 's', issuer: 'i', validFrom: 1, validTo: 2, fingerprint: 'AA', trusted: false } }), tell: async () => ['Product: x'] }),
].map((d) => [d.type, d]))
const device = (type: string, name: string | null = 'plc', config = {}): DeviceRequest => ({ name, entry: { type, config }, secrets: {} })
const make = (options: Partial<BrowsingOptions> = {}): void => {
  browsing = new Browsing(pool, { drivers, folder: '/f', now: () => 0, log: (_level, text) => void logged.push(text), readyMs: 300, answerMs: 50, ...options })
}
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'went well', (thrown: unknown) => (thrown as IssueError).issues[0]!.code)

beforeEach(() => {
  opened = []
  closed = []
  logged = []
  health = { state: 'ok', text: '' }
  answer = async () => ({ items: [], cut: false })
  pool = new ConnectionPool({ drivers, folder: (name) => name, now: () => 0, log: () => undefined })
  make()
})
afterEach(() => browsing.close())

test('what is open for flows is shared, and stays open when the look ends', async () => {
  const used = await pool.acquire('plc', device('many').entry, {})
  await browsing.browse(device('many'), null)
  await browsing.browse(device('many'), 'deeper')
  await browsing.close()
  expect(opened).toEqual(['many plc'])
  expect(closed).toEqual([])
  await used.release()
  expect(closed).toEqual(['many plc'])
})

test('what only one may hold is never opened twice, whatever it is called', async () => {
  const used = await pool.acquire('drive', device('one').entry, {})
  await browsing.browse(device('one', null), null)
  expect((await browsing.test(device('one', 'other'))).ok).toBe(true)
  expect(opened).toEqual(['one drive'])
  await used.release()
})

test('an idle look is closed; a deploy that needs it alone has it at once, and leaves the others', async () => {
  make({ idleMs: 5 })
  await browsing.browse(device('many', 'a'), null)
  await until('closed', () => closed.length === 1)
  make()
  await browsing.browse(device('one', 'b'), null)
  await browsing.browse(device('many', 'c'), null)
  await browsing.letGo(['b', 'c'])
  expect(closed).toEqual(['many a', 'one b'])
})

test('a driver that browses apart gets settings and a folder of its own beside the flows', async () => {
  const used = await pool.acquire('plc', device('apart').entry, {})
  await browsing.browse(device('apart'), null)
  expect(opened).toEqual(['apart plc', 'apart plc (look)'])
  await used.release()
})

test('a device that hangs ends in words, and a deploy meanwhile is not kept', async () => {
  answer = () => new Promise(() => undefined)
  const hanging = codeOf(browsing.browse(device('many'), null))
  await pool.acquire('x', device('many', 'x').entry, {})
  expect(await hanging).toBe('BROWSE_FAILED')
})

test('a device that hangs while it is opened or closed keeps neither the look nor a deploy', async () => {
  make({ readyMs: 50, closeMs: 20 })
  const hang = new Promise<never>(() => undefined)
  const hanging = driverOf('stuck', { exclusive: true, open: () => hang })
  drivers.set('stuck', hanging)
  expect(await codeOf(browsing.browse(device('stuck'), null))).toBe('CONNECTION_FAILED')
  expect(await browsing.test(device('stuck'))).toMatchObject({ ok: false, issues: [{ code: 'CONNECTION_FAILED' }] })
  await browsing.letGo(['plc'])
  drivers.set('stays', driverOf('stays', { exclusive: true, open: async () => ({ health: () => health, close: () => hang }) }))
  await browsing.browse(device('stays'), null)
  await browsing.letGo(['plc'])
  expect(logged.at(-1)).toContain('plc: it was not closed')
})

test('one that is away says so after its first attempt, and is tried no more for a look', async () => {
  health = { state: 'connecting', text: 'connecting to plc' }
  const asked = codeOf(browsing.browse(device('many'), null))
  await until('opened', () => opened.length === 1)
  health = { state: 'connecting', text: 'plc refuses the connection' }
  expect(await asked).toBe('CONNECTION_FAILED')
  expect(closed).toEqual(['many plc'])
  const told = await browsing.test(device('many'))
  expect(told).toMatchObject({ ok: false, health: { state: 'error' }, issues: [{ code: 'CONNECTION_FAILED', text: "'plc' is not available: plc refuses the connection" }] })
})

test('two looks at one that is away say the same, though the first to notice closes it', async () => {
  health = { state: 'connecting', text: 'connecting to plc' }
  drivers.set('shuts', driverOf('shuts', { open: async () => ({ health: () => health, close: async () => void (health = { state: 'error', text: 'closed' }) }) }))
  const looks = [browsing.browse(device('shuts'), null), browsing.test(device('shuts'))].map((look) => look.then((t) => ('issues' in t ? t.issues : []), (thrown: unknown) => (thrown as IssueError).issues))
  await until('both wait', () => pool.health()['plc'])
  health = { state: 'connecting', text: 'plc refuses the connection' }
  const texts = (await Promise.all(looks)).map(([first]) => first?.text)
  expect(texts).toEqual(["'plc' is not available: plc refuses the connection", "'plc' is not available: plc refuses the connection"])
})

test('a test tells what was found out, also of a device that refuses', async () => {
  expect(await browsing.test(device('shows'))).toMatchObject({ ok: true, lines: ['Server: tank', 'It was connected already', 'Product: x'], certificate: { fingerprint: 'AA' } })
  health = { state: 'error', text: 'not trusted' }
  expect(await browsing.test(device('shows', 'b'))).toMatchObject({ ok: false, lines: ['Server: tank'], certificate: { fingerprint: 'AA', trusted: false } })
})

test('what a driver cannot do is said; too many at once are refused', async () => {
  expect(await codeOf(browsing.browse(device('blind'), null))).toBe('REQUEST')
  expect(await codeOf(browsing.trust(device('blind'), 'AA'))).toBe('REQUEST')
  expect(await codeOf(browsing.browse(device('none'), null))).toBe('CONNECTION_DRIVER')
  answer = () => new Promise(() => undefined)
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => codeOf(browsing.browse(device('many', `n${i}`), null))))
  expect(all.filter((c) => c === 'AUTH_BUSY')).toHaveLength(4)
})
