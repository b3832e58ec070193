// The drawer's page to look back: the time line, the controls to go through a stretch step by step, its steps or the path of a
// sample, and what the draft would have given. Fetched when it is first opened.
import { useEffect, useMemo, type ReactElement } from 'react'
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, FlaskConical, FastForward, History, Pause, Play, Route, Save, X } from 'lucide-react'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Working } from './progress.tsx'
import { pastOf } from '../state/past.ts'
import type { Stride } from '../state/trace.ts'
import { formatAge } from '../state/format.ts'
import { formatCount, formatDecimals } from '../state/numbers.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { IssueList } from '../dialogs/modal.tsx'
import { Steps } from './steps.tsx'
import { Timeline } from './timeline.tsx'
import { WhatIfPanel } from './what-if.tsx'
import { inputsOf, stepsOf } from './words.ts'
import '../live/shadow.css'
import './replay.css'

/** While the page is open; it is small. */
const REFRESH_MS = 3000
const STRIDES: readonly (readonly [Stride, string, string])[] = [['step', t('Step'), t('Every step of every node')], ['sample', t('Sample'), t('From one sample that came from outside to the next')], ['node', t('Node'), t('Only steps of this node')]]

export default function ReplayPanel(): ReactElement {
  const recording = useEditor((s) => (s.replay.flow === s.flowId ? s.replay.recording : null))
  const deployed = useEditor((s) => s.base.version !== null)
  const flowId = useEditor((s) => s.flowId)
  const past = useEditor(pastOf)
  const chosen = useEditor((s) => s.replay.chosen)
  const work = useEditor((s) => s.replay.work)
  const failed = useEditor((s) => s.replay.failed)
  const all = useEditor((s) => s.live.alarms)
  const alarms = useMemo(() => all.filter((a) => a.flow === flowId), [all, flowId])
  useEffect(() => {
    if (!deployed || flowId === null) return
    void actions.lookRecording()
    const timer = setInterval(() => { if (!document.hidden) void actions.lookRecording() }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [deployed, flowId])

  if (!deployed) return <div className="dr-empty"><p><b>{t('Nothing to look back at.')}</b>{' '}{t('A flow is remembered while it runs: deploy it first.')}</p></div>
  if (!recording) return <div className="dr-empty"><IssueList issues={failed} />{failed.length === 0 && <p role="status">{t('Asking the engine what it remembers…')}</p>}</div>
  if (recording.state === 'off') return <div className="dr-empty"><p><b>{t('Nothing is remembered of this flow.')}</b>{' '}{t("Its setting 'record' is 0 minutes. Set it to 15, say, and deploy: then the last 15 minutes can be looked at.")}</p></div>
  const { from, to } = recording
  if (from === null || to === null) return <div className="dr-empty"><p><b>{t('Nothing recorded yet:')}</b>{' '}{t('it begins with the next sample.')}{recording.state === 'overrun' ? ` ${t('More comes in than can be kept at this moment.')}` : ''}</p></div>
  return (
    <div className="rp">
      <Timeline recording={{ ...recording, from, to }} past={past} chosen={chosen} alarms={alarms} onLook={(time) => void actions.lookBack({ time })} onChoose={actions.chooseSpan} onRun={(span) => void actions.lookBack({ span, time: span.from })} />
      {past ? <Controls /> : null}
      <div className="rp-bar">
        {work ? <Working work={work} /> : chosen ? (
          <>
            <button type="button" className="btn primary" onClick={() => void actions.lookBack({ span: chosen, time: chosen.from })}><History size={14} aria-hidden="true" />{' '}{t('Look at these {age}', { age: formatAge(chosen.to - chosen.from) })}</button>
            <button type="button" className="btn quiet" onClick={() => actions.chooseSpan(null)}><X size={13} aria-hidden="true" />{' '}{t('Let it be')}</button>
          </>
        ) : past ? null : <button type="button" className="btn primary" onClick={() => void actions.lookBack()}><History size={14} aria-hidden="true" />{' '}{t('Look back…')}</button>}
        {past ? null : <span className="rp-note">{recording.state === 'overrun' ? `${t('More comes in than can be kept: the recording waits until less does.')} ` : ''}{t('{age} remembered, {inputs}, {used} of {room}; the oldest goes after {limit}. Click a moment, or drag over a range.', { age: formatAge(to - from), inputs: inputsOf(recording.samples), used: kb(recording.bytes), room: kb(recording.limitBytes), limit: formatAge(recording.limitMs) })}</span>}
      </div>
      <IssueList issues={failed} />
      {past && (
        <div className={`rp-body${past.whatIf ? ' two' : ''}`}>
          <Notes />
          {past.view.steps.length === 0 ? <p className="rp-note">{t('Nothing came in during this time. Choose another one.')}</p> : <Steps past={past} />}
          {past.whatIf && <WhatIfPanel past={past} whatIf={past.whatIf} />}
        </div>
      )}
    </div>
  )
}
const kb = (bytes: number): string => (bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${formatDecimals(bytes / 1e6, 1)} MB`)

function Controls(): ReactElement | null {
  const past = useEditor(pastOf)
  const busy = useEditor((s) => s.replay.work !== null)
  const changed = useEditor((s) => s.changes.length > 0)
  if (!past) return null
  const { steps } = past.view
  const last = steps.length - 1
  const edit = actions.may('edit')
  return (
    <div className="rp-controls" role="toolbar" aria-label={t('Go through the steps')}>
      <button type="button" className="icon-btn" aria-label={t('First step')} title={t('First step')} disabled={past.place <= 0} onClick={() => actions.goToStep(0)}><ChevronFirst size={16} /></button>
      <button type="button" className="icon-btn" aria-label={t('Back')} title={t('Back (←)')} disabled={past.place <= 0} onClick={() => actions.stepBy(-1)}><ChevronLeft size={16} /></button>
      {past.playing > 0
        ? <button type="button" className="icon-btn on" aria-label={t('Pause')} title={t('Pause')} onClick={() => actions.play(0)}><Pause size={15} /></button>
        : <button type="button" className="icon-btn" aria-label={t('Play')} title={t('Play as fast as it was')} disabled={last < 0} onClick={() => actions.play(1)}><Play size={15} /></button>}
      <button type="button" className={`icon-btn${past.playing === 10 ? ' on' : ''}`} aria-pressed={past.playing === 10} aria-label={t('Play ten times as fast')} title={t('Ten times as fast')} disabled={last < 0} onClick={() => actions.play(past.playing === 10 ? 1 : 10)}><FastForward size={15} /></button>
      <button type="button" className="icon-btn" aria-label={t('Forward')} title={t('Forward (→)')} disabled={past.place >= last} onClick={() => actions.stepBy(1)}><ChevronRight size={16} /></button>
      <button type="button" className="icon-btn" aria-label={t('Last step')} title={t('Last step')} disabled={past.place >= last} onClick={() => actions.goToStep(last)}><ChevronLast size={16} /></button>
      <span className="in-seg" role="radiogroup" aria-label={t('How far a step goes')}>{STRIDES.map(([key, title, help]) => <button key={key} type="button" role="radio" aria-checked={past.stride === key} title={help} onClick={() => actions.setStride(key)}>{title}</button>)}</span>
      <span className="mono rp-at">{steps.length === 0 ? t('no steps') : <>{t('step {place} of {all}', { place: formatCount(past.place + 1), all: formatCount(steps.length) })}</>}</span>
      <button type="button" className="btn" aria-pressed={past.tracing} aria-label={t('Path of this sample')} title={t('Where this sample came from, and what became of it')} disabled={last < 0} onClick={() => actions.setTracing(!past.tracing)}><Route size={13} aria-hidden="true" />{' '}{t('Path')}</button>
      <span className="sp" />
      {edit && <button type="button" className="btn" disabled={busy} title={changed ? t('Your draft over the same inputs, beside what happened') : t('Change a setting first: the draft is what runs')} onClick={() => void actions.runWhatIf()}><FlaskConical size={13} aria-hidden="true" />{' '}{t('What if my draft ran?')}</button>}
      {edit && <button type="button" className="btn" disabled={busy} onClick={() => { actions.play(0); actions.openDialog({ kind: 'save-test' }) }}><Save size={13} aria-hidden="true" />{' '}{t('Save as test…')}</button>}
    </div>
  )
}

/** What a person must know before believing what is shown. */
function Notes(): ReactElement | null {
  const past = useEditor(pastOf)
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const draft = useEditor((s) => s.changes.some((c) => c.what !== 'test' && c.how !== 'moved'))
  const current = useEditor((s) => s.base.version)
  if (!past) return null
  const { version, skipped, issues } = past.view.trace
  const notes = issues.filter((i) => i.level !== 'info')
  if (notes.length === 0 && skipped === 0 && version === current && !draft) return null
  return (
    <div className="rp-notes">
      {skipped > 0 && <p className="rp-issue" data-level="warning"><b>{t('{steps} left out:', { steps: stepsOf(skipped) })}</b>{' '}{t('so many cannot be told at once. Choose a shorter time to see them all.')}</p>}
      {version !== null && version !== current && <p className="rp-issue">{t('Version {version} ran then; nodes that only your draft has show nothing.', { version })}</p>}
      {version === current && draft && <p className="rp-issue">{t("The values are of version {version}, which ran then. The settings are your draft's.", { version: version ?? '' })}</p>}
      {notes.slice(0, 5).map((i, n) => <p key={n} className="rp-issue" data-level={i.level}>{i.node === undefined ? '' : <b>{titleOf(nodes, types, i.node)}: </b>}{said(i.text)} <span>{said(i.remedy)}</span></p>)}
    </div>
  )
}
