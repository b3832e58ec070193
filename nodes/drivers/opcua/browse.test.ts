import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDefaults, type BrowseItem } from '#kit'
import { driverIo, openDriver, until, type TestDriverIo } from '../../../test/io.ts'
import { end, freePort, startChild } from '../../../test/peers.ts'
import driver from './index.ts'
import type { OpcuaConnection, OpcuaSettings } from './connection.ts'
import { cefactCode, unitOf, unitOfSymbol } from './unit.ts'

let port: number
let folder: string
let server: ChildProcess
let dio: TestDriverIo
let connection: OpcuaConnection
const { signal } = new AbortController()
const look = (at: string | null, search?: string) => driver.browse!(connection, { path: at, signal, ...(search === undefined ? {} : { search }) })
const named = (items: readonly BrowseItem[], title: string): BrowseItem => {
  const found = items.find((i) => i.title === title)
  if (!found) throw new Error(`no ${title} among ${items.map((i) => i.title).join(', ')}`)
  return found
}
const settings = (more: object): OpcuaSettings => withDefaults(driver.config, { endpoint: `opc.tcp://127.0.0.1:${port}`, ...more }) as OpcuaSettings

beforeAll(async () => {
  port = await freePort()
  folder = mkdtempSync(path.join(tmpdir(), 'headgate-opcua-browse-'))
  server = (await startChild(path.join(import.meta.dirname, '../../../test/opcua-server.ts'), [String(port), folder])).child
  dio = driverIo()
  connection = await openDriver<OpcuaConnection>(driver, settings({ securityMode: 'None' }), dio)
  await until('connected', () => connection.connected, 60_000)
}, 120_000)
afterAll(async () => {
  await connection.close()
  await end(server, 'SIGKILL')
  dio.remove()
  rmSync(folder, { recursive: true, force: true })
})

describe('the address space as a tree', () => {
  it('gives values, units, access and rows by namespace URI; the standard\'s own objects are minor', async () => {
    const { items } = await look(null)
    expect(named(items, 'Level')).toMatchObject({ path: null, value: 1.5, quality: 'Good', time: 1_700_000_000_000, row: { name: 'Level', nodeId: 'nsu=urn:headgate:test;s=Level', kind: 'number' } })
    expect(named(items, 'Name')).toMatchObject({ detail: 'String, writable', value: 'tank', row: { kind: 'text' } })
    expect(named(items, 'Server')).toMatchObject({ minor: true, row: null })
    const line = named(items, 'Line 1')
    expect(line).toMatchObject({ path: 'nsu=urn:headgate:test;s=Line1', row: null })
    const tank = named((await look(line.path)).items, 'Tank 7')
    const inside = (await look(tank.path)).items
    expect(named(inside, 'Water temperature')).toMatchObject({
      path: null, detail: 'Float', note: 'Water temperature of tank 7', unit: 'Cel', value: 21.5, row: { name: 'Water_temperature', nodeId: 'nsu=urn:headgate:test;s=Tank7.Water temperature', kind: 'number', unit: 'Cel' },
    })
    expect(named(inside, 'Pressure')).toMatchObject({ detail: 'Float, writable', unit: 'bar' })
    expect(named(inside, 'Flow').unit).toBe('m3/h')
    expect(named(inside, 'Key')).toMatchObject({ detail: 'Float, not readable, writable', row: null })
    expect(named(inside, 'Key').value).toBeUndefined()
    expect(named(inside, 'Profile')).toMatchObject({ detail: 'Double[], writable', value: [1, 2, 3], row: { kind: 'vector' } })
    expect(named(inside, 'Empty')).toEqual({ path: null, title: 'Empty', detail: 'method', row: null })
  })

  it('follows continuation points, and finds names below with the way to them', async () => {
    connection.current().session.requestedMaxReferencesPerNode = 7
    const { items, cut } = await look('nsu=urn:headgate:test;s=Line1')
    expect(items.filter((i) => i.title.startsWith('Point'))).toHaveLength(40)
    expect(cut).toBe(false)
    const found = await look(null, 'TEMPERATURE')
    expect(found.items).toHaveLength(1)
    expect(found.items[0]).toMatchObject({ title: 'Water temperature', trail: ['Line 1', 'Tank 7'], unit: 'Cel', value: 21.5 })
    expect((await look(null, 'nothing like it')).items).toEqual([])
  })

  it('what is no place is said in words', async () => {
    await expect(look('nsu=urn:other;s=X')).rejects.toThrow("no namespace 'urn:other'")
    await expect(look('rubbish')).rejects.toThrow("'rubbish' is no node id")
    await expect(look('ns=1;s=Nothing')).rejects.toThrow('BadNodeIdUnknown')
  })
})

it('a test shows the certificate; once a person trusts it by its fingerprint, the connection comes up by itself', async () => {
  const secure = driverIo()
  try {
    const chosen = settings({ securityMode: 'SignAndEncrypt' })
    const before = await driver.probe!(chosen, secure, signal)
    expect(before.lines).toContain('Security offered: none, sign and encrypt (Basic256Sha256)')
    expect(before.certificate).toMatchObject({ trusted: false, fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as string })
    expect(before.certificate!.validTo).toBeGreaterThan(Date.now())
    const waiting = await openDriver<OpcuaConnection>(driver, chosen, secure)
    try {
      await until('refused', () => /is not trusted/.test(waiting.health().text), 60_000)
      await expect(driver.trust!(chosen, secure, before.certificate!.fingerprint.replace(/^../, '00'))).rejects.toThrow('another certificate')
      expect((await driver.probe!(chosen, secure, signal)).certificate!.trusted).toBe(false)
      await driver.trust!(chosen, secure, before.certificate!.fingerprint)
      expect((await driver.probe!(chosen, secure, signal)).certificate!.trusted).toBe(true)
      await until('connected', () => waiting.connected, 60_000)
    } finally {
      await waiting.close()
    }
    expect((await driver.probe!(settings({ securityMode: 'Sign' }), secure, signal)).lines.at(-1)).toBe('It does not offer what is chosen here: sign (Basic256Sha256)')
  } finally {
    secure.remove()
  }
}, 180_000)

it('units come from the UN/CEFACT code, else from the symbol, else not at all', () => {
  expect(cefactCode(4408652)).toBe('CEL')
  expect(unitOf({ namespaceUri: 'http://www.opcfoundation.org/UA/units/un/cefact', unitId: 4408652, displayName: { text: 'x' } })).toBe('Cel')
  expect(unitOf({ namespaceUri: 'urn:own', unitId: 4408652, displayName: { text: 'bar' } })).toBe('bar')
  expect(unitOf({ unitId: -1, displayName: { text: 'Stück' } })).toBeUndefined()
  expect(['°C', 'm³/h', 'N·m', 'kWh', 'µm', '%', 'mm/s', ''].map(unitOfSymbol)).toEqual(['Cel', 'm3/h', 'N.m', 'kW.h', 'um', '%', 'mm/s', undefined])
})
