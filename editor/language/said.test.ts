import { expect, test } from 'vitest'
import { said, templatesOf, translate } from './said.ts'

const words = {
  'The receiver is away: {reason}.': 'Der Empfänger ist fort: {reason}.',
  'no answer within {ms} ms': 'keine Antwort innerhalb von {ms} ms',
  "No secret '{name}' is stored.": "Kein Geheimnis '{name}' ist hinterlegt.",
  '{from} cannot feed {to}.': '{from} kann {to} nicht speisen.',
  "'{name}' is used by {flows}.": "'{name}' wird von {flows} verwendet.",
  '{reason}': '{reason}!',
  Deadband: 'Totband',
}
const templates = templatesOf(words)
const german = (text: string): string => translate(text, words, templates)

test('a text of the dictionary is said in German, also one that was filled in, and a reason inside another', () => {
  expect(german('Deadband')).toBe('Totband')
  expect(german("No secret 'mqtt key' is stored.")).toBe("Kein Geheimnis 'mqtt key' ist hinterlegt.")
  expect(german('The receiver is away: no answer within 500 ms.')).toBe('Der Empfänger ist fort: keine Antwort innerhalb von 500 ms.')
  expect(german('Deadband cannot feed bar.')).toBe('Totband kann bar nicht speisen.')
})

test('what no template fits stays as it was said; a template of places alone fits nothing', () => {
  expect(german('ECONNRESET')).toBe('ECONNRESET')
  expect(german('')).toBe('')
})

test('braces, dollars and signs of patterns in what fills a place come through as they are', () => {
  expect(german("No secret '{name} $& (.*)+ [' is stored.")).toBe("Kein Geheimnis '{name} $& (.*)+ [' ist hinterlegt.")
  expect(german("'a' is used by 'b' is used by c.")).toBe("'a' wird von 'b' is used by c verwendet.")
})

test('the longest text of its own wins where several templates fit', () => {
  const two = { '{a}: {b}': '{a} - {b}', 'Not written: {reason}': 'Nicht geschrieben: {reason}' }
  expect(translate('Not written: held', two, templatesOf(two))).toBe('Nicht geschrieben: held')
})

test('a long hostile text ends', () => {
  const text = `${"'x' is used by ".repeat(20_000)}y`
  expect(german(text)).toBe(text)
})

test('a long text that almost fits a template of many places ends', () => {
  const five = { 'From {a} by {b} by {c} by {d} by {e}.': '{e} {d} {c} {b} {a}' }
  const text = `From ${'x by '.repeat(20_000)}y`
  expect(translate(text, five, templatesOf(five))).toBe(text)
})

test("a name in quotes is somebody's own, also where the dictionary has such a word", () => {
  expect(german("No secret 'Deadband' is stored.")).toBe("Kein Geheimnis 'Deadband' ist hinterlegt.")
  expect(german("'Deadband' is used by Deadband.")).toBe("'Deadband' wird von Totband verwendet.")
})

test('in English everything stays', () => {
  expect(said('Deadband')).toBe('Deadband')
  expect(said(undefined)).toBeUndefined()
})

test('sentences that were put together are said one by one, when each is known', () => {
  expect(german("No secret 'a' is stored. Deadband cannot feed bar.")).toBe("Kein Geheimnis 'a' ist hinterlegt. Totband kann bar nicht speisen.")
  expect(german("No secret 'a' is stored. Nobody knows this.")).toBe("No secret 'a' is stored. Nobody knows this.")
})

test('a name in quotes stays, a text without quotes and one behind a name and a colon are said', () => {
  expect(german("No secret 'Deadband' is stored.")).toBe("Kein Geheimnis 'Deadband' ist hinterlegt.")
  expect(german('Press 2: no answer within 500 ms')).toBe('Press 2: keine Antwort innerhalb von 500 ms')
  expect(german('Press 2: away')).toBe('Press 2: away')
})

test('a template is found by a word that it surely holds, also where places touch its words', () => {
  const touching = { '{n}ms late': '{n} ms zu spät', 'pre{x}fix it': '{x}' }
  expect(translate('5ms late', touching, templatesOf(touching))).toBe('5 ms zu spät')
  expect(translate('prefix it', touching, templatesOf(touching))).toBe('')
  expect(translate('prefix', touching, templatesOf(touching))).toBe('prefix')
})
