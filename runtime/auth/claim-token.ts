// The one-time token that makes its holder the first administrator: 128 random bits, printed on the console and kept in
// the data folder (0600) until it is used.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../store/files.ts'

/** Crockford's base32: no letter that is taken for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
export const claimFile = (folder: string): string => join(folder, 'claim-token')

/** Writes a new token over an older one. '4T2K-...': 26 characters in groups of at most four. */
export async function makeClaimToken(folder: string): Promise<string> {
  let bits = BigInt(`0x${randomBytes(16).toString('hex')}`)
  let text = ''
  for (let i = 0; i < 26; i++, bits >>= 5n) text += ALPHABET[Number(bits & 31n)]!
  const token = text.match(/.{1,4}/g)!.join('-')
  await writeDurably(claimFile(folder), `${token}\n`)
  return token
}

export const removeClaimToken = (folder: string): Promise<void> => rm(claimFile(folder), { force: true })

/** In constant time; forgives case, blanks, hyphens, and O and I for 0 and 1. */
export function sameToken(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(plain(text)).digest()
  return timingSafeEqual(digest(given), digest(token))
}
const plain = (text: string): string => text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
