// What flows stand on: the catalogue, alarms, the hold of all outputs, connections, secrets, models, the audit trail.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Gateway } from '../gateway.ts'
import * as s from './schemas.ts'
import { userOf } from './security.ts'
import type { ApiApp } from './server.ts'

export function plantRoutes(app: ApiApp, gateway: Gateway): void {
  // The largest answer of a start, and the same for as long as the gateway runs: written and packed once, and not sent again to who has it.
  const packed = once(async (write: (payload: unknown) => string) => {
    const text = write(gateway.catalogue)
    return { text, gzip: await promisify(gzip)(text), tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` }
  })
  app.get('/api/catalogue', { config: { permission: 'view' }, schema: { summary: 'Node types and connection types of this gateway', response: { 200: s.CatalogueAnswer, default: s.ErrorSchema } } }, async (request, reply) => {
    const { text, gzip: small, tag } = await packed((payload) => String(reply.serialize(payload)))
    void reply.headers({ etag: tag, 'cache-control': 'private, no-cache', vary: 'accept-encoding' })
    if (request.headers['if-none-match'] === tag) return await reply.code(304 as 200).send(undefined as unknown as typeof gateway.catalogue)
    void reply.type('application/json; charset=utf-8')
    // Written by the schema already: as a stream of bytes it is sent as it is.
    const takes = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    if (takes) void reply.header('content-encoding', 'gzip')
    return await reply.send((takes ? small : Buffer.from(text)) as unknown as typeof gateway.catalogue)
  })

  app.get('/api/alarms', { config: { permission: 'view' }, schema: { summary: 'Alarms that are not normal and acknowledged', response: { 200: s.AlarmsAnswer, default: s.ErrorSchema } } }, () => gateway.alarms())
  app.get('/api/alarms/log', { config: { permission: 'view' }, schema: { summary: 'Changes of alarms, newest first', querystring: s.PageQuery, response: { 200: s.AlarmLogAnswer, default: s.ErrorSchema } } }, (request) =>
    gateway.alarmLog(request.query.limit ?? 200, request.query.before),
  )
  app.post(
    '/api/alarms/acknowledge',
    { config: { permission: 'operate' }, schema: { summary: 'Acknowledge an alarm', description: 'One tag, or all of the node.', body: s.AcknowledgeRequest, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      const { flow, node, tag } = request.body
      await gateway.acknowledge(flow, node, tag, userOf(request).user)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/acts',
    { config: { permission: 'operate' }, schema: { summary: "An operator's act on a node", description: 'Shelve, suppress, reset, put into manual: what a node takes is in the catalogue. One tag, or all of the node.', body: s.ActRequest, response: { 200: s.ActAnswer, 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      const { flow, node, act, tag, arguments: args } = request.body
      const result = await gateway.act(flow, node, act, tag, args, userOf(request).user)
      return result === null ? reply.code(204).send(null) : reply.code(200).send({ result })
    },
  )

  app.get('/api/hold', { config: { permission: 'view' }, schema: { summary: 'Are all outputs held?', response: { 200: s.HoldAnswer, default: s.ErrorSchema } } }, () => ({ held: gateway.held() }))
  app.post(
    '/api/hold',
    { config: { permission: 'operate' }, schema: { summary: 'Hold all outputs, or release them', description: 'Nothing is written by any flow until released. No emergency stop: Headgate is not a safety system.', body: s.HoldRequest, response: { 200: s.HoldAnswer, default: s.ErrorSchema } } },
    async (request) => {
      await gateway.hold(request.body.held, request.body.reason ?? '', userOf(request).user)
      return { held: gateway.held() }
    },
  )

  app.get('/api/connections', { config: { permission: 'view' }, schema: { summary: 'Connections of this gateway', response: { 200: s.ConnectionsAnswer, default: s.ErrorSchema } } }, () => gateway.connections())
  app.get('/api/connections/:name', { config: { permission: 'view' }, schema: { summary: 'One connection', params: s.NameParams, response: { 200: s.ConnectionSchema, default: s.ErrorSchema } } }, (request) =>
    gateway.connection(request.params.name),
  )
  app.put(
    '/api/connections/:name',
    {
      config: { permission: 'edit' },
      schema: { summary: 'Add or change a connection', description: 'Running flows that use it are deployed again with it; when one refuses, nothing changes.', params: s.NameParams, body: s.ConnectionRequest, response: { 200: s.ConnectionSchema, default: s.ErrorSchema } },
    },
    async (request) => {
      await gateway.putConnection(request.params.name, request.body, userOf(request).user)
      return gateway.connection(request.params.name)
    },
  )
  app.delete(
    '/api/connections/:name',
    { config: { permission: 'edit' }, schema: { summary: 'Remove a connection that no flow uses', params: s.NameParams, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      await gateway.removeConnection(request.params.name, userOf(request).user)
      return reply.code(204).send(null)
    },
  )

  app.get('/api/secrets', { config: { permission: 'administer' }, schema: { summary: 'Names of the stored secrets', response: { 200: s.SecretsAnswer, default: s.ErrorSchema } } }, () => ({ names: gateway.secretNames() }))
  app.put(
    '/api/secrets/:name',
    { config: { permission: 'administer' }, schema: { summary: 'Store a secret', description: 'It never leaves the gateway again. Flows that run take it at their next deploy.', params: s.NameParams, body: s.SecretRequest, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      await gateway.putSecret(request.params.name, request.body.value, userOf(request).user)
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/api/secrets/:name',
    { config: { permission: 'administer' }, schema: { summary: 'Remove a secret', params: s.NameParams, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      await gateway.removeSecret(request.params.name, userOf(request).user)
      return reply.code(204).send(null)
    },
  )

  app.get('/api/models', { config: { permission: 'view' }, schema: { summary: 'Models of this gateway', response: { 200: s.ModelsAnswer, default: s.ErrorSchema } } }, () => gateway.models())
  app.get('/api/audit', { config: { permission: 'administer' }, schema: { summary: 'Who did what, newest first', querystring: s.PageQuery, response: { 200: s.AuditAnswer, default: s.ErrorSchema } } }, (request) =>
    gateway.audit(request.query.limit ?? 200, request.query.before),
  )
}

/** The first answer, for all who ask; a failure is asked for again. */
function once<A, T>(make: (from: A) => Promise<T>): (from: A) => Promise<T> {
  let made: Promise<T> | undefined
  return (from) => (made ??= make(from).catch((thrown: unknown) => { made = undefined; throw thrown }))
}
