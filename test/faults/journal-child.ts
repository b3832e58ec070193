// The process that journal.test.ts kills. `node journal-child.ts FILE MODE` prints '+<position>' for each position that
// it would acknowledge to a source. 'honest' does so after the commit; 'early' is the sabotage: at once. 'full' goes on
// one entry at a time and prints '-<reason>' for a rejection.
import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { reasonOf, sample } from '#kit'
import { openJournal } from '../../runtime/store/journal.ts'

const [file, mode] = process.argv.slice(2)
const journal = await openJournal(file!)
const asleep = new Int32Array(new SharedArrayBuffer(4))
/** Returns when the line is out of this process: what was said cannot be unsaid by a kill. */
function say(line: string): void {
  let rest = Buffer.from(`${line}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (thrown) {
      // The pipe is full: its reader is slower.
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown
      Atomics.wait(asleep, 0, 0, 1)
    }
  }
}
const noise = new Uint8Array(20_000).map((_, i) => (i * i * 31) >> 3)

if (mode === 'full') {
  let rejected = false
  for (;;) {
    const { position, committed } = journal.append('flow', 'node', 'port', sample('tag', noise, Date.now()))
    try {
      await committed
      say(`+${position}`)
    } catch (thrown) {
      if (!rejected) say(`-${reasonOf(thrown)}`)
      rejected = true
      await wait(20)
    }
  }
} else {
  for (let batch = 0; ; batch++) {
    for (let i = 0; i < 200; i++) {
      const { position, committed } = journal.append('flow', 'node', 'port', sample(`tag-${i}`, i, Date.now()))
      if (mode === 'early') say(`+${position}`)
      else void committed.then(() => say(`+${position}`))
    }
    // The early one is killed with its last acknowledged group still in memory, as a power cut may find it.
    if (mode === 'early' && batch === 20) Atomics.wait(asleep, 0, 0)
    if (batch % 3 === 2) await journal.checkpoint({ position: journal.position - 250, time: Date.now(), drop: [], put: [{ flow: 'flow', node: 'node', item: 'node', value: batch }] })
    await new Promise(setImmediate)
  }
}
