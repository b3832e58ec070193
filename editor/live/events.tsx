// Events: who did what and what alarms did, newest first, as far back as one wants to read.
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { RefreshCw, Rewind } from 'lucide-react'
import type { AlarmLogBody, AuditEntry } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { EVENT_KINDS, happenings, matching, type EventKind, type Happening, type Read } from '../state/events.ts'
import { actions, api, store, useEditor } from '../state/store.ts'
import { textCsv } from './csv.ts'
import { saveCsv } from './save.ts'
import './alarms.css'
import { formatClock, formatDate, timeTitle } from '../state/format.ts'

const PAGE = 150
/** After something happened: several changes come together. */
const SETTLE_MS = 800
const nothing: Read<never> = { entries: [], done: true }

interface Book {
  readonly audit: Read<AuditEntry>
  readonly alarms: Read<AlarmLogBody>
}
const read = <T,>(entries: readonly T[]): Read<T> => ({ entries, done: entries.length < PAGE })
/** A newer first page before what was read already; with a hole between them only the page is known. */
function ahead<T extends { readonly id: number }>(page: Read<T>, before: Read<T>): Read<T> {
  const newest = before.entries[0]
  const last = page.entries.at(-1)
  if (!newest || !last || last.id > newest.id + 1) return page
  return { entries: [...page.entries, ...before.entries.filter((e) => e.id < last.id)], done: before.done }
}

export function Events(): ReactElement {
  const admin = useEditor((s) => s.session?.role === 'admin')
  const [book, setBook] = useState<Book | null>(null)
  const [kinds, setKinds] = useState<ReadonlySet<EventKind>>(new Set())
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const alive = useRef(true)
  const load = useCallback(async (): Promise<void> => {
    setBusy(true)
    try {
      const [audit, alarms] = await Promise.all([admin ? api.audit(PAGE).then(read) : nothing, api.alarmLog(PAGE).then(read)])
      if (alive.current) setBook((b) => (b ? { audit: ahead(audit, b.audit), alarms: ahead(alarms, b.alarms) } : { audit, alarms }))
    } catch (thrown) {
      actions.toastFailed(thrown)
    } finally {
      if (alive.current) setBusy(false)
    }
  }, [admin])
  useEffect(() => {
    alive.current = true
    let timer = setTimeout(() => void load(), 0)
    const stop = store.subscribe((s, b) => {
      if (s.live.alarms === b.live.alarms && s.flows === b.flows && s.live.held === b.live.held) return
      clearTimeout(timer)
      timer = setTimeout(() => void load(), SETTLE_MS)
    })
    return () => {
      alive.current = false
      clearTimeout(timer)
      stop()
    }
  }, [load])
  const all = useMemo(() => (book ? happenings(book.audit, book.alarms) : []), [book])
  const shown = useMemo(() => matching(all, kinds, text), [all, kinds, text])
  const older = async (): Promise<void> => {
    if (!book) return
    setBusy(true)
    try {
      const next = async <T extends { readonly id: number }>(of: Read<T>, ask: (limit: number, before?: number) => Promise<readonly T[]>): Promise<Read<T>> => {
        if (of.done) return of
        const page = read(await ask(PAGE, of.entries.at(-1)?.id))
        return { entries: [...of.entries, ...page.entries], done: page.done }
      }
      const [audit, alarms] = await Promise.all([next(book.audit, api.audit), next(book.alarms, api.alarmLog)])
      if (alive.current) setBook({ audit, alarms })
    } catch (thrown) {
      actions.toastFailed(thrown)
    } finally {
      if (alive.current) setBusy(false)
    }
  }
  const done = book === null || (book.audit.done && book.alarms.done)
  const flip = (kind: EventKind): void => setKinds((before) => { const next = new Set(before); if (!next.delete(kind)) next.add(kind); return next })
  const csv = (): void => saveCsv('events', textCsv(['time', 'who', 'what', 'where', 'detail'], shown.map((h) => [new Date(h.time).toISOString(), h.who, h.what, h.where, h.detail])))
  return (
    <div className="ev">
      <div className="dr-tools">
        <div className="ev-chips" role="group" aria-label={t('Kinds of events')}>{EVENT_KINDS.filter(([kind]) => admin || kind === 'alarm').map(([kind, title]) => <button key={kind} type="button" aria-pressed={kinds.has(kind)} onClick={() => flip(kind)}>{title}</button>)}</div>
        <input className="dr-find" type="search" placeholder={t('Find a person, node or text')} aria-label={t('Find an event')} value={text} onChange={(e) => setText(e.target.value)} />
        <span className="sp" />
        <button type="button" className="icon-btn" disabled={busy} aria-label={t('Refresh')} title={t('Refresh')} onClick={() => void load()}><RefreshCw size={14} /></button>
        <button type="button" className="btn quiet" disabled={shown.length === 0} onClick={csv}>{t('CSV')}</button>
      </div>
      <div className="ev-list" tabIndex={0} role="group" aria-label={t('Events')}>
        {shown.map((h) => <Line key={h.key} of={h} />)}
        {shown.length === 0 && <p className="dr-wait">{book === null ? t('Reading…') : all.length === 0 ? t('Nothing has happened yet.') : t('No event is like that, as far as was read.')}</p>}
        <div className="ev-foot">
          {!done && <button type="button" className="btn" disabled={busy} onClick={() => void older()}>{t('Load older')}</button>}
          {done && book !== null && all.length > 0 && <span>{t('This is the beginning.')}</span>}
          {!admin && <span>{t("Who did what is an administrator's to see; these are the changes of alarms.")}</span>}
        </div>
      </div>
    </div>
  )
}

function Line({ of: h }: { readonly of: Happening }): ReactElement {
  const here = useEditor((s) => h.flow === s.flowId && h.node !== undefined)
  const when = new Date(h.time)
  return (
    <div className="ev-row" data-kind={h.kind}>
      <time dateTime={when.toISOString()} title={timeTitle(when.getTime())}>{formatDate(when.getTime())} {formatClock(when.getTime())}</time>
      <b title={h.who}>{h.who === '' ? '–' : h.who}</b>
      <span>{h.what} {here ? <button type="button" className="mono" onClick={() => actions.show(h.node!)}>{h.where}</button> : <span className="mono">{h.where}</span>}</span>
      <span>{said(h.detail)} {here ? <button type="button" className="in-icon" title={t('What led to this?')} aria-label={t('What led to this: {what}', { what: h.what })} onClick={() => void actions.lookBack({ time: h.time, want: { node: h.node! }, tracing: true })}><Rewind size={13} /></button> : null}</span>
    </div>
  )
}
