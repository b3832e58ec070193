// The frame of every dialog: title, body, actions. Focus is kept inside, Escape closes, the opener gets the focus back.
// The backdrop is ours and not Radix's overlay, which would put a style element into the page against the CSP.
import { cloneElement, useId, useState, type FormEvent, type ReactElement, type ReactNode } from 'react'
import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { Issue } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions } from '../state/store.ts'
import './dialogs.css'

/** What had the focus before the first of a row of dialogs: one may take another's place, and a menu is gone by then. */
let opener: HTMLElement | null = null
function rememberOpener(): HTMLElement | null {
  const now = document.activeElement
  if (!(now instanceof HTMLElement) || now === document.body) return null
  const menu = now.closest('[role="menu"]')
  if (menu) opener = document.getElementById(menu.getAttribute('aria-labelledby') ?? '')
  else if (!now.closest('.dg')) opener = now
  return menu ? opener : now
}
function giveBack(from: HTMLElement | null): void {
  const to = from?.isConnected ? from : opener
  const top = [...document.querySelectorAll('.dg')].at(-1)
  if (to?.isConnected && (!top || top.contains(to))) to.focus()
}

export function Modal({ title, children, actions: buttons, close, wide = false, onSubmit }: {
  readonly title: string
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly close: () => void
  readonly wide?: boolean
  /** Makes the whole a form: Enter submits. */
  readonly onSubmit?: () => void
}): ReactElement {
  const [from] = useState(rememberOpener)
  const body = (
    <>
      <header className="dg-head">
        <Dialog.Title className="dg-title">{title}</Dialog.Title>
        <Dialog.Close className="icon-btn" aria-label={t('Close')}><X size={15} /></Dialog.Close>
      </header>
      <div className="dg-body">{children}</div>
      {buttons !== undefined && <footer className="dg-foot">{buttons}</footer>}
    </>
  )
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) close() }}>
      <Dialog.Portal>
        <div className="dg-back" />
        <Dialog.Content className={`dg${wide ? ' wide' : ''}`} aria-describedby={undefined} onInteractOutside={(e) => e.preventDefault()} onCloseAutoFocus={(e) => { e.preventDefault(); giveBack(from) }} onOpenAutoFocus={(e) => { e.preventDefault(); if (e.currentTarget instanceof HTMLElement) e.currentTarget.focus() }}>
          {onSubmit ? <form className="dg-form" onSubmit={(e: FormEvent) => { e.preventDefault(); e.stopPropagation(); onSubmit() }}>{body}</form> : body}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Issues as a list; one that has a place in the open flow leads there. */
export function IssueList({ issues, leads = false }: { readonly issues: readonly Issue[]; readonly leads?: boolean }): ReactElement | null {
  if (issues.length === 0) return null
  return (
    <ul className="dg-issues" role="status">
      {issues.map((i, n) => (
        <li key={n} data-level={i.level}>
          <b>{said(i.text)}</b> <span>{said(i.remedy)}</span>
          {leads && (i.node !== undefined || i.wire !== undefined)
            ? <button type="button" className="dg-link" onClick={() => { actions.closeDialog(); actions.revealIssue(i) }}>{i.wire ?? `${i.node}${i.port === undefined ? '' : `.${i.port}`}`}</button>
            : <code>{i.wire ?? i.node ?? i.field ?? ''}</code>}
        </li>
      ))}
    </ul>
  )
}

/** A labelled input of a dialog. The hint describes the input and is no part of its name. */
export function Field({ label, hint, children }: { readonly label: string; readonly hint?: ReactNode; readonly children: ReactElement<{ id?: string; 'aria-describedby'?: string }> }): ReactElement {
  const made = useId()
  const id = children.props.id ?? made
  return (
    <div className="dg-field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, { id, ...(hint === undefined ? {} : { 'aria-describedby': `${made}-h` }) })}
      {hint !== undefined && <small id={`${made}-h`}>{hint}</small>}
    </div>
  )
}
