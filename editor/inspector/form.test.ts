import { describe, expect, it } from 'vitest'
import { Envelope, field, Type, type TSchema } from '#kit'
import { fieldAt, fieldsOf, formFaults, isShown, newRow, parameterOf, plainReason, readScalar, showValue, valueAt, withParameters, withValue, wordsOf, type Config } from './form.ts'
import { readNumber } from '../state/numbers.ts'
import { cellText, conditional } from './rows.ts'

// As the editor gets it: through JSON, without TypeBox's own marks.
const sent = (schema: TSchema): TSchema => JSON.parse(JSON.stringify(schema)) as TSchema

const schema = sent(Type.Object({
  connection: field.connection('modbus'),
  pollMs: field.integer({ title: 'Poll every', unit: 'ms', minimum: 10, default: 1000 }),
  threshold: field.number({ default: 0.5, minimum: 0, unitOf: 'value' }),
  mode: field.choice(['absolute', 'percent'], { default: 'absolute', labels: ['In units', 'In percent'] }),
  span: field.number({ default: 100, when: { field: 'mode', is: ['percent'] } }),
  qos: field.choice([0, 1, 2], { default: 0 }),
  function: field.choice(['coil', 'discrete', 'holding', 'input'], { default: 'holding' }),
  retain: field.flag({ default: false, advanced: true }),
  unit: Type.Optional(field.unit()),
  secret: Type.Optional(field.secret()),
  value: Type.Optional(Type.Union([Type.Number(), Type.Boolean(), Type.String()])),
  limit: Type.Optional(Type.Union([Type.Number({ title: 'Limit', unit: 'Hz' }), Type.Null()])),
  kind: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
  edges: Type.Array(Type.Number(), { default: [10, 20] }),
  tags: Type.Array(Type.Object({ name: Type.String({ minLength: 1 }), address: Type.Integer({ minimum: 0 }), unit: Type.Optional(field.unit()), scale: Type.Number({ default: 1 }) }), { default: [] }),
  nested: Type.Optional(Type.Object({ deep: Type.Number() })),
  envelope: Type.Optional(Envelope),
  free: Type.Optional(Type.Record(Type.String(), Type.Number())),
}, { additionalProperties: false }))

const fields = fieldsOf(schema)
const by = (key: string) => fields.find((f) => f.key === key)!

describe('the fields of a schema', () => {
  it('takes its kind from the schema and its annotations', () => {
    expect(Object.fromEntries(fields.map((f) => [f.key, f.kind]))).toEqual({
      connection: 'connection', pollMs: 'integer', threshold: 'number', mode: 'choice', span: 'number', qos: 'choice', function: 'choice', retain: 'flag', unit: 'unit', secret: 'secret',
      value: 'scalar', limit: 'number', kind: 'choice', edges: 'list', tags: 'table', nested: 'object', envelope: 'envelope', free: 'json',
    })
  })
  it('has a control for certificates, and of their keys the picker of secrets', () => {
    const fields = fieldsOf(Type.Object({ ca: field.certificate({ holds: 'ca' }), key: field.certificate({ holds: 'key' }) }))
    expect(fields.map((f) => [f.kind, f.schema.holds])).toEqual([['certificate', 'ca'], ['secret', 'key']])
    expect(showValue('-----BEGIN CERTIFICATE-----', fields[0])).toBe('PEM text')
  })
  it('shows up to three short choices as segments and more as a list', () => {
    expect(by('mode').segments).toBe(true)
    expect(by('mode').choices).toEqual([{ value: 'absolute', label: 'In units' }, { value: 'percent', label: 'In percent' }])
    expect(by('function').segments).toBe(false)
    expect(by('qos').choices!.map((c) => c.value)).toEqual([0, 1, 2])
  })
  it('makes words of plain choices and leaves codes as manuals write them', () => {
    const labels = (values: readonly string[]) => fieldsOf(Type.Object({ x: field.choice(values) }))[0]!.choices!.map((c) => c.label)
    expect(labels(['hann', 'flat-top'])).toEqual(['Hann', 'Flat top'])
    expect(labels(['int16', 'string'])).toEqual(['int16', 'string'])
    expect(labels(['ABCD', 'CDAB'])).toEqual(['ABCD', 'CDAB'])
  })
  it('asks only for what is required and has no default', () => {
    expect(fields.filter((f) => f.required).map((f) => f.key)).toEqual(['connection'])
  })
  it('keeps titles and units of a number that may be null', () => {
    expect(by('limit')).toMatchObject({ title: 'Limit', unit: 'Hz', nullable: true })
  })
  it('hides a field while its sibling says otherwise, the default counting too', () => {
    expect(isShown(by('span'), {}, fields)).toBe(false)
    expect(isShown(by('span'), { mode: 'percent' }, fields)).toBe(true)
  })
  it('hides with a field what follows it', () => {
    const chained = fieldsOf(sent(Type.Object({
      kind: field.choice(['tumbling', 'sliding'], { default: 'tumbling' }),
      empty: field.choice(['none', 'hold'], { default: 'hold', when: { field: 'kind', is: ['tumbling'] } }),
      emptyMax: field.integer({ default: 100, when: { field: 'empty', is: ['hold'] } }),
    })))
    const shown = (config: Config) => chained.filter((f) => isShown(f, config, chained)).map((f) => f.key)
    expect(shown({})).toEqual(['kind', 'empty', 'emptyMax'])
    expect(shown({ kind: 'sliding' })).toEqual(['kind'])
    expect(shown({ empty: 'none' })).toEqual(['kind', 'empty'])
  })
  it('has a control of their own for code, expressions and lists of a few choices', () => {
    const own = fieldsOf(sent(Type.Object({
      code: Type.String({ widget: 'code' }), expression: Type.String({ widget: 'expression' }), key: Type.String({ widget: 'expression' }), text: Type.String({ widget: 'text' }),
      statistics: Type.Array(field.choice(['mean', 'max'], { labels: ['Mean', 'Highest'] }), { default: ['max', 'mean'] }),
    })))
    expect(own.map((f) => f.kind)).toEqual(['code', 'expression', 'expression', 'text', 'choices'])
    expect(own[4]).toMatchObject({ segments: false, choices: [{ value: 'mean', label: 'Mean' }, { value: 'max', label: 'Highest' }] })
    expect(showValue(['max', 'mean'], own[4])).toBe('Highest, Mean')
  })
  it('tells a row in a line, with what follows from its choices', () => {
    const [rules] = fieldsOf(sent(Type.Object({ rules: Type.Array(Type.Object({
      name: Type.String(),
      when: field.choice(['>', 'after', 'kind', 'true'], { labels: ['above', 'after', 'is', 'true'], default: '>' }),
      value: field.number({ default: 0, when: { field: 'when', is: ['>'] } }),
      afterS: field.number({ unit: 's', default: 0, when: { field: 'when', is: ['after'] } }),
      kind: field.choice(['number', 'text'], { default: 'number', when: { field: 'when', is: ['kind'] } }),
    })) })))
    const column = rules!.columns!.find((c) => c.key === 'when')!
    const rows: Config[] = [{}, { when: '>', value: 90 }, { when: 'after', afterS: 30 }, { when: 'kind' }, { when: 'kind', kind: 'text' }, { when: 'true', value: 5 }]
    expect(rows.map((row) => cellText(rules!, column, row))).toEqual(['above 0', 'above 90', 'after 30 s', 'is', 'is Text', 'true'])
    expect(conditional(rules!, { when: 'after', afterS: 30 }, [])).toBe('30 s')
    expect(conditional(rules!, { when: 'after', afterS: 30 }, [column])).toBe('')
  })
  it('makes words of keys without a title', () => {
    expect(wordsOf('pollGroup')).toBe('Poll group')
    expect(wordsOf('timeoutMs')).toBe('Timeout')
  })
  it('finds the column that a pointer lies in', () => {
    expect(fieldAt(fields, '/tags/3/address')!.key).toBe('address')
    expect(fieldAt(fields, '/envelope/safe')!.key).toBe('safe')
    expect(fieldAt(fields, '/nothing')).toBeUndefined()
  })
})

describe('faults at the fields', () => {
  const good = { connection: 'drive' } satisfies Config
  it('finds none in a config that the defaults complete', () => expect(formFaults(schema, good)).toEqual([]))
  it('names what is missing, too small, of the wrong kind or unknown', () => {
    const faults = formFaults(schema, { pollMs: 3, threshold: 'abc', qos: 7, tags: [{ name: '', address: -1 }], bogus: 1 })
    expect(Object.fromEntries(faults.map((f) => [f.field, f.reason]))).toEqual({
      '/connection': 'Choose a connection.', '/pollMs': 'It must be 10 ms or more.', '/threshold': 'It must be a number.', '/qos': 'Choose one of: 0, 1, 2.',
      '/tags/0/name': 'It must not be empty.', '/tags/0/address': 'It must be 0 or more.', '/bogus': "There is no setting 'bogus'.",
    })
  })
  it('checks units, in tables too', () => {
    const faults = formFaults(schema, { ...good, unit: 'furlong', tags: [{ name: 'a', address: 1, unit: 'Cel' }, { name: 'b', address: 2, unit: 'C°' }] })
    expect(faults.map((f) => f.field)).toEqual(['/unit', '/tags/1/unit'])
  })
  it('checks the value of a parameter in its place, and reports one the flow does not have', () => {
    const config = { ...good, threshold: { $parameter: 'band' } }
    expect(formFaults(schema, config, { band: 2 })).toEqual([])
    expect(formFaults(schema, config, { band: -2 })).toEqual([{ field: '/threshold', reason: 'It must be 0 or more.' }])
    expect(formFaults(schema, config)).toEqual([{ field: '/threshold', reason: "The flow has no parameter 'band'." }])
  })
  it('asks to choose a connection where the name is empty', () => {
    expect(plainReason('It must not be empty.', by('connection'))).toBe('Choose a connection.')
  })
})

describe('edits', () => {
  it('sets, adds and removes by pointer without touching the original', () => {
    const config: Config = { a: 1, list: [{ x: 1 }, { x: 2 }], 'odd/key': 1 }
    expect(withValue(config, '/a', 2)).toEqual({ ...config, a: 2 })
    expect(withValue(config, '/list/1/x', 3)).toEqual({ ...config, list: [{ x: 1 }, { x: 3 }] })
    expect(withValue(config, '/list/0', undefined)).toEqual({ ...config, list: [{ x: 2 }] })
    expect(withValue(config, '/a', undefined)).toEqual({ list: config['list'], 'odd/key': 1 })
    expect(withValue(config, '/new/deep', 1)).toEqual({ ...config, new: { deep: 1 } })
    expect(withValue(config, '/odd~1key', 5)['odd/key']).toBe(5)
    expect(config).toEqual({ a: 1, list: [{ x: 1 }, { x: 2 }], 'odd/key': 1 })
  })
  it('keeps the place of a key that is changed', () => expect(Object.keys(withValue({ a: 1, b: 2, c: 3 }, '/b', 9))).toEqual(['a', 'b', 'c']))
  it('reads by pointer and gives nothing for what is not there', () => {
    expect(valueAt({ a: [{ b: 1 }] }, '/a/0/b')).toBe(1)
    expect(valueAt({ a: 1 }, '/a/b/c')).toBeUndefined()
    expect(valueAt({}, '/constructor')).toBeUndefined()
  })
  it('starts a row with its defaults and a free name', () => {
    expect(newRow(by('tags'), [{ name: 'name2' }])).toEqual({ name: 'name3', scale: 1 })
  })
  it('keeps a text that is no number, so that it can be mended', () => {
    expect([readNumber(''), readNumber(' 1.5 '), readNumber('1,5'), readNumber('−3'), readNumber('1e3'), readNumber('12 bar'), readNumber('Infinity')]).toEqual([undefined, 1.5, 1.5, -3, 1000, '12 bar', 'Infinity'])
  })
  it('reads a free value as what it looks like', () => {
    const all = ['number', 'boolean', 'string']
    expect([readScalar('true', all), readScalar('25', all), readScalar('run', all), readScalar('true', ['string']), readScalar('', all)]).toEqual([true, 25, 'run', 'true', undefined])
  })
  it('knows a parameter from an object that only looks alike', () => {
    expect(parameterOf({ $parameter: 'x' })).toBe('x')
    expect(parameterOf({ $parameter: 'x', y: 1 })).toBeUndefined()
    expect(withParameters([{ $parameter: 'x' }], { x: 4 }).value).toEqual([4])
  })
  it('shows values by their labels', () => {
    expect([showValue('percent', by('mode')), showValue(true), showValue([1, 2]), showValue({ $parameter: 'p' })]).toEqual(['In percent', 'yes', '2 entries', 'parameter p'])
  })
})
