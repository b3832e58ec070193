// The topics of a broker as a tree: what was seen since somebody began to look, with '#' on a connection of its own. A
// broker tells no list of topics, so quiet ones without a retained message are not here. Bounded: topics, bytes of each
// payload, and bytes of all JSON payloads, whose fields are tags of their own.
import { parseUnit, qualityName, valueToJson, type Browsed, type BrowseItem, type BrowseRequest, type JsonValue } from '#kit'
import { parsePath, readPath } from '#math/path'
import type { MqttConnection, MqttMessage } from './connection.ts'
import { DecodeFault, decodePayload, type PayloadFormat } from './payload.ts'

export const TOPICS = 5000
export const PREVIEW = 256
/** A longer topic is none that a source reads, nor a path that a page sends. */
const LONGEST = 1000
const JSON_EACH = 8192
const JSON_ALL = 8 * 1024 * 1024
const CHILDREN = 1000
const FOUND = 300
const FIELDS = 300
/** Nobody asked for this long: the subscription ends. */
const UNWATCHED_MS = 20_000
/** Retained messages come at once; the first look waits for them. */
const FIRST_MS = 800
const QUIET_MS = 150

interface Seen {
  /** The beginning, or all of a JSON payload. */
  payload: Uint8Array
  size: number
  retained: boolean
  at: number
  count: number
}
const watches = new WeakMap<MqttConnection, Watch>()

export async function browse(connection: MqttConnection, request: BrowseRequest): Promise<Browsed> {
  let watch = watches.get(connection)
  if (!watch) watches.set(connection, (watch = new Watch(connection, () => watches.delete(connection))))
  await watch.ready(request.signal)
  const health = connection.health()
  if (health.state !== 'ok') throw new Error(health.text)
  const { items, cut } = request.search ? watch.search(request.search, request.path) : watch.children(request.path)
  return { items, cut: cut || watch.full }
}

class Watch {
  readonly #topics = new Map<string, Seen>()
  readonly #ends: (() => void)[]
  readonly #over: () => void
  readonly #began = Date.now()
  #heard = Date.now()
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  full = false

  constructor(connection: MqttConnection, over: () => void) {
    this.#over = over
    this.#ends = ['#', '$SYS/#'].map((filter) => connection.subscribe(filter, 0, (message) => this.#note(message)))
    this.#stay()
  }

  async ready(signal: AbortSignal): Promise<void> {
    this.#stay()
    while (!signal.aborted && Date.now() - this.#began < FIRST_MS && (this.#topics.size === 0 || Date.now() - this.#heard < QUIET_MS)) await new Promise((go) => setTimeout(go, 25))
    signal.throwIfAborted()
  }

  children(path: string | null): Browsed {
    const [prefix, inside] = path === null ? [null, undefined] : splitPath(path)
    const own = prefix === null ? undefined : this.#topics.get(prefix)
    const items = own && prefix !== null ? fieldsOf(prefix, own, inside ?? '') : []
    if (inside !== undefined) return { items: items.slice(0, FIELDS), cut: items.length > FIELDS }
    const start = prefix === null ? '' : `${prefix}/`
    const below = new Map<string, number>()
    for (const topic of this.#topics.keys()) {
      if (!topic.startsWith(start)) continue
      const level = topic.slice(start.length).split('/', 1)[0]!
      below.set(level, (below.get(level) ?? 0) + (topic.length === start.length + level.length ? 0 : 1))
    }
    const levels = [...below].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const topics = levels.slice(0, CHILDREN).map(([level, under]) => this.#item(start + level, level, under))
    return { items: [...topics.filter((t) => !t.minor), ...items, ...topics.filter((t) => t.minor)], cut: levels.length > CHILDREN }
  }

  search(wanted: string, path: string | null): Browsed {
    const needle = wanted.toLowerCase()
    const start = path === null ? '' : `${splitPath(path)[0]}/`
    const found = [...this.#topics.keys()].filter((t) => t.startsWith(start) && (!t.startsWith('$') || start.startsWith('$')) && t.toLowerCase().includes(needle)).toSorted()
    const items = found.slice(0, FOUND).map((topic) => {
      const levels = topic.split('/')
      return { ...this.#item(topic, levels.at(-1)!, 0), trail: levels.slice(0, -1) }
    })
    return { items, cut: found.length > FOUND }
  }

  #item(topic: string, level: string, under: number): BrowseItem {
    const seen = this.#topics.get(topic)
    const title = level === '' ? '(no name)' : level
    const minor = topic === '$SYS' ? { minor: true as const } : {}
    if (!seen) return { path: topic, title, detail: `${under} ${under === 1 ? 'topic' : 'topics'}`, row: null, ...minor }
    const json = jsonOf(seen)
    const fields = typeof json === 'object' && json !== null
    const told = fields ? { kind: 'json' as const, value: shortJson(json) } : guess(seen)
    const words = told.kind === 'json' ? `JSON, ${seen.size} bytes` : told.kind === 'bytes' ? `${seen.size} bytes` : told.kind
    return {
      path: under > 0 || fields ? topic : null,
      title,
      detail: [words, seen.retained ? 'retained' : '', under > 0 ? `${under} below` : ''].filter((t) => t !== '').join(', '),
      value: told.value,
      quality: told.quality ?? 'Good',
      time: seen.at,
      row: { name: nameOf(level), topic, payload: told.kind, path: '' },
      ...minor,
    }
  }

  #note({ topic, payload, retain }: MqttMessage): void {
    const known = this.#topics.get(topic)
    if (!known && (this.#topics.size >= TOPICS || topic.length > LONGEST)) {
      this.full = true
      return
    }
    this.#heard = Date.now()
    if (known) this.#bytes -= known.payload.length
    const begins = payload[0] === 0x7b || payload[0] === 0x5b
    const keep = begins && payload.length <= JSON_EACH && this.#bytes + payload.length <= JSON_ALL ? payload.length : Math.min(PREVIEW, payload.length)
    const kept = Uint8Array.from(payload.subarray(0, keep))
    this.#bytes += kept.length
    if (known) Object.assign(known, { payload: kept, size: payload.length, retained: known.retained && retain, at: this.#heard, count: known.count + 1 })
    else this.#topics.set(topic, { payload: kept, size: payload.length, retained: retain, at: this.#heard, count: 1 })
  }

  #stay(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      for (const end of this.#ends.splice(0)) end()
      this.#over()
    }, UNWATCHED_MS).unref()
  }
}

/** A topic, or a topic and a path into its JSON: no topic holds a NUL. */
function splitPath(path: string): readonly [topic: string, inside: string | undefined] {
  const at = path.indexOf('\0')
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)]
}

/** Undefined: it is none, or too long to tell. */
function jsonOf(seen: Seen): JsonValue | undefined {
  if (seen.payload.length < seen.size || (seen.payload[0] !== 0x7b && seen.payload[0] !== 0x5b)) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(seen.payload)) as JsonValue
  } catch {
    return undefined // it only begins like JSON
  }
}

/** The fields of a JSON payload at a place in it, each a tag. */
function fieldsOf(topic: string, seen: Seen, inside: string): BrowseItem[] {
  const json = readPath(jsonOf(seen), parsePath(inside) ?? [inside]) as JsonValue | undefined
  if (typeof json !== 'object' || json === null) return []
  const list = Array.isArray(json)
  const level = topic.split('/').at(-1)!
  const told = list ? undefined : (json as { readonly [key: string]: JsonValue })['unit']
  // '{"value": 21, "unit": "Cel"}': what says its unit beside it.
  const unit = typeof told === 'string' && told !== '' && parseUnit(told) !== undefined ? told : undefined
  return Object.entries(json).slice(0, FIELDS + 1).flatMap(([key, value]) => {
    const step = list ? `[${key}]` : /^[^.[\]"]+$/.test(key) ? key : key.includes('"') || key.includes(']') || key === '' ? undefined : `["${key}"]`
    if (step === undefined) return []
    const path = inside === '' || step.startsWith('[') ? `${inside}${step}` : `${inside}.${step}`
    const payload: PayloadFormat = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : typeof value === 'string' ? 'text' : 'json'
    const measured: { readonly [name: string]: string } = unit !== undefined && key === 'value' && typeof value === 'number' ? { unit } : {}
    const deep = typeof value === 'object' && value !== null
    return {
      path: deep ? `${topic}\0${path}` : null,
      title: list ? step : key,
      detail: deep ? 'JSON' : value === null ? 'field, no value' : `field, ${payload}`,
      value: deep ? shortJson(value) : typeof value === 'string' ? shortText(value) : value,
      quality: value === null ? 'BadNoData' : 'Good',
      time: seen.at,
      ...measured,
      row: path.length > 200 ? null : { name: nameOf(path === 'value' ? level : `${level}.${path}`), topic, payload, path, ...measured },
    } satisfies BrowseItem
  })
}

function guess(seen: Seen): { kind: PayloadFormat; value: JsonValue; quality?: string } {
  const whole = seen.payload.length === seen.size
  try {
    const { value, quality } = decodePayload(seen.payload, { payload: whole ? 'auto' : 'text', path: '', timePath: '' })
    if (typeof value === 'number') return { kind: 'number', value: valueToJson(value), quality: qualityName(quality) }
    if (typeof value === 'boolean') return { kind: 'boolean', value }
    return { kind: 'text', value: shortText(typeof value === 'string' ? value : JSON.stringify(valueToJson(value))) }
  } catch (thrown) {
    if (!(thrown instanceof DecodeFault)) throw thrown
    return { kind: 'bytes', value: Buffer.from(seen.payload.subarray(0, 24)).toString('hex').replaceAll(/(..)(?=.)/g, '$1 ') }
  }
}

const shortText = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text)
const shortJson = (json: JsonValue): string => shortText(JSON.stringify(json))
const nameOf = (words: string): string => words.trim().replaceAll(/\s+/g, '_').replaceAll('["', '.').replaceAll('"]', '').slice(-64) || 'value'
