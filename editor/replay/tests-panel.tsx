// The drawer's page of the flow's tests: run them over the draft, see what differs here and on the canvas, take the new result
// over, edit, rename or remove one. Fetched when it is first opened.
import { useState, type KeyboardEvent, type ReactElement } from 'react'
import { Check, MapPin, Pencil, Play, Plus, TextCursorInput, Trash2 } from 'lucide-react'
import type { FlowTest } from '#format'
import { t } from '../language/index.ts'
import { Rich } from '../shell/rich.tsx'
import { stateOfTest, type TestState } from '../state/flow-tests.ts'
import type { RanTest } from '../state/past.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { IssueList } from '../dialogs/modal.tsx'
import { formatTime } from '../live/values.ts'
import { Working } from './progress.tsx'
import { sampleText } from './what-if.tsx'
import { inputsOf, samplesOf } from './words.ts'
import '../live/shadow.css'
import './replay.css'

const MARK: Readonly<Record<TestState, readonly [mark: string, text: string]>> = { none: ['·', t('not run')], passed: ['✓', t('passed (test)')], failed: ['✕', t('failed')], old: ['↻', t('the draft has changed since')] }
const FAULTS_SHOWN = 200
const noTests: { readonly [name: string]: FlowTest } = {}
const noResults: { readonly [name: string]: RanTest } = {}

export default function TestsPanel(): ReactElement {
  const flow = useEditor((s) => s.document?.flow)
  const tests = useEditor((s) => s.document?.flow.tests ?? noTests)
  const ran = useEditor((s) => (s.replay.flow === s.flowId ? s.replay.tests : noResults))
  const work = useEditor((s) => s.replay.work)
  const failed = useEditor((s) => s.replay.failed)
  const [picked, setPicked] = useState<string | null>(null)
  if (!flow) return <div className="dr-empty"><p>{t('No flow is open.')}</p></div>
  const names = Object.keys(tests)
  const edit = actions.may('edit')
  const add = edit && <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'edit-test', name: null })}><Plus size={13} aria-hidden="true" />{' '}{t('New test…')}</button>
  if (names.length === 0) {
    return (
      <div className="dr-empty">
        <p><b>{t('This flow has no tests.')}</b>{' '}{t('A test says which samples come in and what must leave, so that a change that breaks something is seen before it runs. The quickest way: look back at a time that went well, and save it as a test.')}</p>
        <p><button type="button" className="btn primary" onClick={() => actions.setDrawerTab('replay')}>{t('Look back…')}</button> {add}</p>
      </div>
    )
  }
  const states = names.map((name) => stateOfTest(flow, name, ran[name]))
  const count = (state: TestState): number => states.filter((s) => s === state).length
  const name = picked !== null && Object.hasOwn(tests, picked) ? picked : (names[states.indexOf('failed')] ?? names[0]!)
  return (
    <div className="ft">
      <div className="dr-tools">
        {edit && <button type="button" className="btn primary" disabled={work !== null} onClick={() => void actions.runTests()}><Play size={13} aria-hidden="true" />{' '}{names.length === 1 ? t('Run it') : t('Run all {number}', { number: names.length })}</button>}
        {add}
        {work ? <Working work={work} /> : <span className="rp-note" role="status">{[count('passed') > 0 ? t('{number} passed', { number: count('passed') }) : '', count('failed') > 0 ? t('{failed} failed', { failed: count('failed') }) : '', count('old') > 0 ? t('{number} to run again: the draft has changed', { number: count('old') }) : '', count('none') > 0 ? t('{number} not run yet', { number: count('none') }) : ''].filter((w) => w !== '').join(', ')}</span>}
      </div>
      <IssueList issues={failed} leads />
      <div className="ft-cols">
        <ul className="ft-list" aria-label={t('Tests')}>
          {names.map((n, i) => (
            <li key={n}>
              <button type="button" className="row" aria-pressed={n === name} onClick={() => setPicked(n)}>
                <span className="ft-mark" data-state={states[i]} role="img" aria-label={MARK[states[i]!][1]} title={MARK[states[i]!][1]}>{MARK[states[i]!][0]}</span>
                <b>{n}</b>
                <small>{ran[n] ? `${ran[n].result.ms} ms` : ''}</small>
              </button>
            </li>
          ))}
        </ul>
        <One key={name} name={name} test={tests[name]!} state={stateOfTest(flow, name, ran[name])} ran={ran[name]} busy={work !== null} renamed={setPicked} />
      </div>
    </div>
  )
}

function One({ name, test, state, ran, busy, renamed }: { readonly name: string; readonly test: FlowTest; readonly state: TestState; readonly ran: RanTest | undefined; readonly busy: boolean; readonly renamed: (name: string) => void }): ReactElement {
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const shown = useEditor((s) => s.replay.shownTest === name)
  const taken = useEditor((s) => s.document?.flow.tests ?? noTests)
  const [naming, setNaming] = useState<string | null>(null)
  const edit = actions.may('edit')
  const nameOf = (end: string): string => `${titleOf(nodes, types, end.slice(0, end.indexOf('.')))}.${end.slice(end.indexOf('.') + 1)}`
  const ends = Object.keys(test.expect)
  const expected = ends.reduce((sum, end) => sum + test.expect[end]!.length, 0)
  const faults = ran?.result.faults ?? []
  const wrong = naming === null || naming.trim() === name ? '' : naming.trim() === '' ? t('It needs a name.') : Object.hasOwn(taken, naming.trim()) ? t('Another test has this name.') : ''
  const rename = (): void => {
    if (naming === null || wrong !== '') return
    if (naming.trim() !== name && actions.renameTest(name, naming)) renamed(naming.trim())
    setNaming(null)
  }
  const keys = (e: KeyboardEvent): void => {
    if (e.key === 'Enter') rename()
    else if (e.key === 'Escape') setNaming(null)
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  return (
    <section className="ft-one" aria-label={t('Test {name}', { name })}>
      <header>
        {naming === null ? <h4 title={name}>{name}</h4> : <input className="dg-input" aria-label={t('Name of the test')} aria-invalid={wrong !== ''} title={wrong} autoFocus value={naming} maxLength={200} onChange={(e) => setNaming(e.target.value)} onKeyDown={keys} onBlur={() => (wrong === '' ? rename() : setNaming(null))} />}
        {edit && <>
          <button type="button" className="btn" disabled={busy} onClick={() => void actions.runTests([name])}><Play size={12} aria-hidden="true" />{' '}{t('Run')}</button>
          {state === 'failed' && ran?.result.issues.length === 0 && <button type="button" className="btn" title={t('What left now is right: hold the flow to it from now on')} onClick={() => actions.acceptResult(name)}><Check size={13} aria-hidden="true" />{' '}{t('Accept new result')}</button>}
        </>}
        {faults.length > 0 && <button type="button" className="btn" aria-pressed={shown} onClick={() => actions.showTest(shown ? null : name)}><MapPin size={12} aria-hidden="true" /> {shown ? t('Hide on the canvas') : t('Show on the canvas')}</button>}
        {edit && <>
          <button type="button" className="btn quiet" onClick={() => actions.openDialog({ kind: 'edit-test', name })}><Pencil size={12} aria-hidden="true" />{' '}{t('Edit…')}</button>
          <button type="button" className="icon-btn" aria-label={t('Rename the test')} title={t('Rename')} onClick={() => setNaming(name)}><TextCursorInput size={14} /></button>
          <button type="button" className="icon-btn" aria-label={t('Remove the test')} title={t('Remove; Ctrl+Z brings it back')} onClick={() => actions.removeTest(name)}><Trash2 size={14} /></button>
        </>}
      </header>
      {wrong !== '' && <p className="rp-issue" data-level="error" role="alert">{wrong}</p>}
      <p>{t('{inputs}; holds the flow to {samples} at {ports}.', { inputs: inputsOf(test.input.length), samples: samplesOf(expected), ports: ends.length === 0 ? t('no port') : `${ends.slice(0, 4).map(nameOf).join(', ')}${ends.length > 4 ? ` ${t('and {number} more', { number: ends.length - 4 })}` : ''}` })}</p>
      {state === 'passed' && <p role="status"><b>✓ {t('Passed')}</b>{' '}{t('in {ms} ms.', { ms: ran?.result.ms ?? 0 })}</p>}
      {state === 'old' && <p role="status"><Rich text={ran?.result.passed === true ? t('<b>↻ The draft has changed</b> since it ran and passed. Run it again.') : ran ? t('<b>↻ The draft has changed</b> since it ran and failed. Run it again.') : t('<b>↻ The draft has changed</b> since it ran. Run it again.')} /></p>}
      {ran && ran.result.issues.length > 0 && <><p><b>{t('It did not run:')}</b></p><IssueList issues={ran.result.issues} leads /></>}
      {faults.length > 0 && (
        <table className="sh-table" aria-label={t('Differences of {name}', { name })}>
          <thead><tr><th scope="col">{t('Port')}</th><th scope="col">{t('Sample')}</th><th scope="col">{t('Time')}</th><th scope="col">{t('Expected')}</th><th scope="col">{t('Got')}</th></tr></thead>
          <tbody>
            {faults.slice(0, FAULTS_SHOWN).map((f, i) => (
              <tr key={i}>
                <td><button type="button" className="sh-port" onClick={() => { actions.showTest(name); actions.show(f.at.slice(0, f.at.indexOf('.'))) }}><i aria-hidden="true">✕</i>{nameOf(f.at)}</button></td>
                <td className="n">{f.index + 1}</td>
                <td className="mono">{formatTime((f.expected ?? f.got)?.time ?? Number.NaN)}</td>
                <td className="mono">{f.expected ? sampleText(f.expected) : t('nothing')}</td>
                <td className="mono got">{f.got ? sampleText(f.got) : t('nothing')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {faults.length > FAULTS_SHOWN && <p>{t('and {count} more differences', { count: faults.length - FAULTS_SHOWN })}</p>}
    </section>
  )
}
