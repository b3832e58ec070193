// A number: typed plainly or with a unit of its own ('2 bar', '1h30m'), stepped by the arrow keys within its limits. A time
// is said in words beside it.
import type { ReactElement } from 'react'
import type { ControlProps } from './controls.tsx'
import { t } from '../language/index.ts'
import { readNumber, twoReadings, typed } from '../state/numbers.ts'
import { showValue, type Json } from './form.ts'
import { readQuantity, timeInWords } from './quantity.ts'
import { inputProps, useTyped } from './typed.ts'

export function NumberControl(props: ControlProps): ReactElement {
  const { field, value, unit, context } = props
  const code = field.unit ?? (field.unitOf === undefined ? undefined : context.unitOf(field.unitOf))
  // '2 bar' in a field in kPa, '1h30m' in one in seconds: as it is typed.
  const read = (t: string): Json => { const plain = readNumber(t); return typeof plain === 'string' ? (readQuantity(t, code) ?? plain) : plain }
  const { text, type, leave } = useTyped(value, (t) => (t.trim() === '' && field.nullable ? null : read(t)), (v) => context.change(field.path, v))
  const { minimum, maximum } = field.schema
  const step = (by: number): void => {
    const from = typeof value === 'number' ? value : typeof field.default === 'number' ? field.default : 0
    const size = field.kind === 'integer' ? 1 : 10 ** (Math.floor(Math.log10(Math.abs(from) || 1)) - 1)
    const next = Number((from + by * size).toPrecision(12))
    // The keys stay within the limits; what is typed beyond them is kept and reported.
    type(typed(Math.max(minimum ?? next, Math.min(maximum ?? next, next))))
  }
  const two = twoReadings(text)
  const converted = typeof value === 'number' && text.trim() !== '' && readNumber(text) !== value
  const words = timeInWords(value === undefined ? field.default : value, code)
  const range = minimum === undefined ? (maximum === undefined ? '' : t('At most {maximum}', { maximum: typed(maximum) })) : maximum === undefined ? t('From {minimum}', { minimum: typed(minimum) }) : t('{minimum} to {maximum}', { minimum: typed(minimum), maximum: typed(maximum) })
  return (
    <span className="in-fld" title={range === '' ? '' : `${range}${unit === '' ? '' : ` ${unit}`}`}>
      <input
        {...inputProps(props)}
        inputMode="decimal"
        value={text}
        placeholder={field.default === undefined || field.default === null ? (field.example ?? '') : showValue(field.default)}
        onChange={(e) => type(e.target.value)}
        onBlur={leave}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && converted) leave()
          if (e.altKey || (e.key !== 'ArrowUp' && e.key !== 'ArrowDown')) return
          e.preventDefault()
          step((e.key === 'ArrowUp' ? 1 : -1) * (e.shiftKey ? 10 : 1))
        }}
      />
      {converted && <u className="in-conv" role="status">= {showValue(value)}</u>}
      {two && <u className="in-conv" role="status">{t('{many} or {decimals}?', { many: typed(two[0]), decimals: typed(two[1]) })}</u>}
      {unit !== '' && <u>{unit}</u>}
      {!converted && words !== '' && <u>= {words}</u>}
    </span>
  )
}
