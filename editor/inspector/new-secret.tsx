// A secret, stored right where it is chosen. What is typed goes to the gateway and nowhere else: not into the draft, the
// store or the browser's memory of forms.
import { useId, useState, type FormEvent, type ReactElement } from 'react'
import { Plus } from 'lucide-react'
import { Popover } from 'radix-ui'
import type { Issue } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api } from '../state/here.ts'
import { reloadSecrets } from './resources.ts'

export interface StoreProps {
  readonly wish: string
  readonly known: readonly string[]
  readonly stored: (name: string) => void
}
/** What is stored: a password that is typed, a private key that is pasted. */
export interface SecretKind {
  readonly title: string
  readonly icon: ReactElement
  readonly label: string
  readonly example?: string
  readonly replaces: string
  readonly kept: string
  readonly input: (id: string, value: string, set: (value: string) => void, focus: boolean) => ReactElement
}

const SECRET: SecretKind = {
  title: t('Store a secret'),
  icon: <Plus size={14} />,
  label: t('Secret'),
  replaces: t('There is one of this name: it is replaced, for all that use it.'),
  kept: t('Stored encrypted on the gateway. The flow keeps the name only.'),
  input: (id, value, set, focus) => <span className="in-fld"><input id={id} type="password" value={value} maxLength={65_536} autoFocus={focus} autoComplete="new-password" onChange={(e) => set(e.target.value)} /></span>,
}
export const NewSecret = (props: StoreProps): ReactElement => <StoreSecret {...props} kind={SECRET} />

export function StoreSecret({ kind, wish, known, stored }: StoreProps & { readonly kind: SecretKind }): ReactElement {
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="btn in-square" aria-label={kind.title} title={kind.title}>{kind.icon}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="in-pop in-newsecret" align="end" sideOffset={4} aria-label={kind.title}>
          <Form kind={kind} wish={wish} known={known} stored={(name) => { setOpen(false); stored(name) }} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Form({ kind, wish, known, stored }: StoreProps & { readonly kind: SecretKind }): ReactElement {
  const id = useId()
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
      <div className="in-f"><div className="in-label"><label htmlFor={`${id}-name`}>{t('Name')}</label></div><span className="in-fld"><input id={`${id}-name`} value={name} maxLength={64} autoFocus={wish === ''} spellCheck={false} placeholder={kind.example} onChange={(e) => setName(e.target.value)} /></span></div>
      <div className="in-f">
        <div className="in-label"><label htmlFor={`${id}-value`}>{kind.label}</label></div>
        {kind.input(`${id}-value`, value, setValue, wish !== '')}
        <p className="in-help">{taken ? kind.replaces : kind.kept}</p>
        {issues.map((i, n) => <p key={n} className="in-fault" role="alert">{said(i.text)} {said(i.remedy)}</p>)}
      </div>
      <div className="in-pad"><button type="submit" className="btn primary" disabled={busy || name.trim() === '' || value === ''}>{taken ? t('Replace and use it') : t('Store and use it')}</button></div>
    </form>
  )
}
