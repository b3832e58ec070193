import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Quality, sample, schemaFaults, type Opened, type Outcome } from '#kit'
import { driverIo, openDriver, openNode, TestIo, until, type TestDriverIo } from '../../test/io.ts'
import { startMosquitto, type Mosquitto } from '../../test/peers.ts'
import driver from '../drivers/mqtt/index.ts'
import type { MqttConnection } from '../drivers/mqtt/connection.ts'
import uplink from '../uplink/mqtt.ts'
import node from './mqtt.ts'

let broker: Mosquitto
let dio: TestDriverIo
let connection: MqttConnection
let io: TestIo
const nodes: Opened[] = []
const resources = { model: () => undefined }

beforeEach(async () => {
  dio = driverIo()
  broker = await startMosquitto()
  connection = await openDriver<MqttConnection>(driver, { url: broker.url }, dio)
  await until('connected', () => connection.connected)
  io = new TestIo('sensors', { broker: connection })
})
afterEach(async () => {
  for (const n of nodes.splice(0)) {
    await n.close()
    await n.close()
  }
  await connection.close()
  await broker.close()
  dio.remove()
})
/** Opens a source and waits until messages reach it. */
async function open(config: object): Promise<Opened> {
  const opened = await openNode(node, { connection: 'broker', topic: 'plant/#', ...config }, io)
  nodes.push(opened)
  return opened
}
const publish = (topic: string, text: string, ...options: string[]): Promise<void> => broker.publish(topic, text, ['-r', ...options])

describe('source.mqtt', () => {
  it('gives values with their topic as tag', async () => {
    await publish('plant/t1', '21.5')
    await publish('plant/pump/on', 'true')
    const opened = await open({})
    await until('both', () => io.of('value').length === 2)
    expect(io.of('value').map((s) => [s.tag, s.value, s.quality]).toSorted()).toEqual([['plant/pump/on', true, 0], ['plant/t1', 21.5, 0]])
    expect(opened.health()).toEqual({ state: 'ok', text: '' })
  })

  it('fills in the tag, takes value and time from JSON', async () => {
    await publish('plant/t1/json', '{"temperature": {"value": 20.25}, "at": 1700000000123}')
    await open({ payload: 'number', path: 'temperature.value', timePath: 'at', tag: '{node}.{2}' })
    expect(await until('a sample', () => io.of('value')[0])).toEqual(sample('sensors.t1', 20.25, 1700000000123))
  })

  it('what cannot be read is counted as failed, and the source goes on', async () => {
    await publish('plant/t1', 'broken')
    await open({ payload: 'number' })
    const fault = await until('a failure', () => io.fails[0])
    expect(fault).toMatchObject({ code: 'DECODE', node: 'sensors', port: 'value', text: "A message could not be read: 'plant/t1': 'broken' is not a number" })
    await publish('plant/t1', '3')
    await until('the next', () => io.of('value').length === 1)
  })

  it('hands QoS 1 over for the journal, QoS 0 not', async () => {
    await publish('plant/q1', '1', '-q', '1')
    await publish('plant/q0', '0')
    await open({ qos: 1 })
    await until('both', () => io.delivered.length === 1 && io.emitted.length === 1)
    expect(io.delivered[0]!.sample.tag).toBe('plant/q1')
    expect(io.emitted[0]!.sample.tag).toBe('plant/q0')
  })

  it('a silent tag is given again as uncertain, once; a lost broker makes every tag bad', async () => {
    await publish('plant/t1', '7')
    const opened = await open({ staleAfterS: 0.1 })
    const stale = await until('stale', () => io.of('value').find((s) => s.quality === Quality.uncertainLastUsable))
    expect(stale).toMatchObject({ tag: 'plant/t1', value: 7 })
    await until('health', () => opened.health().state === 'stale')
    await publish('plant/t1', '8')
    await until('fresh', () => io.of('value').some((s) => s.value === 8 && s.quality === 0))
    await broker.kill()
    const lost = await until('bad', () => io.of('value').find((s) => s.quality === Quality.badCommunication))
    expect(lost).toMatchObject({ tag: 'plant/t1', value: 8 })
    await until('health', () => opened.health().text.endsWith('refuses the connection'))
    expect(io.of('value').filter((s) => s.quality === Quality.uncertainLastUsable && s.value === 7)).toHaveLength(1)
  })

  it('rows are outputs of their own: several fields of one message, QoS 1 acknowledged when all are kept', async () => {
    await publish('plant/pump', '{"speed": 45.5, "at": 1700000000123, "motor": {"ok": true}}', '-q', '1')
    const rows = [
      { name: 'speed', topic: 'plant/pump', payload: 'number', path: 'speed', timePath: 'at', unit: 'Hz' }, { name: 'ok', topic: 'plant/pump', payload: 'boolean', path: 'motor.ok' },
      { name: 'bad', topic: 'plant/pump', payload: 'number', path: 'motor.ok' },
    ]
    const opened = await open({ topic: '', qos: 1, tags: rows })
    expect(opened.health().text).toMatch(/waiting .*|^$/)
    await until('both', () => io.delivered.length === 2)
    expect(io.delivered.map((d) => [d.port, d.sample.tag, d.sample.value])).toEqual([['speed', 'sensors.speed', 45.5], ['ok', 'sensors.ok', true]])
    expect(io.delivered[0]!.sample.time).toBe(1700000000123)
    expect(await until('the third is said', () => io.fails[0])).toMatchObject({ code: 'DECODE', port: 'bad' })
    await broker.kill()
    await until('both are bad', () => ['speed', 'ok'].every((p) => io.of(p).some((s) => s.quality === Quality.badCommunication)))
    const ports = (more: object) => node.ports!({ ...node.starter!, ...more } as never, resources).outputs
    expect(ports({ topic: '', tags: rows.slice(0, 2) })).toEqual({ speed: { kind: 'number', unit: 'Hz' }, ok: { kind: 'boolean' } })
    expect(Object.keys(ports({ tags: rows.slice(0, 1) })!)).toEqual(['value', 'speed'])
    const check = (more: object) => node.check!({ ...node.starter!, ...more } as never, resources).map((f) => f.field)
    expect(check({ topic: '', tags: [] })).toEqual(['/topic'])
    expect(check({ tags: [{ name: 'value', topic: 'a', payload: 'auto', path: '', timePath: '' }, { name: 'b', topic: 'a/#/b', payload: 'bytes', path: 'x', timePath: '', unit: '??' }] })).toEqual(['/tags/0/name', '/tags/1/topic', '/tags/1/path', '/tags/1/unit'])
  })

  it('checks its topic and types its output', () => {
    const config = (more: object) => ({ ...node.starter!, ...more }) as never
    expect(schemaFaults(node.config, node.starter)).toEqual([])
    expect(node.check!(config({ topic: 'a/#/b', unit: 'xx' }), resources).map((f) => f.field)).toEqual(['/topic', '/unit'])
    expect(node.check!(config({ payload: 'bytes', path: 'a' }), resources).map((f) => f.field)).toEqual(['/path'])
    const kind = (more: object) => node.ports!(config(more), resources).outputs!['value']
    expect(kind({ payload: 'number', unit: 'Cel' })).toEqual({ kind: 'number', unit: 'Cel' })
    expect(kind({ payload: 'json' })).toEqual({ kind: 'record' })
    expect(kind({ payload: 'json', path: 'a' })).toEqual({ kind: 'any' })
    expect(kind({ payload: 'text', unit: 'Cel' })).toEqual({ kind: 'text' })
  })
})

describe('uplink.mqtt', () => {
  const open2 = async (config: object = {}): Promise<Opened> => {
    const opened = await openNode(uplink, { connection: 'broker', topic: 'up/{flow}/{tag}', ...config }, io)
    nodes.push(opened)
    return opened
  }

  it('publishes what mosquitto_sub receives, never NaN or a missing value as a number', async () => {
    const subscriber = await broker.subscribe('up/#', ['-q', '1'])
    const json = await open2({ qos: 1 })
    await json.receive!(sample('P-101.speed', 45.5, 1000), 'value')
    await json.receive!(sample('P-101.speed', Number.NaN, 1000), 'value')
    await json.receive!(sample('P-101.speed', 3, 1000, Quality.badTimeout), 'value')
    await json.receive!(sample('a+b', null, 1000, Quality.badNoData), 'value')
    const bare = await open2({ payload: 'value', qos: 2 })
    await bare.receive!(sample('n', 2.5, 1000), 'value')
    expect(await bare.receive!(sample('n', Number.NaN, 1000), 'value')).toEqual({ drop: 'no_value' })
    expect(await bare.receive!(sample('n', 2, 1000, Quality.bad), 'value')).toEqual({ drop: 'no_value' })
    await until('all of them', () => subscriber.lines.length >= 5)
    expect(subscriber.lines).toEqual([
      'up/test/P-101.speed {"tag":"P-101.speed","value":45.5,"time":1000}',
      'up/test/P-101.speed {"tag":"P-101.speed","value":null,"time":1000,"quality":"BadOutOfRange"}',
      'up/test/P-101.speed {"tag":"P-101.speed","value":3,"time":1000,"quality":"BadTimeout"}',
      'up/test/a_b {"tag":"a+b","value":null,"time":1000,"quality":"BadNoData"}',
      'up/test/n 2.5',
    ])
    await subscriber.close()
  })

  it('waits while the broker is away, and arrives after it is back', async () => {
    const opened = await open2({ qos: 1, retain: true })
    await broker.kill()
    await until('lost', () => !connection.connected)
    let over = false
    const waiting = Promise.resolve(opened.receive!(sample('t', 1, 5), 'value')).then((r) => ((over = true), r))
    expect(over).toBe(false)
    await broker.restart()
    expect(await waiting).toBeUndefined()
    const subscriber = await broker.subscribe('up/#')
    await until('it is there', () => subscriber.lines.includes('up/test/t {"tag":"t","value":1,"time":5}'))
    await subscriber.close()
  })

  it('ends what waits when it is closed', async () => {
    const opened = await open2()
    await broker.kill()
    await until('lost', () => !connection.connected)
    const waiting = expect(opened.receive!(sample('t', 1, 5), 'value') as Promise<Outcome>).rejects.toThrow('the node was closed')
    await opened.close()
    await waiting
  })

  it('checks its topic', () => {
    const check = (topic: string) => uplink.check!({ ...uplink.starter!, topic } as never, resources).map((f) => f.reason)
    expect(check('a/{tag}')).toEqual([])
    expect(check('a/#')).toHaveLength(1)
    expect(check('a/{site}')[0]).toMatch(/'\{site\}' is not known/)
    expect(schemaFaults(uplink.config, uplink.starter)).toEqual([])
  })
})
