// Times as operators read them: local, with the date, the zone and UTC on hover.
import type { ReactElement } from 'react'
import { formatClock } from '../state/format.ts'

const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const zone = new Intl.DateTimeFormat('en-GB').resolvedOptions().timeZone

/** '22 Nov 2026, 10:42:07 Europe/Berlin · 2026-11-22 09:42:07 UTC' */
export const timeTitle = (ms: number): string => (Number.isFinite(ms) ? `${whole.format(ms)} ${zone} · ${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC` : 'no time')

export function LocalTime({ ms, className }: { readonly ms: number; readonly className?: string }): ReactElement {
  const known = Number.isFinite(new Date(ms).getTime())
  return <time className={className} title={known ? timeTitle(ms) : ''} {...(known ? { dateTime: new Date(ms).toISOString() } : {})}>{known ? formatClock(ms) : 'no time'}</time>
}
