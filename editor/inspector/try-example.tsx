// Runs a node's example on the gateway's lab, away from the plant: with other inputs, or with the settings that the node
// has now. What comes out differently from what the example says is marked.
import { useRef, useState, type ReactElement } from 'react'
import { Play, Plus, X } from 'lucide-react'
import { qualityName, Quality, type CatalogueNode, type Example, type Issue, type JsonValue } from '#kit'
import { withParameters, type ExampleBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api, useEditor } from '../state/here.ts'
import { formatWhole, qualityText } from '../live/values.ts'
import { asSaid, lineOf, samplesOf, type Line } from './example-run.ts'

const QUALITIES: readonly string[] = Object.values(Quality).map(qualityName)

export function TryExample({ id, type, example }: { readonly id: string; readonly type: CatalogueNode; readonly example: Example<unknown> }): ReactElement {
  const node = useEditor((s) => s.document?.flow.nodes[id])
  const parameters = useEditor((s) => s.document?.flow.parameters)
  const ports = useEditor((s) => s.ports[id]?.inputs)
  const [own, setOwn] = useState(false)
  const [lines, setLines] = useState<readonly Line[]>(() => example.in.map(lineOf))
  const [result, setResult] = useState<(ExampleBody & { readonly said: boolean }) | null>(null)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const [fault, setFault] = useState('')
  const [busy, setBusy] = useState(false)
  const asked = useRef(0)
  const edited = own || lines.length !== example.in.length || lines.some((l, i) => JSON.stringify(l) !== JSON.stringify(lineOf(example.in[i]!)))
  const names = [...new Set([...Object.keys(type.inputs).filter((n) => n !== '*'), ...Object.keys(ports ?? {}), ...example.in.map((s) => s.at)])]
  const set = (i: number, change: Partial<Line>): void => setLines(lines.with(i, { ...lines[i]!, ...change }))
  const run = (): void => {
    const read = samplesOf(lines)
    setFault('fault' in read ? read.fault : '')
    if ('fault' in read) return
    const mine = ++asked.current
    const config = (own && node ? withParameters(node.config, parameters ?? {}, () => undefined) : example.config) as { readonly [name: string]: JsonValue }
    setBusy(true)
    setIssues([])
    api.example({ type: type.type, config, in: read.samples })
      .then((body) => { if (mine === asked.current) setResult({ ...body, said: !edited }) })
      .catch((thrown: unknown) => { if (mine === asked.current) { setResult(null); setIssues(actions.failed(thrown)) } })
      .finally(() => { if (mine === asked.current) setBusy(false) })
  }
  const same = result ? asSaid(result.out, result.said ? example.out : undefined) : []
  const dropped = Object.entries(result?.ledger.dropped ?? {}).filter(([, n]) => n > 0)
  return (
    <div className="in-try">
      <div className="in-seg" role="radiogroup" aria-label={t('Settings to run it with')}>
        <button type="button" role="radio" aria-checked={!own} onClick={() => setOwn(false)}>{t("Example's settings")}</button>
        <button type="button" role="radio" aria-checked={own} onClick={() => setOwn(true)}>{t("This node's")}</button>
      </div>
      <table aria-label={t('Inputs')}>
        <thead><tr><th>{t('at, s')}</th>{names.length > 1 && <th>{t('input')}</th>}<th>{t('value')}</th><th>{t('quality')}</th><th><span className="sr-only">{t('Act')}</span></th></tr></thead>
        <tbody>
          {lines.map((l, i) => (
            <tr key={i}>
              <td><input value={l.time} aria-label={t('Time of input {number}, s', { number: i + 1 })} inputMode="decimal" onChange={(e) => set(i, { time: e.target.value })} /></td>
              {names.length > 1 && <td><select value={l.at} aria-label={t('Where input {number} goes', { number: i + 1 })} onChange={(e) => set(i, { at: e.target.value })}>{names.map((n) => <option key={n}>{n}</option>)}</select></td>}
              <td><input value={l.value} aria-label={t('Value of input {number}', { number: i + 1 })} spellCheck={false} onChange={(e) => set(i, { value: e.target.value })} onKeyDown={(e) => { if (e.key === 'Enter') run() }} /></td>
              <td><select value={l.quality} aria-label={t('Quality of input {number}', { number: i + 1 })} onChange={(e) => set(i, { quality: e.target.value })}>{!QUALITIES.includes(l.quality) && <option>{l.quality}</option>}{QUALITIES.map((q) => <option key={q} value={q}>{q === 'Good' ? t('Good') : qualityText({ quality: q })}</option>)}</select></td>
              <td><button type="button" className="in-icon" aria-label={t('Remove input {number}', { number: i + 1 })} onClick={() => setLines(lines.toSpliced(i, 1))}><X size={11} /></button></td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="in-acts">
        {names.length > 0 && <button type="button" className="in-add" onClick={() => setLines([...lines, lines.length > 0 ? { ...lines.at(-1)!, time: String(Number(lines.at(-1)!.time) + 1 || 0) } : { at: names[0]!, tag: 'x', time: '0', value: '0', quality: 'Good' }])}><Plus size={12} />{' '}{t('Input')}</button>}
        <button type="button" className="btn primary" disabled={busy} onClick={run}><Play size={13} /> {busy ? t('Running…') : t('Run')}</button>
      </div>
      {fault !== '' && <p className="in-fault" role="alert">{fault}</p>}
      {issues.map((i, n) => <p key={n} className="in-fault" role="alert">{said(i.text)} {said(i.remedy)}</p>)}
      {result && (
        <div aria-live="polite">
          {result.out.length === 0 && <p>{t('Nothing came out.')}</p>}
          {result.out.length > 0 && (
            <table aria-label={t('Outputs')}>
              <thead><tr><th>{t('at')}</th><th>{t('out')}</th></tr></thead>
              <tbody>{result.out.map((s, i) => <tr key={i} className={same[i] ? '' : 'other'}><td>{s.time / 1000} s</td><td><span className="cell">{Object.keys(type.outputs).length > 1 && <small>{s.at} </small>}{s.tag !== undefined && <small>{s.tag} </small>}{formatWhole(s.value)}{s.quality !== undefined && <b> {qualityText(s)}</b>}{!same[i] && <small>{' '}{t('not as the example says')}</small>}</span></td></tr>)}</tbody>
            </table>
          )}
          {result.said && same.every(Boolean) && result.out.length === example.out.length && <p>{t('As the example says.')}</p>}
          {dropped.map(([reason, n]) => <p key={reason}>{t('Left out {n}:', { n })}{' '}{said(type.drops[reason] ?? reason)}</p>)}
          {result.ledger.failed > 0 && <p className="in-fault">{t('Failed: {failed}', { failed: result.ledger.failed })}</p>}
          {result.issues.map((i, n) => <p key={n} className="in-fault">{said(i.text)} {said(i.remedy)}</p>)}
        </div>
      )}
    </div>
  )
}
