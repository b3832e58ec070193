// Looking at certificates that somebody puts into settings. Stores nothing.
import { Type } from '#kit'
import type { CertificatesBody } from '#format'
import { readCertificates } from '../certificates.ts'
import * as s from './schemas.ts'
import type { ApiApp } from './server.ts'

const text = Type.String()
const InspectRequest = Type.Object({ pem: Type.String({ minLength: 1, maxLength: 1_000_000, description: 'One certificate or several, PEM' }) }, { additionalProperties: false })
const InspectAnswer = Type.Unsafe<CertificatesBody>(
  Type.Object({
    certificates: Type.Array(
      Type.Object({ subject: text, issuer: text, names: Type.Array(text), validFrom: Type.Number(), validUntil: Type.Number({ description: 'ms since the Unix epoch, UTC' }), fingerprint: Type.String({ description: 'SHA-256' }), keyType: text, authority: Type.Boolean({ description: 'May sign others' }) }),
    ),
  }),
)

export function certificateRoutes(app: ApiApp): void {
  app.post(
    '/api/certificates/inspect',
    { config: { permission: 'view', rateLimit: { max: 300, timeWindow: 60_000 } }, schema: { summary: 'What certificates say of themselves', description: 'Reads them only: who trusts them is not asked.', body: InspectRequest, response: { 200: InspectAnswer, default: s.ErrorSchema } } },
    (request) => ({ certificates: readCertificates(request.body.pem) }),
  )
}
