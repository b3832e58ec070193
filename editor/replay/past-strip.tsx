// Over the canvas while somebody looks back: when, what the step did, and the way back to live.
import { useEffect } from 'react'
import { ChevronLeft, ChevronRight, History, Radio } from 'lucide-react'
import { t } from '../language/index.ts'
import { pastOf } from '../state/past.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { formatTime } from '../live/values.ts'
import { takesKeys } from '../shell/shortcuts.tsx'
import { became, cameIn } from './words.ts'
import './past.css'

const KEYS: Readonly<Record<string, () => void>> = { Escape: actions.backToLive, ArrowLeft: () => actions.stepBy(-1), ArrowRight: () => actions.stepBy(1) }

export function PastStrip() {
  const past = useEditor(pastOf)
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const current = useEditor((s) => s.base.version)
  const looking = past !== null
  useEffect(() => {
    if (!looking) return
    const keys = (e: KeyboardEvent): void => {
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || takesKeys(e.target)) return
      const act = KEYS[e.key]
      // Tabs, radio buttons and sliders have their own use of the arrows.
      if (!act || (e.key !== 'Escape' && e.target instanceof Element && e.target.closest('[role="slider"], [role="tab"], [role="radio"], [role="separator"]'))) return
      e.preventDefault()
      e.stopPropagation()
      act()
    }
    // Before all others: the arrows would move the selected node, Escape leave the subflow.
    addEventListener('keydown', keys, true)
    return () => removeEventListener('keydown', keys, true)
  }, [looking])
  if (!past) return null
  const step = past.view.steps[past.place]
  const { version } = past.view.trace
  const then = step ? `${cameIn(step)}${became(step) === '' ? '' : `; ${became(step)}`}` : t('Nothing happened in this time.')
  return (
    <section className="past-strip" aria-label={t('Looking back')}>
      <History size={16} aria-hidden="true" />
      <b>{t('Looking back:')}{' '}<span className="mono">{formatTime(past.now)}</span></b>
      {version !== null && version !== current ? <small>{t('version {version} ran then', { version })}</small> : null}
      <span className="what" role="status" aria-live={past.playing > 0 ? 'off' : 'polite'} title={then}>{step ? <><b>{titleOf(nodes, types, step.node)}</b> {then}</> : then}</span>
      <button type="button" className="icon-btn" aria-label={t('Step back')} title={t('Step back (←)')} onClick={() => actions.stepBy(-1)}><ChevronLeft size={16} /></button>
      <button type="button" className="icon-btn" aria-label={t('Step forward')} title={t('Step forward (→)')} onClick={() => actions.stepBy(1)}><ChevronRight size={16} /></button>
      <button type="button" className="btn primary" onClick={actions.backToLive}><Radio size={14} aria-hidden="true" />{' '}{t('Back to live')}{' '}<kbd>Esc</kbd></button>
    </section>
  )
}
