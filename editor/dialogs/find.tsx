// Search all flows (Ctrl Shift F): results by flow, each leads to its place. The last search is there again when it is
// opened the next time, so that one hit after the other can be looked at.
import { Fragment, useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { Search as SearchIcon } from 'lucide-react'
import { t } from '../language/index.ts'
import { isEmpty, readQuery, type Found, type Hit, type Search } from '../state/find.ts'
import { actions, useEditor } from '../state/store.ts'
import { Modal } from './modal.tsx'
import './find.css'

/** Typing goes on for so long before it is searched. */
const PAUSE_MS = 120
const nothing: Search = { found: [], missing: [] }
let last = { text: '', search: nothing, taken: '' }

export default function FindDialog(): ReactElement {
  const asked = useEditor((s) => (s.ui.dialog?.kind === 'find' ? s.ui.dialog.text : undefined))
  const [text, setText] = useState(() => asked ?? last.text)
  const [{ of, search }, setResult] = useState(() => (asked === undefined ? { of: last.text, search: last.search } : { of: '', search: nothing }))
  const box = useRef<HTMLInputElement>(null)
  const query = readQuery(text)

  useEffect(() => {
    let gone = false
    const timer = setTimeout(() => {
      actions.findAll(text).then((found) => {
        if (gone) return
        last = { ...last, text, search: found }
        setResult({ of: text, search: found })
      }).catch((thrown: unknown) => { if (!gone) actions.toastFailed(thrown) })
    }, of === '' ? 0 : PAUSE_MS)
    return () => {
      gone = true
      clearTimeout(timer)
    }
    // What was found is not a reason to search again.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [text])
  useEffect(() => {
    const to = document.querySelector<HTMLElement>('.find-hit[data-last]')
    if (to) to.focus()
    else box.current?.select()
  }, [])

  const take = (flow: string, hit: Hit): void => {
    last = { ...last, taken: `${flow} ${hit.id}` }
    actions.closeDialog()
    void actions.goTo(flow, hit)
  }
  const walk = (e: KeyboardEvent): void => {
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp' && !(e.key === 'Enter' && e.target === box.current)) return
    const hits = [...document.querySelectorAll<HTMLElement>('.find-hit')]
    e.preventDefault()
    if (e.key === 'Enter') return hits[0]?.click()
    const at = hits.indexOf(document.activeElement as HTMLElement)
    const next = at + (e.key === 'ArrowDown' ? 1 : -1)
    if (next < 0) box.current?.focus()
    else hits[Math.min(next, hits.length - 1)]?.focus()
  }
  const total = search.found.reduce((sum, f) => sum + f.hits.length + f.more, 0)
  const pending = of !== text
  const told = isEmpty(query) ? '' : pending ? t('Searching…') : total === 0 ? t('Nothing was found.') : t('{places} in {flows}', { places: t('{count} places', { count: total }), flows: t('{count} flows', { count: search.found.length }) })
  return (
    <Modal title={t('Search all flows')} close={actions.closeDialog} wide>
      <div className="find" onKeyDown={walk}>
        <label className="find-box"><SearchIcon size={15} aria-hidden="true" /><span className="sr-only">{t('Text to search for')}</span>
          <input ref={box} type="search" autoFocus value={text} maxLength={200} autoComplete="off" spellCheck={false} placeholder={t('Tag, address, node, setting or comment')} onChange={(e) => setText(e.target.value)} />
        </label>
        <p className="find-told" role="status">{told}</p>
        {search.missing.length > 0 && <p className="dg-warn">{t('{flows} could not be read and are missing here.', { flows: search.missing.join(', '), count: search.missing.length })}</p>}
        {isEmpty(query) && <p className="dg-note">{t('Looks into the names, ids, tags, addresses, settings, comments, parameters and connections of all flows of this gateway, drafts as they are now.')}{' '}<span className="find-uses">{t('Where something is used:')}{' '}<code>connection:plant-mqtt</code> <code>secret:…</code> <code>model:…</code> <code>subflow:…</code> <code>parameter:…</code> <code>type:rule.alarm</code></span></p>}
        {search.found.map((f) => <InFlow key={f.flow} found={f} take={take} />)}
      </div>
    </Modal>
  )
}

function InFlow({ found, take }: { readonly found: Found; readonly take: (flow: string, hit: Hit) => void }): ReactElement {
  return (
    <section className="find-flow" aria-label={found.name}>
      <h3>{found.name} <small>{found.flow}{found.draft ? ` · ${t('draft')}` : ''}</small></h3>
      <ul>
        {found.hits.map((h) => (
          <li key={h.id}>
            <button type="button" className="find-hit" {...(last.taken === `${found.flow} ${h.id}` ? { 'data-last': '' } : {})} onClick={() => take(found.flow, h)}>
              <span className="at">{h.place} <small>{h.what}</small></span>
              <span className="text"><Marked text={h.text} marks={h.marks} /></span>
            </button>
          </li>
        ))}
      </ul>
      {found.more > 0 && <p className="find-told">{t('and {more} more: type more letters.', { more: found.more })}</p>}
    </section>
  )
}

function Marked({ text, marks }: Pick<Hit, 'text' | 'marks'>): ReactElement {
  return <>{marks.map(([from, to], i) => <Fragment key={from}>{text.slice(marks[i - 1]?.[1] ?? 0, from)}<mark>{text.slice(from, to)}</mark></Fragment>)}{text.slice(marks.at(-1)?.[1] ?? 0)}</>
}
