// Publishes numbered messages, as fast as they arrive at the other end: at most a window of them is under way.
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import mqtt from 'mqtt'
import { task, tell } from '../process.ts'

export interface PublisherAnswer {
  readonly sent: number
  /** ms since the Unix epoch, as all processes of one machine count it. */
  readonly firstAt: number
}
type Order = { readonly begin: { readonly topic: string; readonly ms: number; readonly window: number } } | { readonly arrived: number } | { readonly probe: string | null }

const { url, qos } = task<{ url: string; qos: 0 | 1 }>()
const client = await mqtt.connectAsync(url, { clientId: 'bench-publisher' })
let arrived = 0
let probing = false

process.on('message', (order: Order) => {
  if ('arrived' in order) arrived = Math.max(arrived, order.arrived)
  else if ('begin' in order) void publish(order.begin)
  else {
    probing = order.probe !== null
    if (order.probe === null) tell({ probed: true })
    else void probe(order.probe)
  }
})
process.on('disconnect', () => process.exit(0))
tell({ ready: true })

/** Until the contender subscribes nobody hears these: they are no numbers of the count. */
async function probe(topic: string): Promise<void> {
  for (let i = 1; probing; i++) {
    await client.publishAsync(topic, String(-i), { qos })
    await wait(20)
  }
}

async function publish({ topic, ms, window }: { topic: string; ms: number; window: number }): Promise<void> {
  arrived = 0
  let sent = 0
  let failure: Error | undefined
  const firstAt = performance.timeOrigin + performance.now()
  const end = performance.now() + ms
  while (performance.now() < end) {
    for (let n = 0; n < 50 && sent - arrived < window; n++) {
      client.publish(topic, String(sent++), { qos }, (error) => {
        if (error) failure = error
      })
    }
    await turn()
    if (failure) throw failure
  }
  tell<PublisherAnswer>({ sent, firstAt })
}
