// Who may call what. Deny by default: a route without a permission is refused at start. Three checks come before every
// handler: the Host (DNS rebinding), the Origin (requests from other sites), the session and its role.
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { issue, IssueError } from '#kit'
import { may, permissions, type Permission, type Role } from '#format'
import type { Auth, SessionOf } from './contract.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call this route. Required: the server does not start without. */
    permission?: Permission | 'public'
    /** Served before anybody has claimed the gateway. */
    unclaimed?: boolean
  }
  interface FastifyRequest {
    who: SessionOf | null
  }
}

export const COOKIE = 'headgate_session'

export interface Reach {
  /** Where the gateway listens: '127.0.0.1', '0.0.0.0', 'gw.plant.local'. */
  readonly host: string
  /** The address that people use when a proxy with TLS stands before it: 'https://gw.example.com'. */
  readonly behindProxy?: string
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1'])
export const isLoopback = (host: string): boolean => loopbackNames.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host)

/** '[::1]:1890' is '::1'; undefined when it is no host at all. */
export function hostName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(header)
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}

/**
 * May a request be for this Host? A rebinding attack always comes under a name of the attacker's, so addresses are
 * safe; the port is not compared (containers and tunnels map it), the Origin check does that.
 */
export function hostAllowed(header: string | undefined, reach: Reach): boolean {
  const name = hostName(header)
  if (name === undefined) return false
  if (isLoopback(name) || name === reach.host.toLowerCase()) return true
  if (reach.behindProxy !== undefined && name === new URL(reach.behindProxy).hostname.replace(/^\[|\]$/g, '').toLowerCase()) return true
  return !isLoopback(reach.host) && isIP(name) !== 0
}

/** Browsers send an Origin with every request that changes something and with every WebSocket; it must be our own. */
export function originAllowed(origin: string | undefined, host: string | undefined, reach: Reach): boolean {
  if (origin === undefined || host === undefined) return false
  if (reach.behindProxy !== undefined && origin === new URL(reach.behindProxy).origin) return true
  return origin.toLowerCase() === `http://${host.toLowerCase()}`
}

const changes = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)

export function installSecurity(app: FastifyInstance, auth: Auth, reach: Reach): void {
  app.addHook('onRoute', (route) => {
    const permission = route.config?.permission
    if (permission === undefined || (permission !== 'public' && !Object.hasOwn(permissions, permission))) {
      throw new Error(`The route ${String(route.method)} ${route.url} names no permission.`)
    }
  })
  app.decorateRequest('who', null)
  app.addHook('onRequest', async (request) => {
    const { host, origin } = request.headers
    if (!hostAllowed(host, reach)) throw new IssueError(issue('AUTH_HOST', {}, { host: host ?? '' }))
    if (changes(request.method) && !originAllowed(origin, host, reach)) throw new IssueError(issue('AUTH_ORIGIN'))
    if (request.is404) return
    const { permission, unclaimed } = request.routeOptions.config
    if (!auth.claimed() && unclaimed !== true) throw new IssueError(issue('CLAIM_FIRST'))
    request.who = sessionOf(request, auth)
    if (permission === 'public') return
    if (!request.who) throw new IssueError(issue('AUTH_NEEDED'))
    // A route without a permission is nobody's, even if it got here.
    if (permission === undefined || !may(request.who.role, permission)) throw new IssueError(issue('AUTH_DENIED', {}, { role: request.who.role }))
  })
}

export function sessionOf(request: Pick<FastifyRequest, 'cookies'>, auth: Auth): SessionOf | null {
  const token = request.cookies[COOKIE]
  return token === undefined ? null : (auth.session(token) ?? null)
}

/** Whose request this is; only for routes that need a permission. */
export function userOf(request: FastifyRequest): { user: string; role: Role } {
  if (!request.who) throw new IssueError(issue('AUTH_NEEDED'))
  return request.who
}

export function setSessionCookie(reply: FastifyReply, token: string, reach: Reach): void {
  void reply.setCookie(COOKIE, token, { httpOnly: true, sameSite: 'strict', path: '/', secure: reach.behindProxy?.startsWith('https:') ?? false })
}
export function clearSessionCookie(reply: FastifyReply): void {
  void reply.clearCookie(COOKIE, { httpOnly: true, sameSite: 'strict', path: '/' })
}
