// The node between two ends that do not fit: which type, `assignable` says; here are its settings, as far as the two types
// give them. What they do not give is the type's starting config, for a person to look at.
import { fieldFor, type CatalogueNode, type JsonValue, type PortType } from '#kit'
import type { NodeEntry } from '#format'

/** A node ready to stand between. Its place is up to whoever puts it in. */
export interface Mend {
  readonly entry: Omit<NodeEntry, 'at'>
  readonly input: string
  readonly output: string
}
type Config = { readonly [name: string]: JsonValue }

/** A new node of this type, without a place. */
export function starterEntry(type: CatalogueNode): Omit<NodeEntry, 'at'> {
  return { type: type.type, ...(type.version === 1 ? {} : { version: type.version }), config: structuredClone(type.starter) as Config }
}

/** The name of an output of Pick fields. */
const OUTPUT = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
const measured = (type: PortType): boolean => type.kind === 'number' || type.kind === 'vector' || type.kind === 'series'

/** Types whose settings follow from the two ends; the name of the output when it is one of several or follows from them too. */
const known: { readonly [type: string]: (out: PortType, to: PortType) => { readonly config: Config; readonly output: string } } = {
  'transform.parse': (_out, to) => ({ config: { ...(to.kind === 'number' ? { format: 'number' } : { format: 'json', kind: to.kind }), ...(measured(to) && to.unit !== undefined ? { unit: to.unit } : {}) }, output: 'value' }),
  'transform.field': (out, to) => {
    const found = fieldFor(out, to)
    const wished = found ?? (out.kind === 'vector' ? out.labels?.[0] : undefined) ?? 'value'
    const output = OUTPUT.test(wished) ? wished : 'value'
    const path = out.kind === 'vector' ? '[0]' : found === undefined || found === output ? '' : `[${JSON.stringify(found)}]`
    const unit = found === undefined ? (out.kind === 'vector' ? out.unit : undefined) ?? to.unit : (out.fields?.[found]?.unit ?? to.unit)
    return { config: { fields: [{ name: output, path, kind: to.kind, unit: measured(to) ? (unit ?? '') : '' }] }, output }
  },
  'transform.select': (_out, to) => ({ config: { unit: to.unit ?? '' }, output: 'value' }),
}

/** Undefined when the type has no ports to stand between with. */
export function mendWith(type: CatalogueNode, out: PortType | undefined, to: PortType | undefined): Mend | undefined {
  const input = Object.keys(type.inputs)[0]
  const first = Object.keys(type.outputs)[0]
  if (input === undefined || first === undefined) return undefined
  const entry = starterEntry(type)
  const set = out && to && known[type.type]?.(out, to)
  if (set) return { entry: { ...entry, config: { ...entry.config, ...set.config } }, input, output: set.output }
  const properties = (type.config as { properties?: Record<string, unknown> }).properties ?? {}
  const config: Record<string, JsonValue> = { ...entry.config }
  for (const [name, unit] of Object.entries({ from: out?.unit, to: to?.unit })) if (name in properties && unit !== undefined) config[name] = unit
  return { entry: { ...entry, config }, input, output: first }
}
