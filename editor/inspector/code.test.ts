import { describe, expect, it } from 'vitest'
import { faultyLines, indent } from './code.tsx'

/** The text after the key; '|' marks the cursor or the ends of what is selected. */
function press(marked: string, key: string, shift = false): string | undefined {
  const from = marked.indexOf('|')
  const to = marked.lastIndexOf('|') === from ? from : marked.lastIndexOf('|') - 1
  const text = marked.replaceAll('|', '')
  const edit = indent(text, from, to, key, shift)
  if (!edit) return undefined
  const after = text.slice(0, edit.from) + edit.text + text.slice(edit.to)
  const [a, b] = edit.select
  return a === b ? `${after.slice(0, a)}|${after.slice(a)}` : `${after.slice(0, a)}|${after.slice(a, b)}|${after.slice(b)}`
}

describe('keys in code', () => {
  it('Tab indents at the cursor, or the selected lines', () => {
    expect(press('a|b', 'Tab')).toBe('a  |b')
    expect(press('x\n|a\n\nb|\ny', 'Tab')).toBe('x\n  |a\n\n  b|\ny')
  })
  it('Shift+Tab takes it back, as far as there is some', () => {
    expect(press('    a|b', 'Tab', true)).toBe('  a|b')
    expect(press('|  a\n b|', 'Tab', true)).toBe('|a\nb|')
    expect(press('a|b', 'Tab', true)).toBe('a|b')
  })
  it('Enter keeps the indentation, and goes deeper after a bracket', () => {
    expect(press('  a|', 'Enter')).toBe('  a\n  |')
    expect(press('  if (x) {|', 'Enter')).toBe('  if (x) {\n    |')
    expect(press('a|', 'Enter'), 'the browser does it').toBeUndefined()
  })
  it('leaves other keys alone', () => {
    expect(press('a|', 'x')).toBeUndefined()
    expect(press('a|', 'Enter', true)).toBeUndefined()
  })
})

it('finds the lines that faults name', () => {
  expect([...faultyLines(['Line 4, column 3: Unexpected token', 'Deadline 9', 'It is long.'])]).toEqual([4])
})
