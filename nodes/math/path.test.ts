import { describe, expect, test } from 'vitest'
import { parsePath, readPath } from './path.ts'

describe('paths', () => {
  test.each([
    ['', []], ['speed', ['speed']], ['motor.speed', ['motor', 'speed']], ['values[3]', ['values', '3']], ['values.3.x', ['values', '3', 'x']], ['[0][1]', ['0', '1']],
    ['["a.b"].c', ['a.b', 'c']], ['motor["rated speed"]', ['motor', 'rated speed']], ['bearing temp', ['bearing temp']], ['__proto__', ['__proto__']],
  ])('%s', (path, keys) => expect(parsePath(path)).toEqual(keys))

  test.each(['.', 'a.', '.a', 'a..b', 'a[', 'a[x]', 'a[]', 'a]', '[1]a', 'a"b', '[""]'])('%s is none', (path) => expect(parsePath(path)).toBeUndefined())

  test('lead to fields and elements', () => {
    const root = { motor: { speed: 5 }, values: Float64Array.of(1, 2, 3), none: null, list: [{ a: 1 }] }
    const read = (path: string): unknown => readPath(root, parsePath(path)!)
    expect(read('motor.speed')).toBe(5)
    expect(read('values[2]')).toBe(3)
    expect(read('list[0].a')).toBe(1)
    expect(read('none')).toBeNull()
    expect(read('')).toBe(root)
  })

  test('lead nowhere where there is nothing of its own', () => {
    const root = { values: Float64Array.of(1), text: 'abc' }
    for (const path of ['a', 'values[1]', 'values.length', 'text.length', 'text[0]', 'toString', '__proto__', 'constructor.name', 'values.buffer']) expect(readPath(root, parsePath(path)!), path).toBeUndefined()
  })
})
