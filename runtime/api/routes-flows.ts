// Flows: read, check, deploy, history, rollback, arming.
import { issue, IssueError } from '#kit'
import { MAX_FLOW_BYTES } from '#format'
import type { Gateway } from '../gateway.ts'
import * as s from './schemas.ts'
import { userOf } from './security.ts'
import type { ApiApp } from './server.ts'

export function flowRoutes(app: ApiApp, gateway: Gateway): void {
  app.get('/api/flows', { config: { permission: 'view' }, schema: { summary: 'All flows', response: { 200: s.FlowsAnswer, default: s.ErrorSchema } } }, () => gateway.flows())

  app.post(
    '/api/flows',
    {
      config: { permission: 'edit' },
      bodyLimit: MAX_FLOW_BYTES,
      schema: { summary: 'Deploy a new flow', description: 'Its first version; it starts disarmed. 409 when the id is taken.', body: s.FlowRequest, response: { 200: s.DeployAnswer, default: s.ErrorSchema } },
    },
    (request) => {
      const flow = gateway.read(request.body.flow)
      return gateway.deploy(flow.id, { flow, basedOn: null, comment: 'Created' }, userOf(request).user)
    },
  )

  app.get('/api/flows/:id', { config: { permission: 'view' }, schema: { summary: 'A flow as it runs', params: s.FlowParams, response: { 200: s.FlowAnswer, default: s.ErrorSchema } } }, (request) =>
    gateway.flow(request.params.id),
  )

  app.delete(
    '/api/flows/:id',
    { config: { permission: 'edit' }, schema: { summary: 'Stop and remove a flow', description: 'Its outputs go to their safe state first.', params: s.FlowParams, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      await gateway.remove(request.params.id, userOf(request).user)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/check',
    { config: { permission: 'view' }, bodyLimit: MAX_FLOW_BYTES, schema: { summary: 'What is wrong with a draft', description: 'Issues, port types, and the changes against what runs. Nothing is stored.', body: s.FlowRequest, response: { 200: s.CheckAnswer, default: s.ErrorSchema } } },
    (request) => gateway.check(request.body.flow),
  )

  app.post(
    '/api/flows/:id/deploy',
    {
      config: { permission: 'edit' },
      bodyLimit: MAX_FLOW_BYTES,
      schema: {
        summary: 'Deploy a draft', description: '409 when another version runs than the one it was made from; 422 with every issue when it does not compile or open. What ran before then keeps running.',
        params: s.FlowParams, body: s.DeployRequest, response: { 200: s.DeployAnswer, default: s.ErrorSchema },
      },
    },
    (request) => {
      const { basedOn, comment = '', watch } = request.body
      return gateway.deploy(request.params.id, { flow: request.body.flow, basedOn, comment, ...(watch ? { watch } : {}) }, userOf(request).user)
    },
  )

  app.get(
    '/api/flows/:id/versions',
    { config: { permission: 'view' }, schema: { summary: 'The history, newest first', params: s.FlowParams, response: { 200: s.VersionsAnswer, default: s.ErrorSchema } } },
    (request) => gateway.versions(request.params.id),
  )
  app.get(
    '/api/flows/:id/versions/:version',
    { config: { permission: 'view' }, schema: { summary: 'The document of one version', params: s.VersionParams, response: { 200: s.DocumentAnswer, default: s.ErrorSchema } } },
    (request) => gateway.versionText(request.params.id, request.params.version),
  )

  app.post(
    '/api/flows/:id/rollback',
    {
      config: { permission: 'edit' },
      schema: { summary: 'Run an earlier version again', description: "A new version with the old text; that version's arming is restored.", params: s.FlowParams, body: s.RollbackRequest, response: { 200: s.DeployAnswer, default: s.ErrorSchema } },
    },
    (request) => gateway.rollback(request.params.id, request.body.version, request.body.comment ?? '', userOf(request).user),
  )

  app.post(
    '/api/flows/:id/arm',
    { config: { permission: 'operate' }, schema: { summary: 'Let the actuators of a flow write, or stop them', description: 'Arming needs a reason.', params: s.FlowParams, body: s.ArmRequest, response: { 200: s.FlowSummarySchema, default: s.ErrorSchema } } },
    (request) => {
      const { armed, reason = '' } = request.body
      if (armed && reason.trim() === '') throw new IssueError(issue('REQUEST', { field: '/reason' }, { reason: 'Arming needs a reason; it is kept in the audit trail.' }))
      return gateway.arm(request.params.id, armed, reason, userOf(request).user)
    },
  )
}
