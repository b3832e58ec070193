import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { field, Type, type JsonValue, type TSchema } from '#kit'
import { fieldsOf } from './form.ts'
import { pasteRows } from './paste.ts'
import { rowsToCsv } from './table-csv.ts'
import { countDown, faultyRows, fillable, fillDown, PAGE, pageOf, pageWith, stepAt } from './table-rows.ts'

const schema = JSON.parse(JSON.stringify(Type.Object({
  tags: Type.Array(Type.Object({
    name: Type.String({ title: 'Tag' }), address: Type.Integer({ title: 'Address' }), type: field.choice(['int16', 'float32'], { default: 'int16', labels: ['16 bit', '32 bit float'] }),
    scale: Type.Number({ default: 1 }), swap: field.flag({ title: 'Word swap', default: false }),
  })),
}))) as TSchema
const tags = fieldsOf(schema)[0]!

describe('a table for a spreadsheet', () => {
  it('comes back from it as it was, whatever its texts hold', () => {
    const text = fc.string({ minLength: 1, unit: fc.constantFrom('a', 'ü', '"', ',', ';', '\n', '\t', ' ', '=', '+', '-', '@', "'", '1') }).map((t) => t.trim()).filter((t) => t !== '')
    const row = fc.record({ name: text, address: fc.integer({ min: 0, max: 65535 }), type: fc.constantFrom('int16', 'float32'), scale: fc.constantFrom(1, 0.1, -2.5, 1e-7), swap: fc.boolean() })
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      const pasted = pasteRows(rowsToCsv(tags, rows), tags)
      expect(pasted.notes).toEqual([])
      expect(pasted.rows).toEqual(rows)
    }))
  })
  it('is no formula there', () => {
    expect(rowsToCsv(tags, [{ name: '=HYPERLINK("x")', address: -1, type: 'int16' }]).split('\r\n').slice(0, 2)).toEqual(['\uFEFFname,address,type,scale,swap', '"\'=HYPERLINK(""x"")",-1,int16,,'])
  })
})

describe('many rows', () => {
  const texts = Array.from({ length: 1000 }, (_, i) => [`tag${i}`, i % 2 === 0 ? 'Even' : 'odd'])
  it('are shown page by page, and found by what they show', () => {
    expect(pageOf(texts, '', 0)).toMatchObject({ page: 0, pages: 10, found: 1000 })
    expect(pageOf(texts, '', 3).shown[0]).toBe(300)
    expect(pageOf(texts, ' EVEN ', 99)).toMatchObject({ page: 4, pages: 5, found: 500 })
    expect(pageOf(texts, 'tag999', 7)).toEqual({ shown: [999], page: 0, pages: 1, found: 1 })
    expect(pageOf([], '', 0)).toEqual({ shown: [], page: 0, pages: 1, found: 0 })
    expect(pageOf(texts, '', pageWith(250)).shown).toContain(250)
    expect(pageOf(texts, '', 0).shown).toHaveLength(PAGE)
  })
  it('with a fault are listed once each, those of another table not', () => {
    expect(faultyRows([{ field: '/tags/7/name' }, { field: '/tags/3/address' }, { field: '/tags/7/unit' }, { field: '/tags' }, { field: '/tagsother/1/x' }], '/tags')).toEqual([3, 7])
  })
  it('take a value from the one above them, or count on from it', () => {
    const rows: JsonValue[] = [{ name: 'a', address: 10, type: 'int16' }, { name: 'b', address: 12, type: 'float32', unit: 'm' }, { name: 'c', address: 0, type: 'float32' }]
    expect(fillable(tags).map((c) => c.key)).toEqual(['address', 'type', 'scale', 'swap'])
    expect(fillDown(rows, 0, 'type')).toEqual([rows[0], { name: 'b', address: 12, type: 'int16', unit: 'm' }, { name: 'c', address: 0, type: 'int16' }])
    expect(fillDown(rows, 1, 'unit')[2]).toEqual({ name: 'c', address: 0, type: 'float32', unit: 'm' })
    expect(fillDown(rows, 0, 'unit')[1]).toEqual({ name: 'b', address: 12, type: 'float32' })
    expect(stepAt(rows, 0, 'address')).toBe(2)
    expect(stepAt(rows, 1, 'address')).toBe(1)
    expect(countDown(rows, 0, 'address', 2).map((r) => (r as { address: number }).address)).toEqual([10, 12, 14])
  })
})
