import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrowseItem } from '#kit'
import { driverIo, openDriver, until, type TestDriverIo } from '../../../test/io.ts'
import { startMosquitto, type Mosquitto } from '../../../test/peers.ts'
import type { MqttConnection } from './connection.ts'
import { browse, TOPICS } from './browse.ts'
import driver from './index.ts'

let broker: Mosquitto
let dio: TestDriverIo
let connection: MqttConnection
const { signal } = new AbortController()
const look = (path: string | null, search?: string) => driver.browse!(connection, { path, signal, ...(search === undefined ? {} : { search }) })
const named = (items: readonly BrowseItem[], title: string): BrowseItem => items.find((i) => i.title === title) ?? expect.fail(`no ${title} among ${items.map((i) => i.title).join(', ')}`)

beforeAll(async () => {
  broker = await startMosquitto()
  dio = driverIo()
  for (const [topic, text] of [['plant/hall 1/temperature', '21.5'], ['plant/hall 1/on', 'true'], ['plant/hall 1/name', 'north'], ['plant/pump', '{"speed": 45.5, "ok": true, "motor": {"winding.max": 80}, "list": [1, 2]}'], ['plant/pump/raw', 'x'.repeat(3000)], ['air', '{"value": 7, "unit": "bar", "odd": 1}']] as const) await broker.publish(topic, text, ['-r'])
  connection = await openDriver<MqttConnection>(driver, { url: broker.url }, dio)
  await until('connected', () => connection.connected)
})
afterAll(async () => {
  await connection.close()
  await broker.close()
  dio.remove()
})

describe('the topics of a broker as a tree', () => {
  it('goes down level by level; a topic tells its kind, value and mark; $SYS comes last', async () => {
    const { items } = await look(null)
    expect(items.map((i) => i.title)).toEqual(['air', 'plant', '$SYS'])
    expect(items[1]).toMatchObject({ path: 'plant', detail: '5 topics', row: null })
    expect(items[2]!.minor).toBe(true)
    const hall = named((await look('plant')).items, 'hall 1')
    const inside = (await look(hall.path)).items
    expect(named(inside, 'temperature')).toMatchObject({ path: null, detail: 'number, retained', value: 21.5, quality: 'Good', row: { name: 'temperature', topic: 'plant/hall 1/temperature', payload: 'number', path: '' } })
    expect(named(inside, 'on')).toMatchObject({ value: true, row: { payload: 'boolean' } })
    expect(named(inside, 'name')).toMatchObject({ value: 'north', row: { payload: 'text' } })
  })

  it('fields of JSON are tags with their path; a long payload is told by its beginning', async () => {
    const pump = named((await look('plant')).items, 'pump')
    expect(pump).toMatchObject({ path: 'plant/pump', detail: expect.stringMatching(/^JSON, \d+ bytes, retained, 1 below$/) as string, row: { payload: 'json' } })
    const { items } = await look('plant/pump')
    expect(named(items, 'speed')).toMatchObject({ value: 45.5, row: { name: 'pump.speed', topic: 'plant/pump', payload: 'number', path: 'speed' } })
    expect(named(items, 'ok').row).toMatchObject({ payload: 'boolean', path: 'ok' })
    const motor = (await look(named(items, 'motor').path)).items
    expect(motor[0]).toMatchObject({ title: 'winding.max', value: 80, row: { path: 'motor["winding.max"]' } })
    expect((await look(named(items, 'list').path)).items.map((i) => i.row!['path'])).toEqual(['list[0]', 'list[1]'])
    const air = (await look('air')).items
    expect(named(air, 'value')).toMatchObject({ unit: 'bar', row: { name: 'air', path: 'value', unit: 'bar' } })
    expect(named(air, 'odd').row).toEqual({ name: 'air.odd', topic: 'air', payload: 'number', path: 'odd' })
    expect(String(named(items, 'raw').value).length).toBeLessThan(100)
    expect(named(items, 'raw').detail).toBe('text, retained')
  })

  it('searches whole topics, and what comes later is there at the next look', async () => {
    expect((await look(null, 'TEMP')).items).toMatchObject([{ title: 'temperature', trail: ['plant', 'hall 1'] }])
    expect((await look(null, 'later')).items).toEqual([])
    await broker.publish('late/later', '1')
    await until('it is seen', async () => (await look(null, 'later')).items.length === 1)
    expect(named((await look('late')).items, 'later').detail).toBe('number')
  })

  it('looks on a client of its own, so that flows get nothing twice', () => {
    const own = { url: broker.url, version: '5', clientId: 'line-3', session: 'keep' } as never
    expect(driver.apart!(own)).toEqual({ url: broker.url, version: '5', clientId: '', session: 'clean' })
  })
})

it('is bounded: topics beyond the limit are not kept, and it says so', async () => {
  let told: ((m: { topic: string; payload: Uint8Array; qos: 0; retain: boolean }) => void) | undefined
  const fake = { subscribe: (_filter: string, _qos: 0, run: never) => ((told = run), () => undefined), health: () => ({ state: 'ok', text: '' }) } as unknown as MqttConnection
  const first = browse(fake, { path: null, signal })
  told!({ topic: 'x'.repeat(60_000), payload: new Uint8Array(1), qos: 0, retain: false })
  for (let i = 0; i < TOPICS + 10; i++) told!({ topic: `t/${i}`, payload: new Uint8Array(20_000), qos: 0, retain: false })
  const { items, cut } = await first
  expect(items).toHaveLength(1)
  expect(items[0]!.detail).toBe(`${TOPICS} topics`)
  expect(cut).toBe(true)
})
