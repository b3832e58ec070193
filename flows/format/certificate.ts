// What a certificate says of itself, as the gateway reads it: POST /api/certificates/inspect.

export interface CertificateBody {
  /** 'CN=line-3, O=Plant' */
  readonly subject: string
  readonly issuer: string
  /** DNS names and addresses that it is for. */
  readonly names: readonly string[]
  /** ms since the Unix epoch. */
  readonly validFrom: number
  readonly validUntil: number
  /** SHA-256, 'AB:CD:...'. */
  readonly fingerprint: string
  /** 'RSA 2048', 'EC prime256v1', 'Ed25519'. */
  readonly keyType: string
  /** May sign others. */
  readonly authority: boolean
}
/** In the order of the text: of a certificate its own first, then those that signed it. */
export interface CertificatesBody {
  readonly certificates: readonly CertificateBody[]
}
