// The drawer's log: live lines of debug nodes, deploys and faults, and beside them the events that are kept.
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { Pause, Play, Rewind, Trash2 } from 'lucide-react'
import type { IssueLevel } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor, type LogLine } from '../state/store.ts'
import { Events } from './events.tsx'
import { RANK } from './problems.tsx'
import { formatTime, formatWhole } from './values.ts'
import { timeTitle } from '../state/format.ts'

const LEVELS: readonly (readonly [IssueLevel, string])[] = [['info', t('All')], ['warning', t('Warnings')], ['error', t('Errors')]]

/** Live lines as they come, or what happened and who did it as it is kept. */
export function Log(): ReactElement {
  const [events, setEvents] = useState(false)
  const choose = (
    <div className="in-seg" role="radiogroup" aria-label={t('Which log')}>
      <button type="button" role="radio" aria-checked={!events} onClick={() => setEvents(false)}>{t('Live lines')}</button>
      <button type="button" role="radio" aria-checked={events} onClick={() => setEvents(true)}>{t('Events')}</button>
    </div>
  )
  return <div className="dr-logs"><div className="dr-logchoice">{choose}</div>{events ? <Events /> : <LiveLines />}</div>
}

function LiveLines(): ReactElement {
  const live = useEditor((s) => s.live.log)
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const flowId = useEditor((s) => s.flowId)
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
        <div className="in-seg" role="radiogroup" aria-label={t('Least level shown')}>{LEVELS.map(([level, title]) => <button key={level} type="button" aria-checked={least === level} role="radio" onClick={() => setLeast(level)}>{title}</button>)}</div>
        <button type="button" className="btn quiet" aria-pressed={held !== null} onClick={() => setHeld(held ? null : live)}>{held ? <><Play size={13} />{' '}{t('Go on')}{missed > 0 ? ` (${missed})` : ''}</> : <><Pause size={13} />{' '}{t('Pause')}</>}</button>
        <button type="button" className="btn quiet" onClick={() => { actions.clearLog(); setHeld(null) }}><Trash2 size={13} />{' '}{t('Clear')}</button>
      </div>
      <div className="dr-log full" ref={box} role="log" aria-label={t('Log')} tabIndex={0} onScroll={(e) => { const b = e.currentTarget; atEnd.current = b.scrollHeight - b.scrollTop - b.clientHeight < 24 }}>
        {lines.length === 0 && <p className="dr-wait">{live.length === 0 ? t('Nothing logged yet. Debug nodes, deploys and faults write here.') : t('Nothing at this level.')}</p>}
        {lines.map((l) => (
          <div key={l.id} data-level={l.level}>
            <time title={timeTitle(l.time)}>{formatTime(l.time)}</time> {l.level === 'info' ? '' : <em data-level={l.level}>{l.level} </em>}
            {l.node !== undefined && <><button type="button" onClick={() => actions.show(l.node!)}>{titleOf(nodes, types, l.node)}</button> </>}
            {said(l.text)}{l.sample && !l.text.includes(l.sample.tag) ? <span> {l.sample.tag} = {formatWhole(l.sample.value)}{l.sample.quality === undefined ? '' : ` ${l.sample.quality}`}</span> : ''}
            {l.node !== undefined && l.flow === flowId && <button type="button" className="in-icon" title={t('Where did this come from?')} aria-label={t('Where did this come from: {text}', { text: said(l.text) })} onClick={() => void actions.lookBack({ time: l.time, want: { node: l.node!, ...(l.sample ? { time: l.sample.time } : {}) }, tracing: true })}><Rewind size={12} /></button>}
          </div>
        ))}
      </div>
    </div>
  )
}
