import { expect, test } from 'vitest'
import { richParts } from './rich.tsx'

const upper = (words: string): string => words.toUpperCase()

test('the words between marks and the elements in their places stand where the sentence has them', () => {
  const element = { type: 'time' } as never
  expect(richParts('Press <key>Ctrl</key> at <when/>.', { key: upper, when: element })).toEqual(['Press ', 'CTRL', ' at ', element, '.'])
  expect(richParts('<key>a</key><key>b</key>', { key: upper })).toEqual(['A', 'B'])
})

test('a mark that is not known, not closed or filled the other way stays text', () => {
  for (const text of ['a <tag>b</tag>', '<key>b', 'x < y > z', '<key/>', '<constructor>x</constructor>']) expect(richParts(text, { key: upper }).join('')).toBe(text)
})
