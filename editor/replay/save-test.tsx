// A stretch of the recording becomes a test of the flow. What it will hold the flow to is worked out by a run without state, and
// shown before anything is kept.
import { useEffect, useMemo, useState, type ReactElement } from 'react'
import type { Issue } from '#kit'
import { MAX_TEST_SAMPLES, type FlowTest, type Recorded, type TestResult } from '#format'
import { t } from '../language/index.ts'
import { pastOf } from '../state/past.ts'
import { titleOf } from '../state/status.ts'
import { candidatesOf, draftTest, freeName, incomingOf, tooMuch, upstreamOf } from '../state/test-making.ts'
import { actions, api, store, useEditor } from '../state/store.ts'
import { Field, IssueList, Modal } from '../dialogs/modal.tsx'
import { formatTime } from '../live/values.ts'
import { sampleText } from './what-if.tsx'
import { samplesOf } from './words.ts'
import '../live/shadow.css'
import './replay.css'

const SHOWN = 8

export default function SaveTest(): ReactElement {
  const span = useEditor((s) => s.replay.chosen ?? pastOf(s)?.span ?? null)
  const flow = useEditor((s) => s.document?.flow)
  const ports = useEditor((s) => s.ports)
  const types = useEditor((s) => s.types)
  const [from] = useState(span)
  const [name, setName] = useState(() => freeName(flow?.tests, from ? t('as at {time}', { time: formatTime(from.from).slice(0, 8) }) : t('test')))
  const [recorded, setRecorded] = useState<readonly Recorded[] | null>(null)
  const [failed, setFailed] = useState<readonly Issue[]>([])
  const candidates = useMemo(() => (flow ? candidatesOf({ flow, ports, types }) : []), [flow, ports, types])
  const [ends, setEnds] = useState<ReadonlySet<string>>(() => new Set(candidates.filter((c) => c.wanted).map((c) => c.end)))
  /** Inputs that a person chose otherwise than proposed. */
  const [own, setOwn] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [worked, setWorked] = useState<{ readonly key: string; readonly test: FlowTest; readonly result: TestResult } | null>(null)
  const [busy, setBusy] = useState<AbortController | null>(null)
  const close = actions.closeDialog

  useEffect(() => {
    const { flowId } = store.getState()
    if (flowId === null || !from) return
    let gone = false
    api.recorded(flowId, from).then((list) => { if (!gone) setRecorded(list) }).catch((thrown: unknown) => { if (!gone) setFailed(actions.failed(thrown)) })
    return () => { gone = true }
  }, [from])
  useEffect(() => () => busy?.abort(), [busy])

  const incoming = useMemo(() => incomingOf(recorded ?? []), [recorded])
  const feeds = useMemo(() => (flow ? upstreamOf(flow, [...ends]) : new Set<string>()), [flow, ends])
  const chosen = incoming.filter((i) => own.get(i.at) ?? feeds.has(i.node))
  /** What was chosen: a result is of it, or old. */
  const key = `${chosen.map((i) => i.at).join(' ')} | ${[...ends].join(' ')}`
  if (!flow || !from) return <Modal title={t('Save as test')} close={close}><p className="dg-note">{t('Look back at a time first: the test is made of it.')}</p></Modal>

  const nameOf = (end: string): string => `${titleOf(flow.nodes, types, end.split(/[.:]/, 1)[0]!)}${end.slice(end.split(/[.:]/, 1)[0]!.length)}`
  const known = worked?.key === key ? worked.result : null
  const got = known?.got ?? {}
  const leaving = Object.values(got).reduce((sum, list) => sum + list.length, 0)
  const why = recorded === null ? '' : ends.size === 0 ? t('Choose at least one port to hold the flow to.') : tooMuch(chosen)
  const tooMany = Object.entries(got).find(([, list]) => list.length > MAX_TEST_SAMPLES)?.[0]
  const taken = Object.hasOwn(flow.tests ?? {}, name.trim())
  const mayWork = recorded !== null && why === '' && busy === null
  const maySave = known !== null && known.issues.length === 0 && name.trim() !== '' && tooMany === undefined && !taken
  const work = (): void => {
    if (!mayWork) return
    const asked = new AbortController()
    const test = draftTest(recorded, new Set(chosen.map((i) => i.at)), [...ends])
    setBusy(asked)
    setFailed([])
    actions.tryTest(test, asked.signal).then((result) => { if (result && !asked.signal.aborted) setWorked({ key, test, result }) }).catch((thrown: unknown) => { if (!asked.signal.aborted) setFailed(actions.failed(thrown)) }).finally(() => setBusy((b) => (b === asked ? null : b)))
  }
  const save = (): void => {
    if (!maySave || !known || !worked) return
    if (!actions.putTest(name.trim(), { ...worked.test, expect: Object.fromEntries([...ends].map((end) => [end, [...(known.got[end] ?? [])]])) })) return
    close()
    actions.setDrawerTab('tests')
    actions.toast({ level: 'success', text: t("The draft has the test '{name}'.", { name: name.trim() }), remedy: t('It is kept with the next deploy. Run it whenever you change something.') })
  }
  const flip = (end: string, on: boolean): void => setEnds((before) => { const next = new Set(before); if (on) next.add(end); else next.delete(end); return next })
  return (
    <Modal
      title={t('Save as test')} close={close} wide onSubmit={known ? save : work}
      actions={
        <>
          <span className="dg-hint" role="status">{busy ? t('The lab runs the chosen inputs…') : why !== '' ? why : taken ? t('Another test has this name.') : known ? '' : recorded === null && failed.length === 0 ? t('Reading what came in…') : ''}</span>
          <button type="button" className="btn" onClick={busy ? () => { busy.abort(); setBusy(null) } : close}>{busy ? t('Stop') : t('Cancel')}</button>
          {known && <button type="button" className="btn" disabled={!mayWork} onClick={work}>{t('Work it out again')}</button>}
          {known ? <button type="submit" className="btn primary" disabled={!maySave}>{t('Save test')}</button> : <button type="submit" className="btn primary" disabled={!mayWork}>{t('Work out what leaves')}</button>}
        </>
      }
    >
      <p className="dg-note">{t('From {from} to {to}. The test begins without what the nodes had learnt before: averages, delays and alarms start anew, so that what leaves may differ from what you saw.', { from: formatTime(from.from), to: formatTime(from.to) })}</p>
      <Field label={t('Name')}><input className="dg-input" value={name} maxLength={200} onChange={(e) => setName(e.target.value)} /></Field>
      <div className="ft-two">
        <div>
          <h4>{t('Hold the flow to what leaves here')}</h4>
          <ul className="ft-pick">{candidates.map(({ end, why: reason }) => <li key={end}><label><input type="checkbox" checked={ends.has(end)} onChange={(e) => flip(end, e.target.checked)} /> <span>{nameOf(end)}</span>{reason !== '' && <small>{reason}</small>}</label></li>)}</ul>
        </div>
        <div>
          <h4>{t('With what came in here')}</h4>
          <ul className="ft-pick">
            {incoming.map((i) => <li key={i.at}><label><input type="checkbox" checked={own.get(i.at) ?? feeds.has(i.node)} onChange={(e) => setOwn((before) => new Map(before).set(i.at, e.target.checked))} /> <span>{nameOf(i.at)}</span><small>{t('{samples}, {size} kB', { samples: samplesOf(i.count), size: Math.max(1, Math.round(i.bytes / 1000)) })}</small></label></li>)}
            {recorded !== null && incoming.length === 0 && <li className="rp-note">{t('Nothing came in during this time.')}</li>}
          </ul>
        </div>
      </div>
      <IssueList issues={[...failed, ...(known?.issues ?? [])]} leads />
      {known && known.issues.length === 0 && (
        <>
          <h4>{t('What it will hold the flow to: {samples}', { samples: samplesOf(leaving) })}</h4>
          {tooMany !== undefined && <p className="dg-warn">{t('More than {most} samples leave {name}: choose a shorter time, or leave this port out.', { most: MAX_TEST_SAMPLES, name: nameOf(tooMany) })}</p>}
          <div className="ft-table">
            <table className="sh-table">
              <thead><tr><th scope="col">{t('Port')}</th><th scope="col">{t('Samples')}</th><th scope="col">{t('The first of them')}</th></tr></thead>
              <tbody>{[...ends].map((end) => <tr key={end}><td>{nameOf(end)}</td><td className="n">{got[end]?.length ?? 0}</td><td className="mono">{(got[end] ?? []).length === 0 ? t('nothing leaves: a sample here fails the test') : (got[end] ?? []).slice(0, SHOWN).map((s) => sampleText(s)).join(' · ')}{(got[end]?.length ?? 0) > SHOWN ? ' …' : ''}</td></tr>)}</tbody>
            </table>
          </div>
        </>
      )}
    </Modal>
  )
}
