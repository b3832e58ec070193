// Counts what arrives, each number once, and says so every 50 messages and every 20 ms.
import mqtt from 'mqtt'
import { task, tell } from '../process.ts'

export interface CounterAnswer {
  readonly count: number
  readonly repeated: number
  /** Of the last new one; ms since the Unix epoch. */
  readonly lastAt: number
  readonly ended?: boolean
}
type Order = { readonly begin: true } | { readonly end: true } | { readonly probe: true }

const { url, qos, topic } = task<{ url: string; qos: 0 | 1; topic: string }>()
let seen = new Uint8Array(1 << 22)
let count = 0
let repeated = 0
let lastAt = 0
let counting = false
let probing = false

const say = (ended = false): void => tell<CounterAnswer>({ count, repeated, lastAt, ended })
const client = await mqtt.connectAsync(url, { clientId: 'bench-counter' })
client.on('message', (_topic, payload) => {
  const n = Number(payload.toString('latin1'))
  if (probing) {
    probing = false
    tell({ probed: true })
  }
  if (!counting || !(n >= 0)) return
  if (seen[n] === 1) {
    repeated++
    return
  }
  seen[n] = 1
  count++
  lastAt = performance.timeOrigin + performance.now()
  if (count % 50 === 0) say()
})
await client.subscribeAsync(topic, { qos })
setInterval(() => counting && say(), 20)

process.on('message', (order: Order) => {
  if ('probe' in order) probing = true
  else if ('begin' in order) {
    seen = new Uint8Array(1 << 22)
    count = repeated = lastAt = 0
    counting = true
  } else {
    counting = false
    say(true)
  }
})
process.on('disconnect', () => process.exit(0))
tell({ ready: true })
