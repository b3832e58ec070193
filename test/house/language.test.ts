// The editor speaks German too: nothing a person reads is left out of its dictionaries, and they hold nothing that nobody says.
import { expect, test } from 'vitest'
import { words as german } from '../../editor/language/de.ts'
import { singulars } from '../../editor/language/en.ts'
import { ownTexts, unsaid } from './language.ts'
import { parse, sources } from './sources.ts'

test('every text of the editor goes through t or said', () => {
  expect(sources().flatMap(unsaid)).toEqual([])
})

test('every text of the editor has its German, with the same places, and no German is left of a text that went', () => {
  const texts = ownTexts(sources())
  // What is filled in, and the marks of shell/rich.tsx.
  const places = (text: string): string => [...text.matchAll(/\{(\w+)\}|<(\w+)/g)].map((m) => m[1] ?? `<${m[2]!}`).filter((name) => name !== 'count').toSorted().join()
  const faults: string[] = []
  for (const [english, { at, counts }] of texts) {
    const keys = counts && (`${english}_one` in german || `${english}_other` in german) ? [`${english}_one`, `${english}_other`] : [english]
    for (const key of keys) {
      if (!Object.hasOwn(german, key)) faults.push(`${at}: no German for '${key}'`)
      else if (places(german[key]!) !== places(english)) faults.push(`${at}: the German of '${key}' has other places: '${german[key]}'`)
    }
  }
  const known = (key: string): boolean => texts.has(key) || texts.has(key.replace(/_(one|other)$/, ''))
  for (const key of [...Object.keys(german), ...Object.keys(singulars)]) if (!known(key)) faults.push(`nobody says '${key}'`)
  expect(faults).toEqual([])
})

test('a text that is left out is found, and what no person reads is not', () => {
  const found = (text: string): number => unsaid(parse('editor/x/y.tsx', text)).length
  expect(found("export const A = () => <p>Hello there</p>")).toBe(1)
  expect(found("export const A = () => <p title='Hi'>{'x'}</p>")).toBe(1)
  expect(found("export const a = { title: 'Undo' }")).toBe(1)
  expect(found("export const a = (n: number) => `${n} nodes are gone`")).toBe(1)
  expect(found("import x from 'Some Where'; export const A = () => <p className='big Red'>{t('Hello there')}<code>some code</code></p>")).toBe(0)
})
