// The certificates of an encrypted connection: that they fit together is said before anything is opened, and how long they
// hold is part of the connection's health. Shared by all drivers.
import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { CERTIFICATE_NOTICE_MS, field, issue, reasonOf, type DriverIo, type Issue } from '#kit'

/** The settings of a driver that speaks TLS; `of` names what is at the other end. */
export const identityFields = (of: string) => ({
  ca: field.certificate({ holds: 'ca', title: 'Trusted authority', default: '', advanced: true, description: `Of an encrypted connection: who signed the ${of}'s certificate. Left empty: the authorities that this system trusts.` }),
  certificate: field.certificate({ holds: 'certificate', title: 'Certificate', default: '', advanced: true, description: `Shown to a ${of} that wants one (mutual TLS).` }),
  key: field.certificate({ holds: 'key', title: 'Private key', default: '', advanced: true, description: 'Of the certificate: the name of a stored secret.' }),
})

export interface TlsSettings {
  /** PEM of the authorities that are trusted; '': those that the system knows. */
  readonly ca: string
  /** PEM of our own certificate, with those between it and its authority; '': none is shown. */
  readonly certificate: string
  /** The name of the secret with its private key. */
  readonly key: string
}

export interface Identity {
  /** For tls.connect. */
  readonly options: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  /** What is to be said of a certificate that ends soon, or ended. */
  standing(now: number): Issue | undefined
}

const DAY_MS = 86_400_000

/** Throws in words when certificate and key cannot be used together. */
export function identityOf({ ca, certificate, key }: TlsSettings, io: Pick<DriverIo, 'secret'>): Identity {
  if (certificate !== '' && key === '') throw new Error('a certificate is stated, but not the secret with its key')
  if (key !== '' && certificate === '') throw new Error('a key is stated, but not its certificate')
  const options = { ...(ca === '' ? {} : { ca }), ...(certificate === '' ? {} : { cert: certificate, key: io.secret(key) }) }
  if (options.key === '') throw new Error(`the secret '${key}' is empty: store the key again`)
  if (options.key?.includes('ENCRYPTED')) throw new Error(`the key '${key}' is protected by a passphrase: store it without one`)
  try {
    createSecureContext(options)
  } catch (thrown) {
    throw new Error(plainFault(thrown, key), { cause: thrown })
  }
  const own = endsOf(certificate, 'the certificate')[0]
  // With text that is none TLS would trust nobody, and say of each peer that it is the one at fault.
  const trusted = endsOf(ca, 'the trusted authority')
  const ends = [
    ...(own === undefined ? [] : [{ what: 'The certificate of this connection', at: own }]),
    // One that ended may stand beside its successor.
    ...(trusted.length === 0 ? [] : [{ what: 'The certificate of the trusted authority', at: Math.max(...trusted) }]),
  ].toSorted((a, b) => a.at - b.at)
  return {
    options,
    standing(now) {
      const next = ends[0]
      if (next === undefined || next.at - now > CERTIFICATE_NOTICE_MS) return undefined
      const date = new Date(next.at).toISOString().slice(0, 10)
      return next.at <= now ? issue('CERTIFICATE_ENDED', {}, { what: next.what, date }) : issue('CERTIFICATE_ENDS', {}, { what: next.what, date, days: Math.floor((next.at - now) / DAY_MS) })
    },
  }
}

function endsOf(pem: string, what: string): number[] {
  if (pem === '') return []
  try {
    const ends = (pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^-]*-----END [A-Z0-9 ]*CERTIFICATE-----/g) ?? []).map((block) => Date.parse(new X509Certificate(block).validTo))
    if (ends.length > 0) return ends
  } catch (thrown) {
    throw new Error(`${what} cannot be read: it must be PEM text`, { cause: thrown })
  }
  throw new Error(`${what} cannot be read: it must be PEM text`)
}

function plainFault(thrown: unknown, key: string): string {
  const code = (thrown as { code?: unknown }).code
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || code === 'ERR_OSSL_X509_KEY_TYPE_MISMATCH') return `the key '${key}' does not belong to the certificate`
  const text = reasonOf(thrown)
  if (/decoder|unsupported|no start line|bad base64|asn1|PEM/i.test(text)) return 'the certificate or its key cannot be read: both must be PEM text'
  return text
}
