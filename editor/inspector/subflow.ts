// The settings of a subflow's instance: which of the document's subflows it is, and that one's parameters as fields with
// the subflow's own values as defaults. Pure.
import { Type, type JsonValue, type TSchema } from '#kit'
import type { Flow } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import type { JsonSchema } from './form.ts'

type Subflows = NonNullable<Flow['subflows']>
type Config = { readonly [name: string]: JsonValue }

export function instanceSchema(declared: TSchema, subflows: Subflows, config: Config): TSchema {
  const known = declared as JsonSchema
  const names = Object.keys(subflows)
  const name = config['subflow']
  const chosen = typeof name === 'string' && Object.hasOwn(subflows, name) ? subflows[name]! : undefined
  const given = (typeof config['parameters'] === 'object' ? config['parameters'] : {}) as Config
  const strange = Object.keys(given).filter((key) => chosen === undefined || !Object.hasOwn(chosen.parameters, key))
  const parameters = {
    ...Object.fromEntries(Object.entries(chosen?.parameters ?? {}).map(([key, value]) => [key, parameterSchema(key, value)])),
    ...Object.fromEntries(strange.map((key) => [key, { title: key, names: true, description: t('The subflow has no such parameter: empty the field to remove it.'), anyOf: SCALARS }])),
  }
  const { subflow: _subflow, parameters: _parameters, ...others } = known.properties ?? {}
  const choice = names.length === 0
    ? { enum: [''], labels: [t('none in this flow')], description: t('Select nodes and collapse them into one, by their menu.') }
    : { enum: names, labels: names.map((n) => subflows[n]!.name || n), description: '' }
  const subflow = { ...known.properties?.['subflow'], title: said(known.properties?.['subflow']?.title ?? t('Subflow')), names: true, maxLength: undefined, ...choice }
  const title = known.properties?.['parameters']?.title ?? t('Parameters')
  const none = Object.keys(parameters).length === 0
  return {
    ...declared,
    required: ['subflow'],
    properties: { subflow, ...others, ...(none ? {} : { parameters: { type: 'object', title, default: {}, properties: parameters } }) },
    // An empty group of settings may stand in the config all the same.
    ...(none ? { additionalProperties: Type.Unknown() } : {}),
  } as unknown as TSchema
}

const SCALARS = [{ type: 'number' }, { type: 'boolean' }, { type: 'string' }]

/** A parameter has the kind of the subflow's value; lists and groups are written as JSON. */
function parameterSchema(title: string, value: JsonValue): object {
  const kind = typeof value
  if (kind === 'number' || kind === 'boolean' || kind === 'string') return { title, names: true, default: value, type: kind }
  return { title, names: true, default: value }
}
