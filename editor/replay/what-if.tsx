// What the draft would have given beside what happened: ports that differ, their samples side by side, both drawn.
import { useMemo, useState, type ReactElement } from 'react'
import { Rocket, X } from 'lucide-react'
import type { JsonSample } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import type { Past, WhatIf } from '../state/past.ts'
import { differences, pairsOf, samplesOf, verdict, type Pair } from '../state/compare-runs.ts'
import { formatValue } from '../state/format.ts'
import { formatCount } from '../state/numbers.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { formatTime } from '../live/values.ts'
import { Overlay } from './overlay.tsx'

/** Rows of a table; more are told by their number. */
const MAX_ROWS = 200

export function WhatIfPanel({ past, whatIf }: { readonly past: Past; readonly whatIf: WhatIf }): ReactElement {
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const same = useEditor((s) => s.document?.flow === whatIf.flow)
  const changed = useEditor((s) => s.changes.length > 0)
  const [picked, setPicked] = useState<string | null>(null)
  const nameOf = (end: string): string => `${titleOf(nodes, types, end.slice(0, end.indexOf('.')))}.${end.slice(end.indexOf('.') + 1)}`
  const differing = whatIf.ports.filter((p) => differences(p) > 0)
  const end = picked !== null && whatIf.ports.some((p) => p.end === picked) ? picked : (differing[0]?.end ?? null)
  const { issues, skipped } = whatIf.view.trace
  return (
    <div className="rp-what" role="region" aria-label={t('What if')}>
      <header>
        <p role="status"><b>{t('What if.')}</b> {differing.length === 0 ? t('Your draft gives the same at all {count} ports.', { count: whatIf.ports.length }) : t('{differing} of {count} ports would have given something else.', { differing: differing.length, count: whatIf.ports.length })}</p>
        {!same && <button type="button" className="btn" onClick={() => void actions.runWhatIf()}>{t('The draft has changed: run it again')}</button>}
        {actions.may('edit') && changed && <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'deploy' })}><Rocket size={13} aria-hidden="true" />{' '}{t('Promote…')}</button>}
        <button type="button" className="icon-btn" aria-label={t('Close what-if')} onClick={actions.closeWhatIf}><X size={14} /></button>
      </header>
      {issues.filter((i) => i.level !== 'info').slice(0, 6).map((i, n) => <p key={n} className="rp-issue" data-level={i.level}>{i.node === undefined ? '' : <b>{titleOf(nodes, types, i.node)}: </b>}{said(i.text)} <span>{said(i.remedy)}</span></p>)}
      {skipped + past.view.trace.skipped > 0 && <p className="rp-issue" data-level="warning">{t('Not all steps could be told; only those that were are compared. Choose a shorter time.')}</p>}
      {differing.length > 0 && (
        <div className="rp-cols">
          <table className="sh-table">
            <thead><tr><th scope="col">{t('Port')}</th><th scope="col">{t('Differ')}</th><th scope="col">{t('Only then')}</th><th scope="col">{t('Only draft')}</th><th scope="col">{t('Same')}</th><th scope="col">{t('First')}</th></tr></thead>
            <tbody>
              {differing.slice(0, MAX_ROWS).map((p) => (
                <tr key={p.end} aria-selected={p.end === end}>
                  <td><button type="button" className="sh-port" aria-pressed={p.end === end} onClick={() => { setPicked(p.end); actions.show(p.end.slice(0, p.end.indexOf('.'))) }}><i aria-hidden="true">≠</i>{nameOf(p.end)}</button></td>
                  <td className="n">{p.differ || '–'}</td><td className="n">{p.onlyThen || '–'}</td><td className="n">{p.onlyDraft || '–'}</td><td className="n">{p.same || '–'}</td>
                  <td>{p.first === null ? '' : <button type="button" className="dg-link mono" title={t('Go to this time')} onClick={() => { const t = stepOf(past, whatIf, p.end, p.first!); if (t !== null) actions.goToTime(t) }}>{formatTime(p.first)}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {end !== null && <Samples past={past} whatIf={whatIf} end={end} name={nameOf(end)} />}
        </div>
      )}
    </div>
  )
}

/** The gateway's clock when that sample left, in either run. */
function stepOf(past: Past, whatIf: WhatIf, end: string, time: number): number | null {
  const dot = end.indexOf('.')
  for (const view of [past.view, whatIf.view]) {
    const found = view.steps.find((s) => s.node === end.slice(0, dot) && s.out.some((o) => o.port === end.slice(dot + 1) && o.sample.time === time))
    if (found) return found.now
  }
  return null
}

function Samples({ past, whatIf, end, name }: { readonly past: Past; readonly whatIf: WhatIf; readonly end: string; readonly name: string }): ReactElement {
  const pairs = useMemo(() => pairsOf(past.view, whatIf.view, end), [past.view, whatIf.view, end])
  const differ = useMemo(() => pairs.filter((p) => verdict(p) !== 'same'), [pairs])
  const was = useMemo(() => samplesOf(past.view, end), [past.view, end])
  const draft = useMemo(() => samplesOf(whatIf.view, end), [whatIf.view, end])
  return (
    <div className="rp-samples">
      <Overlay key={end} was={was} draft={draft} title={name} />
      <table className="sh-table" aria-label={t('Samples of {name} that differ', { name })}>
        <thead><tr><th scope="col">{t('Time')}</th><th scope="col">{t('Tag')}</th><th scope="col">{t('Then')}</th><th scope="col">{t('With the draft')}</th></tr></thead>
        <tbody>{differ.slice(0, MAX_ROWS).map((p, n) => <tr key={n}><td className="mono">{formatTime(p.time)}</td><td>{p.tag}</td><Side of={p} side="was" /><Side of={p} side="draft" /></tr>)}</tbody>
      </table>
      {differ.length > MAX_ROWS && <p className="rp-note">{t('and {number} more', { number: formatCount(differ.length - MAX_ROWS) })}</p>}
    </div>
  )
}
const Side = ({ of, side }: { readonly of: Pair; readonly side: 'was' | 'draft' }): ReactElement => <td className="mono">{sampleText(of[side])}</td>
export const sampleText = (s: JsonSample | undefined): string => (s === undefined ? '–' : `${formatValue(s.value)}${s.quality === undefined || s.quality === 'Good' ? '' : ` ${s.quality}`}`)
