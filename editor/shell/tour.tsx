// The tour on the screen: a ring around what it speaks of and a card beside it. Nothing is locked: everything stays
// usable, Escape leaves, and the menu takes it up again where it was left. Steps and their ends are state/tour.ts.
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { X } from 'lucide-react'
import { t } from '../language/index.ts'
import { offersTour, steps } from '../state/tour.ts'
import { actions, store, useEditor } from '../state/store.ts'
import './tour.css'

interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
const CARD = { width: 300, height: 190 }
const GAP = 14
const EDGE = 10
/** What is larger than this part of the window is spoken of from inside. */
const LARGE = 0.5

export function Tour(): ReactElement | null {
  const step = useEditor((s) => s.ui.tour)
  const offered = useEditor(offersTour)
  if (step !== null) return <Shown key={step} step={step} />
  return offered ? <Offer /> : null
}

function Offer(): ReactElement {
  return (
    <aside className="tour-offer" aria-label={t('The tour')}>
      <p><b>{t('New here?')}</b>{' '}{t('Seven short steps to a first change of your own, deployed on the simulated plant.')}</p>
      <button type="button" className="btn primary" onClick={actions.startTour}>{t('Take the tour')}</button>
      <button type="button" className="btn" onClick={() => { actions.startTour(); actions.leaveTour() }}>{t('Not now')}</button>
    </aside>
  )
}

function Shown({ step }: { readonly step: number }): ReactElement | null {
  const it = steps[step]
  const lost = useEditor((s) => it?.lost?.(s))
  const dialog = useEditor((s) => s.ui.dialog !== null)
  const selector = useEditor((s) => it?.at(s) ?? '')
  const box = useBoxOf(selector)
  const card = useRef<HTMLElement>(null)
  useEffect(() => {
    // A node that the tour speaks of is in view.
    const id = /data-id="([^"]+)"/.exec(selector)?.[1]
    if (id) actions.reveal([id])
  }, [selector])
  useEffect(() => {
    const leave = (e: KeyboardEvent): void => {
      if (e.key !== 'Escape' || store.getState().ui.dialog !== null || document.querySelector('[role="menu"], dialog[open]')) return
      e.preventDefault()
      e.stopPropagation()
      actions.leaveTour()
    }
    document.addEventListener('keydown', leave, true)
    return () => document.removeEventListener('keydown', leave, true)
  }, [])
  if (!it) return null
  const last = step === steps.length - 1
  const waits = it.done !== undefined
  const place = box ? placeOf(box) : { left: innerWidth / 2 - CARD.width / 2, top: innerHeight / 2 - CARD.height / 2 }
  return (
    <>
      {box && !isLarge(box) ? <div className={`tour-ring${dialog ? '' : ' dim'}`} aria-hidden="true" style={{ left: box.left - 5, top: box.top - 5, width: box.width + 10, height: box.height + 10 }} /> : null}
      <section ref={card} className="tour-card" role="region" aria-label={t('The tour')} style={place}>
        <header><h2>{it.title}</h2><button type="button" className="icon-btn" aria-label={t('Leave the tour')} title={t('Leave the tour (Esc); the menu takes it up again')} onClick={actions.leaveTour}><X size={14} /></button></header>
        <p role="status">{lost ?? it.text}</p>
        <footer>
          <span className="tour-steps">{t('{step} of {steps}', { step: step + 1, steps: steps.length })}</span>
          {step > 0 ? <button type="button" className="btn" onClick={actions.tourBack}>{t('Back')}</button> : null}
          <button type="button" className={waits ? 'btn' : 'btn primary'} onClick={actions.tourNext}>{last ? t('Done') : waits ? t('Skip') : t('Next')}</button>
        </footer>
      </section>
    </>
  )
}

const isLarge = (b: Box): boolean => b.width * b.height > innerWidth * innerHeight * LARGE || (b.width > innerWidth * LARGE && b.height > innerHeight * LARGE)

/** Beside it where there is room, else inside of it. */
function placeOf(b: Box): { readonly left: number; readonly top: number } {
  const inside = (left: number, top: number) => ({ left: Math.max(EDGE, Math.min(left, innerWidth - CARD.width - EDGE)), top: Math.max(EDGE, Math.min(top, innerHeight - CARD.height - EDGE)) })
  if (isLarge(b)) return inside(b.left + b.width / 2 - CARD.width / 2, b.top + b.height - CARD.height - 3 * GAP)
  const left = b.left - CARD.width - GAP
  const right = b.left + b.width + GAP
  if (b.height > innerHeight * LARGE) return left >= EDGE ? inside(left, b.top + 60) : inside(right, b.top + 60)
  const below = b.top + b.height + GAP
  if (below + CARD.height + EDGE <= innerHeight) return inside(b.left + b.width / 2 - CARD.width / 2, below)
  if (b.top - GAP - CARD.height >= EDGE) return inside(b.left + b.width / 2 - CARD.width / 2, b.top - GAP - CARD.height)
  return right + CARD.width + EDGE <= innerWidth ? inside(right, b.top) : inside(left, b.top)
}

/** Where it is on the screen, followed from frame to frame: the drawing is moved and panes are resized meanwhile. */
function useBoxOf(selector: string): Box | null {
  const [box, setBox] = useState<Box | null>(null)
  useEffect(() => {
    let frame = 0
    let known = ''
    const look = (): void => {
      frame = requestAnimationFrame(look)
      const r = selector === '' ? undefined : document.querySelector(selector)?.getBoundingClientRect()
      const now = r ? [r.left, r.top, r.width, r.height].map(Math.round).join() : ''
      if (now === known) return
      known = now
      setBox(r ? { left: r.left, top: r.top, width: r.width, height: r.height } : null)
    }
    look()
    return () => cancelAnimationFrame(frame)
  }, [selector])
  return box
}
