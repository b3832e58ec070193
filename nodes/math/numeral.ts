// Numbers and truths in text, numbers both ways. Strict: what is not wholly a number is none, and a comma is never guessed to be a point.

export type Decimal = '.' | ','

const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const named = /^([+-]?)(nan|inf(?:inity)?)$/i
/** Groups of three, all by one and the same sign; blanks and apostrophes are taken, too. */
const grouped = { '.': /^[+-]?\d{1,3}(?:([,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*(?:\.\d*)?$/, ',': /^[+-]?\d{1,3}(?:([.'’\u00a0\u202f ])\d{3})(?:\1\d{3})*(?:,\d*)?$/ } as const

/** The number that a text is; NaN and infinities by their names. Undefined: it is none. `groups`: 1,234.5 and 1.234,5 are. */
export function readNumeral(text: string, decimal: Decimal = '.', groups = false): number | undefined {
  const bare = groups && grouped[decimal].test(text) ? text.replace(decimal === '.' ? /[^\d.+-]/g : /[^\d,+-]/g, '') : text
  const point = decimal === '.' ? bare : bare.includes('.') ? '' : bare.replace(',', '.')
  if (plain.test(point)) return Number(point)
  const name = named.exec(text)
  if (!name) return undefined
  return name[2]!.toLowerCase() === 'nan' ? Number.NaN : name[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const truths: ReadonlyMap<string, boolean> = new Map([['true', true], ['false', false], ['on', true], ['off', false], ['1', true], ['0', false], ['yes', true], ['no', false]])
/** True and false, on and off, yes and no, 1 and 0; capitals or not. Undefined: it is none. */
export const readTruth = (text: string): boolean | undefined => truths.get(text.trim().toLowerCase())

export interface NumeralStyle {
  /** shortest: as many as tell the number apart. fixed: behind the decimal sign. significant: in all. */
  readonly digits: 'shortest' | 'fixed' | 'significant'
  /** fixed: 0 to 20. significant: 1 to 15. */
  readonly places: number
  readonly decimal: Decimal
  /** Between thousands; '' for none. */
  readonly group: string
}

/** A finite number as text. Very large and very small ones have an exponent; what rounds to zero has no sign. */
export function writeNumeral(x: number, { digits, places, decimal, group }: NumeralStyle): string {
  const text = digits === 'fixed' ? x.toFixed(places) : digits === 'significant' ? significant(x, places) : String(x)
  const signed = text.startsWith('-') && !/[1-9]/.test(text) ? text.slice(1) : text
  if (decimal === '.' && group === '') return signed
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(signed)!
  const separated = group === '' ? whole! : whole!.replace(/\B(?=(\d{3})+$)/g, () => group)
  return `${sign}${separated}${decimal === ',' ? rest!.replace('.', ',') : rest}`
}

/** 123456 in 3 digits is 123000, not 1.23e+5. */
function significant(x: number, places: number): string {
  const text = x.toPrecision(places)
  const exponent = /e([+-]\d+)$/.exec(text)
  if (!exponent) return text
  const power = Number(exponent[1])
  return power > 0 && power < 21 ? Number(text).toFixed(0) : text
}
