// Texts can be read: WCAG 2.2 contrast (1.4.3, AA: 4.5 to 1) of every text colour on every surface it stands on, in both themes.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('theme.css', import.meta.url), 'utf8')
const tokens = (selector: string): Map<string, string> => {
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]))
}
/** Relative luminance of sRGB, WCAG 2.2. */
const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

const surfaces = ['bg', 'panel', 'card']
const kinds = ['num', 'bool', 'text', 'vec', 'rec', 'img']
const pairs = [
  ...['ink', 'ink2', 'ink3'].flatMap((t) => [...surfaces, 'line2'].map((on) => [t, on] as const)),
  ...['accent', 'alarm1', 'alarm2', ...kinds].flatMap((t) => surfaces.map((on) => [t, on] as const)),
  ['accent-ink', 'accent'], ['accent', 'accent-soft'], ['alarm1', 'alarm1-soft'], ['alarm2', 'alarm2-soft'],
] as const

test.each([['light', ':root'], ['dark', ':root[data-theme="dark"]']])('%s', (_name, selector) => {
  const of = tokens(selector)
  const faint = pairs.map(([text, on]) => [text, on, Math.round(contrast(of.get(text)!, of.get(on)!) * 100) / 100] as const).filter(([, , ratio]) => !(ratio >= 4.5))
  expect(faint).toEqual([])
})
