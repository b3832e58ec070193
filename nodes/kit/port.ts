// The types of wires, how a node declares them, and the one rule that says what may feed what. Declarations are plain
// data, so that the editor resolves them without the node's code.
import { displayUnit, relateUnits } from './units.ts'
import { isImage, type Value } from './sample.ts'

export type Kind = 'number' | 'boolean' | 'text' | 'bytes' | 'vector' | 'series' | 'image' | 'record' | 'event' | 'any'

/** A resolved type. */
export interface PortType {
  readonly kind: Kind
  /** UCUM code of number, vector and series; absent says nothing, '1' says dimensionless. */
  readonly unit?: string
  /** Elements of a vector. */
  readonly length?: number
  /** What the elements of a vector are called, in order. */
  readonly labels?: readonly string[]
  /** ms between the elements of a series. */
  readonly periodMs?: number
  readonly fields?: { readonly [name: string]: PortType }
}

/** A value taken from the node's config by a dotted path: 'to', 'bands.length'. Absent when the config has none. `map` as in FromItem. */
export interface FromConfig {
  readonly config: string
  readonly map?: { readonly [value: string]: string }
}
/** A value taken from the item of an `each`. `map` translates it, '*' is any other. */
export interface FromItem {
  readonly item: string
  readonly map?: { readonly [value: string]: string }
}
type Source<T> = T | FromConfig | FromItem

/** How a port is declared: by `kind` or by `same`. Where `same` comes from the config and is absent, `kind` holds. */
export interface PortDecl {
  readonly kind?: Kind | FromItem | FromConfig
  /** The type of this input of the same node; unit, length given beside it override that part. */
  readonly same?: string | FromConfig
  readonly unit?: Source<string>
  readonly length?: Source<number>
  readonly labels?: Source<readonly string[]>
  readonly periodMs?: Source<number>
  readonly fields?: { readonly [name: string]: PortDecl }
  readonly title?: string
  readonly help?: string
  /** An input that may stay without a wire. Outputs always may. */
  readonly optional?: boolean
}

/** One port for each item of a config's array, named by a property of the item; declared under the key '*'. */
export interface EachDecl {
  readonly each: string
  readonly name: string
  readonly port: PortDecl
}
export type PortDecls = { readonly [name: string]: PortDecl | EachDecl }
export interface ResolvedPort extends PortType {
  readonly title?: string
  readonly help?: string
  readonly optional?: boolean
  /** Not yet typed: `same` as it stands in the declaration, to be propagated. */
  readonly same?: string
}
export type ResolvedPorts = { readonly [name: string]: ResolvedPort }

type Extra = Omit<PortDecl, 'kind' | 'same'>
const of = (kind: Kind) => (extra: Extra = {}): PortDecl => ({ kind, ...extra })
export const port = {
  number: of('number'), boolean: of('boolean'), text: of('text'), bytes: of('bytes'), vector: of('vector'), series: of('series'),
  image: of('image'), record: of('record'), event: of('event'), any: of('any'),
}
export const same = (input: string, extra: Extra = {}): PortDecl => ({ same: input, ...extra })
export const fromConfig = (config: string, map?: FromConfig['map']): FromConfig => (map ? { config, map } : { config })
export const fromItem = (item: string, map?: FromItem['map']): FromItem => (map ? { item, map } : { item })
/** `outputs: { '*': each('tags', 'name', port.number({ unit: fromItem('unit') })) }` */
export const each = (list: string, name: string, decl: PortDecl): EachDecl => ({ each: list, name, port: decl })

function at(root: unknown, path: string): unknown {
  let value = root
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined
    if (key !== 'length' && !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** Declared ports with the config put in. Ports of `each` come in the order of the list; nameless items give none. */
export function resolvePorts(decls: PortDecls, config: unknown): ResolvedPorts {
  const ports = new Map<string, ResolvedPort>() // names are users' words: '__proto__' is one
  for (const [name, decl] of Object.entries(decls)) {
    if ('each' in decl) {
      const list = at(config, decl.each)
      if (!Array.isArray(list)) continue
      for (const item of list) {
        const key = at(item, decl.name)
        if (typeof key === 'string' && key !== '') ports.set(key, resolve(decl.port, config, item))
      }
    } else ports.set(name, resolve(decl, config, undefined))
  }
  return Object.fromEntries(ports)
}

// What a unit left over in the config says nothing about: a text has none.
const measured: ReadonlySet<Kind> = new Set(['number', 'vector', 'series', 'any'])

function resolve(decl: PortDecl, config: unknown, item: unknown): ResolvedPort {
  const read = (source: unknown): unknown => {
    if (source === null || typeof source !== 'object' || Array.isArray(source)) return source
    const value = 'config' in source ? at(config, (source as FromConfig).config) : at(item, (source as FromItem).item)
    const { map } = source as FromConfig | FromItem
    if (!map) return value
    return Object.hasOwn(map, String(value)) ? map[String(value)] : map['*']
  }
  const from = read(decl.same)
  // With `same` the kind is open until the wires say.
  const out: Record<string, unknown> = from === undefined ? { kind: read(decl.kind) ?? 'any' } : { kind: 'any', same: from }
  for (const key of ['unit', 'length', 'labels', 'periodMs'] as const) {
    const value = read(decl[key])
    if (value !== undefined && value !== '' && (key !== 'unit' || measured.has(out['kind'] as Kind))) out[key] = value
  }
  if (decl.fields) out['fields'] = Object.fromEntries(Object.entries(decl.fields).map(([k, d]) => [k, resolve(d, config, item)]))
  for (const key of ['title', 'help', 'optional'] as const) if (decl[key] !== undefined) out[key] = decl[key]
  return out as unknown as ResolvedPort
}

// ---- what may feed what ---------------------------------------------------------------------------------------------

export type Fit =
  | { readonly ok: true; readonly checked?: boolean }
  | { readonly ok: false; readonly code: 'PORT_KIND' | 'PORT_UNIT' | 'PORT_CONVERT'; readonly hint: string; readonly insert?: string }

/**
 * May `out` feed `to`? The one rule for the drag, the compiler and the CLI. `checked`: passes, and the engine checks
 * each sample (an `any` into a type). `insert`: the node type that would make it fit.
 */
export function assignable(out: PortType, to: PortType): Fit {
  if (to.kind === 'any') return { ok: true }
  if (out.kind !== 'any' && out.kind !== to.kind) return { ok: false, code: 'PORT_KIND', ...kindMend(out, to) }
  const units = relateUnits(out.unit, to.unit)
  if (units === 'convertible') return { ok: false, code: 'PORT_CONVERT', hint: 'Insert a Convert node.', insert: 'transform.convert' }
  if (units === 'different') return { ok: false, code: 'PORT_UNIT', hint: `These are different quantities: choose an output in ${displayUnit(to.unit) || 'no unit'}.` }
  if (out.kind === 'any') return { ok: true, checked: true }
  if (out.length !== undefined && to.length !== undefined && out.length !== to.length) {
    return { ok: false, code: 'PORT_KIND', hint: `The vector has ${out.length} elements, ${to.length} are needed.` }
  }
  if (to.fields) {
    for (const [name, field] of Object.entries(to.fields)) {
      const given = out.fields?.[name]
      if (out.fields && !given) return { ok: false, code: 'PORT_KIND', hint: `The record has no field '${name}'.` }
      const fit: Fit = given ? assignable(given, field) : { ok: true }
      if (!fit.ok) return { ...fit, hint: `Field '${name}': ${fit.hint}` }
    }
  }
  return { ok: true }
}

/** What to do about two kinds that do not fit, and the node type that does it where its settings follow from the two types. */
function kindMend(out: PortType, to: PortType): { readonly hint: string; readonly insert?: string } {
  const [from, kind] = [out.kind, to.kind]
  const raw = from === 'text' || from === 'bytes'
  if (raw && (kind === 'number' || kind === 'boolean' || kind === 'vector' || kind === 'record')) return { hint: `Insert a Parse node, which reads ${from === 'text' ? 'texts' : 'bytes'}, or choose a payload format at the source.`, insert: 'transform.parse' }
  if ((from === 'record' || from === 'event') && isPickable(kind)) {
    if (out.fields && fieldFor(out, to) === undefined) return { hint: `The record has no field of kind ${kind} that fits.` }
    return { hint: 'Insert a Pick fields node, which takes a field out of a record.', insert: 'transform.field' }
  }
  if (from === 'vector' && kind === 'number') return { hint: 'Insert a Pick fields node, which takes one element out of a vector.', insert: 'transform.field' }
  if (kind === 'boolean') return { hint: 'Insert an Alarm or a Switch node, which turn a value into a decision.' }
  if (kind === 'number' && from === 'boolean') return { hint: 'Insert a Select node, which turns true and false into two values.', insert: 'transform.select' }
  if (kind === 'series') return { hint: 'Choose a waveform output: a block of equally spaced readings.' }
  if (from === 'series') return { hint: 'Insert a Spectrum node, which turns a waveform into numbers.' }
  if (kind === 'text' && (from === 'number' || from === 'boolean' || from === 'record')) return { hint: 'Insert a Format node, which writes values as text.', insert: 'transform.format' }
  return { hint: `Choose an output of kind ${kind}.` }
}

const pickable: ReadonlySet<Kind> = new Set(['number', 'boolean', 'text', 'bytes', 'vector', 'series'])
const isPickable = (kind: Kind): boolean => pickable.has(kind)
/** The first field of a record that an input takes. Undefined also when its fields are not known. */
export const fieldFor = (out: PortType, to: PortType): string | undefined => Object.entries(out.fields ?? {}).find(([, field]) => field.kind === to.kind && assignable(field, to).ok)?.[0]

/** 'number · °C', 'vector[32] · mm/s'. */
export function formatType(type: PortType): string {
  const kind = type.kind === 'vector' && type.length !== undefined ? `vector[${type.length}]` : type.kind
  const unit = displayUnit(type.unit)
  return unit === '' ? kind : `${kind} · ${unit}`
}

/** Does a value have this kind? Null has every kind: it stands for a value that is missing, and its quality says so. */
export function hasKind(value: Value, kind: Kind): boolean {
  if (value === null) return true
  switch (kind) {
    case 'any': return true
    case 'number': return typeof value === 'number'
    case 'boolean': return typeof value === 'boolean'
    case 'text': return typeof value === 'string'
    case 'bytes': return value instanceof Uint8Array
    case 'vector': return value instanceof Float64Array
    case 'series': return value instanceof Float32Array
    case 'image': return isImage(value)
    case 'record':
    case 'event': return typeof value === 'object' && !ArrayBuffer.isView(value) && !isImage(value)
  }
}
