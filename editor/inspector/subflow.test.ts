import { expect, test } from 'vitest'
import { Type, type JsonValue, type TSchema } from '#kit'
import type { Subflow } from '#format'
import { fieldsOf, formFaults } from './form.ts'
import { instanceSchema } from './subflow.ts'

const declared = JSON.parse(JSON.stringify(Type.Object({
  subflow: Type.String({ title: 'Subflow', maxLength: 64, default: '' }),
  parameters: Type.Record(Type.String(), Type.Unknown(), { title: 'Parameters', default: {} }),
}, { additionalProperties: false }))) as TSchema
const subflow = (name: string, parameters: Subflow['parameters']): Subflow => ({ name, parameters, inputs: {}, outputs: {}, nodes: {}, wires: [] })
const subflows = { watch: subflow('Watch a pressure', { limit: 0.9, method: 'mean', on: true, edges: [1, 2] }), plain: subflow('', {}) }
const schemaOf = (config: { readonly [name: string]: JsonValue }): TSchema => instanceSchema(declared, subflows, config)

test('an instance chooses among the subflows of its document, by their names', () => {
  const [field] = fieldsOf(schemaOf({ subflow: 'watch' }))
  expect(field).toMatchObject({ key: 'subflow', kind: 'choice', title: 'Subflow', choices: [{ value: 'watch', label: 'Watch a pressure' }, { value: 'plain', label: 'plain' }] })
  expect(formFaults(schemaOf({ subflow: 'gone' }), { subflow: 'gone' })).toMatchObject([{ field: '/subflow' }])
})

test('its parameters are fields with the values of the subflow as defaults', () => {
  const [, group] = fieldsOf(schemaOf({ subflow: 'watch' }))
  expect(group!.fields!.map((f) => [f.path, f.kind, f.default])).toEqual([
    ['/parameters/limit', 'number', 0.9], ['/parameters/method', 'text', 'mean'], ['/parameters/on', 'flag', true], ['/parameters/edges', 'json', [1, 2]],
  ])
  const config = { subflow: 'watch', parameters: { limit: 'high' } }
  expect(formFaults(schemaOf(config), config)).toEqual([{ field: '/parameters/limit', reason: 'It must be a number.' }])
  expect(formFaults(schemaOf({ subflow: 'watch', parameters: {} }), { subflow: 'watch', parameters: {} })).toEqual([])
})

test('a value for a parameter that the subflow does not have is shown, so that it can be removed', () => {
  const config = { subflow: 'plain', parameters: { old: 5 } }
  const [, group] = fieldsOf(schemaOf(config))
  expect(group!.fields!.map((f) => [f.path, f.kind])).toEqual([['/parameters/old', 'scalar']])
})

test('a subflow without parameters asks for none, and a document without subflows says so', () => {
  expect(fieldsOf(schemaOf({ subflow: 'plain' })).map((f) => f.key)).toEqual(['subflow'])
  expect(formFaults(schemaOf({ subflow: 'plain', parameters: {} }), { subflow: 'plain', parameters: {} })).toEqual([])
  expect(fieldsOf(instanceSchema(declared, {}, { subflow: '' }))[0]!.choices).toEqual([{ value: '', label: 'none in this flow' }])
})
