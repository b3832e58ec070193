// A time zone by its IANA name, found by typing; the browser's own is offered.
import type { ReactElement } from 'react'
import { t } from '../language/index.ts'
import type { ControlProps } from './controls.tsx'
import { inputProps, useTyped } from './typed.ts'
import { ownZone, zones } from './zones.ts'

export function ZoneControl(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const { text, type, leave } = useTyped(value, (t) => (t === '' ? undefined : t), (v) => context.change(field.path, v))
  return (
    <>
      <span className="in-fld"><input {...inputProps(props)} list={`${props.id}-zones`} value={text} placeholder={typeof field.default === 'string' ? field.default : ''} onChange={(e) => type(e.target.value)} onBlur={leave} /><datalist id={`${props.id}-zones`}>{zones.map((z) => <option key={z} value={z} />)}</datalist></span>
      {!context.readOnly && ownZone !== 'UTC' && value !== ownZone && <button type="button" className="in-add" onClick={() => { context.change(field.path, ownZone); context.seal() }}>{t('Use {zone}, where this browser is', { zone: ownZone })}</button>}
    </>
  )
}
