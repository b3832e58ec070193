import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openLog } from './log.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the log', () => {
  test('has one JSON line an entry, for its owner alone, and goes on after a restart', async () => {
    const file = join(folder, 'gateway.log')
    for (const text of ['one', 'two']) {
      const log = openLog(file)
      log.write('error', text, new Error('why'))
      log.close()
      log.write('info', 'too late')
    }
    const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { msg: string; err: { message: string } })
    expect(lines.map((l) => [l.msg, l.err.message])).toEqual([['one', 'why'], ['two', 'why']])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('never takes more than twice its share of the disk', async () => {
    const file = join(folder, 'gateway.log')
    const log = openLog(file, 2000)
    for (let i = 0; i < 500; i++) log.write('info', `entry ${i}`)
    log.close()
    const [now, before] = [await readFile(file, 'utf8'), await readFile(`${file}.1`, 'utf8')]
    expect(now.length).toBeLessThan(2200)
    expect(before.length).toBeLessThan(2200)
    expect(now + before).toContain('entry 499')
  })

  test('a full disk costs entries and nothing else', () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const log = openLog('/dev/full')
    for (let i = 0; i < 10; i++) log.write('error', 'nowhere to go')
    expect(said).toHaveBeenCalledTimes(1)
    expect(String(said.mock.calls[0]![0])).toContain('cannot be written')
    said.mockRestore()
    log.close()
  })
})
