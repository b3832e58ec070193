// What a failed connection says to a plant engineer: the place, and what to look at. Shared by all drivers.
import { reasonOf } from '#kit'

const words: Readonly<Record<string, (at: string) => string>> = {
  ECONNREFUSED: (at) => `${at} refuses the connection`,
  ECONNRESET: (at) => `${at} closed the connection`,
  EPIPE: (at) => `${at} closed the connection`,
  ECONNABORTED: (at) => `${at} closed the connection`,
  ETIMEDOUT: (at) => `${at} does not answer`,
  EHOSTUNREACH: (at) => `there is no way to ${at}: check cable and network`,
  ENETUNREACH: (at) => `there is no way to ${at}: check cable and network`,
  EHOSTDOWN: (at) => `${at} is down`,
  ENOTFOUND: (at) => `the name in ${at} is not known`,
  EAI_AGAIN: (at) => `the name in ${at} cannot be looked up now`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (at) => `the certificate of ${at} is self-signed and not trusted`,
  SELF_SIGNED_CERT_IN_CHAIN: (at) => `the certificate of ${at} is not trusted`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (at) => `the certificate of ${at} is not trusted`,
  CERT_HAS_EXPIRED: (at) => `the certificate of ${at} has expired`,
  ERR_TLS_CERT_ALTNAME_INVALID: (at) => `the certificate of ${at} is for another name`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (at) => `the certificate of ${at} is not trusted`,
  UNABLE_TO_GET_ISSUER_CERT: (at) => `the certificate of ${at} is not trusted`,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: (at) => `${at} wants a certificate of this connection`,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: (at) => `${at} does not trust the certificate of this connection`,
  ERR_SSL_SSL_ALERT_BAD_CERTIFICATE: (at) => `${at} refuses the certificate of this connection`,
  ERR_SSL_SSL_ALERT_CERTIFICATE_EXPIRED: (at) => `${at} says that the certificate of this connection has ended`,
  ERR_SSL_SSL_ALERT_CERTIFICATE_REVOKED: (at) => `${at} says that the certificate of this connection is revoked`,
  EPROTO: (at) => `${at} does not speak TLS as configured`,
}

/** '127.0.0.1:502 refuses the connection'; what is unknown keeps its own words. */
export function plainReason(thrown: unknown, at: string): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return plainReason(thrown.errors[0], at)
  const code = (thrown as { code?: unknown } | null)?.code
  const known = typeof code === 'string' && Object.hasOwn(words, code) ? words[code] : undefined
  if (known) return known(at)
  const text = reasonOf(thrown)
  const inside = Object.keys(words).find((name) => text.includes(name))
  return inside === undefined ? `${at}: ${text}` : words[inside]!(at)
}
