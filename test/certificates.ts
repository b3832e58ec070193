// An authority of a test's own, and what it signs, made by openssl in a folder that is removed at the end.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Signed {
  readonly certificate: string
  readonly key: string
  readonly certificateFile: string
  readonly keyFile: string
}
export interface Authority extends Signed {
  /** `days` may be negative: it is over. */
  sign(name: string, options?: { readonly names?: readonly string[]; readonly days?: number }): Signed
  remove(): void
}

const openssl = (folder: string, ...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })

export function makeAuthority(name = 'Test authority'): Authority {
  const folder = mkdtempSync(path.join(tmpdir(), 'headgate-certificates-'))
  const read = (of: string): Signed => {
    const certificateFile = path.join(folder, `${of}.pem`)
    const keyFile = path.join(folder, `${of}.key`)
    return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certificateFile, keyFile }
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(folder, 'req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '3650', '-subj', `/O=Headgate/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
  let count = 0
  return {
    ...read('ca'),
    sign(subject, { names = [], days = 365 } = {}) {
      const file = `signed-${++count}`
      openssl(folder, 'req', '-new', ...key, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/O=Headgate/CN=${subject}`)
      writeFileSync(path.join(folder, `${file}.ext`), ['basicConstraints=critical,CA:FALSE', ...(names.length === 0 ? [] : [`subjectAltName=${names.join(',')}`]), ''].join('\n'))
      openssl(folder, 'x509', '-req', '-in', `${file}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', `${file}.pem`, '-days', String(days), '-extfile', `${file}.ext`)
      return read(file)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
