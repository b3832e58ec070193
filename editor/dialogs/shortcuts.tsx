// The page of keyboard shortcuts, made from the commands (shell/commands.ts): searchable, for PC and Mac.
import { useState, type ReactElement } from 'react'
import { t } from '../language/index.ts'
import { commands, gestures, groups, groupTitles, isMac, titleOfCommand, type Group } from '../shell/commands.ts'
import { keyNames } from '../state/keys.ts'
import { actions, store } from '../state/store.ts'
import { Modal } from './modal.tsx'
import './shortcuts.css'

interface Row {
  readonly group: Group
  readonly keys: readonly string[]
  readonly title: string
  readonly words: string
}

/** The nine keys of the tabs are one row. */
export function rowsOfKeys(): readonly Row[] {
  const s = store.getState()
  const own = commands.filter((c) => (c.keys ?? c.shown) !== undefined && !/^tab-[1-9]$/.test(c.id)).map((c): Row => ({ group: c.group, keys: c.keys ?? [c.shown!], title: titleOfCommand(c, s), words: c.words ?? '' }))
  const tabs: Row = { group: 'tabs', keys: ['Alt+1…9'], title: t('The nth tab; 9 is the last'), words: '' }
  return [...own, tabs, ...gestures.map((g): Row => ({ ...g, keys: [g.keys], words: '' }))]
}

export default function ShortcutsDialog(): ReactElement {
  const [search, setSearch] = useState('')
  const [mac, setMac] = useState(isMac)
  const words = search.toLowerCase().split(/\s+/).filter((w) => w !== '')
  const text = (r: Row): string => `${r.title} ${r.words} ${groupTitles[r.group]} ${r.keys.map((k) => `${k} ${keyNames(k, mac).join(' ')}`).join(' ')}`.toLowerCase()
  const shown = rowsOfKeys().filter((r) => words.every((w) => text(r).includes(w)))
  return (
    <Modal title={t('Keyboard shortcuts')} close={actions.closeDialog} wide>
      <div className="ks-head">
        <input className="dg-input" type="search" autoFocus aria-label={t('Search shortcuts')} placeholder={t('Search, such as undo or Ctrl D')} autoComplete="off" spellCheck={false} value={search} onChange={(e) => setSearch(e.target.value)} />
        <div className="ks-of" role="radiogroup" aria-label={t('Names of the keys')}>
          {[false, true].map((of) => <button key={String(of)} type="button" role="radio" aria-checked={mac === of} onClick={() => setMac(of)}>{of ? t('Mac') : t('PC')}</button>)}
        </div>
      </div>
      <div className="ks-groups">
        {groups.map((group) => {
          const rows = shown.filter((r) => r.group === group)
          return rows.length === 0 ? null : (
            <section key={group}>
              <h3>{groupTitles[group]}</h3>
              <dl>{rows.map((r) => <div key={`${r.keys.join()} ${r.title}`}><dt>{r.keys.map((k, i) => <span key={k}>{i > 0 && ` ${t('or')} `}{(k.includes(' ') ? [k] : keyNames(k, mac)).map((n, at) => <kbd key={at}>{n}</kbd>)}</span>)}</dt><dd>{r.title}</dd></div>)}</dl>
            </section>
          )
        })}
      </div>
      {shown.length === 0 && <p className="dg-note">{t('No key does that.')}{' '}<button type="button" className="dg-link" onClick={() => actions.openDialog({ kind: 'commands' })}>{t('Look among all commands')}</button></p>}
    </Modal>
  )
}
