// The same five steps with Node-RED's core nodes: change, range, filter, switch, and a sink that counts. The source keeps
// `window` messages under way: the event loop is never idle, and no queue grows (the switch takes one message a turn).
import { setImmediate as turn } from 'node:timers/promises'
import { answer, task } from '../process.ts'
import { startNodeRed, type NodeRedNode } from '../node-red.ts'
import { measure, type MeasureTask } from '../measure.ts'
import { FIRST_TIME, reading } from '../readings.ts'

const { window, ...how } = task<MeasureTask & { window: number }>()
let source: NodeRedNode | undefined
let arrived = 0
const red = await startNodeRed({
  types: {
    'bench-source': (node) => void (source = node),
    'bench-sink': (node) => node.on('input', (_message, _send, done) => {
      arrived++
      done()
    }),
  },
  flow: [
    { id: 'tab', type: 'tab', label: 'bench' },
    { id: 'source', type: 'bench-source', z: 'tab', wires: [['set']] },
    { id: 'set', type: 'change', z: 'tab', rules: [{ t: 'set', p: 'topic', pt: 'msg', to: 'line1', tot: 'str' }], wires: [['scale']] },
    // 0 to 1000 becomes -40 to 60: times 0.1, minus 40.
    { id: 'scale', type: 'range', z: 'tab', action: 'scale', minin: '0', maxin: '1000', minout: '-40', maxout: '60', round: false, property: 'payload', wires: [['deadband']] },
    { id: 'deadband', type: 'rbe', z: 'tab', func: 'deadband', gap: '0.5', start: '', inout: 'out', septopics: true, property: 'payload', topi: 'topic', wires: [['route']] },
    { id: 'route', type: 'switch', z: 'tab', property: 'payload', propertyType: 'msg', rules: [{ t: 'gt', v: '50', vt: 'num' }, { t: 'else' }], checkall: 'false', outputs: 2, wires: [['sink'], ['sink']] },
    { id: 'sink', type: 'bench-sink', z: 'tab', wires: [] },
  ],
})

// Which readings the filter lets through, to know how many are under way.
let last = Number.NaN
let passing = 0
async function feed(from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    const payload = reading(i)
    const scaled = (payload / 1000) * 100 - 40
    if (!(Math.abs(scaled - last) <= 0.5)) {
      last = scaled
      passing++
    }
    source!.send({ topic: 'raw', payload, time: FIRST_TIME + i })
    while (passing - arrived >= window) await turn()
  }
  while (arrived < passing) await turn()
}

const result = await measure(how, { feed, arrived: () => arrived })
await red.stop()
answer(result)
