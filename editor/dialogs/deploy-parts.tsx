// Parts of the deploy dialog: which outputs would stop, what it will cost, and the watch after it.
import { useId, type ReactElement } from 'react'
import { CircleDashed } from 'lucide-react'
import type { CapacityBody, Disarming, Flow, TrialCriteria, TrialRequest } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatNumber, formatRate } from '../state/format.ts'
import { titleOf } from '../state/status.ts'
import { useEditor } from '../state/store.ts'
import { usualTrial } from '../state/trying.ts'
import { Rich } from '../shell/rich.tsx'
import './deploy.css'

/** The gateway names nodes by their id; people know their titles. */
export function Disarms({ disarms, flow }: { readonly disarms: Disarming; readonly flow: Flow }): ReactElement {
  const types = useEditor((s) => s.types)
  const names = disarms.actuators.map((id) => titleOf(flow.nodes, types, id))
  const reason = said(disarms.reason).replaceAll(/'([a-z][a-z0-9_/-]*)'/g, (whole, id: string) => (Object.hasOwn(flow.nodes, id) ? `'${titleOf(flow.nodes, types, id)}'` : whole))
  return (
    <div className="dp-disarms" role="note">
      <CircleDashed size={16} aria-hidden="true" />
      <p>
        {names.length === 1
          ? <Rich text={t('<b>{name} will be disarmed</b>, because {reason}. It does not write until somebody arms the flow again.', { name: names[0]!, reason })} />
          : <Rich text={t('<b>{count} actuators will be disarmed: {names}</b>, because {reason}. They do not write until somebody arms the flow again.', { count: names.length, names: names.length > 6 ? t('{names} and {more} more', { names: names.slice(0, 6).join(', '), more: names.length - 6 }) : names.join(', '), reason })} />}
      </p>
    </div>
  )
}

/** Above this part of a core or of a connection it is told. */
const MUCH = 0.7

export function Capacity({ capacity: { cpu, memoryMb, samplesPerS, buses, basis } }: { readonly capacity: CapacityBody }): ReactElement {
  const percent = (part: number): string => (part < 0.005 ? t('below 1 %') : `${Math.round(part * 100)} %`)
  return (
    <>
      <h3>{t('What it will take')}</h3>
      <div className="dp-cost">
        <span><Rich text={t('<b>{percent}</b> of a core', { percent: percent(cpu) })} />{cpu > MUCH ? <em>{' '}{t('◆ much')}</em> : null}</span>
        <span><b>{`${formatNumber(memoryMb)} MB`}</b>{' '}{t('memory')}</span>
        <span><b>{formatRate(samplesPerS) || '0/s'}</b>{' '}{t('readings in')}</span>
        {buses.map((b) => <span key={b.connection} title={t('{rate} requests a second', { rate: formatNumber(b.requestsPerS) })}><Rich text={t('<b>{percent}</b> of {connection}', { percent: percent(b.busy), connection: b.connection })} />{b.busy > MUCH ? <em>{' '}{t('◆ much')}</em> : null}<i className="dp-bar"><i style={{ width: `${Math.min(100, b.busy * 100)}%` }} /></i></span>)}
        <small>{said(basis)}</small>
      </div>
    </>
  )
}

const criteria: readonly (readonly [keyof TrialCriteria, before: string, after: string, unit: (v: number) => number, back: (v: number) => number, max: number])[] = [
  ['errorsPerMin', t('At most'), t('more failures a minute than before'), (v) => v, (v) => v, 100_000],
  ['ratePart', t('At least'), t('% of the readings in and out of before'), (v) => Math.round(v * 100), (v) => v / 100, 100],
  ['queuePart', t('No queue above'), t('% of its room'), (v) => Math.round(v * 100), (v) => v / 100, 100],
  ['freshS', t('No source silent or stale for more than'), 's', (v) => v, (v) => v, 86_400],
]

export function Watch({ watch, usual, previous, onChange }: { readonly watch: TrialRequest | null; readonly usual: TrialRequest; readonly previous: number; readonly onChange: (watch: TrialRequest | null) => void }): ReactElement {
  const id = useId()
  const set = (key: keyof TrialRequest, value: number | undefined): void => {
    if (!watch) return
    const { [key]: _old, ...rest } = watch
    onChange((value === undefined ? rest : { ...rest, [key]: value }) as TrialRequest)
  }
  return (
    <fieldset className="dp-watch" data-on={watch !== null}>
      <legend>
        <label><input type="checkbox" checked={watch !== null} onChange={(e) => onChange(e.target.checked ? usual : null)} />{' '}{t('Watch it after the deploy, and go back to version {previous} by itself when it fails', { previous })}</label>
      </legend>
      {watch && (
        <>
          <div className="dp-crit"><span /><label htmlFor={`${id}-m`}>{t('For')}</label><Figure id={`${id}-m`} value={watch.minutes} min={0.25} max={1440} onValue={(v) => set('minutes', v)} /><span>{t('min, also with no editor open')}</span></div>
          {criteria.map(([key, before, after, unit, back, max]) => {
            const value = watch[key]
            return (
              <div className="dp-crit" key={key} data-off={value === undefined}>
                <input type="checkbox" aria-label={`${before} … ${after}`} checked={value !== undefined} onChange={(e) => set(key, e.target.checked ? (usual[key] ?? usualTrial[key]) : undefined)} />
                <label htmlFor={`${id}-${key}`}>{before}</label>
                <Figure id={`${id}-${key}`} value={unit(value ?? usual[key] ?? usualTrial[key] ?? 0)} min={key === 'freshS' ? 1 : 0} max={max} disabled={value === undefined} onValue={(v) => set(key, back(v))} />
                <span>{after}</span>
              </div>
            )
          })}
        </>
      )}
    </fieldset>
  )
}

function Figure({ id, value, min, max, disabled = false, onValue }: { readonly id: string; readonly value: number; readonly min: number; readonly max: number; readonly disabled?: boolean; readonly onValue: (value: number) => void }): ReactElement {
  return <input id={id} className="dg-input mono" type="number" step="any" required value={value} min={min} max={max} disabled={disabled} onChange={(e) => { if (Number.isFinite(e.target.valueAsNumber)) onValue(e.target.valueAsNumber) }} />
}
