// One widget: its title, what it shows and how far that may be trusted. A value that is stale, bad or uncertain is struck
// or marked, with the reason in words and the time it is from: colour is never the only sign.
import type { ReactElement } from 'react'
import { t } from '../language/index.ts'
import { parseMarkdown } from '../inspector/markdown.ts'
import { Markdown } from '../inspector/help-tab.tsx'
import { formatWhole, unitText } from '../live/values.ts'
import { formatAge, formatNumber } from '../state/format.ts'
import { against, formatFixed } from '../state/operating.ts'
import type { Widget } from '#format'
import { AlarmList } from './alarms.tsx'
import { Gauge } from './gauge.tsx'
import { useReading, useTitle, type Of, type Shown } from './reading.ts'
import { SetpointBody } from './setpoint.tsx'
import { LocalTime } from '../shell/local-time.tsx'
import { Trend } from './trend.tsx'

export function WidgetView({ widget, of }: { readonly widget: Widget; readonly of: Of }): ReactElement {
  const title = useTitle(widget, of)
  if (widget.kind === 'text') return <section className="op-w is-text" aria-label={title === '' ? t('Text') : title}>{title !== '' && <h3>{title}</h3>}<Markdown blocks={parseMarkdown(widget.text ?? '')} /></section>
  return (
    <section className={`op-w is-${widget.kind}`} aria-label={title}>
      <h3 title={title}>{title}</h3>
      <Body widget={widget} of={of} title={title} />
    </section>
  )
}

function Body({ widget, of, title }: { readonly widget: Widget; readonly of: Of; readonly title: string }): ReactElement {
  switch (widget.kind) {
    case 'value': case 'gauge': case 'state': return <One widget={widget} />
    case 'trend': return <Trend widget={widget} of={of} />
    case 'alarms': return <AlarmList {...(widget.node === undefined ? {} : { node: widget.node })} />
    case 'setpoint': return <SetpointBody widget={widget} title={title} />
    case 'text': return <></>
  }
}

/** What kind of doubt, as a shape that is known without colour. */
export function Mark({ level }: { readonly level: 'bad' | 'uncertain' | 'stale' | 'off' }): ReactElement {
  return (
    <svg className="op-mark" data-level={level} viewBox="0 0 12 12" aria-hidden="true">
      {level === 'bad' ? <path d="M6 0.5 L11.8 11.2 H0.2 Z" /> : level === 'stale' ? <path className="line" d="M6 1.2 A4.8 4.8 0 1 1 5.9 1.2 M6 3.4 V6.3 L8.2 7.6" /> : <path d="M6 0 L12 6 L6 12 L0 6 Z" />}
    </svg>
  )
}

const BAND = { low: t('below its normal range'), high: t('above its normal range') } as const

function One({ widget }: { readonly widget: Widget }): ReactElement {
  const shown = useReading(widget.ports?.[0])
  const band = shown.level !== 'good' && shown.level !== 'uncertain' ? '' : against(shown.sample?.value, widget.normalLow, widget.normalHigh)
  return (
    <>
      <div className="op-body">
        {widget.kind === 'gauge' ? <Gauge widget={widget} shown={shown} band={band} /> : <Value widget={widget} shown={shown} band={band} />}
      </div>
      <Foot shown={shown} note={band === '' ? '' : BAND[band]} />
    </>
  )
}

/** Of a state the word for it; else the number or the text itself. */
export function valueText(widget: Pick<Widget, 'words' | 'decimals'>, shown: Shown): string {
  const value = shown.sample?.value
  if (value === undefined) return '—'
  const word = widget.words?.[String(value)]
  if (word !== undefined && Object.hasOwn(widget.words!, String(value))) return word
  return typeof value === 'number' ? formatFixed(value, widget.decimals, formatNumber) : formatWhole(value, shown.type?.labels, 64, shown.type?.length)
}

export function Value({ widget, shown, band }: { readonly widget: Pick<Widget, 'kind' | 'words' | 'decimals'>; readonly shown: Shown; readonly band: string }): ReactElement {
  const text = valueText(widget, shown)
  const value = shown.sample?.value
  const struck = shown.level === 'stale' || shown.level === 'bad'
  const unit = typeof value === 'number' ? unitText(shown.type) : ''
  return (
    <output className={`op-value${text.length > 9 ? ' long' : ''}`} data-level={shown.level} data-band={band}>
      {widget.kind === 'state' && typeof value === 'boolean' && <i className="op-light" data-on={value} aria-hidden="true" />}
      {struck ? <s>{text}</s> : <b>{text}</b>}
      {unit !== '' && <u>{unit}</u>}
    </output>
  )
}

/** Why it is not to be trusted, and how old it is. */
export function Foot({ shown, note = '' }: { readonly shown: Shown; readonly note?: string }): ReactElement {
  const { level, why, sample, age } = shown
  return (
    <p className="op-foot" data-level={level}>
      {level !== 'good' && level !== 'none' && <><Mark level={level} /><b>{level === 'stale' ? t('Not current') : level === 'bad' ? t('Bad') : t('Uncertain')}</b> </>}
      {why !== '' && <span>{why}</span>}
      {note !== '' && <span className="off"><Mark level="off" />{note}</span>}
      {sample && <small>{age === null || level === 'stale' ? <>{t('last')}{' '}<LocalTime ms={sample.time} /></> : <span title={t('Age of the value by its source time')}>{age < 1500 ? t('now') : t('{age} ago', { age: formatAge(age) })}</span>}</small>}
    </p>
  )
}
