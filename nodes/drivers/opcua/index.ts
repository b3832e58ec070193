// An OPC UA server. The library (some 90 MB) is loaded when a flow opens it.
import { defineDriver, field, Type } from '#kit'
import type { OpcuaConnection } from './connection.ts'

const config = Type.Object({
  endpoint: field.text({ title: 'Endpoint', default: 'opc.tcp://127.0.0.1:4840', pattern: '^opc\\.tcp://[^\\s@]+$', examples: ['opc.tcp://192.168.0.20:4840'] }),
  securityMode: field.choice(['None', 'Sign', 'SignAndEncrypt'], { title: 'Security', default: 'SignAndEncrypt', labels: ['None', 'Sign', 'Sign and encrypt'], description: "With security, the server's certificate must have been trusted by a person." }),
  securityPolicy: field.choice(['Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss'], { title: 'Policy', default: 'Basic256Sha256', advanced: true, when: { field: 'securityMode', is: ['Sign', 'SignAndEncrypt'] } }),
  user: field.text({ title: 'User', default: '', maxLength: 200, description: 'Left empty: anonymous.' }),
  passwordSecret: field.secret({ title: 'Password', default: '', description: 'The name of a stored secret.' }),
})

export default defineDriver<typeof config, OpcuaConnection>({
  type: 'opcua',
  title: 'OPC UA server',
  summary: 'A PLC, SCADA or gateway with an OPC UA server.',
  icon: 'server',
  config,
  async open(settings, io) {
    const { OpcuaConnection } = await import('./connection.ts')
    return new OpcuaConnection(settings, io)
  },
  source: { type: 'source.opcua', connectionField: 'connection', rowsField: 'items' },
  browse: async (connection, request) => (await import('./browse.ts')).browse(connection, request),
  tell: async (connection) => (await import('./browse.ts')).tell(connection),
  probe: async (settings, io) => (await import('./certificate.ts')).probe(settings, io),
  trust: async (settings, io, fingerprint) => (await import('./certificate.ts')).trust(settings, io, fingerprint),
})
