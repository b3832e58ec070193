// Every version that ever ran: who, when, why, what; to look at, download, take as a draft or roll back to.
import { useCallback, useEffect, useState, type ReactElement } from 'react'
import { Download, FileText, GitCompareArrows, History, PencilLine } from 'lucide-react'
import type { Issue } from '#kit'
import { formatFlow, type DeployBody, type Flow, type VersionSummary } from '#format'
import { t } from '../language/index.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { formatDateTime } from '../live/values.ts'
import { LocalTime } from '../shell/local-time.tsx'
import { Rich } from '../shell/rich.tsx'
import { ChangeList } from './change-list.tsx'
import { Compare, DRAFT } from './compare.tsx'
import { download } from './download.ts'
import { Field, IssueList, Modal } from './modal.tsx'

export function VersionsDialog(): ReactElement {
  const flowId = useEditor((s) => s.flowId)
  const name = useEditor((s) => s.document?.flow.name ?? '')
  const [versions, setVersions] = useState<readonly VersionSummary[] | null>(null)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const [open, setOpen] = useState<number | null>(null)
  const [back, setBack] = useState<VersionSummary | null>(null)
  const [pair, setPair] = useState<readonly [from: number, to: number] | null>(null)
  const [done, setDone] = useState<{ readonly body: DeployBody; readonly to: number } | null>(null)
  const load = useCallback(() => {
    if (flowId !== null) api.versions(flowId).then((v) => setVersions(v.toSorted((a, b) => b.version - a.version))).catch((thrown: unknown) => setIssues(actions.failed(thrown)))
  }, [flowId])
  useEffect(load, [load])
  const close = actions.closeDialog
  if (flowId === null) return <Modal title={t('Versions')} close={close}><p className="dg-note">{t('No flow is open.')}</p></Modal>
  if (back) return <Rollback flow={flowId} version={back} cancel={() => setBack(null)} rolledBack={(body) => { setDone({ body, to: back.version }); setBack(null); load() }} />
  return (
    <Modal title={t("Versions of '{name}'", { name })} close={close} wide>
      {done && <p className="dg-good" role="status">{t('Version {version} runs: what version {to} was.', { version: done.body.version, to: done.to })}{' '}{done.body.armed ? t('It is armed.') : t('It is disarmed.')}{done.body.gaps.length > 0 ? ` ${t('Interrupted: {connections}.', { connections: done.body.gaps.join(', ') })}` : ''}</p>}
      <IssueList issues={issues} />
      {versions === null && issues.length === 0 && <p className="dg-note">{t('Loading…')}</p>}
      {pair && versions && <Compare flow={flowId} versions={versions} from={pair[0]} to={pair[1]} onChoose={(from, to) => setPair([from, to])} />}
      {versions && versions.length > 0 && !pair && <div className="dg-acts hs-start"><button type="button" className="btn" onClick={() => setPair(versions.length > 1 ? [versions[1]!.version, versions[0]!.version] : [versions[0]!.version, DRAFT])}><GitCompareArrows size={13} />{' '}{t('Compare two versions…')}</button><span className="dg-hint">{t('or open one below')}</span></div>}
      {versions?.length === 0 && <p className="dg-note">{t('This flow was never deployed. Its first deploy becomes version 1.')}</p>}
      <ol className="dg-versions">
        {versions?.map((v) => (
          <li key={v.version} data-running={v.running}>
            <button type="button" className="row" aria-expanded={open === v.version} onClick={() => setOpen(open === v.version ? null : v.version)}>
              <b className="mono">v{v.version}</b>
              <span className="what">{v.comment === '' ? <i>{t('no comment')}</i> : v.comment}<small>{v.author} · <LocalTime ms={v.time} text={formatDateTime(v.time)} /> · {t('{count} changes', { count: v.changes.length })}</small></span>
              {v.running && <span className="dg-tag">{t('running')}</span>}
            </button>
            {open === v.version && <VersionDetail flow={flowId} version={v} onRollback={() => setBack(v)} onCompare={(from, to) => setPair([from, to])} />}
          </li>
        ))}
      </ol>
    </Modal>
  )
}

function VersionDetail({ flow, version, onRollback, onCompare }: { readonly flow: string; readonly version: VersionSummary; readonly onRollback: () => void; readonly onCompare: (from: number, to: number) => void }): ReactElement {
  const [document, setDocument] = useState<Flow | null>(null)
  const [text, setText] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  useEffect(() => {
    let gone = false
    api.version(flow, version.version).then((f) => { if (!gone) setDocument(f) }).catch((thrown: unknown) => { if (!gone) setIssues(actions.failed(thrown)) })
    return () => { gone = true }
  }, [flow, version.version])
  const mayEdit = actions.may('edit')
  return (
    <div className="detail">
      <IssueList issues={issues} />
      <div className="dg-acts">
        <button type="button" className="btn" disabled={!document} aria-pressed={text} onClick={() => setText(!text)}><FileText size={13} /> {text ? t('Hide the text') : t('View')}</button>
        <button type="button" className="btn" disabled={!document} onClick={() => document && download(`${flow}.v${version.version}.flow.json`, formatFlow(document))}><Download size={13} />{' '}{t('Download')}</button>
        <button type="button" className="btn" onClick={() => onCompare(version.version, DRAFT)}><GitCompareArrows size={13} />{' '}{t('Compare with the draft')}</button>
        {version.version > 1 && <button type="button" className="btn" onClick={() => onCompare(version.version - 1, version.version)}><GitCompareArrows size={13} />{' '}{t('With the one before')}</button>}
        {mayEdit && <button type="button" className="btn" disabled={!document} title={t('Put it in place of the draft; can be undone')} onClick={() => { if (document) { actions.replaceFlow(document, t('Take v{version} as draft', { version: version.version })); actions.closeDialog() } }}><PencilLine size={13} />{' '}{t('Open as draft')}</button>}
        {mayEdit && !version.running && <button type="button" className="btn" onClick={onRollback}><History size={13} />{' '}{t('Roll back to it…')}</button>}
      </div>
      {document && !text && <ChangeList changes={version.changes} before={null} after={document} shown={12} />}
      {text && document && <pre className="dg-pre" tabIndex={0}>{formatFlow(document)}</pre>}
    </div>
  )
}

function Rollback({ flow, version, cancel, rolledBack }: { readonly flow: string; readonly version: VersionSummary; readonly cancel: () => void; readonly rolledBack: (body: DeployBody) => void }): ReactElement {
  const [comment, setComment] = useState(t('Back to v{version}', { version: version.version }))
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const changed = useEditor((s) => s.changes.length)
  const go = (): void => {
    if (busy) return
    setBusy(true)
    api.rollback(flow, { version: version.version, comment: comment.trim() })
      .then(async (body) => {
        await actions.rolledBack(body)
        rolledBack(body)
      })
      .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
      .finally(() => setBusy(false))
  }
  return (
    <Modal
      title={t('Roll back to version {version}?', { version: version.version })} close={cancel} onSubmit={go}
      actions={<><button type="button" className="btn" onClick={cancel}>{t('Cancel')}</button><button type="submit" className="btn primary" disabled={busy}>{busy ? t('Rolling back…') : t('Roll back')}</button></>}
    >
      <p className="dg-note"><Rich text={t('Version {version} by {author} of <time/> runs again, as a new version. It is armed or disarmed as it was then. Nodes that are the same go on untouched.', { version: version.version, author: version.author })} as={{ time: <LocalTime ms={version.time} text={formatDateTime(version.time)} /> }} />{changed > 0 ? ` ${t('Your draft becomes that version; Ctrl+Z brings the draft back.')}` : ''}</p>
      <IssueList issues={issues} leads />
      <Field label={t('Reason')} hint={t('Kept with the version.')}><input className="dg-input" value={comment} maxLength={2000} autoFocus onChange={(e) => setComment(e.target.value)} /></Field>
    </Modal>
  )
}
