// Samples as a live table, a record's fields as its columns; one as raw JSON to copy; a picture with its detections.
import type { ReactElement } from 'react'
import { Copy } from 'lucide-react'
import type { JsonSample, JsonValue } from '#kit'
import { t } from '../language/index.ts'
import { copyText } from '../shell/export.ts'
import { formatNumber, severityOf, timeTitle } from '../state/format.ts'
import { actions } from '../state/store.ts'
import { boxesOf } from './boxes.ts'
import { imageOf, type TapBuffer } from './buffer.ts'
import { formatTime, formatWhole, qualityText } from './values.ts'

const ROWS = 60
const COLUMNS = 24

const fieldsOf = (value: JsonValue): { readonly [name: string]: JsonValue } | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Object.keys(value).some((k) => k.startsWith('$')) ? (value as { readonly [name: string]: JsonValue }) : undefined

/** The last samples, newest first. */
export function SampleTable({ samples }: { readonly samples: readonly { readonly id: number; readonly sample: JsonSample }[] }): ReactElement {
  const rows = samples.slice(-ROWS).toReversed()
  const columns = [...new Set(rows.flatMap(({ sample }) => Object.keys(fieldsOf(sample.value) ?? {})))].slice(0, COLUMNS)
  const tagged = new Set(rows.map((r) => r.sample.tag)).size > 1
  return (
    <div className="dr-tablebox" tabIndex={0} role="group" aria-label={t('The last samples')}>
      <table className="dr-table">
        <thead><tr><th>{t('time')}</th>{tagged && <th>{t('tag')}</th>}{columns.length === 0 ? <th>{t('value')}</th> : columns.map((c) => <th key={c}>{c}</th>)}<th>{t('quality')}</th></tr></thead>
        <tbody>
          {rows.map(({ id, sample }) => {
            const level = severityOf(sample)
            const fields = fieldsOf(sample.value)
            return (
              <tr key={id} data-level={level}>
                <td><time title={timeTitle(sample.time)}>{formatTime(sample.time)}</time></td>
                {tagged && <td>{sample.tag}</td>}
                {columns.length === 0 ? <td>{formatWhole(sample.value)}</td> : columns.map((c) => <td key={c}>{fields && Object.hasOwn(fields, c) ? formatWhole(fields[c]!) : fields ? '' : '–'}</td>)}
                <td>{level === 'good' ? '' : <b>{level === 'bad' ? '✕ ' : '? '}{qualityText(sample) || t('no number')}</b>}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** A picture's bytes are told, not written out. */
export const jsonOf = (sample: JsonSample): string => JSON.stringify(sample, (key, value: unknown) => (key === 'data' && typeof value === 'string' && value.length > 400 ? `${value.slice(0, 60)}… (${value.length} characters)` : value), 1)

export function Raw({ sample }: { readonly sample: JsonSample | null }): ReactElement {
  const copy = (): void => {
    try {
      copyText(JSON.stringify(sample, null, 1))
      actions.toast({ level: 'success', text: t('The sample is on the clipboard.') })
    } catch (thrown) {
      actions.toastFailed(thrown)
    }
  }
  return (
    <div className="dr-rawbox">
      <button type="button" className="btn" disabled={sample === null} onClick={copy}><Copy size={12} />{' '}{t('Copy')}</button>
      <pre className="dr-raw" tabIndex={0} aria-label={t('The last sample as JSON')}>{sample ? jsonOf(sample) : ''}</pre>
    </div>
  )
}

/** `others` are taps in the same plot: their records may tell what was detected. */
export function Picture({ sample, others }: { readonly sample: JsonSample; readonly others: readonly TapBuffer[] }): ReactElement {
  const image = imageOf(sample.value)
  if (!image) return <p className="dr-wait">{t('This picture cannot be shown.')}</p>
  const boxes = [sample.value, ...others.flatMap((b) => (b.last ? [b.last.value] : []))].flatMap((v) => boxesOf(v, image))
  const level = severityOf(sample)
  return (
    <figure className="dr-picture" data-level={level}>
      <div style={{ aspectRatio: `${image.width} / ${image.height}` }}>
        <img src={`data:image/${image.format};base64,${image.data}`} alt={t('Picture of {time}, {detections}', { time: formatTime(sample.time), detections: t('{count} detections', { count: boxes.length }) })} />
        {boxes.map((b, i) => <span key={i} style={{ left: `${b.x * 100}%`, top: `${b.y * 100}%`, width: `${b.width * 100}%`, height: `${b.height * 100}%` }}>{(b.label !== '' || b.score !== null) && <b>{b.label}{b.score === null ? '' : ` ${formatNumber(Math.round(b.score * 100))} %`}</b>}</span>)}
      </div>
      <figcaption>{image.width} × {image.height} · {formatTime(sample.time)} · {t('{count} detections', { count: boxes.length })}{level === 'good' ? '' : ` · ${qualityText(sample)}`}</figcaption>
    </figure>
  )
}
