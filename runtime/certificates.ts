// What the certificates in a PEM text say of themselves. Reads only: nothing is checked against an authority, and a
// private key is refused, since it does not belong into settings.
import { X509Certificate, type KeyObject } from 'node:crypto'
import { issue, IssueError } from '#kit'
import type { CertificateBody } from '#format'

/** A bundle of authorities; the largest that systems ship have some 150. */
const MOST = 200

/** In the order of the text; at least one. Throws CERTIFICATE_READ in words. */
export function readCertificates(pem: string): CertificateBody[] {
  const wrong = (reason: string): never => {
    throw new IssueError(issue('CERTIFICATE_READ', {}, { reason }))
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) return wrong('it holds a private key, which belongs among the secrets.')
  if (pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) return wrong('it is a request that an issuer has yet to sign.')
  const blocks = pem.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) return wrong(pem.includes('-----BEGIN CERTIFICATE-----') ? 'its end is missing.' : 'no PEM certificate is in it.')
  if (blocks.length > MOST) return wrong(`it holds ${blocks.length} certificates; ${MOST} are the most.`)
  return blocks.map((block, i) => {
    try {
      return bodyOf(new X509Certificate(block))
    } catch {
      return wrong(blocks.length === 1 ? 'its content is damaged.' : `the content of certificate ${i + 1} of ${blocks.length} is damaged.`)
    }
  })
}

function bodyOf(read: X509Certificate): CertificateBody {
  return {
    subject: named(read.subject),
    issuer: named(read.issuer),
    names: (read.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address|URI|email):/, '')).filter((name) => name !== ''),
    validFrom: Date.parse(read.validFrom),
    validUntil: Date.parse(read.validTo),
    fingerprint: read.fingerprint256,
    keyType: keyTypeOf(read.publicKey),
    authority: read.ca,
  }
}

/** Node writes one part a line, the widest first. Of a certificate without a subject nothing is there. */
const named = (parts: string | undefined): string => (parts ?? '').split('\n').filter((part) => part !== '').toReversed().join(', ')

function keyTypeOf({ asymmetricKeyType: type, asymmetricKeyDetails: of }: KeyObject): string {
  switch (type) {
    case 'rsa': case 'rsa-pss': return `RSA ${of?.modulusLength ?? ''}`.trim()
    case 'ec': return `EC ${of?.namedCurve ?? ''}`.trim()
    case 'ed25519': return 'Ed25519'
    case 'ed448': return 'Ed448'
    default: return type ?? 'unknown'
  }
}
