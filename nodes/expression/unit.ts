// Units inside expressions: what may be added and compared, and the unit of a rate.
import { displayUnit, parseUnit, relateUnits } from '#kit'
import { type Complain, type Term, type ValueType } from './language.ts'

/** Per second. A temperature difference is in kelvin: '°C/s' is no unit. */
export function rateUnit(unit: string | undefined): string | undefined {
  if (unit === undefined) return undefined
  const rate = `${unit === 'Cel' ? 'K' : unit}/s`
  return parseUnit(rate) === undefined ? undefined : rate
}

/** The unit that all of these share: the first that is known. Two that are known must be the same. */
export function sharedUnit(terms: readonly Term[], complain: Complain): string | undefined {
  let known: Term | undefined
  for (const term of terms) {
    if (unitOf(term.type) === undefined) continue
    if (known === undefined) known = term
    else compare(known, term, complain)
  }
  return known && unitOf(known.type)
}

/** Of a number or of what a list holds. */
export const unitOf = (type: ValueType): string | undefined => type.unit ?? type.of?.unit

function compare(a: Term, b: Term, complain: Complain): void {
  const [from, to] = [unitOf(b.type)!, unitOf(a.type)!]
  const relation = relateUnits(to, from)
  if (relation === 'same') return
  const at = { from: a.from, to: b.to }
  const shown = `${displayUnit(to) || 'no unit'} and ${displayUnit(from) || 'no unit'}`
  if (relation === 'convertible') complain(at, `This mixes ${shown}.`, `Convert one of them, for example with convert(x, '${from}', '${to}').`)
  else complain(at, `This mixes ${shown}: different quantities.`, 'Only values of the same unit can be added, compared or chosen between.')
}
