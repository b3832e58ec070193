// An actuator's envelope: what may be written, drawn as a span on a line with the safe value in it, and its numbers.
import type { ReactElement } from 'react'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import { valueAt } from './form.ts'
import type { ControlProps } from './controls.tsx'
import { Fields } from './schema-form.tsx'

export function EnvelopeFields({ field, value, context, labelledBy }: ControlProps): ReactElement {
  const config = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [name: string]: never }) : {}
  const number = (key: string): number | undefined => {
    const v = valueAt(config, `/${key}`)
    return typeof v === 'number' && Number.isFinite(v) ? v : undefined
  }
  return (
    <div className="in-env" role="group" aria-labelledby={labelledBy}>
      <Span minimum={number('minimum')} maximum={number('maximum')} safe={number('safe')} />
      <Fields fields={field.fields!} siblings={config} context={context} />
    </div>
  )
}

function Span({ minimum, maximum, safe }: { readonly minimum: number | undefined; readonly maximum: number | undefined; readonly safe: number | undefined }): ReactElement | null {
  if (minimum === undefined || maximum === undefined) return null
  if (!(minimum < maximum)) return <p className="in-fault" role="alert">{t('The lowest value must be below the highest.')}</p>
  const outside = safe !== undefined && (safe < minimum || safe > maximum)
  const low = Math.min(minimum, safe ?? minimum)
  const high = Math.max(maximum, safe ?? maximum)
  const margin = (high - low) * 0.12
  const x = (v: number): number => ((v - low + margin) / (high - low + 2 * margin)) * 296
  return (
    <>
      <svg className="in-span" viewBox="0 0 296 40" role="img" aria-label={safe === undefined ? t('From {minimum} to {maximum}', { minimum, maximum }) : t('From {minimum} to {maximum}, safe value {safe}', { minimum, maximum, safe })}>
        <line x1="0" x2="296" y1="20" y2="20" className="axis" />
        <rect x={x(minimum)} width={x(maximum) - x(minimum)} y="17" height="6" rx="2" className="range" />
        <line x1={x(minimum)} x2={x(minimum)} y1="13" y2="27" className="end" />
        <line x1={x(maximum)} x2={x(maximum)} y1="13" y2="27" className="end" />
        <text x={x(minimum)} y="38" textAnchor="middle">{formatNumber(minimum)}</text>
        <text x={x(maximum)} y="38" textAnchor="middle">{formatNumber(maximum)}</text>
        {safe !== undefined && (
          <g className={outside ? 'safe outside' : 'safe'}>
            <path d={`M${x(safe)} 14 l-4 -6 h8 z`} />
            <text x={x(safe)} y="6" textAnchor="middle">{t('safe {value}', { value: formatNumber(safe) })}</text>
          </g>
        )}
      </svg>
      {outside && <p className="in-fault" role="alert">{t('The safe value lies outside of the range.')}</p>}
    </>
  )
}
