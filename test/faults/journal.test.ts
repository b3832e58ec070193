// Nothing that was acknowledged may be lost, whatever ends the process. The books are kept here, outside of it.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openJournal } from '../../runtime/store/journal.ts'

const script = join(import.meta.dirname, 'journal-child.ts')
let folder: string
let child: ChildProcess | undefined
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'headgate-crash-'))))
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  child = undefined
  await rm(folder, { recursive: true, force: true })
})

/** Runs the child, hands each line to `seen` until it says true, kills it, and gives every line that it printed. */
async function runUntil(command: string, args: string[], seen: (line: string, pid: number) => boolean | Promise<boolean>): Promise<string[]> {
  child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines: string[] = []
  let over = false
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line)
    if (!over && (await seen(line, child.pid!))) {
      over = true
      child.kill('SIGKILL')
    }
  }
  await ended
  return lines
}
const positions = (lines: readonly string[]): number[] => lines.filter((l) => l.startsWith('+')).map((l) => Number(l.slice(1)))

/** The oracle: acknowledged positions that are neither in the checkpoint nor after it. */
async function lost(file: string, acknowledged: readonly number[]): Promise<number[]> {
  const journal = await openJournal(file)
  const { checkpoint, entries, issues } = await journal.recover()
  await journal.close()
  expect(issues).toEqual([])
  const held = entries.map((e) => e.position)
  expect(held).toEqual(held.toSorted((a, b) => a - b))
  const there = new Set(held)
  return acknowledged.filter((p) => p > (checkpoint?.position ?? 0) && !there.has(p))
}

describe('an engine that is killed', () => {
  it('has lost nothing that it acknowledged', async () => {
    const file = join(folder, 'engine.db')
    let before = 0
    for (const count of [1, 2500, 6000]) {
      let seen = 0
      const acknowledged = positions(await runUntil(process.execPath, [script, file, 'honest'], () => ++seen >= count))
      expect(acknowledged.length).toBeGreaterThanOrEqual(count)
      expect(acknowledged[0]).toBeGreaterThan(before)
      expect(acknowledged).toEqual(acknowledged.toSorted((a, b) => a - b))
      expect(await lost(file, acknowledged)).toEqual([])
      before = acknowledged.at(-1)!
    }
  })

  it('is found out when it acknowledges before the commit', async () => {
    const file = join(folder, 'engine.db')
    const acknowledged = positions(await runUntil(process.execPath, [script, file, 'early'], (line) => line === '+4200'))
    expect(await lost(file, acknowledged)).toContain(4200)
  })
})

describe('a full disk', () => {
  it('rejects, acknowledges nothing that is not kept, and goes on when there is room again', async () => {
    const file = join(folder, 'engine.db')
    let rejectedAt = -1
    let count = 0
    // The limit on the size of a file stands in for the disk: SQLite gets EFBIG as it would get ENOSPC.
    const lines = await runUntil('bash', ['-c', `ulimit -S -f 1500; exec "$@"`, 'bash', process.execPath, script, file, 'full'], async (line, pid) => {
      count++
      if (line.startsWith('-')) {
        rejectedAt = count
        await promisify(execFile)('prlimit', [`--pid=${pid}`, '--fsize=unlimited'])
      }
      return rejectedAt > 0 && count > rejectedAt + 50
    })
    expect(lines[rejectedAt - 1]).toContain('JOURNAL_WRITE: Not stored')
    expect(lines[rejectedAt - 1]).toContain('the disk is full')
    expect(rejectedAt).toBeGreaterThan(10)
    expect(await lost(file, positions(lines))).toEqual([])
  })
})
