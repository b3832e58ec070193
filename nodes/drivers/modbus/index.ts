// Modbus TCP: one device, or a gateway with several units behind it. modbus-serial is loaded when a flow opens it.
import { defineDriver, field, Type } from '#kit'
import type { ModbusConnection } from './connection.ts'

const config = Type.Object({
  host: field.text({ title: 'Host', description: 'Address or name of the device.', minLength: 1, maxLength: 253, default: '192.168.0.10', examples: ['192.168.0.10'] }),
  port: field.integer({ title: 'Port', default: 502, minimum: 1, maximum: 65535 }),
  timeoutMs: field.integer({ title: 'Time-out', unit: 'ms', default: 1000, minimum: 50, maximum: 60_000, description: 'A request without an answer by then has failed.' }),
  pauseMs: field.integer({ title: 'Pause between requests', unit: 'ms', default: 0, minimum: 0, maximum: 1000, advanced: true, description: 'Some devices need a rest between two requests.' }),
})

export default defineDriver<typeof config, ModbusConnection>({
  type: 'modbus',
  title: 'Modbus TCP device',
  summary: 'A drive, meter, PLC or gateway that speaks Modbus TCP.',
  icon: 'cable',
  config,
  exclusive: true,
  // A device on the plant's network needs some milliseconds to answer; what is on the line takes next to nothing.
  requestMs: ({ pauseMs }) => 5 + pauseMs,
  async open(settings, io) {
    const { ModbusConnection } = await import('./connection.ts')
    return new ModbusConnection(settings, io)
  },
  tell: async (connection, signal) => (await import('./browse.ts')).tell(connection, signal),
  source: { type: 'source.modbus', connectionField: 'connection', rowsField: 'tags' },
  searches: false,
  browse: async (connection, request) => (await import('./browse.ts')).browse(connection, request),
})
