// A secret, stored right where it is chosen. What is typed goes to the gateway and nowhere else: not into the draft, the
// store or the browser's memory of forms.
import { useState, type FormEvent, type ReactElement } from 'react'
import { Plus } from 'lucide-react'
import { Popover } from 'radix-ui'
import type { Issue } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api } from '../state/here.ts'
import { reloadSecrets } from './resources.ts'

export function NewSecret({ wish, known, stored }: { readonly wish: string; readonly known: readonly string[]; readonly stored: (name: string) => void }): ReactElement {
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="btn in-square" aria-label={t('Store a secret')} title={t('Store a secret')}><Plus size={14} /></Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="in-pop in-newsecret" align="end" sideOffset={4} aria-label={t('Store a secret')}>
          <Form wish={wish} known={known} stored={(name) => { setOpen(false); stored(name) }} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Form({ wish, known, stored }: { readonly wish: string; readonly known: readonly string[]; readonly stored: (name: string) => void }): ReactElement {
  const [name, setName] = useState(wish)
  const [value, setValue] = useState('')
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const taken = known.includes(name.trim())
  const store = (e: FormEvent): void => {
    e.preventDefault()
    e.stopPropagation()
    if (busy || name.trim() === '' || value === '') return
    setBusy(true)
    api.putSecret(name.trim(), value)
      .then(reloadSecrets)
      .then(() => { stored(name.trim()); actions.recheck() })
      .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
      .finally(() => setBusy(false))
  }
  return (
    <form onSubmit={store} autoComplete="off">
      <div className="in-f"><div className="in-label"><label htmlFor="in-secret-name">{t('Name')}</label></div><span className="in-fld"><input id="in-secret-name" value={name} maxLength={64} autoFocus={wish === ''} spellCheck={false} onChange={(e) => setName(e.target.value)} /></span></div>
      <div className="in-f">
        <div className="in-label"><label htmlFor="in-secret-value">{t('Secret')}</label></div>
        <span className="in-fld"><input id="in-secret-value" type="password" value={value} maxLength={65_536} autoFocus={wish !== ''} autoComplete="new-password" onChange={(e) => setValue(e.target.value)} /></span>
        <p className="in-help">{taken ? t('There is one of this name: it is replaced, for all that use it.') : t('Stored encrypted on the gateway. The flow keeps the name only.')}</p>
        {issues.map((i, n) => <p key={n} className="in-fault" role="alert">{said(i.text)} {said(i.remedy)}</p>)}
      </div>
      <div className="in-pad"><button type="submit" className="btn primary" disabled={busy || name.trim() === '' || value === ''}>{taken ? t('Replace and use it') : t('Store and use it')}</button></div>
    </form>
  )
}
