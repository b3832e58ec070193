import { describe, expect, test } from 'vitest'
import { Type, field, schemaFaults, secretFields, withDefaults } from './schema.ts'

const Schema = Type.Object({
  count: Type.Integer({ minimum: 1, maximum: 4, default: 2 }),
  mode: field.choice(['a', 'b'], { default: 'a' }),
  name: Type.Optional(Type.String({ minLength: 1 })),
  tags: Type.Array(Type.Object({ name: Type.String(), scale: field.number({ default: 1 }) }), { default: [] }),
  password: Type.Optional(field.secret()),
})

describe('a config and its schema', () => {
  test('is filled with defaults, deep, and keeps what is there, also when it is wrong', () => {
    expect(withDefaults(Schema, {})).toEqual({ count: 2, mode: 'a', tags: [] })
    expect(withDefaults(Schema, undefined)).toEqual({ count: 2, mode: 'a', tags: [] })
    expect(withDefaults(Schema, { count: 'x', tags: [{ name: 'p' }] })).toEqual({ count: 'x', mode: 'a', tags: [{ name: 'p', scale: 1 }] })
  })

  test('is not changed by being filled', () => {
    const config = Object.freeze({ tags: Object.freeze([]) })
    expect(withDefaults(Schema, config)).not.toBe(config)
    expect(config).toEqual({ tags: [] })
  })

  test('has every fault at once, each with its place and in words', () => {
    const faults = schemaFaults(Schema, { count: 9, mode: 'c', name: '', tags: [{ scale: 'x', extra: 1 }], other: true })
    expect(faults.map((f) => `${f.field} ${f.reason}`).toSorted()).toEqual([
      '/count It must be 4 or less.',
      '/mode It must be one of: a, b.',
      '/name It must not be empty.',
      "/other There is no setting 'other'.",
      "/tags/0/extra There is no setting 'extra'.",
      '/tags/0/name This setting is missing.',
      '/tags/0/scale It must be a number.',
    ])
  })

  test('takes no NaN, no infinity and no __proto__', () => {
    expect(schemaFaults(Schema, { count: Number.NaN, mode: 'a', tags: [] })).not.toEqual([])
    expect(schemaFaults(Type.Object({ v: Type.Number() }), { v: Number.POSITIVE_INFINITY })).not.toEqual([])
    const sly: unknown = JSON.parse('{"count": 1, "mode": "a", "tags": [], "__proto__": {"x": 1}}')
    expect(schemaFaults(Schema, sly).map((f) => f.field)).toEqual(['/__proto__'])
    expect(Object.getPrototypeOf(withDefaults(Schema, sly))).toBe(Object.prototype)
  })

  test('knows its secrets by their path', () => {
    expect(secretFields(Type.Object({ login: Type.Object({ password: field.secret() }), name: Type.String() }))).toEqual(['login.password'])
    expect(secretFields(Schema)).toEqual(['password'])
    // A certificate is public, its key is not.
    expect(secretFields(Type.Object({ ca: field.certificate({ holds: 'ca' }), certificate: field.certificate({ holds: 'certificate' }), key: field.certificate({ holds: 'key' }) }))).toEqual(['key'])
  })
})
