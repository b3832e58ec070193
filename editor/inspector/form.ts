// From a config schema to the fields of a form, and the edits that a form makes. Pure: tested without a browser.
// Node settings and connections use the same mapping.
import { displayUnit, parseUnit, schemaFaults, withDefaults, type Annotations, type JsonValue, type SchemaFault, type TSchema } from '#kit'
import { pointer } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { keysOf, valueAt } from '../state/commands.ts'
import { readNumber, typed } from '../state/numbers.ts'
import { isZone } from './zones.ts'

export { keysOf, valueAt }

export type Json = JsonValue | undefined
export type Config = { readonly [name: string]: JsonValue }

export type FieldKind = 'number' | 'integer' | 'text' | 'code' | 'expression' | 'flag' | 'choice' | 'choices' | 'connection' | 'model' | 'secret' | 'certificate' | 'unit' | 'zone' | 'table' | 'list' | 'object' | 'envelope' | 'scalar' | 'json'

export interface Choice {
  readonly value: string | number | boolean
  readonly label: string
}
/** One field of a form. `path` is a JSON pointer into the config; in a table's column it is relative to the row. */
export interface FormField {
  readonly key: string
  readonly path: string
  readonly kind: FieldKind
  readonly title: string
  readonly help: string
  readonly required: boolean
  readonly advanced: boolean
  readonly default: Json
  readonly schema: JsonSchema
  readonly unit?: string
  /** The number is in the unit of this input's wire. */
  readonly unitOf?: string
  readonly choices?: readonly Choice[]
  readonly segments?: boolean
  readonly connection?: string
  readonly when?: Annotations['when']
  readonly example?: string
  /** Of an object or an envelope. */
  readonly fields?: readonly FormField[]
  /** Of a table's rows. */
  readonly columns?: readonly FormField[]
  /** Of a list's entries. */
  readonly item?: FormField
  /** May be emptied to null. */
  readonly nullable?: boolean
}

/** The part of JSON Schema that configs are written in. */
export interface JsonSchema extends Omit<Annotations, 'widget'> {
  readonly widget?: Annotations['widget']
  readonly type?: string
  readonly properties?: { readonly [name: string]: JsonSchema }
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly enum?: readonly (string | number)[]
  readonly const?: string | number | boolean
  readonly anyOf?: readonly JsonSchema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly maxLength?: number
  readonly additionalProperties?: boolean | JsonSchema
  /** Its title and labels are names that the flow gives: they stay as they are. */
  readonly names?: boolean
}

/** The fields of an object schema, in the order it declares them. */
export function fieldsOf(schema: TSchema | JsonSchema, path = ''): FormField[] {
  const s = schema as JsonSchema
  return Object.entries(s.properties ?? {}).map(([key, sub]) => fieldOf(key, sub, `${path}/${pointer(key)}`, s.required?.includes(key) ?? false))
}

function fieldOf(key: string, given: JsonSchema, path: string, required: boolean): FormField {
  const { schema, nullable } = withoutNull(given)
  const kind = kindOf(schema)
  const own = schema.names === true
  const choices = kind === 'choice' ? choicesOf(schema) : kind === 'choices' ? choicesOf(schema.items!) : undefined
  return {
    key,
    path,
    kind,
    title: own ? (schema.title ?? key) : said(schema.title ?? given.title ?? wordsOf(key)),
    help: said(schema.description ?? given.description ?? ''),
    required: required && schema.default === undefined && given.default === undefined,
    advanced: (schema.advanced ?? given.advanced) === true,
    default: (schema.default ?? given.default) as Json,
    schema,
    ...(schema.unit === undefined ? {} : { unit: schema.unit }),
    ...(schema.unitOf === undefined ? {} : { unitOf: schema.unitOf }),
    ...(choices === undefined ? {} : { choices, segments: kind === 'choice' && choices.length >= 2 && choices.length <= 3 && choices.every((c) => c.label.length <= 16) }),
    ...(schema.connection === undefined ? {} : { connection: schema.connection }),
    ...((schema.when ?? given.when) === undefined ? {} : { when: schema.when ?? given.when }),
    ...(schema.examples?.[0] === undefined ? {} : { example: typeof schema.examples[0] === 'string' ? schema.examples[0] : JSON.stringify(schema.examples[0]) }),
    ...(kind === 'object' || kind === 'envelope' ? { fields: fieldsOf(schema, path) } : {}),
    ...(kind === 'table' ? { columns: fieldsOf(schema.items!) } : {}),
    ...(kind === 'list' ? { item: fieldOf(key, schema.items!, '', true) } : {}),
    ...(nullable ? { nullable } : {}),
  }
}

function withoutNull(schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const variants = schema.anyOf?.filter((v) => v.type !== 'null')
  if (!variants || variants.length === schema.anyOf!.length) return { schema, nullable: false }
  const { anyOf: _anyOf, ...outer } = schema
  return { schema: variants.length === 1 ? { ...variants[0], ...outer } : { ...outer, anyOf: variants }, nullable: true }
}

const SIMPLE: readonly (string | undefined)[] = ['number', 'integer', 'string', 'boolean']

function kindOf(s: JsonSchema): FieldKind {
  switch (s.widget) {
    case 'connection': case 'model': case 'secret': case 'certificate': case 'unit': case 'zone': return s.widget
    case 'code': case 'expression': return s.widget
    case 'envelope': return s.properties ? 'envelope' : 'json'
  }
  if (s.enum || (s.anyOf && s.anyOf.length > 0 && s.anyOf.every((v) => v.const !== undefined))) return 'choice'
  if (s.anyOf) return s.anyOf.every((v) => SIMPLE.includes(v.type)) ? 'scalar' : 'json'
  switch (s.type) {
    case 'number': case 'integer': return s.type
    case 'string': return 'text'
    case 'boolean': return 'flag'
    case 'object': return s.properties && Object.keys(s.properties).length > 0 ? 'object' : 'json'
    case 'array':
      if (s.items?.properties) return 'table'
      if (s.items && s.uniqueItems !== false && kindOf(s.items) === 'choice') return 'choices'
      return s.items && ['number', 'integer', 'text', 'choice', 'unit', 'secret'].includes(kindOf(s.items)) ? 'list' : 'json'
    default: return 'json'
  }
}

function choicesOf(s: JsonSchema): Choice[] {
  const values = s.enum ?? s.anyOf!.map((v) => v.const!)
  // 'hann' reads 'Hann'; codes such as 'uint16' and 'ABCD' stay as they are written in manuals.
  const words = values.every((v) => typeof v === 'string' && /^[a-z]+([A-Z][a-z]+|[-_ ][a-z]+)*$/.test(v))
  const label = (value: JsonValue, i: number): string => s.labels?.[i] ?? s.anyOf?.[i]?.title ?? (words ? wordsOf(String(value)) : String(value))
  return values.map((value, i) => ({ value, label: s.names === true ? label(value, i) : said(label(value, i)) }))
}

/** 'pollGroup' reads 'Poll group', 'timeoutMs' reads 'Timeout'. */
export function wordsOf(key: string): string {
  const words = key.replace(/(?<=[a-z])(Ms|S)$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Is the field shown beside its siblings as they are now? One that follows a hidden one is hidden with it. */
export function isShown(field: FormField, siblings: { readonly [name: string]: Json }, fields: readonly FormField[]): boolean {
  const { when } = field
  if (!when) return true
  const leads = fields.find((f) => f.key === when.field)
  return when.is.includes(siblings[when.field] ?? leads?.default) && (leads === undefined || leads.key === field.key || isShown(leads, siblings, fields))
}

// ---- parameters ---------------------------------------------------------------------------------------------------

/** The name, when a value stands for a parameter of the flow. */
export function parameterOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const name = (value as { $parameter?: unknown }).$parameter
  return typeof name === 'string' && Object.keys(value).length === 1 ? name : undefined
}

/** A config with the values of the parameters put in; unknown ones are reported where they stand. */
export function withParameters(config: Json, parameters: Config): { readonly value: Json; readonly faults: readonly SchemaFault[] } {
  const faults: SchemaFault[] = []
  const walk = (value: Json, path: string): Json => {
    const name = parameterOf(value)
    if (name !== undefined) {
      if (Object.hasOwn(parameters, name)) return parameters[name]
      faults.push({ field: path, reason: t("The flow has no parameter '{name}'.", { name }) })
      return undefined
    }
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((v, i) => walk(v, `${path}/${i}`) ?? null)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).flatMap(([k, v]) => { const inner = walk(v, `${path}/${pointer(k)}`); return inner === undefined ? [] : [[k, inner]] })) as JsonValue
  }
  return { value: walk(config, ''), faults }
}

// ---- faults -------------------------------------------------------------------------------------------------------

/** Every fault of a config as the form shows it, in a plant engineer's words. Defaults and parameters are put in first. */
export function formFaults(schema: TSchema, config: Config, parameters: Config = {}): SchemaFault[] {
  const { value, faults } = withParameters(config, parameters)
  const filled = withDefaults(schema, value)
  const unknown = new Set(faults.map((f) => f.field))
  const found = schemaFaults(schema, filled).filter((f) => !unknown.has(f.field))
  const fields = fieldsOf(schema)
  return [...faults, ...found.map((f) => ({ field: f.field, reason: plainReason(f.reason, fieldAt(fields, f.field)) })), ...nameFaults(fields, filled as Json, '')]
}

/** Units and zones: their names are no part of the schema. Only what is shown. */
function nameFaults(fields: readonly FormField[], value: Json, path: string): SchemaFault[] {
  if (typeof value !== 'object' || value === null) return []
  return fields.filter((f) => f.kind !== 'zone' || isShown(f, value as { readonly [name: string]: Json }, fields)).flatMap((f) => {
    const inner = (value as { readonly [name: string]: Json })[f.key]
    const at = `${path}/${pointer(f.key)}`
    if (f.kind === 'unit') return typeof inner === 'string' && parseUnit(inner) === undefined ? [{ field: at, reason: t("'{unit}' is not a unit. Use a UCUM code such as Cel, bar, mm/s, Hz, % or 1.", { unit: inner }) }] : []
    if (f.fields) return nameFaults(f.fields, inner, at)
    if (f.columns && Array.isArray(inner)) return (inner as readonly Json[]).flatMap((row, i) => nameFaults(f.columns!, row, `${at}/${i}`))
    if (f.kind === 'zone') return typeof inner === 'string' && inner !== '' && !isZone(inner) ? [{ field: at, reason: t("'{zone}' is not a time zone. Use an IANA name such as Europe/Berlin, or UTC.", { zone: inner }) }] : []
    return []
  })
}

/** The field that a pointer lies in: of a table its column. */
export function fieldAt(fields: readonly FormField[], path: string): FormField | undefined {
  const [first, ...rest] = keysOf(path)
  const field = fields.find((f) => f.key === first)
  if (!field || rest.length === 0) return field
  if (field.fields) return fieldAt(field.fields, join(rest)) ?? field
  if (field.columns) return rest.length > 1 ? (fieldAt(field.columns, join(rest.slice(1))) ?? field) : field
  return field.item ?? field
}

/** The kit's words with what only the form knows: the unit, the labels of choices, what a picker picks. */
export function plainReason(reason: string, field: FormField | undefined): string {
  if (!field) return said(reason)
  const limit = /^It must be ((?:more than |less than )?)(-?[\d.e+-]+?)( or more| or less)?\.$/.exec(reason)
  if (limit && field.unit !== undefined) return said(`It must be ${limit[1]}${limit[2]} ${displayUnit(field.unit)}${limit[3] ?? ''}.`)
  if (reason.startsWith('It must be one of:') && field.choices) return t('Choose one of: {choices}.', { choices: field.choices.map((c) => c.label).join(', ') })
  if (field.kind === 'certificate' && /must not be empty|is missing/.test(reason)) return t('Put the certificate in.')
  const picked = field.kind === 'connection' || field.kind === 'model' || field.kind === 'secret'
  if (picked && /must not be empty|is missing/.test(reason)) return field.kind === 'connection' ? t('Choose a connection.') : field.kind === 'model' ? t('Choose a model.') : t('Choose a secret.')
  if (/match(es)? pattern/.test(reason)) return field.example === undefined ? t('This text has the wrong form.') : t('This text has the wrong form; for example {example}.', { example: field.example })
  return said(reason)
}

// ---- reading and editing by JSON pointer ----------------------------------------------------------------------------

const join = (keys: readonly string[]): string => keys.map((k) => `/${pointer(k)}`).join('')

/** A new config with one value changed; undefined removes it, so that the default holds. Missing parents are made. */
export function withValue(config: Config, path: string, value: Json): Config {
  const set = (at: Json, keys: readonly string[]): JsonValue => {
    const [key, ...rest] = keys as [string, ...string[]]
    const inner = typeof at === 'object' && at !== null ? (at as { readonly [name: string]: JsonValue })[key] : undefined
    const next = rest.length === 0 ? value : set(inner, rest)
    if (Array.isArray(at)) {
      const list = [...(at as readonly JsonValue[])]
      if (next === undefined) list.splice(Number(key), 1)
      else list[Number(key)] = next
      return list
    }
    const { [key]: _gone, ...others } = (at ?? {}) as { readonly [name: string]: JsonValue }
    if (next === undefined) return others
    // A key that is there keeps its place, so that an export differs in one line only.
    return typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Object.fromEntries(Object.entries(at).map(([k, v]) => [k, k === key ? next : v])) : { ...others, [key]: next }
  }
  return set(config, keysOf(path)) as Config
}

/** A table's column as a field of one row. */
export function inRow(column: FormField, row: string): FormField {
  return { ...column, path: row + column.path, ...(column.fields ? { fields: column.fields.map((f) => inRow(f, row)) } : {}) }
}

/** A new row of a table: its defaults, and what has no default left out, so that the form asks for it. */
export function newRow(field: FormField, rows: readonly JsonValue[]): JsonValue {
  const row = withDefaults(field.schema.items as unknown as TSchema, {}) as Record<string, JsonValue>
  const first = field.columns?.[0]
  if (first?.kind === 'text' && row[first.key] === undefined) {
    const taken = new Set(rows.map((r) => (r as Record<string, JsonValue>)[first.key]))
    let n = rows.length + 1
    while (taken.has(`${first.key}${n}`)) n++
    row[first.key] = `${first.key}${n}`
  }
  return row
}

/** 'true', '12.5' and 'text' as the value they look like, as far as the schema's variants take it. */
export function readScalar(text: string, variants: readonly (string | undefined)[]): Json {
  if (text === '') return undefined
  if (variants.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (variants.includes('number') || variants.includes('integer')) {
    const number = readNumber(text)
    if (typeof number === 'number') return number
  }
  return text
}

/** A short text of any value, for rows and defaults. */
export function showValue(value: Json, field?: FormField): string {
  const name = parameterOf(value)
  if (name !== undefined) return t('parameter {name}', { name })
  if (value === undefined || value === null) return ''
  if (field?.kind === 'certificate' && value !== '') return t('PEM text')
  if (typeof value === 'boolean') return field?.choices?.find((c) => c.value === value)?.label ?? (value ? t('yes') : t('no'))
  if (Array.isArray(value) && field?.choices) return (value as readonly JsonValue[]).map((v) => field.choices!.find((c) => c.value === v)?.label ?? showValue(v)).join(', ')
  if (typeof value === 'object') return Array.isArray(value) ? t('{count} entries', { count: value.length }) : JSON.stringify(value)
  return field?.choices?.find((c) => c.value === value)?.label ?? (typeof value === 'number' ? typed(value) : String(value))
}
