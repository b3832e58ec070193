// Looking at devices: test a connection, browse it, trust its certificate. An act of people who edit; what a page asks for
// again and again is limited by address.
import { Type, type BrowseItem, type Issue } from '#kit'
import type { BrowseBody, ConnectionOf, ConnectionTestBody } from '#format'
import type { Gateway } from '../gateway.ts'
import * as s from './schemas.ts'
import { userOf } from './security.ts'
import type { ApiApp } from './server.ts'

const minute = (max: number) => ({ max, timeWindow: 60_000 })
const text = Type.String()
const json = Type.Unknown()
const anything = Type.Record(Type.String(), json)
const nullable = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) => Type.Union([schema, Type.Null()])

const of = { name: Type.Optional(s.Name), type: Type.Optional(Type.String({ maxLength: 64, description: 'With `config`: settings that are not stored (yet), or others than the stored ones' })), config: Type.Optional(anything) }
const TestRequest = Type.Object(of, { additionalProperties: false })
const BrowseRequest = Type.Object({ ...of, path: nullable(Type.String({ maxLength: 4000, description: 'Of an item; null: the root' })), search: Type.Optional(Type.String({ maxLength: 200 })) }, { additionalProperties: false })
const TrustRequest = Type.Object({ type: of.type, config: of.config, fingerprint: Type.String({ pattern: '^([0-9A-F]{2}:){31}[0-9A-F]{2}$', description: 'SHA-256, as the test told it' }) }, { additionalProperties: false })

const item = Type.Unsafe<BrowseItem>(Type.Object({ path: nullable(text), title: text, detail: text, unit: Type.Optional(Type.String({ description: 'UCUM' })), value: Type.Optional(json), quality: Type.Optional(text), time: Type.Optional(Type.Number()), row: nullable(anything) }, { additionalProperties: true }))
const BrowseAnswer = Type.Unsafe<BrowseBody>(Type.Object({ items: Type.Array(item), source: nullable(Type.Object({ type: text, connectionField: text, rowsField: text })), cut: Type.Boolean({ description: 'There was more' }) }))
const TestAnswer = Type.Unsafe<ConnectionTestBody>(
  Type.Object({
    ok: Type.Boolean(), health: Type.Object({ state: text, text }, { additionalProperties: true }), ms: Type.Number(), lines: Type.Array(text), issues: Type.Array(Type.Unsafe<Issue>(s.IssueSchema)),
    certificate: Type.Optional(Type.Object({ subject: text, issuer: text, validFrom: Type.Number(), validTo: Type.Number(), fingerprint: text, trusted: Type.Boolean() })),
  }),
)

/** One that is written down is meant as it is written; else the stored one of this name. */
const connectionOf = ({ name, type, config }: { name?: string; type?: string; config?: Record<string, unknown> }): ConnectionOf =>
  type === undefined ? { name: name ?? '' } : { type, config: (config ?? {}) as never, ...(name === undefined ? {} : { name }) }

export function deviceRoutes(app: ApiApp, gateway: Gateway): void {
  app.post(
    '/api/connections/test',
    { config: { permission: 'edit', rateLimit: minute(60) }, schema: { summary: 'Test a connection', description: 'A device that is away is an answer: `ok` is false and `issues` say why.', body: TestRequest, response: { 200: TestAnswer, default: s.ErrorSchema } } },
    (request) => gateway.testConnection(connectionOf(request.body)),
  )
  app.post(
    '/api/connections/browse',
    { config: { permission: 'edit', rateLimit: minute(900) }, schema: { summary: 'What a device offers', description: 'One level of its tree, with the values as they are now. Browsing goes on beside the flows and never opens twice what only one may hold.', body: BrowseRequest, response: { 200: BrowseAnswer, default: s.ErrorSchema } } },
    (request) => gateway.browse(connectionOf(request.body), request.body.path, request.body.search),
  )
  app.post(
    '/api/connections/:name/trust',
    { config: { permission: 'edit', rateLimit: minute(20) }, schema: { summary: "Trust a server's certificate", description: 'The one that the server shows now, if it has this fingerprint.', params: s.NameParams, body: TrustRequest, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      const { fingerprint, ...rest } = request.body
      await gateway.trustCertificate({ ...connectionOf({ ...rest, name: request.params.name }), name: request.params.name }, fingerprint, userOf(request).user)
      return reply.code(204).send(null)
    },
  )
}
