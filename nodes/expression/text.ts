// Functions of texts. Patterns are RE2's: linear time, they cannot hang. No text grows beyond MAX_TEXT.
import { RE2JS } from 're2js'
import { reasonOf } from '#kit'
import { BOOLEAN, isList, listOf, MAX_TEXT, NUMBER, TEXT, type Frame, type Param, type Run, type ValueType } from './language.ts'
import type { PlainFunction } from './functions.ts'

const LONGEST_PATTERN = 500

function text(name: string, rest: string, doc: string, params: readonly Param[], type: ValueType, fn: (f: Frame, s: string, a: unknown, b: unknown) => unknown, least?: number): PlainFunction {
  const all: readonly Param[] = ['text', ...params]
  return {
    name, signature: `text.${name}(${rest})`, doc, params: all, ...(least === undefined ? {} : { least }), type: () => type,
    make: ([s, a, b]) => (f) => {
      const v = s!.run(f)
      const x = a === undefined ? null : a.run(f)
      const y = b === undefined ? null : b.run(f)
      if (x === undefined || y === undefined) return undefined
      if (typeof v !== 'string') return f.wrong(v)
      return fits(params[0], x) && fits(params[1], y) ? fn(f, v, x, y) : f.wrong(x)
    },
  }
}
const fits = (param: Param | undefined, v: unknown): boolean => param === undefined || v === null || (param === 'text' ? typeof v === 'string' : typeof v === 'number')
const whole = (f: Frame, v: unknown, most: number): number | undefined =>
  typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= most ? v : f.fail('A place in a text is a whole number from 0 to its length.')

/** Counted before it is made: a short text can ask for a huge one. */
function replaced(f: Frame, s: string, find: string, by: string): string | undefined {
  if (find === '') return f.fail('replace() needs something to look for.')
  const parts = s.split(find)
  if (!f.work(parts.length)) return undefined
  const length = s.length + (parts.length - 1) * (by.length - find.length)
  return length <= MAX_TEXT ? parts.join(by) : f.fail(`A text is longer than ${MAX_TEXT} characters.`)
}

export const textFunctions: readonly PlainFunction[] = [
  text('contains', 'part', 'True when the text has this part.', ['text'], BOOLEAN, (_f, s, part) => s.includes(part as string)),
  text('startsWith', 'part', 'True when the text begins so.', ['text'], BOOLEAN, (_f, s, part) => s.startsWith(part as string)),
  text('endsWith', 'part', 'True when the text ends so.', ['text'], BOOLEAN, (_f, s, part) => s.endsWith(part as string)),
  text('lower', '', 'In small letters.', [], TEXT, (f, s) => f.text(s.toLowerCase())),
  text('upper', '', 'In capital letters.', [], TEXT, (f, s) => f.text(s.toUpperCase())),
  text('trim', '', 'Without blanks at both ends.', [], TEXT, (_f, s) => s.trim()),
  text('indexOf', 'part', 'Where this part begins, from 0; -1 when it is not there.', ['text'], NUMBER, (_f, s, part) => s.indexOf(part as string)),
  text('substring', 'from, to', 'The characters from a place up to another, which is not included.', ['number', 'number'], TEXT, (f, s, from, to) => {
    const a = whole(f, from, s.length)
    const b = to === null ? s.length : whole(f, to, s.length)
    if (a === undefined || b === undefined) return undefined
    return a <= b ? s.slice(a, b) : f.fail('substring() ends before it begins.')
  }, 2),
  text('replace', 'find, by', 'With every such part replaced.', ['text', 'text'], TEXT, (f, s, find, by) => replaced(f, s, find as string, by as string)),
  text('split', 'separator', 'The parts between separators, as a list.', ['text'], listOf(TEXT), (f, s, separator) => {
    const parts = s.split(separator as string)
    return f.work(parts.length) ? parts : undefined
  }),
  {
    name: 'join', signature: 'join(list, separator)', doc: 'The texts of a list as one.', params: ['list', 'text'], least: 1,
    type([list], complain) {
      const of = list!.type.of?.kind ?? 'any'
      if (of !== 'text' && of !== 'any') complain(list!, 'join() needs a list of texts.', 'Make texts of them first: list.map(x, string(x)).')
      return TEXT
    },
    make: ([list, by]) => (f) => {
      const v = list!.run(f)
      const separator = by === undefined ? '' : by.run(f)
      if (!isList(v) || typeof separator !== 'string') return f.wrongPair(v, separator)
      if (!f.work(v.length)) return undefined
      let length = 0
      for (const part of v as readonly unknown[]) {
        if (typeof part !== 'string') return f.wrong(part)
        length += part.length + separator.length
        if (length > MAX_TEXT) return f.text('x'.repeat(MAX_TEXT + 1))
      }
      return (v as readonly string[]).join(separator)
    },
  },
  {
    name: 'matches', signature: "text.matches('pattern')", doc: 'True when the pattern (RE2) is found in the text. ^ and $ stand for its ends.', params: ['text', 'text'],
    type([, pattern], complain) {
      if (typeof pattern!.constant !== 'string') complain(pattern!, 'The pattern must be written as a text.', "Write for example text.matches('^P-[0-9]+$').")
      else {
        const made = patternOf(pattern!.constant)
        if (typeof made === 'string') complain(pattern!, `This pattern cannot be used: ${made}.`, 'Correct it; patterns are those of RE2.')
      }
      return BOOLEAN
    },
    make([s, pattern]): Run {
      const made = patternOf(String(pattern!.constant))
      return (f) => {
        const v = s!.run(f)
        if (typeof v !== 'string' || typeof made === 'string') return f.wrong(v)
        return f.work(1 + v.length / 16) ? made.test(v) : undefined
      }
    },
  },
]

function patternOf(pattern: string): RE2JS | string {
  if (pattern.length > LONGEST_PATTERN) return `it has more than ${LONGEST_PATTERN} characters`
  try {
    return RE2JS.compile(pattern)
  } catch (thrown) {
    return reasonOf(thrown)
  }
}
