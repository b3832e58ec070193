// Two fingers zoom and move the view wherever they lie: React Flow takes them on the empty canvas only, and a full one has
// little of that on a tablet.
import { useEffect } from 'react'
import { useReactFlow, useStoreApi } from 'reactflow'
import { MIN_ZOOM } from './fit.ts'

export const MAX_ZOOM = 2
interface Fingers {
  readonly x: number
  readonly y: number
  readonly apart: number
}

export function Pinch() {
  const drawing = useStoreApi()
  const { getViewport, setViewport } = useReactFlow()
  useEffect(() => {
    const frame = drawing.getState().domNode
    if (!frame) return
    let began: { readonly fingers: Fingers; readonly view: ReturnType<typeof getViewport> } | null = null
    const fingers = ({ touches }: TouchEvent): Fingers => {
      const [a, b] = [touches[0]!, touches[1]!]
      const box = frame.getBoundingClientRect()
      return { x: (a.clientX + b.clientX) / 2 - box.left, y: (a.clientY + b.clientY) / 2 - box.top, apart: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)) }
    }
    const start = (e: TouchEvent): void => {
      const onCard = [...e.touches].some((t) => t.target instanceof Element && t.target.closest('.nopan') !== null)
      began = e.touches.length === 2 && onCard ? { fingers: fingers(e), view: getViewport() } : null
      if (began) e.stopPropagation()
    }
    const move = (e: TouchEvent): void => {
      if (!began || e.touches.length !== 2) return
      e.preventDefault()
      const now = fingers(e)
      const { fingers: first, view } = began
      const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, (view.zoom * now.apart) / first.apart))
      void setViewport({ zoom, x: now.x - ((first.x - view.x) * zoom) / view.zoom, y: now.y - ((first.y - view.y) * zoom) / view.zoom })
    }
    const end = (e: TouchEvent): void => {
      if (e.touches.length < 2) began = null
    }
    const on = { capture: true, passive: false } as const
    frame.addEventListener('touchstart', start, on)
    frame.addEventListener('touchmove', move, on)
    frame.addEventListener('touchend', end, on)
    frame.addEventListener('touchcancel', end, on)
    return () => {
      frame.removeEventListener('touchstart', start, on)
      frame.removeEventListener('touchmove', move, on)
      frame.removeEventListener('touchend', end, on)
      frame.removeEventListener('touchcancel', end, on)
    }
  }, [drawing, getViewport, setViewport])
  return null
}
