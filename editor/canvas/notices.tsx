// What stands over the drawing at its upper edge, one below the other and never one over the other: the banner, the watch over
// a version, a layout under way. The bar over a selection asks here where they end and keeps clear of them.
import { useEffect, useRef, type ReactNode } from 'react'
import { createStore } from 'zustand/vanilla'

interface Covered {
  /** From the left edge of the drawing, px. */
  readonly left: number
  readonly right: number
  /** From its upper edge (below the breadcrumb), px; 0: nothing stands there. */
  readonly bottom: number
}
/** As in canvas.css, px. */
const GAP = 10
const nothing: Covered = { left: 0, right: 0, bottom: 0 }
export const covered = createStore<Covered>()(() => nothing)

export function Notices({ children }: { readonly children: ReactNode }) {
  const own = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = own.current
    if (!box) return
    const measured = new ResizeObserver(() => covered.setState(box.offsetHeight === 0 ? nothing : { left: box.offsetLeft - box.offsetWidth / 2, right: box.offsetLeft + box.offsetWidth / 2, bottom: GAP + box.offsetHeight }, true))
    measured.observe(box)
    return () => {
      measured.disconnect()
      covered.setState(nothing, true)
    }
  }, [])
  return <div ref={own} className="notices">{children}</div>
}
