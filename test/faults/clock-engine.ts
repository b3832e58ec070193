// The real engine on a clock that a test sets: the file `clock` in its folder says by how many ms it is ahead. Checkpoints
// come often, and only the nodes of clock.slow.test.ts are loaded.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyDriver, AnyNode } from '#kit'
import mqttDriver from '../../nodes/drivers/mqtt/index.ts'
import window from '../../nodes/aggregate/window.ts'
import delay from '../../nodes/flow/delay.ts'
import source from '../../nodes/source/mqtt.ts'
import uplink from '../../nodes/uplink/mqtt.ts'
import { serve } from '../../runtime/engine/serve.ts'
import { openJournal } from '../../runtime/store/journal.ts'

export const nodes = new Map([source, uplink, window, delay].map((node) => [node.type, node as unknown as AnyNode]))
export const drivers = new Map([[mqttDriver.type, mqttDriver as unknown as AnyDriver]])

if (import.meta.main) {
  const [file, folder] = process.argv.slice(2)
  const wall = Date.now
  const read = (): number => Number(readFileSync(join(folder!, 'clock'), 'utf8'))
  let ahead = read()
  setInterval(() => (ahead = read()), 20)
  Date.now = () => wall() + ahead
  // The host has no option for how often it writes one: every 5 s.
  const every = globalThis.setInterval
  globalThis.setInterval = ((act: () => void, ms?: number) => every(act, ms === 5000 ? 300 : ms)) as typeof setInterval
  await serve({ nodes, drivers, journal: await openJournal(file!), folder: folder! })
}
