// What an OPC UA server shows before anybody signs in: its endpoints and its certificate. And the trust in it, which is a
// person's act. Each connection has a store of its own (rootFolder), so trust in one is not trust in another.
import { X509Certificate } from 'node:crypto'
import path from 'node:path'
import type { EndpointDescription } from 'node-opcua-client'
import type { DriverIo, Probed, ServerCertificate } from '#kit'
import { loadLibrary, within, type OpcuaSettings } from './connection.ts'

const ANSWER_MS = 8000

/** The store of a connection's certificates; the caller disposes of it. */
export async function certificateStore(folder: string) {
  const { OPCUACertificateManager } = await import('node-opcua-certificate-manager')
  const store = new OPCUACertificateManager({ rootFolder: path.join(folder, 'pki'), automaticallyAcceptUnknownCertificate: false, disableFileWatchers: true })
  await store.initialize()
  return store
}

/** Without security, as every server must allow for this question (Part 4, 5.5.4). */
async function endpointsOf(settings: OpcuaSettings, io: DriverIo): Promise<{ endpoints: readonly EndpointDescription[]; trusted: (der: Buffer) => Promise<boolean>; trust: (der: Buffer) => Promise<void>; close: () => Promise<void> }> {
  const library = await loadLibrary(io)
  const store = await certificateStore(io.folder)
  const client = library.OPCUAClient.create({
    applicationName: 'Headgate', connectionStrategy: { maxRetry: 0, initialDelay: 500, maxDelay: 500 }, endpointMustExist: false, securityMode: library.MessageSecurityMode.None,
    securityPolicy: library.SecurityPolicy.None, clientCertificateManager: store, transportTimeout: ANSWER_MS, defaultTransactionTimeout: ANSWER_MS,
  })
  const close = async (): Promise<void> => {
    await within(3000, client.disconnect()).catch(() => undefined) // a server that is gone is not waited for
    await (store as { dispose?: () => Promise<void> }).dispose?.()
  }
  try {
    await within(ANSWER_MS, client.connect(settings.endpoint))
    const endpoints = await within(ANSWER_MS, client.getEndpoints())
    return { endpoints, close, trusted: async (der) => (await store.getTrustStatus(der)).value === 0, trust: (der) => store.trustCertificate(der) }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

export async function probe(settings: OpcuaSettings, io: DriverIo): Promise<Probed> {
  const { endpoints, trusted, close } = await endpointsOf(settings, io)
  try {
    const server = endpoints[0]?.server
    const wanted = modeOf(settings)
    const der = certificateOf(endpoints, settings)
    const modes = [...new Set(endpoints.map((e) => modeName(e)))].toSorted()
    return {
      lines: [
        ...(server?.applicationName.text ? [`Server: ${server.applicationName.text}`] : []),
        `Security offered: ${modes.join(', ')}`,
        ...(modes.includes(wanted) ? [] : [`It does not offer what is chosen here: ${wanted}`]),
      ],
      ...(der && settings.securityMode !== 'None' ? { certificate: described(der, await trusted(der)) } : {}),
    }
  } finally {
    await close()
  }
}

/** Throws in words where the server shows another certificate than the one that was looked at. */
export async function trust(settings: OpcuaSettings, io: DriverIo, fingerprint: string): Promise<void> {
  const { endpoints, trust: take, close } = await endpointsOf(settings, io)
  try {
    const der = certificateOf(endpoints, settings)
    if (!der || described(der, false).fingerprint !== fingerprint) throw new Error('the server shows another certificate now; test the connection again')
    await take(der)
  } finally {
    await close()
  }
}

const securityModes = ['', 'None', 'Sign', 'SignAndEncrypt']
const words: Readonly<Record<string, string>> = { None: 'none', Sign: 'sign', SignAndEncrypt: 'sign and encrypt' }
const modeName = (e: EndpointDescription): string => {
  const mode = securityModes[e.securityMode as number] ?? ''
  return mode === 'None' ? 'none' : `${words[mode] ?? mode} (${(e.securityPolicyUri ?? '').split('#').at(-1)!})`
}
const modeOf = (s: OpcuaSettings): string => (s.securityMode === 'None' ? 'none' : `${words[s.securityMode]!} (${s.securityPolicy})`)

/** Of the endpoint that is chosen, else of any that has one. */
function certificateOf(endpoints: readonly EndpointDescription[], settings: OpcuaSettings): Buffer | undefined {
  const with_ = endpoints.filter((e) => (e.serverCertificate as Buffer | undefined)?.length)
  const chosen = with_.find((e) => securityModes[e.securityMode as number] === settings.securityMode && (e.securityPolicyUri ?? '').endsWith(`#${settings.securityPolicy}`)) ?? with_[0]
  return chosen && first(chosen.serverCertificate as Buffer)
}

/** The server's own of a chain: certificates lie one behind the other, each a DER sequence that tells its length. */
function first(chain: Buffer): Buffer {
  const long = chain[1]! & 0x80 ? chain[1]! & 0x7f : 0
  const length = long === 0 ? chain[1]! : chain.readUIntBE(2, long)
  return chain.subarray(0, 2 + long + length)
}

function described(der: Buffer, trusted: boolean): ServerCertificate {
  const c = new X509Certificate(der)
  const line = (name: string | undefined): string => (name ?? '').split('\n').join(', ')
  return { subject: line(c.subject), issuer: line(c.issuer), validFrom: Date.parse(c.validFrom), validTo: Date.parse(c.validTo), fingerprint: c.fingerprint256, trusted }
}
