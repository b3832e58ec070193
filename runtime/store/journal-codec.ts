// One group of journal entries as bytes. Column by column: flows, nodes, ports and tags are written once a group, so
// that a number costs about 24 bytes and the flow's thread spends well under a microsecond on it.
import { deserialize, serialize } from 'node:v8'
import { sample, type Sample, type Value } from '#kit'
import type { JournalEntry } from '../engine/contract.ts'

export type Unplaced = Omit<JournalEntry, 'position'>

interface Columns {
  /** flow, node, port, flow, node, port, ... */
  readonly places: readonly string[]
  readonly tags: readonly string[]
  readonly place: Uint32Array
  readonly tag: Uint32Array
  readonly time: Float64Array
  readonly quality: Uint32Array
  readonly value: Float64Array | readonly Value[]
}

/** Entries of successive positions. Throws when a value is no plain data. */
export function encodeGroup(entries: readonly Unplaced[]): Uint8Array<ArrayBuffer> {
  const count = entries.length
  const places: string[] = []
  const placeIndex = new Map<string, number>()
  const tags: string[] = []
  const tagIndex = new Map<string, number>()
  const place = new Uint32Array(count)
  const tag = new Uint32Array(count)
  const time = new Float64Array(count)
  const quality = new Uint32Array(count)
  const numbers = new Float64Array(count)
  let plain = true
  for (let i = 0; i < count; i++) {
    const e = entries[i]!
    const key = `${e.flow}\n${e.node}\n${e.port}`
    let at = placeIndex.get(key)
    if (at === undefined) {
      placeIndex.set(key, (at = places.length / 3))
      places.push(e.flow, e.node, e.port)
    }
    let name = tagIndex.get(e.sample.tag)
    if (name === undefined) {
      tagIndex.set(e.sample.tag, (name = tags.length))
      tags.push(e.sample.tag)
    }
    place[i] = at
    tag[i] = name
    time[i] = e.sample.time
    quality[i] = e.sample.quality
    if (typeof e.sample.value === 'number') numbers[i] = e.sample.value
    else plain = false
  }
  const columns: Columns = { places, tags, place, tag, time, quality, value: plain ? numbers : entries.map((e) => e.sample.value) }
  const bytes = serialize(columns)
  // A small result may lie in Node's shared pool, which must not be transferred to the worker.
  return bytes.byteLength === bytes.buffer.byteLength ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
}

/** `first` is the position of the group's first entry. */
export function decodeGroup(first: number, bytes: Uint8Array): JournalEntry[] {
  const c = deserialize(bytes) as Columns
  return Array.from(c.time, (time, i): JournalEntry => {
    const at = c.place[i]! * 3
    return { position: first + i, flow: c.places[at]!, node: c.places[at + 1]!, port: c.places[at + 2]!, sample: sample(c.tags[c.tag[i]!]!, c.value[i]!, time, c.quality[i]!) }
  })
}

/** About how many bytes a sample takes while it waits. */
export function weigh(s: Sample): number {
  return 64 + weighValue(s.value)
}
function weighValue(value: Value): number {
  if (typeof value === 'string') return value.length * 2
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  let bytes = 32
  for (const inner of Object.values(value)) bytes += weighValue(inner as Value)
  return bytes
}
