// Drafts on the gateway: list, read, save, remove.
import { MAX_FLOW_BYTES } from '#format'
import { DraftTaken } from '../drafts.ts'
import type { Gateway } from '../gateway.ts'
import { failureOf } from './errors.ts'
import * as s from './schemas.ts'
import { userOf } from './security.ts'
import type { ApiApp } from './server.ts'

/** A conflict's answer has the present draft beside the issues. */
function orTaken<T>(act: () => T): { readonly status: number; readonly body: T | s.DraftTakenBody } {
  try {
    return { status: 200, body: act() }
  } catch (thrown) {
    if (!(thrown instanceof DraftTaken)) throw thrown
    const { status, body } = failureOf(thrown)
    return { status, body: { ...body, draft: thrown.draft } }
  }
}

export function draftRoutes(app: ApiApp, { drafts }: Gateway): void {
  app.get('/api/drafts', { config: { permission: 'view' }, schema: { summary: 'All drafts', response: { 200: s.DraftsAnswer, default: s.ErrorSchema } } }, () => drafts.list())
  app.get('/api/drafts/:id', { config: { permission: 'view' }, schema: { summary: "A flow's draft", params: s.FlowParams, response: { 200: s.DraftAnswer, default: s.ErrorSchema } } }, (request) => drafts.get(request.params.id))

  app.put(
    '/api/drafts/:id',
    {
      config: { permission: 'edit' },
      bodyLimit: MAX_FLOW_BYTES,
      schema: { summary: 'Save a draft', description: '409 with the present draft when it is not of the revision that this one was made from; 0: there was none.', params: s.FlowParams, body: s.DraftRequest, response: { 200: s.DraftSaved, 409: s.DraftTakenAnswer, default: s.ErrorSchema } },
    },
    async (request, reply) => {
      const { status, body } = orTaken(() => drafts.save(request.params.id, request.body, userOf(request).user))
      return reply.code(status as 200).send(body as never)
    },
  )
  app.delete(
    '/api/drafts/:id',
    { config: { permission: 'edit' }, schema: { summary: 'Remove a draft', description: 'What runs goes on. 409 as for a save.', params: s.FlowParams, querystring: s.DraftQuery, response: { 204: s.Nothing, 409: s.DraftTakenAnswer, default: s.ErrorSchema } } },
    async (request, reply) => {
      const { status, body } = orTaken(() => {
        drafts.remove(request.params.id, request.query.revision, userOf(request).user)
        return null
      })
      return reply.code((status === 200 ? 204 : status) as 204).send(body as never)
    },
  )
}
