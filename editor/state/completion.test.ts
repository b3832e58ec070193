import { describe, expect, it } from 'vitest'
import type { Completion } from './api.ts'
import { fitting, SHOWN_COMPLETIONS, take, wordBefore } from './completion.ts'

const of = (label: string, kind: Completion['kind'] = 'function'): Completion => ({ label, kind, detail: '', doc: '' })
const all = [of('value', 'variable'), of('value.speed', 'variable'), of('rate', 'stream'), of('round'), of('average', 'stream')]

describe('the word before the cursor', () => {
  it('begins where the letters begin, with the fields of a record', () => {
    expect(wordBefore('value > ra', 10)).toEqual({ text: 'ra', from: 8 })
    expect(wordBefore('1 + value.sp', 12)).toEqual({ text: 'value.sp', from: 4 })
    expect(wordBefore('rate', 2)).toEqual({ text: 'ra', from: 0 })
  })
  it('is empty behind a sign or a blank, and none in a text, a number or behind the dot of something else', () => {
    expect(wordBefore('value > ', 8)).toEqual({ text: '', from: 8 })
    expect(wordBefore("tag == 'ra", 10)).toBeUndefined()
    expect(wordBefore("tag == 'it\\'s ra", 16)).toBeUndefined()
    expect(wordBefore("tag == 'x' && ra", 16)).toEqual({ text: 'ra', from: 14 })
    expect(wordBefore("tag.split('.')[0].si", 20)).toBeUndefined()
    expect(wordBefore('1e', 2)).toBeUndefined()
  })
})

it('offers what begins with the word before what has it inside, whatever the case', () => {
  expect(fitting(all, 'RA').map((c) => c.label)).toEqual(['rate', 'average'])
  expect(fitting(all, '').map((c) => c.label)).toEqual(all.map((c) => c.label))
  expect(fitting(all, 'nothing')).toEqual([])
  expect(fitting(Array.from({ length: 80 }, (_, i) => of(`f${i}`)), '')).toHaveLength(SHOWN_COMPLETIONS)
})

describe('taking one', () => {
  it('puts it in place of the word, the cursor between the brackets of a function', () => {
    expect(take('1 + ra', 6, of('rate', 'stream'))).toEqual({ text: '1 + rate()', cursor: 9 })
    expect(take('va + 1', 2, of('value', 'variable'))).toEqual({ text: 'value + 1', cursor: 5 })
  })
  it('takes the rest of the word with it and leaves brackets that are there', () => {
    expect(take('rat(value)', 2, of('rate', 'stream'))).toEqual({ text: 'rate(value)', cursor: 5 })
    expect(take('rounding + 1', 2, of('round'))).toEqual({ text: 'round() + 1', cursor: 6 })
  })
  it('changes nothing inside of a text', () => {
    expect(take("'ra'", 3, of('rate'))).toEqual({ text: "'ra'", cursor: 3 })
  })
})
