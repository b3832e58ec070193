// A way to a port that can be shut, so that who uses it finds nobody, and made slow.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Relay {
  readonly port: number
  readonly url: string
  shut(): void
  open(): void
  /** Bytes a second from here on, towards the port; Infinity: as they come. What does not fit stays with the sender. */
  slow(bytesPerS: number): void
  close(): void
}

/** `mqtt://` is what its url begins with. */
export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  let open = true
  let rate = Number.POSITIVE_INFINITY

  function pass(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      const room = to.write(chunk)
      if (room && !Number.isFinite(rate)) return
      from.pause()
      const go = (): void => void from.resume()
      if (!room) to.once('drain', go)
      else {
        const timer = setTimeout(() => (timers.delete(timer), go()), (chunk.length / rate) * 1000)
        timers.add(timer)
      }
    })
  }

  const server = createServer({ highWaterMark: 1024 }, (near) => {
    if (!open) return near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => (sockets.delete(socket), other.destroy()))
    }
    pass(near, far)
    far.pipe(near)
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = (server.address() as AddressInfo).port
  const shut = (): void => {
    open = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: own,
    url: `mqtt://127.0.0.1:${own}`,
    shut,
    open: () => void (open = true),
    slow: (bytesPerS) => void (rate = bytesPerS),
    close() {
      shut()
      for (const timer of timers) clearTimeout(timer)
      server.close()
    },
  }
}
