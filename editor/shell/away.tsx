// Before anything is known of the gateway, and while it does not answer at the start.
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, useEditor } from '../state/store.ts'
import { Logo } from './logo.tsx'
import './away.css'

export function Away() {
  const gate = useEditor((s) => s.gate)
  const issues = useEditor((s) => s.gateIssues)
  if (gate === 'loading') return <main className="away" aria-busy="true"><Logo /><p>{t('Looking for the gateway…')}</p></main>
  return (
    <main className="away" role="alert">
      <Logo />
      <h1>{t('The gateway does not answer')}</h1>
      {issues.map((i) => (
        <p key={i.code + i.text}>{said(i.text)} {said(i.remedy)}</p>
      ))}
      <p className="quiet">{t('Trying again every two seconds.')}</p>
      <button type="button" className="btn" onClick={() => void actions.start()}>{t('Try now')}</button>
    </main>
  )
}
