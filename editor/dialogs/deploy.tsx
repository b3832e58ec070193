// Deploying the draft: what changes, what is wrong, the comment, then what became of it. When somebody else deployed
// meanwhile, both sets of changes are shown before anything is decided.
import { useEffect, useState, type ReactElement } from 'react'
import type { Issue } from '#kit'
import { diffFlows, type Change, type DeployBody, type Fates, type Flow } from '#format'
import { titleOf } from '../state/status.ts'
import { actions, api, store, useEditor, type State } from '../state/store.ts'
import { ChangeList } from './change-list.tsx'
import { Field, IssueList, Modal } from './modal.tsx'

interface Result {
  readonly body: DeployBody
  readonly flow: Flow
  readonly before: Flow | null
}

export function DeployDialog(): ReactElement {
  const flow = useEditor((s) => s.document?.flow)
  const base = useEditor((s) => s.base)
  const basedOn = useEditor((s) => s.basedOn)
  const changes = useEditor((s) => s.changes)
  const issues = useEditor((s) => s.issues)
  const pending = useEditor((s) => s.check.pending)
  const fates = useEditor((s) => (s.check.of === s.document?.flow ? s.check.body?.fates : undefined))
  const actuators = useEditor((s) => s.flows.find((f) => f.id === s.flowId)?.actuators ?? 0)
  const [comment, setComment] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<readonly Issue[]>([])
  const [result, setResult] = useState<Result | null>(null)
  const close = actions.closeDialog

  // What runs may have changed since the page last looked.
  useEffect(() => void actions.refresh(), [])

  if (!flow) return <Modal title="Deploy" close={close}><p className="dg-note">No flow is open.</p></Modal>
  if (result) return <Deployed result={result} actuators={actuators} close={close} />
  const conflict = base.version !== basedOn && base.flow !== null
  const errors = issues.filter((i) => i.level === 'error')
  const isNew = base.version === null
  const deploy = (): void => {
    const { document, basedOn: from } = store.getState()
    if (!document || busy) return
    const sent = document.flow
    setBusy(true)
    setFailed([])
    api.deploy(sent.id, { flow: sent, basedOn: from, comment: comment.trim() })
      .then((body) => {
        setResult({ body, flow: sent, before: base.flow })
        actions.deployed(body, sent)
      })
      .catch((thrown: unknown) => {
        const found = actions.failed(thrown)
        setFailed(found)
        actions.refused(sent, found)
        if (found.some((i) => i.code === 'DEPLOY_CONFLICT')) void actions.refresh()
      })
      .finally(() => setBusy(false))
  }
  if (conflict) return <Conflict flow={flow} running={base.flow!} version={base.version!} basedOn={basedOn} changes={changes} close={close} />
  return (
    <Modal
      title={isNew ? `Deploy '${flow.name}' for the first time` : `Deploy '${flow.name}'`} close={close} wide onSubmit={deploy}
      actions={
        <>
          <span className="dg-hint">{busy ? 'The gateway is swapping the flow…' : pending ? 'The gateway is checking the draft…' : errors.length > 0 ? 'Errors stop a deploy.' : isNew ? 'It starts disarmed.' : `Version ${base.version} goes on until the new one runs.`}</span>
          <button type="button" className="btn" onClick={close}>Cancel</button>
          <button type="submit" className="btn primary" disabled={busy || errors.length > 0 || (!isNew && changes.length === 0)}>{busy ? 'Deploying…' : 'Deploy'}</button>
        </>
      }
    >
      <IssueList issues={failed} leads />
      <h4>{isNew ? 'What comes in' : changes.length === 1 ? '1 change' : `${changes.length} changes`}</h4>
      <ChangeList changes={changes} before={base.flow} after={flow} leads />
      {fates && <StateOf fates={fates} flow={flow} />}
      {issues.length > 0 && failed.length === 0 && (
        <>
          <h4>Issues</h4>
          <IssueList issues={issues} leads />
        </>
      )}
      <Field label="Comment" hint="Kept with the version: why, not what.">
        <input className="dg-input" value={comment} maxLength={2000} autoFocus onChange={(e) => setComment(e.target.value)} placeholder="for example: wider deadband, the sensor is noisy" />
      </Field>
    </Modal>
  )
}

const NAMED = 12
/** Of many the first; a node's id with the names that several have. */
function namesOf(ids: readonly string[], flow: Flow, types: State['types']): string {
  const titles = ids.map((id) => titleOf(flow.nodes, types, id))
  const shown = titles.slice(0, NAMED).map((title, i) => (titles.filter((t) => t === title).length > 1 ? `${title} (${ids[i]})` : title))
  return shown.join(', ') + (ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '')
}

/** Which nodes keep what they have learnt: what an engineer wants to know before, not after. */
function StateOf({ fates, flow }: { readonly fates: Fates; readonly flow: Flow }): ReactElement | null {
  const types = useEditor((s) => s.types)
  if (fates.carried.length + fates.anew.length === 0) return null
  const named = (ids: readonly string[]): string => namesOf(ids, flow, types)
  return (
    <>
      <h4>State</h4>
      <dl className="dg-facts">
        {fates.carried.length > 0 && <><dt>Keeps it, with new settings</dt><dd>{named(fates.carried)}</dd></>}
        {fates.anew.length > 0 && <><dt>Begins anew</dt><dd>{named(fates.anew)}</dd></>}
        <dt>Untouched</dt><dd>{fates.kept.length === 1 ? '1 node' : `${fates.kept.length} nodes`}</dd>
      </dl>
    </>
  )
}

function Deployed({ result, actuators, close }: { readonly result: Result; readonly actuators: number; readonly close: () => void }): ReactElement {
  const { body, flow, before } = result
  const types = useEditor((s) => s.types)
  const named = (ids: readonly string[]): string => namesOf(ids, flow, types)
  const hasActuators = actuators > 0 || Object.values(flow.nodes).some((n) => types.get(n.type)?.effects === 'writes')
  return (
    <Modal
      title={`Version ${body.version} runs`} close={close}
      actions={
        <>
          {hasActuators && !body.armed && <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'arm' })}>Arm…</button>}
          <button type="button" className="btn primary" autoFocus onClick={close}>Done</button>
        </>
      }
    >
      <dl className="dg-facts">
        <dt>Went on untouched</dt><dd>{body.kept.length === 0 ? 'none' : `${body.kept.length} ${body.kept.length === 1 ? 'node' : 'nodes'}`}</dd>
        {body.carried.length > 0 && <><dt>New settings, state kept</dt><dd>{named(body.carried)}</dd></>}
        <dt>Started anew</dt><dd>{body.restarted.length === 0 ? 'none' : named(body.restarted)}</dd>
        <dt>Interrupted</dt><dd>{body.gaps.length === 0 ? 'no connection' : body.gaps.join(', ')}</dd>
        {hasActuators && <><dt>Actuators</dt><dd>{body.armed ? <b>armed: they may write to the plant</b> : <b>disarmed: the flow watches and does not write</b>}</dd></>}
      </dl>
      <IssueList issues={body.issues} leads />
      <details className="dg-details"><summary>What changed</summary><ChangeList changes={body.changes} before={before} after={flow} /></details>
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
      title={`Version ${version} was deployed meanwhile`} close={close} wide
      actions={
        <>
          <button type="button" className="btn" onClick={close}>Decide later</button>
          <button type="button" className="btn" onClick={() => { actions.discardDraft(); close() }}>Take version {version}, drop my draft</button>
          <button type="button" className="btn primary" onClick={() => actions.rebase()}>Go on with my draft</button>
        </>
      }
    >
      <p className="dg-note">Your draft was made from {basedOn === null ? 'no version' : `version ${basedOn}`}. Dropping it can be undone with Ctrl+Z.</p>
      <IssueList issues={issues} />
      {theirs && <><h4>What version {version} changed</h4><ChangeList changes={theirs.changes} before={theirs.before} after={running} /></>}
      <h4>What deploying your draft would change now</h4>
      <ChangeList changes={changes} before={running} after={flow} />
    </Modal>
  )
}
