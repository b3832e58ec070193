// The command palette (Ctrl K): one field for everything there is to do and to go to. Fetched when it is first opened. What
// is chosen runs after the dialog is gone, so that it may open another or take the focus.
import { Command } from 'cmdk'
import { useMemo, useRef, useState, type ReactElement } from 'react'
import { Dialog } from 'radix-ui'
import { t } from '../language/index.ts'
import { useConnections } from '../inspector/resources.ts'
import { actions, store, useEditor } from '../state/here.ts'
import { keyText } from '../state/keys.ts'
import { isMac } from './commands.ts'
import { entriesFor, prefixes, type Entry } from './entries.ts'
import { Rich } from './rich.tsx'
import './command-palette.css'

export default function CommandPalette(): ReactElement {
  const { data } = useConnections()
  const [search, setSearch] = useState('')
  // What it was opened on: live values do not shuffle the list under the hand.
  const [at] = useState(() => store.getState())
  const ready = useEditor((s) => s.catalogue !== null)
  const [opener] = useState(() => document.activeElement)
  const chosen = useRef(false)
  const groups = useMemo(() => (ready ? entriesFor(search, at, data ?? []) : []), [search, at, data, ready])
  const take = (entry: Entry): void => {
    chosen.current = true
    actions.closeDialog()
    // The focus is back where it was by then: what runs may take it on.
    requestAnimationFrame(() => entry.run())
  }
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) actions.closeDialog() }}>
      <Dialog.Portal>
        <div className="dg-back" />
        <Dialog.Content className="cp" aria-describedby={undefined} onCloseAutoFocus={(e) => { e.preventDefault(); if (opener instanceof HTMLElement && opener.isConnected) opener.focus() }}>
          <Dialog.Title className="sr-only">{t('All commands, nodes, flows and settings')}</Dialog.Title>
          <Command shouldFilter={false} loop label={t('All commands, nodes, flows and settings')}>
            <Command.Input value={search} onValueChange={setSearch} placeholder={t('Type what you want to do, or a name')} maxLength={200} />
            <Command.List>
              {groups.map(([group, entries]) => (
                <Command.Group key={group} heading={group}>
                  {entries.map((e) => (
                    <Command.Item key={e.id} value={`${group} ${e.id}`} onSelect={() => take(e)}>
                      <span className="cp-title">{e.title}</span>
                      {e.detail === undefined || e.detail === '' ? null : <small>{e.detail}</small>}
                      {e.keys === undefined ? null : <kbd>{e.keys}</kbd>}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
              <Command.Empty><Rich text={t('Nothing is called that. <sign/> searches the text of all flows.')} as={{ sign: <kbd>#</kbd> }} /></Command.Empty>
            </Command.List>
            <div className="cp-foot" aria-hidden="true">{prefixes.map(([sign, what]) => <span key={sign}><kbd>{sign}</kbd> {what}</span>)}<span className="sp" /><span><kbd>↑</kbd> <kbd>↓</kbd>{' '}{t('walk')}</span><span><kbd>{keyText('Enter', isMac())}</kbd>{' '}{t('take')}</span></div>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
