// Numbers as people write and read them: '1,024.5' in English, '1 024,5' in German, whose groups are set apart by a thin space
// so that none can be taken for decimals. What is typed is read in either form as long as it can only mean one number; '1,024'
// in an English editor and '1.024' in a German one may be two and are not read. Files that are exported keep the machine's form.
import { language } from '../language/index.ts'

export type Mark = '.' | ','
export const decimalMark: Mark = language === 'de' ? ',' : '.'
const THIN_SPACE = '\u202f'

/** A number that is written in English, '1,024.5', in the form of the language. */
export const inForm = (english: string, mark: Mark = decimalMark): string => (mark === '.' ? english : english.replaceAll(/[.,]/g, (sign) => (sign === ',' ? THIN_SPACE : ',')))
/** As it stands in a field, to be edited: all digits, no groups. */
export const typed = (value: number, mark: Mark = decimalMark): string => inForm(String(value), mark)

const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 6 })
export const formatCount = (count: number, mark: Mark = decimalMark): string => inForm(counts.format(count), mark)
/** With so many decimals, without groups. */
export const formatDecimals = (value: number, decimals: number): string => inForm(value.toFixed(decimals))

const ENGLISH = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/
const GERMAN = /^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$/
const ONE_MARK = /^[+-]?[1-9]\d{0,2}([.,])\d{3}$/

/** Digits and marks: groups set apart by spaces are put together. */
const bare = (text: string): string => text.trim().replace('−', '-').replaceAll(/(?<=\d)\s(?=\d{3}(?!\d))/g, '')

/** What a text may mean besides: 1024 and 1.024; undefined where it means one number or none. */
export function twoReadings(text: string, mark: Mark = decimalMark): readonly [many: number, decimals: number] | undefined {
  const sign = ONE_MARK.exec(bare(text))?.[1]
  return sign === undefined || sign === mark ? undefined : [Number(bare(text).replace(sign, '')), Number(bare(text).replace(sign, '.'))]
}

/** The number; undefined for nothing, and the text itself where it is none or could be two. `mark` is what sets decimals apart here. */
export function readNumber(text: string, mark: Mark = decimalMark): number | string | undefined {
  const plain = bare(text)
  if (plain === '') return undefined
  if (twoReadings(text, mark)) return text
  const value = Number(ONE_MARK.test(plain) ? plain.replace(',', '.') : ENGLISH.test(plain) ? plain.replaceAll(',', '') : GERMAN.test(plain) ? plain.replaceAll('.', '').replace(',', '.') : plain.includes('.') ? plain : plain.replace(',', '.'))
  return Number.isFinite(value) ? value : text
}

/** What sets decimals apart in a list that comes from elsewhere, by the numbers that leave no doubt; undefined: none does. */
export function markOf(texts: Iterable<string>): Mark | undefined {
  for (const text of texts) {
    const plain = bare(text)
    const sign = /^[+-]?\d+([.,])\d+$/.exec(plain)?.[1] ?? (ENGLISH.test(plain) ? '.' : GERMAN.test(plain) ? ',' : undefined)
    if (sign !== undefined && !ONE_MARK.test(plain)) return sign as Mark
  }
  return undefined
}
