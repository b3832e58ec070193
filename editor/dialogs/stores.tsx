// What else the gateway keeps: secrets, models, users.
import { useCallback, useEffect, useState, type ReactElement } from 'react'
import { KeyRound, Trash2 } from 'lucide-react'
import type { Issue } from '#kit'
import { displayUnit } from '#kit'
import { roles, type ModelBody, type Role } from '#format'
import { t } from '../language/index.ts'
import type { UserBody } from '../state/api.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { reloadSecrets, useModels, useSecrets } from '../inspector/resources.ts'
import { Rich } from '../shell/rich.tsx'
import { formatDecimals } from '../state/numbers.ts'
import { Field, IssueList, Modal } from './modal.tsx'
import { passwordFault } from './password.ts'

export function SecretsDialog(): ReactElement {
  const { data, issues } = useSecrets()
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<readonly Issue[]>([])
  const [sure, setSure] = useState<string | null>(null)
  const allowed = actions.may('administer')
  const run = (work: Promise<void>, then: () => void): void => {
    setBusy(true)
    setFailed([])
    work.then(async () => { await reloadSecrets(); actions.recheck(); then() }).catch((thrown: unknown) => setFailed(actions.failed(thrown))).finally(() => setBusy(false))
  }
  const known = data?.includes(name.trim()) ?? false
  return (
    <Modal title={t('Secrets')} close={actions.closeDialog}>
      <p className="dg-note">{t('Passwords, keys and tokens, stored encrypted on the gateway. Connections and nodes name them; a stored value is never shown again, and no export contains it.')}</p>
      {!allowed && <p className="dg-warn">{t("Secrets are an administrator's to see and set.")}</p>}
      <IssueList issues={[...issues, ...failed]} />
      <ul className="dg-rows">
        {data?.map((n) => (
          <li key={n}>
            <KeyRound size={14} aria-hidden /> <span className="mono">{n}</span>
            <span className="sp" />
            <button type="button" className="btn quiet" aria-label={t('Where secret {name} is used', { name: n })} onClick={() => actions.openDialog({ kind: 'find', text: `secret:${n}` })}>{t('Where used')}</button>
            <button type="button" className="btn quiet" onClick={() => { setName(n); setValue(''); document.getElementById('dg-secret')?.focus() }}>{t('Set anew')}</button>
            {sure === n
              ? <button type="button" className="btn danger" disabled={busy} onClick={() => run(api.deleteSecret(n), () => setSure(null))}>{t('Really delete')}</button>
              : <button type="button" className="icon-btn" aria-label={t('Delete secret {name}', { name: n })} onClick={() => setSure(n)}><Trash2 size={14} /></button>}
          </li>
        ))}
      </ul>
      {data?.length === 0 && <p className="dg-note">{t('None yet. Store the first one here; then a connection or a node can name it.')}</p>}
      {allowed && (
        <form className="dg-inline" onSubmit={(e) => { e.preventDefault(); if (!busy && name.trim() !== '' && value !== '') run(api.putSecret(name.trim(), value), () => { setName(''); setValue('') }) }}>
          <Field label={t('Name')}><input className="dg-input mono" value={name} maxLength={100} autoComplete="off" spellCheck={false} placeholder={t('mqtt-password')} autoFocus onChange={(e) => setName(e.target.value)} /></Field>
          <Field label={t('Value')}><input className="dg-input" id="dg-secret" type="password" autoComplete="new-password" value={value} onChange={(e) => setValue(e.target.value)} /></Field>
          <button type="submit" className="btn primary" disabled={busy || name.trim() === '' || value === ''}>{known ? t('Replace') : t('Store')}</button>
        </form>
      )}
    </Modal>
  )
}

export function ModelsDialog(): ReactElement {
  const { data, issues } = useModels()
  return (
    <Modal title={t('Models')} close={actions.closeDialog} wide>
      <p className="dg-note">{t("ONNX models that Inference nodes can run. A model stands in the gateway's models folder, with a card that tells what it is.")}</p>
      <IssueList issues={issues} />
      {data?.length === 0 && <p className="dg-note"><Rich text={t("None yet. Put a folder with <mono>model.onnx</mono> and <mono>card.json</mono> into the gateway's models folder.")} /></p>}
      {data?.map((m) => (
        <section key={m.name} className="dg-model">
          <h3>{m.title === '' ? m.name : m.title} <span className="mono">{m.name}</span></h3>
          {m.summary !== '' && <p>{m.summary}</p>}
          <p><button type="button" className="dg-link" onClick={() => actions.openDialog({ kind: 'find', text: `model:${m.name}` })}>{t('Where it is used')}</button></p>
          {m.issue && <IssueList issues={[m.issue]} />}
          <table className="dg-table">
            <thead><tr><th><span className="sr-only">{t('Side')}</span></th><th>{t('Name')}</th><th>{t('Type and shape')}</th><th>{t('Unit')}</th><th>{t('Labels')}</th></tr></thead>
            <tbody>
              {m.inputs.map((p) => <PortRow key={`i ${p.name}`} side="in" port={p} />)}
              {m.outputs.map((p) => <PortRow key={`o ${p.name}`} side="out" port={p} />)}
            </tbody>
          </table>
          <p className="dg-hash mono" title={t('SHA-256 of the file')}>{`${formatDecimals(m.bytes / 1024, 1)} kB · sha256 ${m.hash.slice(0, 16)}…`}</p>
        </section>
      ))}
    </Modal>
  )
}

function PortRow({ side, port }: { readonly side: string; readonly port: ModelBody['inputs'][number] }): ReactElement {
  const labels = port.labels ?? []
  return (
    <tr>
      <td>{side === 'in' ? t('in') : t('out')}</td><td className="mono">{port.name}</td><td className="mono">{port.type}[{port.shape.map((n) => (n < 0 ? t('any') : n)).join(', ')}]</td><td>{displayUnit(port.unit)}</td>
      <td title={labels.join(', ')}>{labels.length > 6 ? t('{names} and {more} more', { names: labels.slice(0, 4).join(', '), more: labels.length - 4 }) : labels.join(', ')}</td>
    </tr>
  )
}

const roleNames: Readonly<Record<Role, string>> = { viewer: t('viewer'), operator: t('operator'), editor: t('editor'), admin: t('admin') }
const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: t('viewer: sees everything'), operator: t('operator: acknowledges, arms, holds'), editor: t('editor: changes and deploys flows'), admin: t('admin: secrets and users too'),
}

export function UsersDialog(): ReactElement {
  const me = useEditor((s) => s.session?.user)
  const [users, setUsers] = useState<readonly UserBody[] | null>(null)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const [busy, setBusy] = useState(false)
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [sure, setSure] = useState<string | null>(null)
  const load = useCallback((): Promise<void> => api.users().then(setUsers).catch((thrown: unknown) => setIssues(actions.failed(thrown))), [])
  useEffect(() => void load(), [load])
  const run = (work: Promise<unknown>, then?: () => void): void => {
    setBusy(true)
    setIssues([])
    work.then(async () => { await load(); then?.() }).catch((thrown: unknown) => setIssues(actions.failed(thrown))).finally(() => setBusy(false))
  }
  const fault = password === '' ? '' : passwordFault(password, name)
  return (
    <Modal title={t('Users')} close={actions.closeDialog} wide>
      <IssueList issues={issues} />
      <ul className="dg-rows">
        {users?.map((u) => (
          <li key={u.name}>
            <b>{u.name}</b>{u.name === me && <span className="dg-tag">{t('you')}</span>}
            <span className="sp" />
            <select className="dg-input" aria-label={t('Role of {name}', { name: u.name })} value={u.role} disabled={busy || u.name === me} onChange={(e) => run(api.changeUser(u.name, { role: e.target.value as Role }))}>
              {roles.map((r) => <option key={r} value={r}>{roleNames[r]}</option>)}
            </select>
            {u.name !== me && (sure === u.name
              ? <button type="button" className="btn danger" disabled={busy} onClick={() => run(api.deleteUser(u.name), () => setSure(null))}>{t('Really remove')}</button>
              : <button type="button" className="icon-btn" aria-label={t('Remove {name}', { name: u.name })} onClick={() => setSure(u.name)}><Trash2 size={14} /></button>)}
          </li>
        ))}
      </ul>
      <h3>{t('Add a user')}</h3>
      <form className="dg-inline" onSubmit={(e) => { e.preventDefault(); if (!busy && fault === '' && password !== '' && name !== '') run(api.addUser({ name: name.trim(), password, role }), () => { setName(''); setPassword('') }) }}>
        <Field label={t('Name')}><input className="dg-input" value={name} maxLength={64} autoComplete="off" autoFocus onChange={(e) => setName(e.target.value)} /></Field>
        <Field label={t('First password')} hint={fault === '' ? undefined : <span className="bad">{fault}</span>}><input className="dg-input" type="password" autoComplete="new-password" value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        <Field label={t('Role')}><select className="dg-input" value={role} onChange={(e) => setRole(e.target.value as Role)}>{roles.map((r) => <option key={r} value={r}>{ROLE_WORDS[r]}</option>)}</select></Field>
        <button type="submit" className="btn primary" disabled={busy || name.trim() === '' || password === '' || fault !== ''}>{t('Add')}</button>
      </form>
    </Modal>
  )
}
