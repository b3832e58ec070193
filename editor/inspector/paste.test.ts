import { describe, expect, it } from 'vitest'
import { field, Type, type TSchema } from '#kit'
import { fieldsOf } from './form.ts'
import { parseCells, pasteRows } from './paste.ts'

const schema = JSON.parse(JSON.stringify(Type.Object({
  tags: Type.Array(Type.Object({
    name: Type.String({ title: 'Tag' }), address: Type.Integer({ title: 'Address' }), type: field.choice(['int16', 'float32'], { default: 'int16', labels: ['16 bit', '32 bit float'] }),
    scale: Type.Number({ default: 1 }), swap: field.flag({ title: 'Word swap', default: false }),
  })),
}))) as TSchema
const tags = fieldsOf(schema)[0]!

describe('cells', () => {
  it('reads quotes, doubled quotes, separators and line breaks within them', () => {
    expect(parseCells('a,"b, ""c""",d\r\n"two\nlines",2,3\n\n')).toEqual([['a', 'b, "c"', 'd'], ['two\nlines', '2', '3']])
  })
  it('takes tabs and semicolons before commas, which may be decimal', () => {
    expect(parseCells('a\t1,5')).toEqual([['a', '1,5']])
    expect(parseCells('a;1,5')).toEqual([['a', '1,5']])
  })
  it('gives nothing for nothing', () => expect(parseCells(' \n\n')).toEqual([]))
})

describe('rows for a table', () => {
  it('takes the columns in order where there is no header', () => {
    expect(pasteRows('speed\t100\tfloat32\ncurrent\t102', tags)).toEqual({
      rows: [{ name: 'speed', address: 100, type: 'float32', scale: 1, swap: false }, { name: 'current', address: 102, type: 'int16', scale: 1, swap: false }],
      columns: ['name', 'address', 'type'], notes: [],
    })
  })
  it('follows a header by key or title, in any order, and says what it leaves out', () => {
    const pasted = pasteRows('Address;Remark;Tag;Scale [x];Word swap\n0x10;old;temp;0,1;yes', tags)
    expect(pasted.rows).toEqual([{ name: 'temp', address: 16, type: 'int16', scale: 0.1, swap: true }])
    expect(pasted.notes).toEqual(['Left out: Remark. No column has this name.'])
  })
  it('reads choices by value or label', () => expect(pasteRows('a,1,32 bit float', tags).rows[0]).toMatchObject({ type: 'float32' }))
  it('keeps what does not fit and says where', () => {
    const pasted = pasteRows('name,address\nspeed,forty', tags)
    expect(pasted.rows[0]).toMatchObject({ name: 'speed', address: 'forty' })
    expect(pasted.notes).toEqual(["Line 2: 'forty' does not fit Address."])
  })
  it('says that there are too many cells', () => expect(pasteRows('a,1,int16,1,no,more', tags).notes[0]).toBe('Some lines have 6 cells; 5 columns are taken.'))
  it('says that there is nothing', () => expect(pasteRows('', tags)).toEqual({ rows: [], columns: [], notes: ['There is nothing in it.'] }))
})
