// Which port a device listens on, always on 127.0.0.1: the simulated plant has no passwords. A port that was asked for is
// taken or refused; a default port gives way to the next free one; 0 takes any. The servers of the protocol libraries
// differ in how they say that a port is in use, so each candidate is tried with a plain socket first.
import { createServer, type Server } from 'node:net'

export const host = '127.0.0.1'
/** How many ports after a default one are tried before any free one will do. */
const span = 20
/** Tries for any free port: another process may take it between the trial and the server's own bind. */
const tries = 5

export interface PortChoice {
  /** What the user asked for; 0 is any, undefined is the default. */
  readonly wanted?: number | undefined
  readonly preferred: number
}

/** Binds a plain socket to the port (0: any) and frees it again. Returns the port, or undefined when it is in use. */
async function trial(port: number): Promise<number | undefined> {
  const server: Server = createServer()
  try {
    return await new Promise<number | undefined>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
      server.listen({ port, host }, () => resolve((server.address() as { port: number }).port))
    })
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
}

/**
 * Starts a server on the first port that it gets. `start` must reject when it cannot bind.
 * Throws an Error whose one line names the device, the port and the remedy.
 */
export async function listen<T>(device: string, choice: PortChoice, start: (port: number) => Promise<T>): Promise<T & { readonly port: number }> {
  const { wanted, preferred } = choice
  const any = Array.from({ length: tries }, () => 0)
  const candidates = wanted === undefined ? [...Array.from({ length: span + 1 }, (_, i) => preferred + i), ...any] : wanted === 0 ? any : [wanted]
  for (const candidate of candidates) {
    try {
      const port = await trial(candidate)
      if (port === undefined) continue
      return Object.assign((await start(port)) as T & object, { port }) as T & { readonly port: number }
    } catch (error) {
      if (inUse(error)) continue
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`The plant's ${device} could not start on ${host}:${candidate}: ${reason.split('\n')[0]}`, { cause: error })
    }
  }
  throw new Error(
    wanted === undefined || wanted === 0
      ? `The plant's ${device} found no free port on ${host}.`
      : `The plant's ${device} could not start: port ${wanted} on ${host} is in use. Stop what uses it or choose another port (0 takes any free one).`,
  )
}

function inUse(error: unknown): boolean {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' || error.message.includes('EADDRINUSE'))
}
