// A program in the place of the engine's, for supervisor.slow.test.ts: it answers at once and writes down what it was asked
// (FOLDER/asked, a line each). FOLDER/behave says how it misbehaves.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FromEngine, ToEngine } from './messages.ts'

const folder = process.argv[3]!
const behave = existsSync(join(folder, 'behave')) ? readFileSync(join(folder, 'behave'), 'utf8') : ''
const note = (text: string): void => appendFileSync(join(folder, 'asked'), `${text}\n`)
const send = (message: FromEngine): void => void process.send!(message)

note(`start ${Date.now()}`)
if (behave === 'crash') {
  process.stderr.write('Error: out of luck\n')
  process.exit(3)
}
process.on('message', (message: ToEngine) => {
  if (message.call === 'ping') return send({ type: 'answer', id: message.id, result: { memoryMb: 12, written: { bytes: 0, commits: 0 } } })
  if (message.call === 'report') return // never answered
  note(message.call === 'deploy' ? `deploy ${message.deploy.plan.flow} ${message.deploy.armed}` : Object.values(message).slice(0, -1).join(' '))
  if (message.call === 'deploy' && message.deploy.plan.name === 'slow') return void setTimeout(() => send({ type: 'answer', id: message.id, result: {} }), 100)
  if (message.call === 'act') {
    send({ type: 'answer', id: message.id })
    if (message.act === 'hang') for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    if (message.act === 'say') send({ type: 'tap', tap: Number(message.tag), samples: [{ tag: 't', value: 1, time: 1 }], skipped: 0 })
    return
  }
  send({ type: 'answer', id: message.id, result: {} })
  if (message.call === 'close' && behave !== 'stubborn') process.exit(0)
})
process.on('disconnect', () => process.exit(0))
if (behave !== 'mute') send({ type: 'ready' })
