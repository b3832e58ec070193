// Deploying the draft: what changes, what is wrong, the comment, then what became of it. When somebody else deployed
// meanwhile, both sets of changes are shown before anything is decided.
import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { FlaskConical } from 'lucide-react'
import type { Issue } from '#kit'
import { diffFlows, type Change, type CheckBody, type DeployBody, type Fates, type Flow, type TrialRequest } from '#format'
import { t } from '../language/index.ts'
import { changesOf, changeSummary } from '../state/derive.ts'
import { formatNumber } from '../state/format.ts'
import { titleOf } from '../state/status.ts'
import { actions, api, store, useEditor, type State } from '../state/store.ts'
import { shadowSummary } from '../state/trying.ts'
import { ChangeList } from './change-list.tsx'
import { Capacity, Disarms, Watch } from './deploy-parts.tsx'
import { TestsBefore, useTested } from '../replay/tests-before.tsx'
import { Field, IssueList, Modal } from './modal.tsx'
import { changesInWords, suggested } from './words.ts'

interface Result {
  readonly body: DeployBody
  readonly flow: Flow
  readonly before: Flow | null
  /** Minutes under watch; 0: none. */
  readonly watched: number
}
const noIssues: readonly Issue[] = []

export function DeployDialog({ promote = false }: { /** What was tried beside the live flow, whatever the draft is by now. */ readonly promote?: boolean }): ReactElement {
  const document = useEditor((s) => s.document?.flow)
  const tried = useEditor((s) => s.trying.draft)
  const flow = useMemo(() => (promote && tried && document && changesOf({ version: 0, flow: document }, tried).length > 0 ? tried : document), [promote, tried, document])
  const base = useEditor((s) => s.base)
  const basedOn = useEditor((s) => (promote ? (s.trying.shadow?.version ?? s.basedOn) : s.basedOn))
  const ofDraft = useEditor((s) => s.changes)
  const own = flow === document
  const changes = useMemo(() => (own || !flow ? ofDraft : changesOf(base, flow)), [own, flow, ofDraft, base])
  const [checked, setChecked] = useState<CheckBody | null>(null)
  const known = useEditor((s) => (own ? s.issues : noIssues))
  const issues = own ? known : (checked?.issues ?? noIssues)
  const pending = useEditor((s) => own && s.check.pending)
  const latest = useEditor((s) => (s.check.of === s.document?.flow ? s.check.body : null))
  const body = own ? latest : checked
  const summary = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  const shadow = useEditor((s) => s.trying.shadow)
  const types = useEditor((s) => s.types)
  const ports = useEditor((s) => s.ports)
  const suggestion = useMemo(() => {
    if (!flow) return ''
    if (shadow && promote) return shadowSummary(shadow, (id) => titleOf(flow.nodes, types, id))
    return suggested(changesInWords(changes, { before: base.flow, after: flow, types, ports }))
  }, [flow, shadow, promote, types, ports, changes, base.flow])
  const [comment, setComment] = useState(() => (promote ? suggestion : ''))
  const [wish] = useState(() => actions.trialWish())
  const [watch, setWatch] = useState<TrialRequest | null>(wish.on ? wish.request : null)
  const [busy, setBusy] = useState<'' | 'deploy' | 'shadow'>('')
  const [failed, setFailed] = useState<readonly Issue[]>([])
  const [result, setResult] = useState<Result | null>(null)
  const close = actions.closeDialog

  const tested = useTested(flow, !issues.some((i) => i.level === 'error'))
  // What runs may have changed since the page last looked.
  useEffect(() => void actions.refresh(), [])
  useEffect(() => {
    if (own || !flow) return
    const asked = new AbortController()
    api.check(flow, asked.signal).then(setChecked).catch((thrown: unknown) => { if (!asked.signal.aborted) setFailed(actions.failed(thrown)) })
    return () => asked.abort()
  }, [own, flow])

  if (!flow) return <Modal title={t('Deploy')} close={close}><p className="dg-note">{t('No flow is open.')}</p></Modal>
  if (result) return <Deployed result={result} actuators={summary?.actuators ?? 0} close={close} />
  const conflict = base.version !== basedOn && base.flow !== null
  const errors = issues.filter((i) => i.level === 'error')
  const isNew = base.version === null
  const deploy = (): void => {
    const now = store.getState()
    const sent = promote ? flow : now.document?.flow
    if (!sent || busy !== '' || tested.waits) return
    const from = promote ? basedOn : now.basedOn
    setBusy('deploy')
    setFailed([])
    const watched = watch && !isNew ? watch : null
    if (!isNew) actions.keepTrialWish(watch !== null, watch ?? wish.request)
    api.deploy(sent.id, { flow: sent, basedOn: from, comment: comment.trim(), ...(watched ? { watch: watched } : {}) })
      .then((answer) => {
        setResult({ body: answer, flow: sent, before: base.flow, watched: watched?.minutes ?? 0 })
        actions.deployed(answer, sent)
      })
      .catch((thrown: unknown) => {
        const found = actions.failed(thrown)
        setFailed(found)
        actions.refused(sent, found)
        if (found.some((i) => i.code === 'DEPLOY_CONFLICT')) void actions.refresh()
      })
      .finally(() => setBusy(''))
  }
  const tryIt = (): void => {
    if (busy !== '') return
    setBusy('shadow')
    actions.keepTrialWish(watch !== null, watch ?? wish.request)
    setFailed([])
    actions.beginShadow().then((begun) => begun && close()).catch((thrown: unknown) => setFailed(actions.failed(thrown))).finally(() => setBusy(''))
  }
  if (conflict) return <Conflict flow={flow} running={base.flow!} version={base.version!} basedOn={basedOn} changes={changes} close={close} />
  const nothing = !isNew && changes.length === 0
  const canTry = !promote && !isNew && !nothing && summary?.state === 'running'
  const hint = busy === 'deploy' ? t('The gateway is swapping the flow…') : busy === 'shadow' ? t('The draft is being started beside the live flow…') : pending ? t('The gateway is checking the draft…') : errors.length > 0 ? t('Errors stop a deploy.') : tested.waits ? (tested.verdict === 'running' ? t('The tests are running…') : t('Take note of the tests first.')) : nothing ? t('The draft is what runs.') : isNew ? t('It starts disarmed.') : t('Version {version} goes on until the new one runs.', { version: base.version ?? '' })
  return (
    <Modal
      title={promote ? t("Promote what was tried of '{name}'", { name: flow.name }) : isNew ? t("Deploy '{name}' for the first time", { name: flow.name }) : t("Deploy '{name}'", { name: flow.name })} close={close} wide onSubmit={deploy}
      actions={
        <>
          <span className="dg-hint" role="status">{hint}</span>
          {canTry && <button type="button" className="btn" disabled={busy !== '' || errors.length > 0} title={t('The same live inputs, everything outward muted; shows where outputs differ')} onClick={tryIt}><FlaskConical size={13} />{' '}{t('Try it beside the live flow')}</button>}
          <button type="button" className="btn" onClick={close}>{t('Cancel')}</button>
          <button type="submit" className="btn primary" disabled={busy !== '' || errors.length > 0 || nothing || tested.waits}>{busy === 'deploy' ? t('Deploying…') : t('Deploy')}</button>
        </>
      }
    >
      <IssueList issues={failed} leads />
      {failed.length === 0 && <IssueList issues={issues} leads />}
      {promote && !own && document && changesOf({ version: 0, flow: document }, flow).length > 0 && <p className="dg-warn">{t('Your draft has gone on since. What is promoted is what was tried; the rest stays in the draft.')}</p>}
      {body?.disarms && <Disarms disarms={body.disarms} flow={flow} />}
      <TestsBefore tested={tested} />
      <h3>{isNew ? t('What comes in') : nothing ? t('No changes') : t('{count} changes', { count: changes.length })}{changes.length > 1 && !isNew && <small className="dp-sum">{changeSummary(changes)}</small>}</h3>
      {nothing ? null : <div className="dp-changes"><ChangeList changes={changes} before={base.flow} after={flow} leads /></div>}
      {body?.fates && <StateOf fates={body.fates} flow={flow} />}
      {body?.capacity && <Capacity capacity={body.capacity} />}
      {!isNew && !nothing && <Watch watch={watch} usual={wish.request} previous={base.version ?? 0} onChange={setWatch} />}
      <Field label={t('Comment')} hint={t('Kept with the version: why, not what.')}>
        <input className="dg-input" value={comment} maxLength={2000} ref={focusQuietly} onChange={(e) => setComment(e.target.value)} placeholder={t('for example: wider deadband, the sensor is noisy')} />
      </Field>
      {suggestion !== '' && comment.trim() === '' && <button type="button" className="dg-link dp-suggest" onClick={() => setComment(suggestion)}>{t('Use “{suggestion}”', { suggestion })}</button>}
    </Modal>
  )
}

/** What stands above it, the problems, stays in view. */
const focusQuietly = (input: HTMLInputElement | null): void => input?.focus({ preventScroll: true })

const NAMED = 12
/** Of many the first; a node's id with the names that several have. */
function namesOf(ids: readonly string[], flow: Flow, types: State['types']): string {
  const titles = ids.map((id) => titleOf(flow.nodes, types, id))
  const shown = titles.slice(0, NAMED).map((title, i) => (titles.filter((other) => other === title).length > 1 ? `${title} (${ids[i]})` : title))
  return ids.length > NAMED ? t('{names} and {more} more', { names: shown.join(', '), more: ids.length - NAMED }) : shown.join(', ')
}

/** Which nodes keep what they have learnt: what an engineer wants to know before, not after. */
function StateOf({ fates, flow }: { readonly fates: Fates; readonly flow: Flow }): ReactElement | null {
  const types = useEditor((s) => s.types)
  if (fates.carried.length + fates.anew.length === 0) return null
  const named = (ids: readonly string[]): string => namesOf(ids, flow, types)
  return (
    <>
      <h3>{t('State')}</h3>
      <dl className="dg-facts">
        {fates.carried.length > 0 && <><dt>{t('Keeps it, with new settings')}</dt><dd>{named(fates.carried)}</dd></>}
        {fates.anew.length > 0 && <><dt>{t('Begins anew')}</dt><dd>{named(fates.anew)}</dd></>}
        <dt>{t('Untouched')}</dt><dd>{t('{count} nodes', { count: fates.kept.length })}</dd>
      </dl>
    </>
  )
}

function Deployed({ result, actuators, close }: { readonly result: Result; readonly actuators: number; readonly close: () => void }): ReactElement {
  const { body, flow, before, watched } = result
  const types = useEditor((s) => s.types)
  const named = (ids: readonly string[]): string => namesOf(ids, flow, types)
  const hasActuators = actuators > 0 || Object.values(flow.nodes).some((n) => types.get(n.type)?.effects === 'writes')
  return (
    <Modal
      title={t('Version {version} runs', { version: body.version })} close={close}
      actions={
        <>
          {hasActuators && !body.armed && <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'arm' })}>{t('Arm…')}</button>}
          <button type="button" className="btn primary" autoFocus onClick={close}>{t('Done')}</button>
        </>
      }
    >
      <dl className="dg-facts">
        <dt>{t('Went on untouched')}</dt><dd>{body.kept.length === 0 ? t('none') : t('{count} nodes', { count: body.kept.length })}</dd>
        {body.carried.length > 0 && <><dt>{t('New settings, state kept')}</dt><dd>{named(body.carried)}</dd></>}
        <dt>{t('Started anew')}</dt><dd>{body.restarted.length === 0 ? t('none') : named(body.restarted)}</dd>
        <dt>{t('Interrupted')}</dt><dd>{body.gaps.length === 0 ? t('no connection') : body.gaps.join(', ')}</dd>
        {watched > 0 && <><dt>{t('Under watch')}</dt><dd>{t('for {minutes} min: when it does not keep to its criteria, the version before runs again, with nobody looking', { minutes: formatNumber(watched) })}</dd></>}
        {hasActuators && <><dt>{t('Actuators')}</dt><dd>{body.armed ? <b>{t('armed: they may write to the plant')}</b> : <b>{t('disarmed: the flow watches and does not write')}</b>}</dd></>}
      </dl>
      <IssueList issues={body.issues} leads />
      <details className="dg-details"><summary>{t('What changed')}</summary><ChangeList changes={body.changes} before={before} after={flow} /></details>
    </Modal>
  )
}

function Conflict({ flow, running, version, basedOn, changes, close }: { readonly flow: Flow; readonly running: Flow; readonly version: number; readonly basedOn: number | null; readonly changes: readonly Change[]; readonly close: () => void }): ReactElement {
  const [theirs, setTheirs] = useState<{ readonly before: Flow; readonly changes: readonly Change[] } | null>(null)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  useEffect(() => {
    if (basedOn === null) return
    let gone = false
    api.version(flow.id, basedOn).then((before) => { if (!gone) setTheirs({ before, changes: diffFlows(before, running) }) }).catch((thrown: unknown) => { if (!gone) setIssues(actions.failed(thrown)) })
    return () => { gone = true }
  }, [flow.id, basedOn, running])
  return (
    <Modal
      title={t('Version {version} was deployed meanwhile', { version })} close={close} wide
      actions={
        <>
          <button type="button" className="btn" onClick={close}>{t('Decide later')}</button>
          <button type="button" className="btn" onClick={() => { actions.discardDraft(); close() }}>{t('Take version {version}, drop my draft', { version })}</button>
          <button type="button" className="btn primary" onClick={() => actions.rebase()}>{t('Go on with my draft')}</button>
        </>
      }
    >
      <p className="dg-note">{basedOn === null ? t('Your draft was made from no version. Dropping it can be undone with Ctrl+Z.') : t('Your draft was made from version {version}. Dropping it can be undone with Ctrl+Z.', { version: basedOn })}</p>
      <IssueList issues={issues} />
      {theirs && <><h3>{t('What version {version} changed', { version })}</h3><ChangeList changes={theirs.changes} before={theirs.before} after={running} /></>}
      <h3>{t('What deploying your draft would change now')}</h3>
      <ChangeList changes={changes} before={running} after={flow} />
    </Modal>
  )
}
