// Changes as a list in words; a click brings the node into view.
import { useState, type ReactElement } from 'react'
import type { Change, Flow } from '#format'
import { t } from '../language/index.ts'
import { actions, useEditor } from '../state/store.ts'
import { changesInWords } from './words.ts'

/** Of changes. */
export const HOW = { added: t('added'), removed: t('removed'), changed: t('changed'), moved: t('moved') } as const
const SIGN = { added: '+', removed: '−', changed: '~', moved: '↔' } as const

export function ChangeList({ changes, before, after, leads = false, shown = 40 }: { readonly changes: readonly Change[]; readonly before: Flow | null; readonly after: Flow; readonly leads?: boolean; readonly shown?: number }): ReactElement {
  const types = useEditor((s) => s.types)
  const ports = useEditor((s) => s.ports)
  const [all, setAll] = useState(false)
  const words = changesInWords(changes, { before, after, types, ports })
  if (words.length === 0) return <p className="dg-note">{t('No difference.')}</p>
  return (
    <ul className="dg-changes">
      {(all ? words : words.slice(0, shown)).map((w, n) => {
        const text = (
          <>
            <span className="sign" aria-label={HOW[w.how]}>{SIGN[w.how]}</span>
            <span className="what"><b>{w.where}</b>{w.what === '' ? '' : ` ${w.what}`}</span>
            {w.to !== undefined && <span className="vals"><del>{w.from}</del> <span aria-hidden>→</span> <ins>{w.to}</ins></span>}
          </>
        )
        return (
          <li key={n} data-how={w.how}>
            {leads && w.node !== undefined ? <button type="button" onClick={() => { actions.closeDialog(); actions.select({ nodes: [w.node!] }); actions.reveal([w.node!]) }}>{text}</button> : <div>{text}</div>}
          </li>
        )
      })}
      {words.length > shown && !all && <li><button type="button" className="dg-link" onClick={() => setAll(true)}>{t('and {more} more', { more: words.length - shown })}</button></li>}
    </ul>
  )
}
