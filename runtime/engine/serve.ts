// What an engine process does with its gateway's messages. When the gateway is gone, outputs go to their safe state and
// the process ends.
import { issue, IssueError, reasonOf } from '#kit'
import { engineClock } from './clock.ts'
import { EngineHost, type HostOptions } from './host.ts'
import { prepareHops } from './hops.ts'
import type { FromEngine, Pulse, Request, ToEngine } from './messages.ts'

/** A device or a disk that hangs does not keep this process: the next one needs the journal. */
const END_MS = 15_000

/** Serves the gateway that forked this process, until it ends. */
export async function serve(options: Pick<HostOptions, 'nodes' | 'drivers' | 'journal' | 'folder'>): Promise<void> {
  // A gateway that is gone is noticed by its 'disconnect'; what could not be told to it is nobody's.
  const untold = (): void => undefined
  const send = (message: FromEngine): void => {
    if (process.connected) process.send!(message, undefined, undefined, untold)
  }
  const now = engineClock({
    stepped: (ms) => send({ type: 'log', log: { time: Date.now(), level: 'warning', text: `The gateway's clock was set back by ${Math.round(ms / 1000)} s. The engine's follows slowly, so that nothing counts as stale; until then the times of new values are ahead.` } }),
  })
  const host = new EngineHost({
    ...options,
    now,
    steady: () => performance.now(),
    goesOnFrom: (time) => now.notBefore(time),
    alarm: (alarm) => send({ type: 'alarm', alarm }),
    log: (log) => send({ type: 'log', log }),
    write: (write) => send({ type: 'write', write }),
  })
  await host.start()
  const taps = new Map<number, () => void>()

  let ending: Promise<void> | undefined
  function end(reason: string, code: number): Promise<void> {
    if (ending) return ending
    setTimeout(() => process.exit(1), END_MS)
    ending = host.close(reason).then(
      () => process.exit(code),
      (thrown: unknown) => {
        process.stderr.write(`engine: ${reasonOf(thrown)}\n`)
        process.exit(1)
      },
    )
    return ending
  }

  async function answer(request: Request): Promise<unknown> {
    switch (request.call) {
      case 'deploy': return host.deploy(request.deploy)
      case 'remove': return host.remove(request.flow)
      case 'arm': return host.arm(request.flow, request.armed)
      case 'hold': return host.hold(request.held)
      case 'act': return host.act(request.flow, request.node, request.act, request.tag, request.args)
      case 'report': return host.report(request.flow)
      case 'recording': return host.recording(request.flow, request.buckets)
      case 'segment': return host.segment(request.flow, request.segment)
      case 'forget': return host.forget(request.flow)
      case 'connections': return host.connections()
      case 'browse': return host.browse(request.of, request.path, request.search)
      case 'testConnection': return host.testConnection(request.of)
      case 'trust': return host.trust(request.of, request.fingerprint)
      case 'tap': {
        const { tap } = request
        taps.set(tap, host.tap(request.flow, request.node, request.port, (samples, skipped) => send({ type: 'tap', tap, samples, skipped })))
        return undefined
      }
      case 'untap':
        taps.get(request.tap)?.()
        taps.delete(request.tap)
        return undefined
      case 'shadow': return host.shadow(request.deploy)
      case 'unshadow': return host.unshadow(request.flow)
      case 'shadow-report': return host.shadowReport(request.flow)
      case 'ping': return { memoryMb: process.memoryUsage.rss() / 1048576, written: host.written() } satisfies Pulse
      case 'close': return undefined
    }
  }

  process.on('message', (message: ToEngine) => {
    answer(message).then(
      (result) => {
        send({ type: 'answer', id: message.id, result })
        if (message.call === 'close') void end('the gateway stopped', 0)
      },
      (thrown: unknown) => {
        const issues = thrown instanceof IssueError ? thrown.issues : [issue('INTERNAL', {}, { reason: reasonOf(thrown) })]
        send({ type: 'answer', id: message.id, issues })
      },
    )
  })
  process.on('disconnect', () => void end('the gateway is gone', 0))
  // A signal to the whole group (Ctrl-C) reaches the engine too: the gateway decides when it ends.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => void end('the engine was told to stop', 0))
  send({ type: 'ready' })
  // Copies that a first large flow would wait for: they take a tenth of a second.
  setTimeout(() => void prepareHops(), 2000).unref()
  if (!process.connected) void end('the gateway is gone', 0)
}
