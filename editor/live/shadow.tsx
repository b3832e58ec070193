// The drawer's page of a draft that is tried beside the live flow: where both differ, and what to do about it.
import { useState, type ReactElement } from 'react'
import { FlaskConical, Rocket, Square } from 'lucide-react'
import { qualityCode, severity } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatAge, formatValue, timeTitle } from '../state/format.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { different, verdictOf } from '../state/trying.ts'
import type { ShadowNews } from '#format'
import './shadow.css'

type Port = ShadowNews['ports'][string]
const columns = [
  ['port', t('Port'), null], ['differ', t('Differ'), (p: Port) => p.differ], ['onlyLive', t('Only live'), (p: Port) => p.onlyLive], ['onlyDraft', t('Only draft'), (p: Port) => p.onlyDraft], ['same', t('Same'), (p: Port) => p.same],
] as const
type Column = (typeof columns)[number][0]

export function ShadowPanel(): ReactElement | null {
  const shadow = useEditor((s) => s.trying.shadow)
  const flow = useEditor((s) => s.document?.flow)
  const types = useEditor((s) => s.types)
  const clock = useEditor((s) => s.live.clock)
  const current = useEditor((s) => s.base.version)
  const [by, setBy] = useState<Column>('differ')
  const [up, setUp] = useState(false)
  const [all, setAll] = useState(false)
  if (!shadow) return null
  const nameOf = (end: string): string => `${titleOf(flow?.nodes, types, end.slice(0, end.indexOf('.')))}.${end.slice(end.indexOf('.') + 1)}`
  const value = columns.find(([c]) => c === by)![2]
  const entries = Object.entries(shadow.ports)
  const rows = entries
    .filter(([, p]) => all || verdictOf(p) === 'differs')
    .toSorted(([a, p], [b, q]) => (value === null ? nameOf(a).localeCompare(nameOf(b)) : value(q) - value(p) || different(q) - different(p)) * (up ? -1 : 1) || nameOf(a).localeCompare(nameOf(b)))
  const differing = entries.filter(([, p]) => verdictOf(p) === 'differs').length
  const heard = entries.filter(([, p]) => verdictOf(p) !== 'silent').length
  const mayEdit = actions.may('edit')
  const running = shadow.state === 'running'
  const promote = (): void => {
    actions.shadowDraft().then((draft) => draft && actions.openDialog({ kind: 'promote' })).catch(actions.toastFailed)
  }
  const missing = [...shadow.onlyLive.map((id) => [id, 'live'] as const), ...shadow.onlyDraft.map((id) => [id, 'draft'] as const)]
  return (
    <div className="sh">
      <div className="sh-head">
        <FlaskConical size={15} aria-hidden="true" />
        <p>
          <b>{running ? t('A draft runs beside version {version}', { version: shadow.version }) : t('A draft ran beside version {version}', { version: shadow.version })}</b> {running ? t('for {age}', { age: formatAge(clock - shadow.since) }) : ''} · {t('begun by {by} · nothing that it does reaches the plant.', { by: shadow.by })}{' '}
          <span role="status">{heard === 0 ? t('Nothing to compare yet.') : differing === 0 ? t('All {heard} ports that have spoken give the same.', { heard }) : t('{differing} of {heard} ports differ.', { differing, heard })}</span>
        </p>
        <label className="sh-all"><input type="checkbox" checked={all} onChange={(e) => setAll(e.target.checked)} />{' '}{t('also what is the same')}</label>
        {mayEdit && <button type="button" className="btn" onClick={() => void actions.endShadow()}><Square size={13} /> {running ? t('End') : t('Close')}</button>}
        {mayEdit && <button type="button" className="btn primary" disabled={!running || current !== shadow.version} title={current === shadow.version ? t('Deploy what was tried') : t('Another version runs by now')} onClick={promote}><Rocket size={13} />{' '}{t('Promote…')}</button>}
      </div>
      {shadow.issues.length > 0 && (
        <ul className="sh-issues">
          {shadow.issues.slice(0, 20).map((i, n) => <li key={n} data-level={i.level}>{i.node === undefined ? <span>{said(i.text)} <em>{said(i.remedy)}</em></span> : <button type="button" onClick={() => actions.show(i.node!)}><b>{titleOf(flow?.nodes, types, i.node)}</b> {said(i.text)} <em>{said(i.remedy)}</em></button>}</li>)}
        </ul>
      )}
      {missing.length > 0 && <p className="sh-note">{t('Without a counterpart: {nodes}', { nodes: missing.slice(0, 8).map(([id, side]) => (side === 'live' ? t('{node} (only live)', { node: titleOf(flow?.nodes, types, id) }) : t('{node} (only draft)', { node: titleOf(flow?.nodes, types, id) }))).join(', ') })}{missing.length > 8 ? ` ${t('and {number} more', { number: missing.length - 8 })}` : ''}.</p>}
      {rows.length === 0
        ? <p className="sh-note">{heard === 0 ? t('Ports are compared as soon as readings pass: by tag and time.') : t('No difference so far. Leave it running over a shift, a batch or a start-up: differences show when the process moves.')}</p>
        : (
          <table className="sh-table">
            <thead>
              <tr>
                {columns.map(([column, title]) => <th key={column} scope="col" aria-sort={by !== column ? 'none' : up !== (column === 'port') ? 'ascending' : 'descending'}><button type="button" onClick={() => { setUp(by === column ? !up : false); setBy(column) }}>{title}{by === column ? (up !== (column === 'port') ? ' ↑' : ' ↓') : ''}</button></th>)}
                <th scope="col">{t('Last difference: live, draft')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([end, p]) => (
                <tr key={end} data-verdict={verdictOf(p)}>
                  <td><button type="button" className="sh-port" onClick={() => actions.show(end.slice(0, end.indexOf('.')))}><i aria-hidden="true">{verdictOf(p) === 'differs' ? '≠' : verdictOf(p) === 'same' ? '=' : '·'}</i>{nameOf(end)}</button></td>
                  <td className="n">{p.differ || '–'}</td><td className="n">{p.onlyLive || '–'}</td><td className="n">{p.onlyDraft || '–'}</td><td className="n">{p.same || '–'}</td>
                  <td>{p.last ? <span title={timeTitle(p.last.time)}><small>{p.last.tag}</small> <Side value={p.last.live} quality={p.last.liveQuality} /> <i className="ne" aria-hidden="true">│</i> <Side value={p.last.draft} quality={p.last.draftQuality} /></span> : <small>{oneSided(p)}</small>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
    </div>
  )
}

/** Where both never gave a reading of the same time. */
const oneSided = (p: Port): string => (verdictOf(p) !== 'differs' ? '' : p.onlyLive === 0 ? t('only the draft gives these') : p.onlyDraft === 0 ? t('only the live flow gives these') : t('at other times'))

function Side({ value, quality }: { readonly value: NonNullable<Port['last']>['live']; readonly quality: string }): ReactElement {
  const grade = severity(qualityCode(quality) ?? 0x80000000)
  return <span className={`mono q-${grade}`}>{formatValue(value)}{quality === 'Good' ? '' : ` ${quality}`}</span>
}
