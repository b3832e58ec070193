// Before the editor: claiming a new gateway, or signing in. The claim token comes with the printed link.
import { useEffect, useState, type FormEvent, type ReactElement } from 'react'
import type { Issue } from '#kit'
import type { Session } from '#format'
import { language, languages, t } from '../language/index.ts'
import { chooseLanguage } from '../shell/choose-language.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { CLAIMED } from './callout.tsx'
import { Field, IssueList } from './modal.tsx'
import { passwordFault } from './password.ts'
import './dialogs.css'

export function ClaimOrLogin(): ReactElement {
  const gate = useEditor((s) => s.gate)
  return <main className="gate">{gate === 'claim' ? <Claim /> : <Login />}</main>
}

/** Signs in with what the gateway answered, then gets catalogue and flows. */
function useEnter(): { readonly busy: boolean; readonly issues: readonly Issue[]; readonly enter: (ask: () => Promise<Session>, then?: () => void) => void } {
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  return {
    busy,
    issues,
    enter(ask, then) {
      if (busy) return
      setBusy(true)
      setIssues([])
      ask()
        .then(async (session) => {
          then?.()
          await actions.signedIn(session)
        })
        .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
        .finally(() => setBusy(false))
    },
  }
}

function Claim(): ReactElement {
  const [token, setToken] = useState(tokenOfHash)
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const { busy, issues, enter } = useEnter()
  // The token is used once; it need not stay in the address bar and the history.
  useEffect(() => {
    if (location.hash.startsWith('#claim=')) history.replaceState(null, '', location.pathname + location.search)
  }, [])
  const fault = passwordFault(password, user)
  const ready = token.trim() !== '' && user.trim() !== '' && fault === '' && password === again
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    if (ready) enter(() => api.claim({ token: token.trim(), user: user.trim(), password }), () => sessionStorage.setItem(CLAIMED, '1'))
  }
  return (
    <form className="gate-card" onSubmit={submit}>
      <GateHead title={t('Claim this gateway')} leaving={() => { if (token !== '') history.replaceState(null, '', `${location.pathname}${location.search}#claim=${encodeURIComponent(token)}`) }} />
      <p className="dg-note">{t('Nobody owns it yet. Whoever holds the token from its console becomes its first administrator.')}</p>
      <IssueList issues={issues} />
      <Field label={t('Claim token')} hint={t("On the gateway's console, and in the file claim-token in its data folder.")}>
        <input className="dg-input mono" value={token} autoComplete="off" spellCheck={false} autoFocus={token === ''} onChange={(e) => setToken(e.target.value)} required />
      </Field>
      <Field label={t('User')}><input className="dg-input" name="username" autoComplete="username" value={user} maxLength={64} autoFocus={token !== ''} onChange={(e) => setUser(e.target.value)} required /></Field>
      <Field label={t('Password')} hint={password === '' ? t('10 characters or more; several words make a good one.') : fault === '' ? t('Good.') : <span className="bad">{fault}</span>}>
        <input className="dg-input" type="password" name="new-password" autoComplete="new-password" value={password} onChange={(e) => setPassword(e.target.value)} required />
      </Field>
      <Field label={t('Password again')} hint={again !== '' && again !== password ? <span className="bad">{t('The two differ.')}</span> : undefined}>
        <input className="dg-input" type="password" name="new-password-again" autoComplete="new-password" value={again} onChange={(e) => setAgain(e.target.value)} required />
      </Field>
      <button type="submit" className="btn primary gate-go" disabled={!ready || busy}>{busy ? t('Claiming…') : t('Claim and open')}</button>
    </form>
  )
}

function Login(): ReactElement {
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const draft = useEditor((s) => s.document !== null)
  const { busy, issues, enter } = useEnter()
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    enter(() => api.login({ user: user.trim(), password }), () => setPassword(''))
  }
  return (
    <form className="gate-card" onSubmit={submit}>
      <GateHead title={t('Sign in')} />
      {draft && <p className="dg-note">{t('Your session has ended. Your draft is kept and opens again.')}</p>}
      <IssueList issues={issues} />
      <Field label={t('User')}><input className="dg-input" name="username" autoComplete="username" value={user} maxLength={100} autoFocus onChange={(e) => setUser(e.target.value)} required /></Field>
      <Field label={t('Password')}><input className="dg-input" type="password" name="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} required /></Field>
      <button type="submit" className="btn primary gate-go" disabled={busy || user.trim() === '' || password === ''}>{busy ? t('Signing in…') : t('Sign in')}</button>
    </form>
  )
}

/** `leaving` is called before another language loads the page again. */
function GateHead({ title, leaving }: { readonly title: string; readonly leaving?: () => void }): ReactElement {
  const version = useEditor((s) => s.health?.version)
  return (
    <header>
      <span className="gate-logo" aria-hidden><i />{' '}Headgate</span>
      <h1>{title}</h1>
      <span className="gate-languages" role="group" aria-label={t('Language')}>
        {languages.map(([id, name]) => <button key={id} type="button" className="dg-link" lang={id} aria-pressed={id === language} onClick={() => { leaving?.(); chooseLanguage(id) }}>{name}</button>)}
      </span>
      {version !== undefined && <small className="mono">{version}</small>}
    </header>
  )
}

function tokenOfHash(): string {
  const found = /^#claim=(.+)$/.exec(location.hash)
  if (!found) return ''
  try {
    return decodeURIComponent(found[1]!)
  } catch (thrown) {
    if (!(thrown instanceof URIError)) throw thrown
    return found[1]!
  }
}
