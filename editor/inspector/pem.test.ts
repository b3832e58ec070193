import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { standingOf, takeCertificates, takeKey, textOf } from './pem.ts'

const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----'
const key = '-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----'

test('certificates are taken out of what stands around them, in their order; a key beside them is not', () => {
  expect(takeCertificates(`Bag Attributes\r\n  ${certificate.replaceAll('\n', '\r\n  ')}\r\n${certificate.replace('MIIB', 'MIIC')}`)).toEqual({ pem: `${certificate}\n${certificate.replace('MIIB', 'MIIC')}\n`, note: '' })
  expect(takeCertificates(`${key}\n${certificate}`)).toEqual({ pem: `${certificate}\n`, note: expect.stringContaining('key') as string })
})

test('what is something else is told apart', () => {
  expect(takeCertificates(key)).toEqual({ fault: expect.stringContaining('private key') as string })
  expect(takeCertificates('-----BEGIN CERTIFICATE REQUEST-----')).toEqual({ fault: expect.stringContaining('request') as string })
  expect(takeCertificates('hello')).toEqual({ fault: expect.stringContaining('No certificate') as string })
  expect(takeKey(certificate)).toEqual({ fault: expect.stringContaining('This is a certificate') as string })
  expect(takeKey('')).toEqual({ fault: expect.stringContaining('No private key') as string })
})

test('one key is taken, and one that is protected or not alone is refused', () => {
  expect(takeKey(`${certificate}\n${key}\n`)).toEqual({ pem: `${key}\n`, note: '' })
  expect(takeKey(`${key}\n${key}`)).toHaveProperty('fault')
  expect(takeKey('-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----')).toEqual({ fault: expect.stringContaining('passphrase') as string })
  expect(takeKey('-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----')).toEqual({ fault: expect.stringContaining('passphrase') as string })
})

test('a binary certificate becomes PEM; text stays text', () => {
  const der = Uint8Array.from({ length: 100 }, (_, i) => [0x30, 0x81, 97, 0x30][i] ?? i)
  const pem = textOf(der)
  expect(takeCertificates(pem)).toEqual({ pem, note: '' })
  expect(Uint8Array.from(atob(pem.split('\n').slice(1, -2).join('')), (c) => c.charCodeAt(0))).toEqual(der)
  expect(textOf(new TextEncoder().encode(certificate))).toBe(certificate)
})

test('a binary private key is a key, in whatever form, and never goes into the settings as a certificate', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  for (const [key, type] of [[rsa, 'pkcs8'], [rsa, 'pkcs1'], [ec, 'pkcs8'], [ec, 'sec1']] as const) {
    const text = textOf(key.export({ format: 'der', type } as never) as unknown as Uint8Array)
    const pem = String(key.export({ format: 'pem', type } as never))
    // Short ones have a length of one byte, which a text could go on with: they are no certificate in any case.
    expect(takeCertificates(text), type).toEqual({ fault: expect.any(String) as string })
    if (text.startsWith('-----BEGIN')) expect(takeKey(text)).toEqual({ pem, note: '' })
  }
  const locked = rsa.export({ format: 'der', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
  expect(takeCertificates(textOf(locked))).toEqual({ fault: expect.stringContaining('private key') as string })
  expect(takeKey(textOf(locked))).toEqual({ fault: expect.stringContaining('passphrase') as string })
})

test("a text that begins with '0' is no binary file", () => {
  const text = ` 0 s:CN = broker\n${certificate}`.trim()
  expect(takeCertificates(textOf(new TextEncoder().encode(text)))).toEqual({ pem: `${certificate}\n`, note: '' })
})

test('a text that begins keys and ends none is looked through once', () => {
  expect(takeKey('-----BEGIN PRIVATE KEY-----\n'.repeat(35_000))).toHaveProperty('fault')
})

test('30 days before its end it is a warning, after it bad, and before its begin too', () => {
  const day = 86_400_000
  const at = (validUntil: number, validFrom = -1) => standingOf({ validFrom, validUntil }, 0)
  expect(at(31 * day)).toEqual({ level: 'ok', text: '' })
  expect(at(29.5 * day)).toEqual({ level: 'warning', text: 'It ends in 29 days' })
  expect(at(1)).toEqual({ level: 'warning', text: 'It ends today' })
  expect(at(0).level).toBe('bad')
  expect(at(90 * day, day)).toEqual({ level: 'bad', text: 'It begins on 1970-01-02' })
})
