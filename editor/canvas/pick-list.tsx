// A search with a list under it, over the canvas: arrows walk, Enter takes, Shift Enter takes the other way, Escape leaves.
// At a point it opens there and stays in the window; else it stands in the upper middle.
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { t } from '../language/index.ts'
import type { Point } from './ask.ts'
import './pick-list.css'

export interface Choice {
  readonly id: string
  readonly text: string
  readonly icon?: ReactNode
  /** What it does, on a line of its own. */
  readonly what?: string
  /** At the right: a type, how well it fits. */
  readonly note?: string
  /** It does not fit: taking it says why. */
  readonly no?: boolean
  /** Heads this choice and those after it. */
  readonly heading?: string
  /** Of Shift Enter, and of a click on it: 'after P-101 drive'. */
  readonly second?: string
}
const MARGIN = 8
/** More are found by typing. */
const MOST = 200

export function PickList({ label, placeholder, title, at, choices, empty, onTake, onClose }: {
  readonly label: string
  readonly placeholder: string
  /** Says what it is for, over the list. */
  readonly title?: ReactNode
  readonly at?: Point | null
  readonly choices: (search: string) => readonly Choice[]
  /** Where nothing is found. */
  readonly empty: (search: string) => ReactNode
  readonly onTake: (choice: Choice, second: boolean) => void
  readonly onClose: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [search, setSearch] = useState('')
  const [index, setIndex] = useState(0)
  const shown = choices(search).slice(0, MOST)
  const active = Math.min(index, Math.max(0, shown.length - 1))
  const now = shown[active]

  useEffect(() => {
    const box = dialog.current!
    box.showModal()
    return () => box.close()
  }, [])
  // Below the point, else as high up as it takes: known once it has its size.
  const [place, setPlace] = useState<{ readonly left: number; readonly top: number } | null>(null)
  const [x, y] = [at?.x, at?.y]
  useLayoutEffect(() => {
    const box = dialog.current
    if (!box || x === undefined || y === undefined) return
    const fit = (wish: number, size: number, room: number): number => Math.max(MARGIN, Math.min(wish, room - size - MARGIN))
    const width = box.offsetWidth || 360
    setPlace({ left: fit(x, width, window.innerWidth), top: fit(y, 380, window.innerHeight) })
  }, [x, y])
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up.
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, active])

  const take = (choice: Choice | undefined, second: boolean): void => {
    if (choice && (!second || choice.second !== undefined)) onTake(choice, second)
  }
  return (
    <dialog ref={dialog} className={`picker${at ? ' at' : ''}`} style={at ? (place ?? { left: at.x, top: at.y }) : undefined} aria-label={label} onClose={onClose} onClick={(e) => e.target === dialog.current && onClose()}>
      <input
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={now ? `${id}-${active}` : undefined}
        placeholder={placeholder}
        aria-label={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(e) => {
          setSearch(e.target.value)
          setIndex(0)
        }}
        onKeyDown={(e) => {
          const last = shown.length - 1
          const to = { ArrowDown: Math.min(active + 1, last), ArrowUp: Math.max(active - 1, 0), PageDown: Math.min(active + 8, last), PageUp: Math.max(active - 8, 0) }[e.key]
          if (to !== undefined) setIndex(to)
          else if (e.key === 'Enter') take(now, e.shiftKey)
          else return
          e.preventDefault()
        }}
      />
      {title ? <div className="picker-title">{title}</div> : null}
      <div id={`${id}-list`} role="listbox" aria-label={label}>
        {shown.map((c, i) => (
          <div key={c.id} role="presentation">
            {c.heading === undefined ? null : <div className="heading" role="presentation">{c.heading}</div>}
            <div id={`${id}-${i}`} role="option" aria-selected={i === active} className={`choice${c.no ? ' no' : ''}`} data-choice={c.id} onClick={(e) => take(c, e.shiftKey)} onMouseMove={() => setIndex(i)}>
              {c.icon}
              <span>{c.text}</span>
              {i === active && c.second !== undefined ? <span className="second" title={t('Shift Enter')} onClick={(e) => { e.stopPropagation(); take(c, true) }}>{c.second}</span> : <small>{c.note}</small>}
              {c.what === undefined ? null : <em>{c.what}</em>}
            </div>
          </div>
        ))}
        {shown.length === 0 ? <p>{empty(search)}</p> : null}
      </div>
      {now?.second === undefined ? null : <div className="picker-keys"><kbd>Enter</kbd>{' '}{t('here')}{' '}<kbd>Shift Enter</kbd> {now.second}</div>}
    </dialog>
  )
}
