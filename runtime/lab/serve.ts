// What a lab process does with its gateway's jobs. It ends when the gateway is gone.
import { setImmediate as turn } from 'node:timers/promises'
import { issue, IssueError, reasonOf, type AnyNode } from '#kit'
import { pureHosts } from '../engine/open-pure.ts'
import { perform } from './jobs.ts'
import type { FromLab, Job } from './messages.ts'

/** How often it says that it goes on, ms. */
const ALIVE_MS = 500

export function serveLab(nodes: ReadonlyMap<string, AnyNode>): void {
  // A gateway that is gone is noticed by its 'disconnect'; what could not be told to it is nobody's.
  const untold = (): void => undefined
  const send = (message: FromLab): void => {
    if (process.connected) process.send!(message, undefined, undefined, untold)
  }
  const hosts = pureHosts(true)
  let told = 0
  const alive = async (): Promise<void> => {
    const now = performance.now()
    if (now - told < ALIVE_MS) return
    told = now
    send({ type: 'alive' })
    await turn()
  }
  process.on('message', (job: Job) => {
    perform(job, { nodes, alive, hosts }).then(
      (text) => send({ type: 'done', text }),
      (thrown: unknown) => send({ type: 'failed', issues: thrown instanceof IssueError ? thrown.issues : [issue('INTERNAL', {}, { reason: reasonOf(thrown) })] }),
    )
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group: the gateway decides when it ends.
  process.on('SIGINT', () => undefined)
  send({ type: 'ready' })
  if (!process.connected) process.exit(0)
}
