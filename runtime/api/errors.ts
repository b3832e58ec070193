// What an error becomes on the wire: always an ErrorBody, with the HTTP status of its first issue. What is not an
// IssueError is our own fault: its text stays in the log, outside goes INTERNAL without a stack.
import type { FastifyError } from 'fastify'
import { issue, IssueError, reasonOf, type Issue, type IssueCode } from '#kit'
import type { ErrorBody } from '#format'

const statuses: Partial<Record<IssueCode, number>> = {
  AUTH_NEEDED: 401,
  AUTH_FAILED: 401,
  AUTH_DENIED: 403,
  AUTH_ORIGIN: 403,
  AUTH_HOST: 421,
  AUTH_THROTTLED: 429,
  AUTH_LOCKED: 429,
  AUTH_BUSY: 503,
  CLAIM_TOKEN: 403,
  CLAIM_FIRST: 401,
  DEPLOY_CONFLICT: 409,
  FLOW_UNKNOWN: 404,
  DRAFT_UNKNOWN: 404,
  DRAFT_CONFLICT: 409,
  DRAFT_LIMIT: 409,
  CONNECTION_USED: 409,
  VERSION_UNKNOWN: 404,
  ROUTE_UNKNOWN: 404,
  USER_UNKNOWN: 404,
  USER_EXISTS: 409,
  USER_LAST_ADMIN: 409,
  REQUEST: 400,
  BROWSE_FAILED: 502,
  CERTIFICATE_TRUST: 409,
  ENGINE_DOWN: 503,
  LAB_BUSY: 503,
  LAB_NOTHING: 404,
  STORE_WRITE: 507,
  EDITOR_MISSING: 503,
  INTERNAL: 500,
}

/** What an address named, and not a flow. */
const missing: readonly IssueCode[] = ['CONNECTION_UNKNOWN', 'SECRET_UNKNOWN']
/** 422 for everything that is wrong with a flow, a config or a value. */
export const statusOf = ({ code, flow, node, field }: Issue): number => statuses[code] ?? (missing.includes(code) && (flow ?? node ?? field) === undefined ? 404 : 422)

export interface Failure {
  readonly status: number
  readonly body: ErrorBody
  /** Not foreseen: belongs into the log with its stack. */
  readonly unexpected: boolean
}

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof IssueError) {
    const first = thrown.issues.find((i) => i.level === 'error') ?? thrown.issues[0]
    if (first) return { status: statusOf(first), body: { issues: thrown.issues }, unexpected: false }
  }
  const error = thrown as Partial<FastifyError> | null
  const status = error?.statusCode ?? 500
  if (status === 429) return { status, body: { issues: [issue('AUTH_THROTTLED')] }, unexpected: false }
  // Fastify's own: a body that is no JSON, too large, or of another type.
  if (status >= 400 && status < 500) return { status, body: { issues: [issue('REQUEST', {}, { reason: sentence(reasonOf(thrown)) })] }, unexpected: false }
  return { status: 500, body: { issues: [issue('INTERNAL', {}, { reason: 'an unexpected error, written to its log' })] }, unexpected: true }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
