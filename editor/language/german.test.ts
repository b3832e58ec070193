// The editor's modules as a German browser loads them.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

type Modules = { language: typeof import('./index.ts'); format: typeof import('../state/format.ts'); values: typeof import('../live/values.ts'); keys: typeof import('../state/keys.ts'); quantity: typeof import('../inspector/quantity.ts') }
let of: Modules
beforeAll(async () => {
  vi.stubGlobal('document', { documentElement: { lang: '' } })
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  vi.stubGlobal('navigator', { language: 'de-AT' })
  vi.resetModules()
  of = { language: await import('./index.ts'), format: await import('../state/format.ts'), values: await import('../live/values.ts'), keys: await import('../state/keys.ts'), quantity: await import('../inspector/quantity.ts') }
})
afterAll(() => vi.unstubAllGlobals())

test('a German browser speaks German, says so, and counts by one and many', () => {
  expect([of.language.language, document.documentElement.lang]).toEqual(['de', 'de'])
  const { t } = of.language
  expect([t('{count} wires', { count: 1 }), t('{count} wires', { count: 2 })]).toEqual(['1 Leitung', '2 Leitungen'])
})

test('what no dictionary has, and what only an object has, stays as it is', () => {
  expect([of.language.t('plant-mqtt'), of.language.t('constructor')]).toEqual(['plant-mqtt', 'constructor'])
})

test('numbers, rates and times are written as Germans write them', () => {
  const { format, values } = of
  expect([4.82, 1024, 12_345.6, -0.5, 1.2e-5, 3e7].map(format.formatNumber)).toEqual(['4,82', '1\u202f024', '12\u202f346', '−0,5', '1,20e-5', '3,00e+7'])
  expect([format.formatRate(0.5), format.formatRate(1234), format.formatRate(0.05)]).toEqual(['0,5/s', '1\u202f234/s', '3/min'])
  const noon = new Date(2026, 10, 22, 12, 5, 7, 80).getTime()
  expect([format.formatDate(noon), format.formatClock(noon), values.formatDateTime(noon), values.formatTime(noon)]).toEqual(['22.11.2026', '12:05:07', '22.11.2026 12:05', '12:05:07,080'])
})

test('a quantity is read in either form and said in the German one', () => {
  const { readQuantity, timeInWords } = of.quantity
  expect([readQuantity('1,5 min', 's'), readQuantity('1.5 min', 's'), readQuantity('1.024 bar', 'kPa'), readQuantity('1,024 bar', 'kPa')]).toEqual([90, 90, undefined, 102.4])
  expect(timeInWords(5400, 's')).toBe('1,5 h')
})

test('keys are called what a German keyboard has on them', () => {
  expect([of.keys.keyText('Mod+Shift+Z', false), of.keys.keyText('Delete', false), of.keys.keyText('Mod+Shift+Z', true)]).toEqual(['Strg Umschalt Z', 'Entf', '⇧⌘Z'])
})
