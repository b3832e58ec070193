// A time in the viewer's zone, with the date, the zone and UTC on hover.
import type { ReactElement } from 'react'
import { t } from '../language/index.ts'
import { formatClock, timeTitle } from '../state/format.ts'

/** `text` where it is to read otherwise than '10:42:07'. */
export function LocalTime({ ms, text, className }: { readonly ms: number; readonly text?: string; readonly className?: string }): ReactElement {
  const known = Number.isFinite(new Date(ms).getTime())
  return <time className={className} title={known ? timeTitle(ms) : ''} {...(known ? { dateTime: new Date(ms).toISOString() } : {})}>{known ? (text ?? formatClock(ms)) : t('no time')}</time>
}
