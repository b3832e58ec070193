// After claiming: points at the Arm button of a flow that starts disarmed, once.
import { useEffect, useState, type ReactElement } from 'react'
import { t } from '../language/index.ts'
import { store, useEditor } from '../state/store.ts'

/** In the session's storage: set by the claim, removed when the callout was seen or the flow was armed. */
export const CLAIMED = 'headgate.just-claimed'

export function ArmCallout(): ReactElement | null {
  const disarmed = useEditor((s) => { const flow = s.flows.find((f) => f.id === s.flowId); return flow !== undefined && flow.version !== null && flow.actuators > 0 && !flow.armed })
  const dialog = useEditor((s) => s.ui.dialog !== null)
  const [wanted, setWanted] = useState(() => sessionStorage.getItem(CLAIMED) !== null)
  const [at, setAt] = useState<{ readonly right: number; readonly top: number; readonly arrow: number } | null>(null)
  const show = wanted && disarmed && !dialog
  useEffect(() => {
    if (!show) return
    const place = (): void => {
      const rect = document.querySelector('[data-callout="arm"]')?.getBoundingClientRect()
      if (!rect) return setAt(null)
      const right = Math.max(8, innerWidth - rect.right - 40)
      setAt({ right, top: rect.bottom + 10, arrow: innerWidth - right - (rect.left + rect.width / 2) - 6 })
    }
    place()
    const watch = new ResizeObserver(place)
    watch.observe(document.body)
    const bar = document.querySelector('[data-callout="arm"]')?.parentElement
    if (bar) for (const child of bar.children) watch.observe(child)
    return () => watch.disconnect()
  }, [show])
  // The Arm dialog is where it points to: seen.
  useEffect(() => store.subscribe((s) => {
    if (s.ui.dialog?.kind !== 'arm') return
    sessionStorage.removeItem(CLAIMED)
    setWanted(false)
  }), [])
  const done = (): void => {
    sessionStorage.removeItem(CLAIMED)
    setWanted(false)
  }
  if (!show || !at) return null
  return (
    <div className="callout" role="status" style={{ right: at.right, top: at.top }}>
      <i style={{ right: at.arrow }} />
      <p><b>{t('This flow is disarmed: it watches but does not write.')}</b>{' '}{t('Arm it to let it act on the plant.')}</p>
      <button type="button" className="btn" onClick={done}>{t('Got it')}</button>
    </div>
  )
}
