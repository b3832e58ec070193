// PEM text out of what people paste and drop: certificates and private keys, also together in one file, and certificates
// in binary form (DER). Pure. What the certificates say is asked of the gateway.
import { CERTIFICATE_NOTICE_MS } from '#kit'
import { t } from '../language/index.ts'

export type Taken = { readonly pem: string; readonly note: string } | { readonly fault: string }

const CERTIFICATES = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g
const KEYS = /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----)[\s\S])*-----END [A-Z ]*PRIVATE KEY-----/g
const lines = (blocks: readonly string[]): string => `${blocks.map((block) => block.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '').join('\n')).join('\n')}\n`

/** The text of a file. DER, as Windows and some devices save it, becomes PEM, called what it is: a key must not pass for a certificate. */
export function textOf(bytes: Uint8Array): string {
  // A text may begin with '0' too: no text goes on with the length that a certificate has.
  const der = bytes[0] === 0x30 && bytes[1]! > 0x80 && bytes.length > 64
  if (!der) return new TextDecoder().decode(bytes)
  const begin = beginOf(bytes)
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return `${begin}\n${base64.match(/.{1,64}/g)!.join('\n')}\n${begin.replace('BEGIN', 'END')}\n`
}

/** A certificate begins with a sequence, a private key with its version: a number, and by what follows it the form is known. */
function beginOf(bytes: Uint8Array): string {
  const after = (at: number): number => at + 2 + (bytes[at + 1]! > 0x80 ? bytes[at + 1]! - 0x80 : 0)
  const inner = after(0)
  // The name of a cipher first: PKCS #8 under a passphrase.
  if (bytes[inner] !== 0x02) return bytes[inner] === 0x30 && bytes[after(inner)] === 0x06 && !publicKey(bytes, inner) ? '-----BEGIN ENCRYPTED PRIVATE KEY-----' : '-----BEGIN CERTIFICATE-----'
  return { 0x02: '-----BEGIN RSA PRIVATE KEY-----', 0x04: '-----BEGIN EC PRIVATE KEY-----' }[bytes[inner + 2 + bytes[inner + 1]!]!] ?? '-----BEGIN PRIVATE KEY-----'
}
/** What follows its algorithm is a string of bits; in a key under a passphrase, of bytes. */
const publicKey = (bytes: Uint8Array, inner: number): boolean => bytes[inner + 1]! < 0x80 && bytes[inner + 2 + bytes[inner + 1]!] === 0x03

export function takeCertificates(text: string): Taken {
  const blocks = text.match(CERTIFICATES) ?? []
  const keys = text.match(KEYS) ?? []
  if (blocks.length > 0) return { pem: lines(blocks), note: keys.length > 0 ? t('The private key of the same file was left out: it belongs into the field of the key.') : '' }
  if (keys.length > 0) return { fault: t('This is a private key. It belongs into the field of the key, where it is stored encrypted.') }
  if (text.includes('BEGIN CERTIFICATE REQUEST')) return { fault: t('This is a request: its issuer makes the certificate of it.') }
  return { fault: t('No certificate is in it. PEM text begins with {line}.', { line: '-----BEGIN CERTIFICATE-----' }) }
}

export function takeKey(text: string): Taken {
  const [key, ...more] = text.match(KEYS) ?? []
  if (key === undefined) return { fault: text.includes('BEGIN CERTIFICATE') ? t('This is a certificate. Its private key is a file of its own.') : t('No private key is in it. PEM text begins with {line}.', { line: '-----BEGIN PRIVATE KEY-----' }) }
  if (more.length > 0) return { fault: t('Several private keys are in it: take one.') }
  if (key.includes('ENCRYPTED')) return { fault: t('This key is protected by a passphrase. Take that off first: {command}', { command: 'openssl pkey -in key.pem -out plain.pem' }) }
  return { pem: lines([key]), note: '' }
}

export interface Standing {
  readonly level: 'ok' | 'warning' | 'bad'
  /** 'ends in 12 days'; '' where there is nothing to see to. */
  readonly text: string
}
const DAY_MS = 86_400_000

export function standingOf({ validFrom, validUntil }: { readonly validFrom: number; readonly validUntil: number }, now: number): Standing {
  if (validUntil <= now) return { level: 'bad', text: t('It is over') }
  if (validFrom > now) return { level: 'bad', text: t('It begins on {day}', { day: dayOf(validFrom) }) }
  if (validUntil - now > CERTIFICATE_NOTICE_MS) return { level: 'ok', text: '' }
  const days = Math.floor((validUntil - now) / DAY_MS)
  return { level: 'warning', text: days === 0 ? t('It ends today') : days === 1 ? t('It ends tomorrow') : t('It ends in {days} days', { days }) }
}

/** '2027-03-05', UTC as certificates are. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
