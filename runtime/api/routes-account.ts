// Health, claiming, sessions and users.
import type { Live } from './live.ts'
import * as s from './schemas.ts'
import { clearSessionCookie, COOKIE, setSessionCookie, userOf } from './security.ts'
import type { ApiApp, ApiOptions } from './server.ts'

/** Tries of a password or a claim token, per address. */
const rateLimit = { max: 10, timeWindow: 60_000 }

export function accountRoutes(app: ApiApp, options: ApiOptions, live: Live): void {
  const { gateway, auth } = options
  const sessionBody = ({ user, role }: { user: string; role: s.UserBody['role'] }) => ({ user, role, gateway: gateway.name, version: gateway.version })

  app.get('/api/health', { config: { permission: 'public', unclaimed: true }, schema: { summary: 'Is it well?', response: { 200: s.HealthAnswer, default: s.ErrorSchema } } }, () => gateway.health())

  app.post(
    '/api/claim',
    {
      config: { permission: 'public', unclaimed: true, rateLimit },
      schema: { summary: 'Become the first administrator', description: 'With the one-time token from the console or the data folder. Signs in.', body: s.ClaimRequest, response: { 200: s.SessionAnswer, default: s.ErrorSchema } },
    },
    async (request, reply) => {
      const { token, user, password } = request.body
      const session = await auth.claim(token, user, password, request.ip)
      gateway.note(session.user, 'claim', 'gateway', 'First administrator')
      setSessionCookie(reply, session.token, options)
      return sessionBody(session)
    },
  )
  app.post(
    '/api/login',
    { config: { permission: 'public', rateLimit }, schema: { summary: 'Sign in', body: s.LoginRequest, response: { 200: s.SessionAnswer, default: s.ErrorSchema } } },
    async (request, reply) => {
      const { user, password } = request.body
      const session = await auth.login(user, password, request.ip)
      gateway.note(session.user, 'login', session.user, '')
      setSessionCookie(reply, session.token, options)
      return sessionBody(session)
    },
  )
  app.post('/api/logout', { config: { permission: 'view' }, schema: { summary: 'Sign out', response: { 204: s.Nothing, default: s.ErrorSchema } } }, async (request, reply) => {
    const token = request.cookies[COOKIE]
    if (token !== undefined) auth.logout(token)
    gateway.note(userOf(request).user, 'logout', userOf(request).user, '')
    live.recheck()
    clearSessionCookie(reply)
    return reply.code(204).send(null)
  })
  app.get('/api/session', { config: { permission: 'view' }, schema: { summary: 'Who am I?', response: { 200: s.SessionAnswer, default: s.ErrorSchema } } }, (request) => sessionBody(userOf(request)))

  app.get('/api/users', { config: { permission: 'administer' }, schema: { summary: 'Users and roles', response: { 200: s.UsersAnswer, default: s.ErrorSchema } } }, () => auth.users().map(({ name, role }) => ({ name, role })))
  app.post('/api/users', { config: { permission: 'administer' }, schema: { summary: 'Add a user', body: s.UserRequest, response: { 200: s.UserSchema, default: s.ErrorSchema } } }, async (request) => {
    const { name, password, role } = request.body
    await auth.addUser(name, password, role)
    gateway.note(userOf(request).user, 'user.add', name, role)
    return { name, role }
  })
  app.patch(
    '/api/users/:name',
    { config: { permission: 'administer' }, schema: { summary: "Change a user's role or password", description: 'Ends the sessions of that user.', params: s.NameParams, body: s.UserChange, response: { 204: s.Nothing, default: s.ErrorSchema } } },
    async (request, reply) => {
      await auth.changeUser(request.params.name, request.body)
      gateway.note(userOf(request).user, 'user.change', request.params.name, Object.keys(request.body).join(', '))
      live.recheck()
      return reply.code(204).send(null)
    },
  )
  app.delete('/api/users/:name', { config: { permission: 'administer' }, schema: { summary: 'Remove a user', params: s.NameParams, response: { 204: s.Nothing, default: s.ErrorSchema } } }, async (request, reply) => {
    await auth.removeUser(request.params.name)
    gateway.note(userOf(request).user, 'user.remove', request.params.name, '')
    live.recheck()
    return reply.code(204).send(null)
  })
}
