// Config schemas: TypeBox with the annotations that make a form of them. One interpreting check serves browser,
// compiler and CLI (a compiled one would need eval, which the editor's Content-Security-Policy forbids).
import Type, { type Static, type TSchema } from 'typebox'
import Value from 'typebox/value'

export { Type }
export type { Static, TSchema }

/** What a field may carry beside JSON Schema. All of it is data and reaches the editor. */
export type Annotations = {
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  /** UCUM code of a number, shown in the field. */
  readonly unit?: string
  /** The number is in the unit of this input's wire. */
  readonly unitOf?: string
  /** Folded away until asked for. */
  readonly advanced?: boolean
  readonly widget?: 'connection' | 'model' | 'secret' | 'certificate' | 'unit' | 'segments' | 'table' | 'text' | 'code' | 'envelope' | 'expression' | 'zone' | 'schedule' | 'cron' | 'curve'
  /** With widget 'connection': the driver's type. */
  readonly connection?: string
  /** What the PEM text is: with widget 'certificate' in the settings; a key with widget 'secret', among the secrets. */
  readonly holds?: 'ca' | 'certificate' | 'key'
  readonly examples?: readonly unknown[]
  /** Show this field only while a sibling has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly unknown[] }
  /** Labels of an enum's values, in order. */
  readonly labels?: readonly string[]
}

const choice = <const T extends readonly (string | number)[]>(values: T, a: Annotations = {}) =>
  Type.Unsafe<T[number]>({ type: typeof values[0] === 'number' ? 'number' : 'string', enum: [...values], ...(values.length <= 3 ? { widget: 'segments' } : {}), ...a })

export const field = {
  /** The name of a gateway connection of one driver type. */
  connection: (type: string, a: Annotations = {}) => Type.String({ title: 'Connection', widget: 'connection', connection: type, minLength: 1, ...a }),
  /** The name of a model in the registry. */
  model: (a: Annotations = {}) => Type.String({ title: 'Model', widget: 'model', minLength: 1, ...a }),
  /** The NAME of a stored secret, never the secret. */
  secret: (a: Annotations = {}) => Type.String({ widget: 'secret', ...a }),
  /**
   * A certificate, or those of the authorities that are trusted: PEM text, public, kept in the settings. Of a private key
   * the NAME of a stored secret, as with `secret`.
   */
  certificate: ({ holds, ...a }: Annotations & { readonly holds: 'ca' | 'certificate' | 'key' }) => Type.String({ widget: holds === 'key' ? 'secret' : 'certificate', holds, maxLength: 65_536, ...a }),
  /** A UCUM code. */
  unit: (a: Annotations = {}) => Type.String({ title: 'Unit', widget: 'unit', maxLength: 100, ...a }),
  /** The name of a time zone; `zoneFault` of #math/calendar says in `check` whether it is one. */
  zone: (a: Annotations = {}) => Type.String({ title: 'Time zone', widget: 'zone', description: "By its IANA name: 'Europe/Berlin', 'America/Chicago', 'UTC'.", minLength: 1, maxLength: 64, default: 'UTC', ...a }),
  choice,
  number: (a: Annotations & { minimum?: number; maximum?: number; exclusiveMinimum?: number } = {}) => Type.Number({ ...a }),
  integer: (a: Annotations & { minimum?: number; maximum?: number } = {}) => Type.Integer({ ...a }),
  text: (a: Annotations & { minLength?: number; maxLength?: number; pattern?: string } = {}) => Type.String({ ...a }),
  flag: (a: Annotations = {}) => Type.Boolean({ ...a }),
}

/** How long before its end a certificate is a matter to see to, ms. */
export const CERTIFICATE_NOTICE_MS = 30 * 86_400_000

/**
 * What every actuator must state before it compiles; runtime/guard enforces it. Numbers are in the unit of the
 * actuator's input.
 */
export const Envelope = Type.Object(
  {
    minimum: Type.Number({ title: 'Lowest', unitOf: 'value' }),
    maximum: Type.Number({ title: 'Highest', unitOf: 'value' }),
    maxRatePerS: Type.Number({ title: 'Fastest change per second', exclusiveMinimum: 0, unitOf: 'value', description: 'A larger step is split into a ramp.' }),
    onBad: choice(['hold', 'safe'], { title: 'On bad or stale input', labels: ['Hold the last value', 'Write the safe value'] }),
    staleAfterMs: Type.Number({ title: 'Stale after', unit: 'ms', minimum: 100, description: 'An input older than this counts as bad.' }),
    safe: Type.Number({ title: 'Safe value', unitOf: 'value', description: 'Written when the flow stops or loses its input. Inside the range.' }),
    readBackTolerance: Type.Number({ title: 'Read-back tolerance', minimum: 0, unitOf: 'value' }),
  },
  { title: 'Envelope', widget: 'envelope', description: 'What may be written. Nothing outside of it ever is.' },
)
export type Envelope = Static<typeof Envelope>

/** Why a command ends at the guard: the `drops` of every actuator. */
export const guardDrops = {
  disarmed: 'The flow is not armed.',
  held: 'All outputs are held.',
  bad: 'The input is bad, NaN or stale.',
  late: 'A newer command was there before.',
  denied: 'The value is outside of the envelope.',
  superseded: 'A newer command replaced it.',
  safe: 'The output is in its safe state.',
  recovery: 'It is from before a restart: writes are never repeated.',
} as const satisfies Record<string, string>

export interface SchemaFault {
  /** JSON pointer into the value: '/tags/0/address'; '' is the whole. */
  readonly field: string
  readonly reason: string
}

/** Every fault of a config, in words for a plant engineer. Empty: it is valid. Unknown fields are faults too. */
export function schemaFaults(schema: TSchema, value: unknown): SchemaFault[] {
  const faults: SchemaFault[] = []
  for (const error of Value.Errors(schema, value)) {
    if (error.keyword === 'boolean') continue // an unknown field: 'additionalProperties' names it
    const params = (error.params ?? {}) as Record<string, unknown>
    if (error.keyword === 'required') {
      for (const name of (params['requiredProperties'] as string[] | undefined) ?? []) faults.push({ field: `${error.instancePath}/${name}`, reason: 'This setting is missing.' })
    } else if (error.keyword === 'additionalProperties') {
      for (const name of (params['additionalProperties'] as string[] | undefined) ?? []) faults.push({ field: `${error.instancePath}/${name}`, reason: `There is no setting '${name}'.` })
    } else faults.push({ field: error.instancePath, reason: inWords(error.keyword, params) ?? `It ${error.message}.` })
  }
  unknownFields(schema, value, '', faults)
  return faults
}

/** A setting that nothing reads is a mistake, also where the schema does not say so. */
function unknownFields(schema: TSchema, value: unknown, path: string, faults: SchemaFault[]): void {
  const { properties, items, additionalProperties } = schema as { properties?: Record<string, TSchema>; items?: TSchema; additionalProperties?: unknown }
  if (Array.isArray(value)) {
    if (items && !Array.isArray(items)) for (const [i, item] of value.entries()) unknownFields(items, item, `${path}/${i}`, faults)
  } else if (properties && value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) {
      if (Object.hasOwn(properties, name)) unknownFields(properties[name]!, inner, `${path}/${name}`, faults)
      else if (additionalProperties === undefined) faults.push({ field: `${path}/${name}`, reason: `There is no setting '${name}'.` })
    }
  }
}

const typeWords: Readonly<Record<string, string>> = {
  number: 'a number', integer: 'a whole number', string: 'a text', boolean: 'true or false', array: 'a list', object: 'a group of settings', null: 'empty',
}

function inWords(keyword: string, params: Readonly<Record<string, unknown>>): string | undefined {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'type': return `It must be ${[params['type']].flat().map((t) => typeWords[String(t)] ?? String(t)).join(' or ')}.`
    case 'enum': return `It must be one of: ${(params['allowedValues'] as unknown[]).join(', ')}.`
    case 'minimum': return `It must be ${limit} or more.`
    case 'maximum': return `It must be ${limit} or less.`
    case 'exclusiveMinimum': return `It must be more than ${limit}.`
    case 'exclusiveMaximum': return `It must be less than ${limit}.`
    case 'minLength': return limit === '1' ? 'It must not be empty.' : `It must have at least ${limit} characters.`
    case 'maxLength': return `It must have at most ${limit} characters.`
    case 'minItems': return `It needs at least ${limit} ${limit === '1' ? 'entry' : 'entries'}.`
    case 'maxItems': return `It may have at most ${limit} entries.`
    default: return undefined
  }
}

/**
 * A config with the schema's defaults where it says nothing. A new object; what is there is kept, also when it is wrong.
 * Reads plain JSON Schema (TypeBox's own Default sees only schemas that were not sent as JSON, and the editor's were).
 */
export function withDefaults(schema: TSchema, config: unknown): unknown {
  return fill(schema as JsonSchema, Value.Clone(config ?? {}))
}

type JsonSchema = { default?: unknown; properties?: Record<string, JsonSchema>; additionalProperties?: unknown; items?: JsonSchema; anyOf?: JsonSchema[] }
const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Changes `given`, which is the caller's own copy. */
function fill(schema: JsonSchema, given: unknown): unknown {
  const value = given === undefined && schema.default !== undefined ? Value.Clone(schema.default) : given
  if (schema.properties && isRecord(value)) {
    for (const [key, inner] of Object.entries(schema.properties)) {
      const filled = fill(inner, Object.hasOwn(value, key) ? value[key] : undefined)
      if (filled !== undefined) value[key] = filled
    }
  }
  if (isRecord(schema.additionalProperties) && isRecord(value)) {
    for (const key of Object.keys(value)) if (!Object.hasOwn(schema.properties ?? {}, key)) value[key] = fill(schema.additionalProperties as JsonSchema, value[key])
  }
  if (schema.items && !Array.isArray(schema.items) && Array.isArray(value)) return value.map((item) => fill(schema.items!, item))
  for (const variant of schema.anyOf ?? []) {
    const filled = fill(variant, Value.Clone(value))
    if (filled !== undefined && Value.Check(variant as TSchema, filled)) return filled
  }
  return value
}

/** Fields annotated as secrets, as dotted paths, for scrubbing and for the compiler's look-up. */
export function secretFields(schema: TSchema, path = ''): string[] {
  const s = schema as unknown as Annotations & { properties?: Record<string, TSchema> }
  if (s.widget === 'secret') return [path]
  return Object.entries(s.properties ?? {}).flatMap(([key, sub]) => secretFields(sub, path === '' ? key : `${path}.${key}`))
}
