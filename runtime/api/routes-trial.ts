// Trying a draft on the running plant: beside the live flow, and under watch after a deploy.
import { MAX_FLOW_BYTES } from '#format'
import type { Gateway } from '../gateway.ts'
import * as s from './schemas.ts'
import { userOf } from './security.ts'
import type { ApiApp } from './server.ts'

export function trialRoutes(app: ApiApp, gateway: Gateway): void {
  app.get('/api/flows/:id/shadow', { config: { permission: 'view' }, schema: { summary: 'The draft that is tried beside the flow', description: 'null: there is none.', params: s.FlowParams, response: { 200: s.ShadowOrNone, default: s.ErrorSchema } } }, (request) =>
    gateway.shadowOf(request.params.id),
  )
  app.post(
    '/api/flows/:id/shadow',
    {
      config: { permission: 'edit' }, bodyLimit: MAX_FLOW_BYTES,
      schema: { summary: 'Try a draft beside the flow', description: 'It gets the live inputs; everything outward is muted. One a flow: another takes its place. 422 with every issue when it does not compile.', params: s.FlowParams, body: s.FlowRequest, response: { 200: s.ShadowAnswer, default: s.ErrorSchema } },
    },
    (request) => gateway.shadow(request.params.id, request.body.flow, userOf(request).user),
  )
  app.delete('/api/flows/:id/shadow', { config: { permission: 'edit' }, schema: { summary: 'End trying the draft', params: s.FlowParams, response: { 204: s.Nothing, default: s.ErrorSchema } } }, async (request, reply) => {
    await gateway.endShadow(request.params.id, userOf(request).user)
    return reply.code(204).send(null)
  })

  app.get('/api/flows/:id/trial', { config: { permission: 'view' }, schema: { summary: 'The version under watch', description: 'Or how the last watch ended since the gateway started; null: there was none.', params: s.FlowParams, response: { 200: s.TrialOrNone, default: s.ErrorSchema } } }, (request) =>
    gateway.trialOf(request.params.id),
  )
  app.post(
    '/api/flows/:id/trial',
    { config: { permission: 'operate' }, schema: { summary: 'End the watch', description: "'keep' the version, or 'return' to the one before.", params: s.FlowParams, body: s.TrialDecision, response: { 200: s.TrialOrNone, default: s.ErrorSchema } } },
    async (request) => {
      await gateway.decideTrial(request.params.id, request.body.act, userOf(request).user)
      return gateway.trialOf(request.params.id)
    },
  )
}
