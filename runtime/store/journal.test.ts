import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatIssue, sample, type Sample, type Value } from '#kit'
import type { Journal, StateItem, StateScope } from '../engine/contract.ts'
import { decodeGroup, encodeGroup } from './journal-codec.ts'
import { openJournal, type JournalOptions } from './journal.ts'

let folder: string
let file: string
let open: Journal[] = []
const start = async (options?: JournalOptions): Promise<Journal> => {
  const journal = await openJournal(file, options)
  open.push(journal)
  return journal
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-journal-'))
  file = join(folder, 'engine.db')
})
afterEach(async () => {
  for (const journal of open) await journal.close()
  open = []
  await rm(folder, { recursive: true, force: true })
})
const reading = (i: number): Sample => sample(`tag-${i % 7}`, i, 1_700_000_000_000 + i)
const fill = (journal: Journal, from: number, to: number): Promise<void>[] =>
  Array.from({ length: to - from + 1 }, (_, k) => journal.append('pump', 'mqtt', 'value', reading(from + k)).committed)
const noise = (bytes: number): Uint8Array => {
  const out = new Uint8Array(bytes)
  for (let i = 0; i < bytes; i += 32) out.set(createHash('sha256').update(String(i)).digest().subarray(0, Math.min(32, bytes - i)), i)
  return out
}

describe('an engine journal', () => {
  it('is for its owner alone', async () => {
    const journal = await start()
    await journal.append('pump', 'n', 'out', reading(1)).committed
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
  })

  it('gives back after a restart what was committed, in order and with every kind of value', async () => {
    const values: Value[] = [1.5, Number.NaN, -0, true, 'text', null, new Uint8Array([1, 2]), new Float32Array([1.5, Number.NaN]), new Float64Array([2, 3]), { format: 'png', width: 1, height: 1, data: new Uint8Array([9]) }, { level: 2, inner: { name: 'x' } }]
    const journal = await start()
    expect(journal.position).toBe(0)
    for (const [i, value] of values.entries()) await journal.append('pump', `n${i}`, 'out', sample('P-101', value, 5.25 + i, 0x80050000)).committed
    await journal.close()
    const again = await start()
    expect(again.position).toBe(values.length)
    const { checkpoint, entries, issues } = await again.recover()
    expect(checkpoint).toBeUndefined()
    expect(issues).toEqual([])
    expect(entries.map((e) => e.sample.value)).toEqual(values)
    expect(entries.map((e) => e.position)).toEqual(values.map((_, i) => i + 1))
    expect(entries[3]).toEqual({ position: 4, flow: 'pump', node: 'n3', port: 'out', sample: { tag: 'P-101', value: true, time: 8.25, quality: 0x80050000 } })
    expect(entries[7]!.sample.value).toBeInstanceOf(Float32Array)
  })

  it('keeps only the bytes of a view, not the buffer behind it', () => {
    const view = new Float32Array(new ArrayBuffer(1 << 20), 4096, 8).fill(3)
    const bytes = encodeGroup([{ flow: 'f', node: 'n', port: 'p', sample: sample('t', view, 1) }])
    expect(bytes.byteLength).toBeLessThan(1024)
    expect(decodeGroup(7, bytes)[0]).toEqual({ position: 7, flow: 'f', node: 'n', port: 'p', sample: sample('t', new Float32Array(8).fill(3), 1) })
  })

  it('commits in groups: far fewer commits than entries', async () => {
    const journal = await start()
    await Promise.all(fill(journal, 1, 5000))
    const { entries, commits, bytes, rejected } = journal.stats()
    expect({ entries, rejected }).toEqual({ entries: 5000, rejected: 0 })
    expect(commits).toBeLessThan(10)
    expect(bytes).toBeLessThan(5000 * 40)
  })

  it('forgets what a checkpoint contains, cuts inside a group, and goes on counting', async () => {
    const journal = await start()
    await Promise.all(fill(journal, 1, 100))
    await Promise.all(fill(journal, 101, 200))
    const state = [
      { flow: 'pump', node: 'window', item: 'key:a', value: { sums: new Float64Array([1, 2]), last: Number.NaN } },
      { flow: 'pump', node: 'window', item: 'node', value: { type: 'aggregate.window' } },
    ]
    await journal.checkpoint({ position: 150, time: 77, drop: [], put: state })
    await journal.close()
    const again = await start()
    const recovered = await again.recover()
    expect(recovered.checkpoint).toEqual({ position: 150, time: 77, state })
    expect(recovered.entries.map((e) => e.position)).toEqual(Array.from({ length: 50 }, (_, i) => 151 + i))
    expect(recovered.entries[0]!.sample).toEqual(reading(151))
    await again.checkpoint({ position: 200, time: 78, drop: [{}], put: [] })
    await again.close()
    const third = await start()
    expect(third.position).toBe(200)
    expect((await third.recover()).entries).toEqual([])
    const next = third.append('pump', 'mqtt', 'value', reading(201))
    expect(next.position).toBe(201)
    await next.committed
  })

  it('keeps what a checkpoint changes, and forgets what it drops: one, a node, a flow, everything', async () => {
    const journal = await start()
    const item = (place: string, value: unknown): StateItem => {
      const [flow, node, name] = place.split('/') as [string, string, string]
      return { flow, node, item: name, value }
    }
    const now = async (): Promise<string[]> => (await journal.recover()).checkpoint!.state.map((i) => `${i.flow}/${i.node}/${i.item}=${String(i.value)}`)
    const change = (drop: StateScope[], ...put: StateItem[]): Promise<void> => journal.checkpoint({ position: 0, time: 1, drop, put })
    await change([], item('f/a/x', 1), item('f/a/y', 1), item('f/b/x', 1), item('g/a/x', 1))
    await change([{ flow: 'f', node: 'a', item: 'y' }], item('f/a/x', 2))
    expect(await now()).toEqual(['f/a/x=2', 'f/b/x=1', 'g/a/x=1'])
    await change([{ flow: 'f', node: 'a' }], item('f/a/z', 3))
    expect(await now()).toEqual(['f/a/z=3', 'f/b/x=1', 'g/a/x=1'])
    await change([{ flow: 'f' }])
    expect(await now()).toEqual(['g/a/x=1'])
    await change([{}], item('h/a/x', 1))
    expect(await now()).toEqual(['h/a/x=1'])
    await journal.close()
    expect((await (await start()).recover()).checkpoint!.state).toHaveLength(1)
  })

  it('writes what changed, not what is there', async () => {
    const journal = await start()
    const tags = Array.from({ length: 2000 }, (_, i) => ({ flow: 'f', node: 'n', item: `key:${i}`, value: noise(100) }))
    await journal.checkpoint({ position: 0, time: 1, drop: [], put: tags })
    const before = journal.stats().bytes
    await journal.checkpoint({ position: 0, time: 2, drop: [], put: tags.slice(0, 3) })
    expect(journal.stats()).toMatchObject({ checkpoints: 2 })
    expect(journal.stats().bytes - before).toBeLessThan(before / 500)
    expect((await journal.recover()).checkpoint!.state).toHaveLength(2000)
  })

  it('stays small when checkpoints follow each other', async () => {
    const journal = await start()
    for (let round = 0; round < 30; round++) {
      await Promise.all(fill(journal, round * 2000 + 1, round * 2000 + 2000))
      await journal.checkpoint({ position: journal.position, time: round, drop: [], put: [{ flow: 'pump', node: 'n', item: 'node', value: noise(20_000) }] })
    }
    await journal.close()
    expect((await readFile(file)).byteLength).toBeLessThan(1_000_000)
  })

  it('drains on close and rejects what comes later', async () => {
    const journal = await start()
    const committed = fill(journal, 1, 1000)
    await Promise.all([journal.close(), journal.close()])
    await Promise.all(committed)
    await expect(journal.append('f', 'n', 'p', reading(1)).committed).rejects.toThrow('JOURNAL_WRITE: Not stored in')
    expect((await (await start()).recover()).entries).toHaveLength(1000)
  })

  it('rejects when it is full, loses nothing of what it acknowledged, and works again after a checkpoint made room', async () => {
    const journal = await start({ maxBytes: 400_000 })
    const kept: number[] = []
    let error: unknown
    for (let i = 1; i <= 100; i++) {
      const { position, committed } = journal.append('f', 'n', 'p', sample('t', noise(10_000), i))
      await committed.then(() => kept.push(position), (thrown: unknown) => (error = thrown))
      if (error !== undefined) break
    }
    expect(String(error)).toContain('the disk is full')
    expect(kept.length).toBeGreaterThan(20)
    expect(journal.stats()).toMatchObject({ entries: kept.length, rejected: 1 })
    expect((await journal.recover()).entries.map((e) => e.position)).toEqual(kept)
    await journal.checkpoint({ position: kept.at(-1)!, time: 1, drop: [], put: [{ flow: 'f', node: 'n', item: 'node', value: noise(30_000) }] })
    const after = journal.append('f', 'n', 'p', reading(1))
    await after.committed
    await journal.close()
    expect((await (await start()).recover()).entries.map((e) => e.position)).toEqual([after.position])
  })

  it('does not gather without end when the disk does not keep up', async () => {
    const journal = await start({ maxWaitingBytes: 10_000 })
    const results = await Promise.allSettled(fill(journal, 1, 1000))
    const refused = results.filter((r) => r.status === 'rejected')
    expect(refused.length).toBeGreaterThan(800)
    expect(String(refused[0]!.reason)).toContain('the disk does not keep up')
    await journal.append('pump', 'mqtt', 'value', reading(1001)).committed
    const entries = (await journal.recover()).entries
    expect(entries).toHaveLength(1000 - refused.length + 1)
    expect(entries.at(-1)!.position).toBe(1001)
    expect(entries.at(-1)!.sample).toEqual(reading(1001))
  })

  it('refuses a file that another journal holds, and a folder that does not exist', async () => {
    const first = await start()
    await expect(openJournal(file)).rejects.toThrow(/JOURNAL_OPEN: .*another process is using it/)
    await first.append('f', 'n', 'p', reading(1)).committed
    await expect(openJournal(join(folder, 'none', 'x.db'))).rejects.toThrow('JOURNAL_OPEN')
  })
})

describe('a damaged journal', () => {
  const damaged = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.includes('.corrupt-'))

  it('is set aside when it is no database at all', async () => {
    await writeFile(file, noise(20_000))
    const journal = await start()
    const { entries, issues } = await journal.recover()
    expect(entries).toEqual([])
    expect(issues!.map(formatIssue).join()).toMatch(/JOURNAL_DAMAGED: .*not a database.*set aside as .*corrupt-.*no entry/)
    await journal.append('f', 'n', 'p', reading(1)).committed
    expect(await damaged()).toHaveLength(1)
  })

  it('keeps what is sound when pages are garbled', async () => {
    const journal = await start()
    for (let i = 1; i <= 60; i++) await journal.append('f', 'n', 'p', sample('t', noise(3000), i)).committed
    await journal.checkpoint({ position: 10, time: 1, drop: [], put: [{ flow: 'f', node: 'n', item: 'node', value: 'state' }] })
    await journal.close()
    const bytes = await readFile(file)
    bytes.fill(0xa5, bytes.length - 30_000, bytes.length - 10_000)
    await writeFile(file, bytes)
    const again = await start()
    const { checkpoint, entries, issues } = await again.recover()
    expect(issues).toHaveLength(1)
    expect(checkpoint?.state.map((i) => i.value)).toEqual(['state'])
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.length).toBeLessThan(50)
    for (const e of entries) expect(e.sample.value).toEqual(noise(3000))
    expect(await damaged()).toHaveLength(1)
  })

  it('is recognised when the file was cut off', async () => {
    const journal = await start()
    for (let i = 1; i <= 60; i++) await journal.append('f', 'n', 'p', sample('t', noise(3000), i)).committed
    await journal.close()
    await truncate(file, 60_000)
    expect((await (await start()).recover()).issues).toHaveLength(1)
    expect(await damaged()).toHaveLength(1)
  })

  it('finds one flipped bit inside an entry, which the file system would not', async () => {
    const journal = await start()
    for (let i = 1; i <= 3; i++) await journal.append('f', 'n', 'p', sample('t', noise(500), i)).committed
    await journal.close()
    const db = new DatabaseSync(file)
    const row = db.prepare('SELECT payload FROM groups WHERE first = 2').get() as { payload: Uint8Array }
    row.payload[300]! ^= 4
    db.prepare('UPDATE groups SET payload = ? WHERE first = 2').run(row.payload)
    db.close()
    const { entries, issues } = await (await start()).recover()
    expect(entries.map((e) => e.position)).toEqual([1, 3])
    expect(issues![0]!.text).toContain('2 entries and no checkpoint could be kept')
  })

  it('keeps the tags whose state is sound when that of one is not', async () => {
    const journal = await start()
    const put = ['a', 'b', 'c'].map((tag) => ({ flow: 'f', node: 'n', item: `key:${tag}`, value: noise(500) }))
    await journal.checkpoint({ position: 5, time: 1, drop: [], put })
    await journal.close()
    const db = new DatabaseSync(file)
    db.prepare("UPDATE state SET crc = crc + 1 WHERE item = 'key:b'").run()
    db.close()
    const { checkpoint, issues } = await (await start()).recover()
    expect(checkpoint!.state.map((i) => i.item)).toEqual(['key:a', 'key:c'])
    expect(checkpoint!.position).toBe(5)
    expect(issues![0]!.text).toContain('no entry and part of the checkpoint could be kept')
  })
})
