// Node-RED with its editor and a small flow of core nodes, one message a second. Says where it is, then that the flow runs.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tell } from '../process.ts'
import { startNodeRed } from '../node-red.ts'

const server = createServer()
await startNodeRed({
  server,
  serve: (editor) =>
    new Promise<void>((resolve) =>
      server.on('request', editor).listen(0, '127.0.0.1', () => {
        tell({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
        resolve()
      }),
    ),
  flow: [
    { id: 'tab', type: 'tab', label: 'bench' },
    { id: 'clock', type: 'inject', z: 'tab', props: [{ p: 'payload' }], payload: '500', payloadType: 'num', repeat: '1', once: true, wires: [['set']] },
    { id: 'set', type: 'change', z: 'tab', rules: [{ t: 'set', p: 'topic', pt: 'msg', to: 'line1', tot: 'str' }], wires: [['scale']] },
    { id: 'scale', type: 'range', z: 'tab', action: 'scale', minin: '0', maxin: '1000', minout: '-40', maxout: '60', round: false, property: 'payload', wires: [['deadband']] },
    { id: 'deadband', type: 'rbe', z: 'tab', func: 'deadband', gap: '0.5', start: '', inout: 'out', septopics: true, property: 'payload', topi: 'topic', wires: [['route']] },
    { id: 'route', type: 'switch', z: 'tab', property: 'payload', propertyType: 'msg', rules: [{ t: 'gt', v: '50', vt: 'num' }, { t: 'else' }], checkall: 'false', outputs: 2, wires: [['log'], ['log']] },
    { id: 'log', type: 'debug', z: 'tab', active: true, tosidebar: true, console: false, complete: 'payload', wires: [] },
  ],
})
process.on('disconnect', () => process.exit(0))
tell({ flow: 'running' })
