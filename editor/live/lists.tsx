// The drawer's lists: problems, alarms and the log.
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { Check, Pause, Play, Trash2 } from 'lucide-react'
import type { Issue, IssueLevel } from '#kit'
import type { AlarmBody } from '#format'
import { Act } from '../inspector/acts.tsx'
import { refusedOf } from '../state/derive.ts'
import { formatAge, formatNumber } from '../state/format.ts'
import { isQuiet, isWaiting, titleOf } from '../state/status.ts'
import { actions, useEditor, type LogLine } from '../state/store.ts'
import { typeAt } from '../state/instances.ts'
import { formatDateTime, formatTime, formatWhole } from './values.ts'

const RANK: Readonly<Record<IssueLevel, number>> = { error: 0, warning: 1, info: 2 }

export interface Problem {
  readonly issue: Issue
  /** Found while it runs; the others are the draft's. */
  readonly running: boolean
}

/** Issues of the draft, then what the running nodes report; one line each, errors first. */
export function useProblems(): readonly Problem[] {
  const issues = useEditor((s) => s.issues)
  const refused = useEditor(refusedOf)
  const failed = useEditor((s) => s.check.failed)
  const nodes = useEditor((s) => s.live.nodes)
  const engines = useEditor((s) => s.live.engines)
  return useMemo(() => {
    const running: Problem[] = []
    for (const [node, status] of Object.entries(nodes)) {
      if (node.includes('/')) continue // its instance tells it
      for (const issue of [...(status.health.issue ? [status.health.issue] : []), ...status.issues]) running.push({ issue: { node, ...issue }, running: true })
    }
    for (const engine of Object.values(engines)) if (engine.issue) running.push({ issue: engine.issue, running: true })
    const all = [...[...issues, ...refused].map((issue) => ({ issue, running: false })), ...failed.map((issue) => ({ issue, running: false })), ...running]
    const seen = new Set<string>()
    return all
      .filter(({ issue: i, running: r }) => { const key = `${r} ${i.code} ${i.node} ${i.port} ${i.wire} ${i.field} ${i.text}`; if (seen.has(key)) return false; seen.add(key); return true })
      .toSorted((a, b) => RANK[a.issue.level] - RANK[b.issue.level])
  }, [issues, refused, failed, nodes, engines])
}

export function Problems(): ReactElement {
  const problems = useProblems()
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const pending = useEditor((s) => s.check.pending)
  const heard = useEditor((s) => s.live.state === 'open')
  const state = useEditor((s) => s.flows.find((f) => f.id === s.flowId)?.state)
  const running = !heard ? 'Nothing is known of what runs: the live line to the gateway is down.' : state === undefined ? 'It was not deployed yet.' : state === 'running' ? 'Nothing that runs reports a fault.' : `The flow is ${state}.`
  if (problems.length === 0) return <div className="dr-empty"><p>{pending ? 'The gateway is checking the draft…' : <><b>No problems in the draft.</b> {running}</>}</p></div>
  const nameOf = (id: string): string => titleOf(nodes, types, id)
  return (
    <ul className="dr-list">
      {problems.map(({ issue: i, running }, n) => (
        <li key={n}>
          <button type="button" onClick={() => actions.revealIssue(i)} title={i.code}>
            <i className="dr-mark" data-level={i.level} />
            <span className="where">{i.wire ?? (i.node === undefined ? 'flow' : nameOf(i.node))}{i.wire === undefined && i.port !== undefined ? `.${i.port}` : ''}{i.field === undefined || i.wire !== undefined ? '' : <small> {i.field.replace(/^\//, '').replaceAll('/', ' › ')}</small>}</span>
            <span className="what">{i.text} <em>{i.remedy}</em></span>
            <small className="tag">{running ? 'running' : 'draft'}</small>
          </button>
        </li>
      ))}
    </ul>
  )
}

const STATE: Readonly<Record<AlarmBody['state'], string>> = { normal: 'normal', unacknowledged: 'unacknowledged', acknowledged: 'acknowledged', returned: 'back to normal, unacknowledged', latched: 'back to normal, waits for a reset', shelved: 'shelved', suppressed: 'suppressed by design', 'out-of-service': 'out of service' }
const RANKS: readonly AlarmBody['state'][] = ['unacknowledged', 'returned', 'latched', 'acknowledged', 'shelved', 'suppressed', 'out-of-service', 'normal']
/** What waits for somebody first, what is put aside last. */
const rankOf = (a: AlarmBody): number => (isWaiting(a) ? 0 : RANKS.indexOf(a.state))
const acknowledge = ['acknowledge', 'Acknowledge'] as const
const shelve = ['shelve', 'Shelve'] as const
/** What an operator may do next. Suppression by design ends by itself. */
const NEXT: Readonly<Record<AlarmBody['state'], readonly (readonly [act: string, title: string])[]>> = {
  normal: [], unacknowledged: [acknowledge, shelve], acknowledged: [shelve], returned: [acknowledge], latched: [['reset', 'Reset']],
  shelved: [['unshelve', 'Unshelve']], suppressed: [], 'out-of-service': [['return-to-service', 'Return to service']],
}
const PRIORITY: Readonly<Record<AlarmBody['priority'], number>> = { critical: 0, high: 1, medium: 2, low: 3 }

export function Alarms(): ReactElement {
  const alarms = useEditor((s) => s.live.alarms)
  const types = useEditor((s) => s.types)
  const flows = useEditor((s) => s.flows)
  const flow = useEditor((s) => s.document?.flow)
  const nodes = flow?.nodes
  const flowId = useEditor((s) => s.flowId)
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (alarms.length === 0) return <div className="dr-empty"><p><b>No alarms.</b> An Alarm node raises one when its limit is passed for longer than its delay. It stays here until it is back to normal and acknowledged.</p></div>
  const sorted = alarms.toSorted((a, b) => rankOf(a) - rankOf(b) || PRIORITY[a.priority] - PRIORITY[b.priority] || b.since - a.since)
  return (
    <ul className="dr-list alarms">
      {sorted.map((a) => {
        const key = `${a.flow} ${a.node} ${a.tag}`
        const own = a.flow === flowId
        const type = own ? types.get(typeAt(flow, a.node) ?? '') : undefined
        return (
          <li key={key} data-state={a.state}>
            <button type="button" disabled={!own} onClick={() => actions.show(a.node)}>
              <i className="dr-mark" data-level={isQuiet(a) ? 'info' : a.priority === 'low' || a.priority === 'medium' || a.state === 'returned' || a.state === 'latched' ? 'warning' : 'error'} />
              <span className="where">{own ? titleOf(nodes, types, a.node) : `${flows.find((f) => f.id === a.flow)?.name ?? a.flow}: ${a.node}`}{a.tag !== '' && <small> {a.tag}</small>}</span>
              <span className="what">{a.first === true && <b>First: </b>}{a.message === '' ? 'Limit passed' : a.message} <em>{a.value === null ? 'no value' : formatNumber(a.value)} against {formatNumber(a.limit)}</em></span>
              <span className="since" title={formatDateTime(a.since)}>{a.priority} · {STATE[a.state]}{a.until === undefined ? '' : ` until ${formatTime(a.until)}`} · {formatAge(now - a.since)}{a.acknowledgedBy === undefined ? '' : ` · by ${a.acknowledgedBy}`}</span>
            </button>
            {NEXT[a.state].filter(([name]) => type?.acts.includes(name) ?? true).map(([name, title]) => <Act key={name} act={name} title={title} type={type} subject={{ flow: a.flow, node: a.node, tag: a.tag }}>{name === 'acknowledge' ? <Check size={13} /> : <></>}</Act>)}
          </li>
        )
      })}
    </ul>
  )
}

const LEVELS: readonly (readonly [IssueLevel, string])[] = [['info', 'All'], ['warning', 'Warnings'], ['error', 'Errors']]

export function Log(): ReactElement {
  const live = useEditor((s) => s.live.log)
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const [least, setLeast] = useState<IssueLevel>('info')
  const [held, setHeld] = useState<readonly LogLine[] | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const lines = useMemo(() => (held ?? live).filter((l) => RANK[l.level] <= RANK[least]), [held, live, least])
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  })
  const missed = held ? live.filter((l) => l.id > (held.at(-1)?.id ?? 0)).length : 0
  return (
    <div className="dr-logpane">
      <div className="dr-tools">
        <div className="in-seg" role="radiogroup" aria-label="Least level shown">{LEVELS.map(([level, title]) => <button key={level} type="button" aria-checked={least === level} role="radio" onClick={() => setLeast(level)}>{title}</button>)}</div>
        <button type="button" className="btn quiet" aria-pressed={held !== null} onClick={() => setHeld(held ? null : live)}>{held ? <><Play size={13} /> Go on{missed > 0 ? ` (${missed})` : ''}</> : <><Pause size={13} /> Pause</>}</button>
        <button type="button" className="btn quiet" onClick={() => { actions.clearLog(); setHeld(null) }}><Trash2 size={13} /> Clear</button>
      </div>
      <div className="dr-log full" ref={box} role="log" aria-label="Log" tabIndex={0} onScroll={(e) => { const b = e.currentTarget; atEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 24 }}>
        {lines.length === 0 && <p className="dr-wait">{live.length === 0 ? 'Nothing logged yet. Debug nodes, deploys and faults write here.' : 'Nothing at this level.'}</p>}
        {lines.map((l) => (
          <div key={l.id} data-level={l.level}>
            <time>{formatTime(l.time)}</time> {l.level === 'info' ? '' : <em data-level={l.level}>{l.level} </em>}
            {l.node !== undefined && <><button type="button" onClick={() => actions.show(l.node!)}>{titleOf(nodes, types, l.node)}</button> </>}
            {l.text}{l.sample && !l.text.includes(l.sample.tag) ? <span> {l.sample.tag} = {formatWhole(l.sample.value)}{l.sample.quality === undefined ? '' : ` ${l.sample.quality}`}</span> : ''}
          </div>
        ))}
      </div>
    </div>
  )
}
