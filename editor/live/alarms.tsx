// The alarm list: state, priority by shape and word, what and since when; acknowledged singly, as selected or all that are
// shown, shelved for a time with a reason, commented. EEMUA's figures stand in one quiet line.
import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { AlarmClockOff, Check, CircleSlash, MessageSquare, Rewind, RotateCcw } from 'lucide-react'
import type { AlarmBody, AlarmLogBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Act } from '../inspector/acts.tsx'
import { Modal } from '../dialogs/modal.tsx'
import { alarmKey, figuresOf, FLOOD, mayAcknowledge, noFilter, PRIORITIES, PRIORITY_WORDS, shownAlarms, STATES, type AlarmFilter, type AlarmSort } from '../state/alarms.ts'
import { formatAge, formatNumber, timeTitle } from '../state/format.ts'
import { isQuiet, isWaiting, titleOf } from '../state/status.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { typeAt } from '../state/instances.ts'
import { textCsv } from './csv.ts'
import { saveCsv } from './save.ts'
import { formatTime } from './values.ts'
import './alarms.css'

const SHOW: readonly (readonly [AlarmFilter['show'], string])[] = [['all', t('All')], ['waiting', t('Waiting')], ['standing', t('Standing')], ['aside', t('Put aside')]]
const LOG_MS = 30_000
const MOST = 300

/** The last changes, for the figures: asked anew now and then, and when the list changes. */
function useAlarmLog(alarms: readonly AlarmBody[]): readonly AlarmLogBody[] {
  const [log, setLog] = useState<readonly AlarmLogBody[]>([])
  useEffect(() => {
    let gone = false
    const ask = (): void => {
      if (document.hidden) return
      api.alarmLog(300).then((entries) => { if (!gone) setLog(entries) }).catch((thrown: unknown) => void actions.failed(thrown)) // the figures are left out; the line to the gateway is told elsewhere
    }
    const soon = setTimeout(ask, alarms.length === 0 ? 100 : 300)
    const timer = setInterval(ask, LOG_MS)
    return () => {
      gone = true
      clearTimeout(soon)
      clearInterval(timer)
    }
  }, [alarms])
  return log
}

export function Alarms(): ReactElement {
  const alarms = useEditor((s) => s.live.alarms)
  const flows = useEditor((s) => s.flows)
  const lost = useEditor((s) => s.live.state !== 'open')
  const [now, setNow] = useState(() => Date.now())
  const [filter, setFilter] = useState<AlarmFilter>(noFilter)
  const [sort, setSort] = useState<AlarmSort>('rank')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = useState<readonly AlarmBody[] | null>(null)
  const log = useAlarmLog(alarms)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const shown = useMemo(() => shownAlarms(alarms, filter, sort), [alarms, filter, sort])
  const figures = useMemo(() => figuresOf(alarms, log, now), [alarms, log, now])
  const selected = shown.filter((a) => chosen.has(alarmKey(a)))
  const open = (of: readonly AlarmBody[]): readonly AlarmBody[] => of.filter(mayAcknowledge)
  const allowed = actions.may('operate')
  const set = (change: Partial<AlarmFilter>): void => setFilter({ ...filter, ...change })
  const choose = (key: string, on: boolean): void => setChosen((before) => { const next = new Set(before); if (on) next.add(key); else next.delete(key); return next })
  const line = <p className="al-figures" data-level={figures.flood ? 'bad' : undefined}>{figures.flood && <b>▲ {t('Alarm flood:')}{' '}</b>}{t('{recent} new in 10 min', { recent: figures.recent })}{figures.flood ? ` ${t('(more than {number} cannot be followed)', { number: FLOOD.count })}` : ''} · {t('{standing} standing · {waiting} waiting', { standing: figures.standing, waiting: figures.waiting })}{figures.aside > 0 ? ` · ${t('{aside} put aside', { aside: figures.aside })}` : ''}{figures.stale > 0 ? ` · ${t('{stale} longer than a day', { stale: figures.stale })}` : ''}</p>
  if (alarms.length === 0) return <div className="dr-empty"><p><b>{t('No alarms.')}</b>{' '}{t('An Alarm node raises one when its limit is passed for longer than its delay. It stays here until it is back to normal and acknowledged.')}</p>{line}</div>
  const head = (key: AlarmSort, title: string): ReactElement => <button type="button" aria-pressed={sort === key} title={t('Sort by {title}', { title })} onClick={() => setSort(sort === key ? 'rank' : key)}>{title}{sort === key ? ' ↓' : ''}</button>
  const csv = (): void => saveCsv('alarms', textCsv(['since', 'state', 'priority', 'flow', 'node', 'tag', 'message', 'value', 'limit', 'acknowledged by'], shown.map((a) => [new Date(a.since).toISOString(), STATES[a.state], a.priority, a.flow, a.node, a.tag, a.message, a.value === null ? '' : String(a.value), String(a.limit), a.acknowledgedBy ?? ''])))
  return (
    <div className="al">
      <div className="dr-tools">
        <div className="in-seg" role="radiogroup" aria-label={t('Which alarms')}>{SHOW.map(([key, title]) => <button key={key} type="button" role="radio" aria-checked={filter.show === key} onClick={() => set({ show: key })}>{title}</button>)}</div>
        <select className="dr-select" aria-label={t('Priority')} value={filter.priority ?? ''} onChange={(e) => set({ priority: e.target.value === '' ? null : (e.target.value as AlarmBody['priority']) })}><option value="">{t('every priority')}</option>{PRIORITIES.map((p) => <option key={p} value={p}>{PRIORITY_WORDS[p]}</option>)}</select>
        {flows.length > 1 && <select className="dr-select" aria-label={t('Flow')} value={filter.flow ?? ''} onChange={(e) => set({ flow: e.target.value === '' ? null : e.target.value })}><option value="">{t('every flow')}</option>{flows.map((f) => <option key={f.id} value={f.id}>{f.name}</option>)}</select>}
        <input className="dr-find" type="search" placeholder={t('Find a tag or a text')} aria-label={t('Find an alarm')} value={filter.text} onChange={(e) => set({ text: e.target.value })} />
        <button type="button" className="btn" disabled={!allowed || open(selected.length > 0 ? selected : shown).length === 0} title={allowed ? '' : t('Needs the role operator')} onClick={() => setAsking(open(selected.length > 0 ? selected : shown))}><Check size={13} /> {selected.length > 0 ? t('Acknowledge {number} selected', { number: open(selected).length }) : t('Acknowledge all shown…')}</button>
        <span className="sp" />
        <button type="button" className="btn quiet" onClick={csv}>{t('CSV')}</button>
      </div>
      {line}
      <div className={`al-table${lost ? ' lost' : ''}`} role="group" aria-label={t('Alarms')} tabIndex={0}>
        <div className="al-row al-head">
          <span><input type="checkbox" aria-label={t('Select all shown')} checked={selected.length > 0 && selected.length === shown.length} onChange={(e) => setChosen(e.target.checked ? new Set(shown.map(alarmKey)) : new Set())} /></span>
          {head('priority', t('priority'))}{head('tag', t('node and tag'))}<span>{t('message')}</span><span>{t('value and limit')}</span><span>{t('state')}</span>{head('since', t('since'))}<span />
        </div>
        <ul className="al-list">{shown.slice(0, MOST).map((a) => <AlarmRow key={alarmKey(a)} alarm={a} now={now} chosen={chosen.has(alarmKey(a))} choose={choose} />)}</ul>
        {shown.length === 0 && <p className="dr-wait">{t('No alarm is like that. {count} are in the list.', { count: alarms.length })}</p>}
        {shown.length > MOST && <p className="dr-wait">{t('{number} more: narrow it down above.', { number: shown.length - MOST })}</p>}
      </div>
      {asking && <AcknowledgeMany alarms={asking} done={() => { setAsking(null); setChosen(new Set()) }} />}
    </div>
  )
}

function AlarmRow({ alarm: a, now, chosen, choose }: { readonly alarm: AlarmBody; readonly now: number; readonly chosen: boolean; readonly choose: (key: string, on: boolean) => void }): ReactElement {
  const own = useEditor((s) => s.flowId === a.flow)
  const flow = useEditor((s) => s.document?.flow)
  const types = useEditor((s) => s.types)
  const flowName = useEditor((s) => s.flows.find((f) => f.id === a.flow)?.name ?? a.flow)
  const type = types.get(a.nodeType ?? (own ? (typeAt(flow, a.node) ?? '') : ''))
  const name = own ? titleOf(flow?.nodes, types, a.node) : `${flowName}: ${a.nodeName ?? a.node}`
  const subject = { flow: a.flow, node: a.node, tag: a.tag }
  const can = (act: string): boolean => type?.acts.includes(act) ?? false
  const quiet = isQuiet(a)
  return (
    <li className="al-row" data-state={a.state}>
      <span><input type="checkbox" aria-label={t('Select {name} {tag}', { name, tag: a.tag })} checked={chosen} onChange={(e) => choose(alarmKey(a), e.target.checked)} /></span>
      <span className="al-priority" data-priority={a.priority} data-quiet={quiet}><i aria-hidden="true" />{a.priority}</span>
      <span className="where">{own ? <button type="button" onClick={() => actions.show(a.node)}>{name}</button> : <b>{name}</b>}{a.tag !== '' && <small> {a.tag}</small>}</span>
      <span className="what">{a.first === true && <b>{t('First:')}{' '}</b>}{a.message === '' ? t('Limit passed') : said(a.message)}</span>
      <span className="al-value">{a.value === null ? t('no value') : formatNumber(a.value)} <em>{t('against {limit}', { limit: formatNumber(a.limit) })}</em></span>
      <span className={`al-state${isWaiting(a) ? ' waits' : ''}`}>{STATES[a.state]}{a.until === undefined ? '' : ` ${t('until {time}', { time: formatTime(a.until).slice(0, 5) })}`}{a.acknowledgedBy === undefined ? '' : ` ${t('by {user}', { user: a.acknowledgedBy })}`}</span>
      <span className="since" title={timeTitle(a.since)}>{formatAge(now - a.since)}</span>
      <span className="al-acts">
        {mayAcknowledge(a) && <Act act="acknowledge" title={t('Acknowledge')} type={type} subject={subject}><Check size={13} /></Act>}
        {a.state === 'latched' && <Act act="reset" title={t('Reset')} type={type} subject={subject}><RotateCcw size={13} /></Act>}
        {a.state === 'shelved' && <Act act="unshelve" title={t('Unshelve')} type={type} subject={subject} />}
        {a.state === 'out-of-service' && <Act act="return-to-service" title={t('Return to service')} type={type} subject={subject} />}
        {(a.state === 'unacknowledged' || a.state === 'acknowledged') && can('shelve') && <Act act="shelve" title={t('Shelve')} type={type} subject={subject} compact><AlarmClockOff size={14} /></Act>}
        {!quiet && can('out-of-service') && <Act act="out-of-service" title={t('Take out of service')} type={type} subject={subject} compact><CircleSlash size={14} /></Act>}
        {own && <button type="button" className="in-icon" title={t('What led to this?')} aria-label={t('What led to the alarm of {name}?', { name })} onClick={() => void actions.lookBack({ time: a.since, want: { node: a.node }, tracing: true })}><Rewind size={14} /></button>}
        {can('comment') && <Act act="comment" title={t('Comment')} type={type} subject={subject} compact><MessageSquare size={14} /></Act>}
      </span>
    </li>
  )
}

async function acknowledgeAll(alarms: readonly AlarmBody[]): Promise<void> {
  const results = await Promise.allSettled(alarms.map(({ flow, node, tag }) => api.acknowledge({ flow, node, tag })))
  const failed = results.flatMap((r) => (r.status === 'rejected' ? [r.reason as unknown] : []))
  const done = alarms.length - failed.length
  if (failed.length > 0) actions.toastFailed(failed[0])
  if (done > 0) actions.toast({ level: 'success', text: t('{count} alarms acknowledged.', { count: done }) })
}

/** Nobody acknowledges by mistake what they have not read: the list is asked for once more. */
function AcknowledgeMany({ alarms, done }: { readonly alarms: readonly AlarmBody[]; readonly done: () => void }): ReactElement {
  const [busy, setBusy] = useState(false)
  const go = (): void => {
    setBusy(true)
    void acknowledgeAll(alarms).finally(done)
  }
  return (
    <Modal title={t('Acknowledge {count} alarms?', { count: alarms.length })} close={done} onSubmit={go} actions={<><button type="button" className="btn" onClick={done}>{t('Cancel')}</button><button type="submit" className="btn primary" disabled={busy}>{busy ? t('Acknowledging…') : t('Acknowledge')}</button></>}>
      <p className="dg-note">{t('Your name is kept with each. Those that came in since this question are not acknowledged.')}</p>
      <ul className="al-asked">{alarms.slice(0, 20).map((a) => <li key={alarmKey(a)}><b>{PRIORITY_WORDS[a.priority]}</b> {a.nodeName ?? a.node}{a.tag === '' ? '' : ` ${a.tag}`}: {a.message === '' ? t('Limit passed') : said(a.message)}</li>)}</ul>
      {alarms.length > 20 && <p className="dg-note">{t('and {number} more', { number: alarms.length - 20 })}</p>}
    </Modal>
  )
}
