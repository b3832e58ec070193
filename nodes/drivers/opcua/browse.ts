// The address space of an OPC UA server as a tree (Part 4, 5.8 and 5.10; Part 8 for engineering units). What does not
// change about a node is read once a minute, values are read at every call. Node ids keep their namespace's URI: a
// server may number its namespaces anew after a restart.
import type { BrowseResult, ClientSession, NodeId, ReferenceDescription } from 'node-opcua-client'
import { isBad, qualityName, valueToJson, type Browsed, type BrowseItem, type BrowseRequest, type JsonValue, type Kind } from '#kit'
import type { OpcuaConnection } from './connection.ts'
import { unitOf, type EuInformation } from './unit.ts'
import { readingOf, type UaDataValue } from './value.ts'

type Library = typeof import('node-opcua-client')

/** Children of one node that are told. */
const CHILDREN = 2000
/** A search ends at so many nodes looked at, or so many found. */
const LOOKED_AT = 20_000
const FOUND = 200
const DEEPEST = 12
const READS = 400
const BROWSES = 50
const KEPT_NODES = 20_000
const KEPT_MS = 60_000
const TEXT = 256
const ELEMENTS = 8

interface Facts {
  /** Children to go down to; of a variable other than its properties. */
  readonly children: boolean
  readonly unit: string | undefined
  readonly description: string
  /** UserAccessLevel; bit 0: may be read, bit 1: may be written. */
  readonly access: number
  /** Numeric id of a data type of the standard; 0: another. */
  readonly dataType: number
  readonly at: number
}
interface Cache {
  readonly namespaces: readonly string[]
  readonly facts: Map<string, Facts>
}
const caches = new WeakMap<ClientSession, Cache>()

const OBJECT = 1
const VARIABLE = 2
const METHOD = 4
const NAMED = 0x3f
const OBJECTS = 'ns=0;i=85'
/** HasProperty */
const PROPERTY = 'ns=0;i=46'

export async function browse(connection: OpcuaConnection, request: BrowseRequest): Promise<Browsed> {
  const { session, library } = connection.current()
  const known = caches.get(session)
  const cache: Cache = known ?? { namespaces: await session.readNamespaceArray(), facts: new Map() }
  if (!known) caches.set(session, cache)
  const tree = new Tree(session, library, cache, request.signal)
  const from = request.path === null ? OBJECTS : tree.local(request.path)
  return request.search === undefined || request.search === '' ? tree.children(from) : tree.search(from, request.search)
}

/** Server_ServerStatus_BuildInfo (Part 5, 12.10): who made it. A server may leave it out. */
export async function tell(connection: OpcuaConnection): Promise<readonly string[]> {
  const { session, library } = connection.current()
  const read = await session.read(['i=2261', 'i=2263', 'i=2264'].map((nodeId) => ({ nodeId, attributeId: library.AttributeIds.Value })))
  const [product, maker, version] = read.map((r) => (typeof r.value?.value === 'string' ? r.value.value.trim().slice(0, 100) : ''))
  const words = [product, version, maker === '' ? '' : `by ${maker}`].filter((w) => w !== '').join(' ')
  return words === '' ? [] : [`Product: ${words}`]
}

class Tree {
  readonly #session: ClientSession
  readonly #library: Library
  readonly #cache: Cache
  readonly #signal: AbortSignal

  constructor(session: ClientSession, library: Library, cache: Cache, signal: AbortSignal) {
    this.#session = session
    this.#library = library
    this.#cache = cache
    this.#signal = signal
  }

  /** 'nsu=urn:plant;s=Tank' as the server numbers it now. Throws in words. */
  local(path: string): string {
    const named = /^nsu=([^;]+);(.*)$/.exec(path)
    const index = named ? this.#cache.namespaces.indexOf(named[1]!) : 0
    if (index < 0) throw new Error(`the server has no namespace '${named![1]!}'`)
    const local = named ? `ns=${index};${named[2]!}` : path
    try {
      return this.#library.resolveNodeId(local).toString()
    } catch {
      throw new Error(`'${path.slice(0, 100)}' is no node id`)
    }
  }

  async children(of: string): Promise<Browsed> {
    const { references, cut } = (await this.#references([of], CHILDREN)).get(of)!
    return { items: await this.#items(references, of === OBJECTS), cut }
  }

  /** Breadth first, so that what is near comes first. */
  async search(from: string, wanted: string): Promise<Browsed> {
    const needle = wanted.toLowerCase()
    const seen = new Set([from])
    const found: { reference: ReferenceDescription; trail: readonly string[] }[] = []
    let level: { id: string; trail: readonly string[] }[] = [{ id: from, trail: [] }]
    let cut = false
    for (let depth = 0; level.length > 0 && depth < DEEPEST && !cut; depth++) {
      const next: typeof level = []
      for (let at = 0; at < level.length && !cut; at += BROWSES) {
        const batch = level.slice(at, at + BROWSES)
        const all = await this.#references(batch.map((b) => b.id), CHILDREN)
        for (const { id, trail } of batch) {
          const { references, cut: more } = all.get(id)!
          cut ||= more
          for (const reference of references) {
            const child = reference.nodeId.toString()
            if (seen.has(child) || minor(reference) || reference.referenceTypeId.toString() === PROPERTY) continue
            seen.add(child)
            const title = titleOf(reference)
            if (title.toLowerCase().includes(needle) || child.toLowerCase().includes(needle)) found.push({ reference, trail })
            next.push({ id: child, trail: [...trail, title] })
          }
        }
        if (found.length >= FOUND || seen.size >= LOOKED_AT) cut = true
      }
      level = next
    }
    const shown = found.slice(0, FOUND)
    const items = await this.#items(shown.map((f) => f.reference), false)
    return { items: items.map((item, i) => ({ ...item, trail: shown[i]!.trail })), cut }
  }

  async #references(ids: readonly string[], limit: number): Promise<Map<string, { references: ReferenceDescription[]; cut: boolean }>> {
    const { BrowseDirection } = this.#library
    const wanted = (id: string) => ({ nodeId: id, referenceTypeId: 'HierarchicalReferences', browseDirection: BrowseDirection.Forward, includeSubtypes: true, nodeClassMask: OBJECT | VARIABLE | METHOD, resultMask: NAMED })
    this.#signal.throwIfAborted()
    const results = await this.#session.browse(ids.map(wanted))
    const all = new Map<string, { references: ReferenceDescription[]; cut: boolean }>()
    for (const [i, id] of ids.entries()) {
      let result: BrowseResult = results[i]!
      if (isBad(result.statusCode.value) && ids.length === 1) throw new Error(`the server refuses '${id}' (${result.statusCode.name})`)
      const references: ReferenceDescription[] = []
      const known = new Set<string>()
      let cut = false
      for (;;) {
        for (const reference of result.references ?? []) {
          const child = reference.nodeId.toString()
          if (known.has(child) || known.size >= limit) {
            cut ||= known.size >= limit && !known.has(child)
            continue
          }
          known.add(child)
          references.push(reference)
        }
        const point = result.continuationPoint as Buffer | undefined
        if (!point || point.length === 0) break
        // What is not fetched is let go, or the server would keep it for the session.
        const done = cut || this.#signal.aborted
        result = await this.#session.browseNext(point, done)
        if (done) break
      }
      this.#signal.throwIfAborted()
      all.set(id, { references, cut })
    }
    return all
  }

  async #items(references: readonly ReferenceDescription[], root: boolean): Promise<BrowseItem[]> {
    const variables = references.filter((r) => (r.nodeClass as number) === VARIABLE)
    await this.#learn(variables.map((r) => r.nodeId as NodeId))
    const values = new Map<string, UaDataValue>()
    for (let at = 0; at < variables.length; at += READS) {
      this.#signal.throwIfAborted()
      const batch = variables.slice(at, at + READS)
      const read = await this.#session.read(batch.map((r) => ({ nodeId: r.nodeId as NodeId, attributeId: this.#library.AttributeIds.Value })))
      batch.forEach((r, i) => values.set(r.nodeId.toString(), read[i] as unknown as UaDataValue))
    }
    const items = references.map((r) => this.#item(r, values.get(r.nodeId.toString())))
    return root ? items.map((item, i) => (minor(references[i]!) ? { ...item, minor: true as const } : item)) : items
  }

  #item(reference: ReferenceDescription, data: UaDataValue | undefined): BrowseItem {
    const { DataType } = this.#library
    const id = this.#global(reference.nodeId.toString())
    const title = titleOf(reference)
    const nodeClass = reference.nodeClass as number
    if (nodeClass === METHOD) return { path: null, title, detail: 'method', row: null }
    if (nodeClass === OBJECT) return { path: id, title, detail: '', row: null }
    const facts = this.#cache.facts.get(reference.nodeId.toString())
    const type = data?.value?.dataType || facts?.dataType || 0
    const array = (data?.value?.arrayType ?? 0) !== 0
    const kind = kindOf(type, array)
    const readable = facts === undefined || (facts.access & 1) === 1
    const reading = data && readable && kind ? readingOf(data, 'any') : undefined
    const why = !readable ? 'not readable' : type === DataType.ExtensionObject ? 'structure' : kind === undefined && type !== 0 ? 'not supported' : ''
    const detail = [type === 0 ? '' : `${DataType[type] ?? type}${array ? '[]' : ''}`, why, facts && (facts.access & 2) === 2 ? 'writable' : ''].filter((t) => t !== '').join(', ')
    const unit = kind === 'number' || kind === 'vector' ? facts?.unit : undefined
    // What never had a value yet may be read all the same.
    const row = readable && (kind !== undefined || type === 0) && id.length <= 500 ? { name: nameOf(reference), nodeId: id, kind: kind ?? 'any', ...(unit === undefined ? {} : { unit }) } : null
    return {
      path: facts?.children === true ? id : null,
      title,
      detail,
      ...(facts && facts.description !== '' ? { note: facts.description } : {}),
      ...(unit === undefined ? {} : { unit }),
      ...(reading ? { value: shown(valueToJson(reading.value)), quality: qualityName(reading.quality), ...(reading.time === undefined ? {} : { time: reading.time }) } : {}),
      row,
    }
  }

  /** What is not known yet, or for too long, about these variables. */
  async #learn(ids: readonly NodeId[]): Promise<void> {
    const { facts } = this.#cache
    const { AttributeIds } = this.#library
    const now = Date.now()
    const wanted = ids.filter((id) => now - (facts.get(id.toString())?.at ?? -Infinity) > KEPT_MS)
    if (facts.size + wanted.length > KEPT_NODES) facts.clear()
    const each = [AttributeIds.DataType, AttributeIds.UserAccessLevel, AttributeIds.Description]
    for (let at = 0; at < wanted.length; at += BROWSES) {
      this.#signal.throwIfAborted()
      const batch = wanted.slice(at, at + BROWSES)
      const read = await this.#session.read(batch.flatMap((nodeId) => each.map((attributeId) => ({ nodeId, attributeId }))))
      const below = await this.#references(batch.map(String), CHILDREN)
      const units = batch.map((id) => below.get(id.toString())!.references.find((r) => r.browseName.name === 'EngineeringUnits')?.nodeId as NodeId | undefined)
      const asked = units.filter((u) => u !== undefined)
      const told = asked.length === 0 ? [] : await this.#session.read(asked.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })))
      batch.forEach((id, i) => {
        const [type, access, description] = [0, 1, 2].map((k) => read[i * 3 + k]?.value?.value as unknown)
        const typeId = type as NodeId | undefined
        const unitAt = units[i] ? asked.indexOf(units[i]) : -1
        facts.set(id.toString(), {
          children: below.get(id.toString())!.references.some((r) => r.referenceTypeId.toString() !== PROPERTY),
          unit: unitAt < 0 ? undefined : unitOf(told[unitAt]?.value?.value as EuInformation | undefined),
          description: String((description as { text?: string | null } | undefined)?.text ?? '').slice(0, TEXT),
          access: typeof access === 'number' ? access : 1,
          dataType: typeId && typeId.namespace === 0 && typeof typeId.value === 'number' && typeId.value <= 25 ? typeId.value : 0,
          at: now,
        })
      })
    }
  }

  /** 'ns=2;s=Tank' with the URI of its namespace. */
  #global(id: string): string {
    const indexed = /^ns=(\d+);(.*)$/.exec(id)
    const uri = indexed ? this.#cache.namespaces[Number(indexed[1])] : undefined
    if (indexed && Number(indexed[1]) === 0) return indexed[2]!
    return indexed && uri !== undefined && uri !== '' && !uri.includes(';') ? `nsu=${uri};${indexed[2]!}` : id
  }
}

/** The standard's own objects beside the plant's: Server, Aliases, Locations. */
const minor = (r: ReferenceDescription): boolean => r.nodeId.namespace === 0 && (r.nodeClass as number) === OBJECT
const titleOf = (r: ReferenceDescription): string => r.displayName.text || r.browseName.name || r.nodeId.toString()
const nameOf = (r: ReferenceDescription): string => (r.browseName.name || titleOf(r)).trim().replaceAll(/\s+/g, '_').slice(0, 64) || 'value'

const texts: ReadonlySet<number> = new Set([12, 13, 20, 21])
/** Undefined: no sample holds it (structures, node ids, variants). Part 6, 5.1.2 has the numbers. */
function kindOf(type: number, array: boolean): Exclude<Kind, 'series'> | undefined {
  const number = (type >= 2 && type <= 11) || type === 26 || type === 27 || type === 28 || type === 29
  if (array) return number ? 'vector' : undefined
  return number ? 'number' : type === 1 ? 'boolean' : texts.has(type) ? 'text' : type === 15 ? 'bytes' : undefined
}

function shown(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.length > TEXT ? `${value.slice(0, TEXT)}...` : value
  return Array.isArray(value) && value.length > ELEMENTS ? `${value.slice(0, ELEMENTS).join(', ')} ... (${value.length})` : value
}
