// The dialogs that decide whether anything is written to the plant: arm, disarm, hold.
import { useState, type ReactElement } from 'react'
import { displayUnit, type Issue } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { envelopeInWords } from './words.ts'
import { Field, IssueList, Modal } from './modal.tsx'

const NOT_SAFETY = t('Headgate is not a safety-rated system. It does not replace interlocks, limit switches or an emergency stop.')

export function ArmDialog(): ReactElement {
  const summary = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  const running = useEditor((s) => s.base.flow)
  const changes = useEditor((s) => s.changes.length)
  const types = useEditor((s) => s.types)
  const ports = useEditor((s) => s.ports)
  const held = useEditor((s) => s.live.held)
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const close = actions.closeDialog
  if (!summary || !running) return <Modal title={t('Arm')} close={close}><p className="dg-note">{t('This flow does not run on the gateway yet. Deploy it first.')}</p></Modal>
  const allowed = actions.may('operate')
  const actuators = Object.entries(running.nodes).flatMap(([id, node]) => {
    const type = types.get(node.type)
    return type?.envelope === undefined ? [] : [{ id, name: node.name ?? said(type.title), title: said(type.title), envelope: node.config[type.envelope], unit: displayUnit(Object.values(ports[id]?.inputs ?? {})[0]?.unit) }]
  })
  const act = (armed: boolean): void => {
    if (busy) return
    setBusy(true)
    api.arm(summary.id, { armed, reason: reason.trim() })
      .then((flow) => {
        actions.applyServerMessage({ type: 'flow', flow })
        actions.toast({ level: armed ? 'info' : 'success', text: armed ? t("'{name}' is armed: it may write to the plant.", { name: flow.name }) : t("'{name}' is disarmed: it watches and does not write.", { name: flow.name }) })
        close()
      })
      .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
      .finally(() => setBusy(false))
  }
  const list = (
    <ul className="dg-actuators">
      {actuators.map((a) => <li key={a.id}><b>{a.name}</b> <small>{a.title}</small><p>{envelopeInWords(a.envelope, a.unit)}</p></li>)}
    </ul>
  )
  if (summary.armed) {
    return (
      <Modal
        title={t("'{name}' is armed", { name: summary.name })} close={close} onSubmit={() => act(false)}
        actions={<><button type="button" className="btn" onClick={close}>{t('Leave it armed')}</button><button type="submit" className="btn primary" disabled={busy || !allowed}>{busy ? t('Disarming…') : t('Disarm')}</button></>}
      >
        <p className="dg-note">{t('Disarmed, it goes on measuring and deciding, and writes nothing. Its outputs go to their safe values first.')}</p>
        {list}
        <IssueList issues={issues} />
        {!allowed && <p className="dg-warn">{t('Disarming needs the role operator.')}</p>}
        <Field label={t('Reason (optional)')}><input className="dg-input" value={reason} maxLength={500} autoFocus onChange={(e) => setReason(e.target.value)} /></Field>
      </Modal>
    )
  }
  return (
    <Modal
      title={t("Arm '{name}'?", { name: summary.name })} close={close} onSubmit={() => act(true)}
      actions={<><button type="button" className="btn" onClick={close}>{t('Cancel')}</button><button type="submit" className="btn primary" disabled={busy || !allowed || reason.trim() === '' || actuators.length === 0}>{busy ? t('Arming…') : t('Arm')}</button></>}
    >
      <p className="dg-note">{t('Armed, version {version} of this flow writes to the plant, within these envelopes and never outside of them:', { version: summary.version ?? '' })}</p>
      {list}
      {actuators.length === 0 && <p className="dg-warn">{t('The version that runs has no actuator.')}</p>}
      {changes > 0 && <p className="dg-note">{t('Your draft differs from what runs. What runs is armed, not the draft.')}</p>}
      {held && <p className="dg-warn">{t('All outputs of this gateway are held: nothing is written until the hold is released.')}</p>}
      <p className="dg-warn">{NOT_SAFETY}</p>
      <IssueList issues={issues} leads />
      {!allowed && <p className="dg-warn">{t('Arming needs the role operator.')}</p>}
      <Field label={t('Reason')} hint={t('Kept in the audit trail with your name.')}>
        <input className="dg-input" value={reason} required maxLength={500} autoFocus placeholder={t('for example: commissioning with the shift lead')} onChange={(e) => setReason(e.target.value)} />
      </Field>
    </Modal>
  )
}

export function HoldDialog(): ReactElement {
  const held = useEditor((s) => s.live.held)
  const [was] = useState(held)
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const close = actions.closeDialog
  const allowed = actions.may('operate')
  const act = (): void => {
    if (busy) return
    setBusy(true)
    api.hold({ held: !was, reason: reason.trim() })
      .then((now) => {
        actions.applyServerMessage({ type: 'hold', held: now.held })
        actions.toast({ level: now.held ? 'warning' : 'success', text: now.held ? t('All outputs are held: no flow writes.') : t('Outputs are released: armed flows write again.') })
        close()
      })
      .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
      .finally(() => setBusy(false))
  }
  return (
    <Modal
      title={was ? t('Release all outputs?') : t('Hold all outputs?')} close={close} onSubmit={act}
      actions={<><button type="button" className="btn" onClick={close}>{t('Cancel')}</button><button type="submit" className="btn primary" disabled={busy || !allowed}>{was ? t('Release') : t('Hold all outputs')}</button></>}
    >
      <p className="dg-note">
        {was
          ? t('Armed flows write again, with what they compute then. Nothing that was computed during the hold is written late.')
          : t('No flow of this gateway writes to the plant until the hold is released. Flows go on measuring; devices keep what was written last.')}
      </p>
      <p className="dg-warn">{was ? NOT_SAFETY : `${t('This is no emergency stop.')} ${NOT_SAFETY}`}</p>
      <IssueList issues={issues} />
      {!allowed && <p className="dg-warn">{t('This needs the role operator.')}</p>}
      <Field label={t('Reason (optional)')}><input className="dg-input" value={reason} maxLength={500} autoFocus onChange={(e) => setReason(e.target.value)} /></Field>
    </Modal>
  )
}
