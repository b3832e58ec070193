// Where did it go: every node's books, since it started, in the last minute, or since a click. A line opens its reasons and
// its ports; what does not balance is said plainly.
import { memo, useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { ChevronRight, RotateCcw } from 'lucide-react'
import { shallow } from 'zustand/shallow'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatRate } from '../state/format.ts'
import { ledgerRows, markFor, totalOf, type LedgerRow, type Period } from '../state/ledger.ts'
import { actions, store, useEditor } from '../state/store.ts'
import { saveCsv } from './save.ts'
import { textCsv } from './csv.ts'
import { formatCount, formatTime } from './values.ts'
import './ledger.css'

const PERIODS: readonly (readonly [Period, string])[] = [['start', t('Since start')], ['minute', t('Last minute')], ['zero', t('Since now')]]
type Sort = 'flow' | 'name' | 'in' | 'passed' | 'held' | 'queued' | 'dropped' | 'failed'
const COLUMNS: readonly (readonly [Sort, string, string])[] = [['in', t('in'), t('Samples that came in')], ['passed', t('passed'), t('Given on')], ['held', t('held'), t('Kept in a window or a state')], ['queued', t('queued'), t('Waiting now')], ['dropped', t('dropped'), t('Left out, for a reason')], ['failed', t('failed'), t('Could not be handled')]]
const REFRESH_MS = 1000
/** More are shown when somebody asks for them. */
const MOST = 300

/** Reckoned once a second from the state then, not with each status. */
function useRows(period: Period): readonly LedgerRow[] {
  const [rows, setRows] = useState<readonly LedgerRow[]>(() => ledgerRows(store.getState(), period))
  useEffect(() => {
    const last = new Map<string, LedgerRow>()
    const read = (): void => {
      if (document.hidden) return
      const next = ledgerRows(store.getState(), period).map((r) => {
        const before = last.get(r.id)
        const same = before && JSON.stringify(before.counts) === JSON.stringify(r.counts) && before.name === r.name
        if (!same) last.set(r.id, r)
        return same ? before : r
      })
      setRows((before) => (shallow(before, next) ? before : next))
    }
    read()
    const timer = setInterval(read, REFRESH_MS)
    const stop = store.subscribe((s, b) => { if (s.live.zero !== b.live.zero || s.live.flow !== b.live.flow) read() })
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [period])
  return rows
}

const numberOf = (r: LedgerRow, by: Sort): number => (by === 'dropped' ? r.dropped : by === 'in' || by === 'passed' || by === 'held' || by === 'queued' || by === 'failed' ? r.counts.ledger[by] : 0)

export function Ledger(): ReactElement {
  const [period, setPeriod] = useState<Period>('start')
  const [sort, setSort] = useState<Sort>('flow')
  const [lossOnly, setLossOnly] = useState(false)
  const [text, setText] = useState('')
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [all, setAll] = useState(false)
  const asked = useEditor((s) => s.ui.ledgerOf)
  const lost = useEditor((s) => s.live.state !== 'open')
  const from = useEditor((s) => markFor(s.live, period)?.time ?? null)
  const clock = useEditor((s) => s.live.clock)
  const rows = useRows(period)
  const box = useRef<HTMLDivElement>(null)
  const [answered, setAnswered] = useState<typeof asked>(null)
  if (asked && asked !== answered) {
    setAnswered(asked)
    setText('')
    setLossOnly(false)
    setAll(true)
    setOpen(new Set([...open, asked.node]))
  }
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase()
    const left = rows.filter((r) => (!lossOnly || r.lost) && (wanted === '' || `${r.name} ${r.id} ${r.title} ${said(r.title)} ${r.reasons.map((x) => `${x.words} ${said(x.words)}`).join(' ')}`.toLowerCase().includes(wanted)))
    if (sort === 'flow') return left
    return sort === 'name' ? left.toSorted((a, b) => a.name.localeCompare(b.name)) : left.toSorted((a, b) => numberOf(b, sort) - numberOf(a, sort))
  }, [rows, lossOnly, text, sort])
  const total = useMemo(() => totalOf(shown), [shown])
  useEffect(() => {
    if (!asked) return
    const look = requestAnimationFrame(() => box.current?.querySelector(`[data-node="${CSS.escape(asked.node)}"]`)?.scrollIntoView({ block: 'nearest' }))
    return () => cancelAnimationFrame(look)
  }, [asked])
  if (rows.length === 0) return <div className="dr-empty"><p><b>{t('Where every sample went.')}</b>{' '}{t('As soon as a flow runs, each node is listed with what came in, what it gave on, and what it held, dropped or failed, and why.')}</p></div>
  const head = (key: Sort, title: string, help: string): ReactElement => (
    <span key={key} role="columnheader" aria-sort={sort === key ? (key === 'name' ? 'ascending' : 'descending') : 'none'}><button type="button" title={t('{help}. Click to sort.', { help })} onClick={() => setSort(sort === key ? 'flow' : key)}>{title}{sort === key ? ' ↓' : ''}</button></span>
  )
  const csv = (): void => saveCsv('ledger', textCsv(['node', 'id', 'in', 'passed', 'held', 'queued', 'dropped', 'failed', 'reasons'], shown.map((r) => [r.name, r.id, ...(['in', 'passed', 'held', 'queued'] as const).map((k) => String(r.counts.ledger[k])), String(r.dropped), String(r.counts.ledger.failed), r.reasons.map((x) => `${x.words}: ${x.count}`).join('; ')])))
  return (
    <div className="lg">
      <div className="dr-tools">
        <div className="in-seg" role="radiogroup" aria-label={t('Counted from')}>{PERIODS.map(([key, title]) => <button key={key} type="button" role="radio" aria-checked={period === key} onClick={() => { if (key === 'zero' && store.getState().live.zero === null) actions.countFromNow(); setPeriod(key) }}>{title}</button>)}</div>
        {period === 'zero' && <button type="button" className="btn quiet" onClick={actions.countFromNow}><RotateCcw size={13} />{' '}{t('Count from now')}</button>}
        <label className="lg-check"><input type="checkbox" checked={lossOnly} onChange={(e) => setLossOnly(e.target.checked)} />{' '}{t('Only where something was lost')}</label>
        <input className="dr-find" type="search" placeholder={t('Find a node or a reason')} aria-label={t('Find a node or a reason')} value={text} onChange={(e) => setText(e.target.value)} />
        <span className="sp" />
        <small className="lg-from">{period === 'start' ? t('each since it started') : from === null ? t('counting begins') : t('since {time}, {seconds} s', { time: formatTime(from).slice(0, 8), seconds: Math.max(0, Math.round((clock - from) / 1000)) })}</small>
        <button type="button" className="btn quiet" onClick={csv}>{t('CSV')}</button>
      </div>
      <div className={`lg-table${lost ? ' lost' : ''}`} ref={box} tabIndex={0} role="group" aria-label={t('Where every sample went')}>
        <div role="table" aria-label={t('Ledger of the flow')}>
        <div className="lg-row lg-head" role="row">{head('name', t('node'), t('Its name'))}{COLUMNS.map(([key, title, help]) => head(key, title, help))}<span role="columnheader">{t('balance')}</span></div>
        {shown.slice(0, all ? shown.length : MOST).map((row) => <Row key={row.id} row={row} open={open.has(row.id)} toggle={setOpen} />)}
        {shown.length > 1 && (
          <div className="lg-row lg-total" role="row">
            <b role="cell">{t('{number} nodes', { number: formatCount(shown.length) })}</b>
            {(['in', 'passed', 'held', 'queued'] as const).map((k) => <span role="cell" key={k}>{formatCount(total[k])}</span>)}
            <span role="cell">{formatCount(total.lost)}</span><span role="cell" data-level={total.failed > 0 ? 'bad' : undefined}>{formatCount(total.failed)}</span>
            <span role="cell" className="lg-balance" data-level={total.off > 0 ? 'bad' : undefined}>{total.off > 0 ? `✕ ${t('{number} not accounted for', { number: formatCount(total.off) })}` : t('balances')}</span>
          </div>
        )}
        </div>
        {shown.length === 0 && <p className="dr-wait lg-none">{lossOnly ? t('Nothing was lost here.') : t('No node is called so.')}</p>}
        {!all && shown.length > MOST && <button type="button" className="btn quiet lg-more" onClick={() => setAll(true)}>{t('Show all {number} nodes', { number: formatCount(shown.length) })}</button>}
      </div>
    </div>
  )
}

const Row = memo(function Row({ row, open, toggle }: { readonly row: LedgerRow; readonly open: boolean; readonly toggle: (change: (before: ReadonlySet<string>) => ReadonlySet<string>) => void }): ReactElement {
  const { ledger } = row.counts
  const flip = (): void => toggle((before) => { const next = new Set(before); if (!next.delete(row.id)) next.add(row.id); return next })
  const cells = row.source ? (['in', 'passed', 'held', 'queued'] as const).map((k) => <span role="cell" key={k} className="none">{k === 'passed' ? formatCount(Object.values(row.counts.outputs).reduce((a, b) => a + b, 0)) : '–'}</span>) : (['in', 'passed', 'held', 'queued'] as const).map((k) => <span role="cell" key={k} className={ledger[k] === 0 ? 'none' : ''}>{formatCount(ledger[k])}</span>)
  return (
    <div className="lg-item" data-node={row.id}>
      <div className="lg-row" role="row">
        <span role="cell" className="lg-name">
          <button type="button" className="in-icon" aria-expanded={open} aria-label={open ? t('Close {name}', { name: row.name }) : t('Open {name}', { name: row.name })} onClick={flip}><ChevronRight size={12} className={open ? 'open' : ''} /></button>
          <button type="button" className="lg-link" title={t('{id}: show it on the canvas', { id: row.id })} onClick={() => actions.show(row.id)}>{row.name}</button>
          {row.title !== row.name && <small>{said(row.title)}</small>}
        </span>
        {cells}
        <span role="cell" className={row.dropped === 0 ? 'none' : 'lg-why'} title={row.reasons.map((r) => `${said(r.words)}: ${formatCount(r.count)}`).join('\n')}>{row.source ? '–' : formatCount(row.dropped)}</span>
        <span role="cell" className={ledger.failed === 0 ? 'none' : ''} data-level={ledger.failed > 0 ? 'bad' : undefined}>{ledger.failed > 0 ? '✕ ' : ''}{row.source && ledger.failed === 0 ? '–' : formatCount(ledger.failed)}</span>
        <span role="cell" className="lg-balance" data-level={row.off === 0 ? undefined : 'bad'}>{row.source ? t('source') : row.off === 0 ? t('balances') : row.off > 0 ? `✕ ${t('{number} not accounted for', { number: formatCount(row.off) })}` : `✕ ${t('{number} too many', { number: formatCount(-row.off) })}`}</span>
      </div>
      {open && <Details row={row} />}
    </div>
  )
})

/** Reasons in the node's own words, then its ports. */
function Details({ row }: { readonly row: LedgerRow }): ReactElement {
  const status = useEditor((s) => s.live.nodes[row.id])
  const ports = (side: 'inputs' | 'outputs'): ReactElement[] => Object.entries(row.counts[side]).map(([port, count]) => (
    <li key={`${side} ${port}`}><span>{side === 'inputs' ? '→ ' : ''}{port}{side === 'outputs' ? ' →' : ''}</span><b>{formatCount(count)}</b><small>{formatRate(status?.[side][port]?.rate ?? 0)}</small></li>
  ))
  return (
    <div role="row"><div role="cell" className="lg-details">
      {row.reasons.length > 0 && <section><h4>{t('Dropped, because')}</h4><ul>{row.reasons.map((r) => <li key={r.reason}><span>{said(r.words)}</span><b>{formatCount(r.count)}</b><small>{row.counts.ledger.in > 0 ? `${Math.round((1000 * r.count) / row.counts.ledger.in) / 10} %` : ''}</small></li>)}</ul></section>}
      <section><h4>{t('Ports')}</h4><ul>{ports('inputs')}{ports('outputs')}</ul></section>
      {row.counts.ledger.held > 0 && <p>{t('Held samples are in a window, a state or an average: they came out in another form, or will.')}</p>}
      {row.off !== 0 && <p className="bad">{t('The books of this node are wrong by {number} samples. This is a fault of the node type; report it.', { number: formatCount(Math.abs(row.off)) })}</p>}
    </div></div>
  )
}
