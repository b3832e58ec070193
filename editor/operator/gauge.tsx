// A moving pointer on a scale with the normal band (ISA-101): quiet inside of it. It lies or stands as the room allows, by
// CSS; without both ends of the scale there is only the number.
import type { CSSProperties, ReactElement } from 'react'
import type { Widget } from '#format'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import type { Shown } from './reading.ts'
import { Value } from './widget.tsx'

export function Gauge({ widget, shown, band }: { readonly widget: Widget; readonly shown: Shown; readonly band: string }): ReactElement {
  const { low, high } = widget
  const value = shown.sample?.value
  if (low === undefined || high === undefined || !(low < high)) return <Value widget={widget} shown={shown} band={band} />
  const at = (v: number): number => Math.min(1, Math.max(0, (v - low) / (high - low)))
  const number = typeof value === 'number' && Number.isFinite(value) && shown.level !== 'bad' ? value : undefined
  const beyond = number === undefined ? '' : number < low ? 'under' : number > high ? 'over' : ''
  const style = { '--at': number === undefined ? 0 : at(number), '--from': at(widget.normalLow ?? low), '--to': at(widget.normalHigh ?? high) } as CSSProperties
  return (
    <div className="op-gauge" style={style}>
      <Value widget={widget} shown={shown} band={band} />
      <div className="op-scale" role="meter" aria-valuemin={low} aria-valuemax={high} {...(number === undefined ? { 'aria-valuetext': t('no value') } : { 'aria-valuenow': number })} aria-label={t('Within its scale')}>
        <div className="track">{(widget.normalLow !== undefined || widget.normalHigh !== undefined) && <i className="normal" />}</div>
        {number !== undefined && <i className="pointer" data-band={band} data-level={shown.level} data-beyond={beyond} />}
        <small className="low">{formatNumber(low)}</small>
        <small className="high">{formatNumber(high)}</small>
      </div>
    </div>
  )
}
