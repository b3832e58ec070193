// A finger held on a node asks for its menu: browsers of tablets tell of it in different ways, or not at all.
import { useEffect, type RefObject } from 'react'

const HELD_MS = 500
/** A finger never rests quite still, px. */
const STILL = 10

export function useLongPress(frame: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const box = frame.current
    if (!box) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let from = { x: 0, y: 0 }
    const end = (): void => clearTimeout(timer)
    const begin = (e: PointerEvent): void => {
      end()
      const node = e.pointerType === 'touch' && e.isPrimary && e.target instanceof Element ? e.target.closest('.react-flow__node') : null
      if (!node) return
      from = { x: e.clientX, y: e.clientY }
      timer = setTimeout(() => node.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: from.x, clientY: from.y })), HELD_MS)
    }
    const move = (e: PointerEvent): void => {
      if (Math.hypot(e.clientX - from.x, e.clientY - from.y) > STILL) end()
    }
    // A browser that tells of it by itself: once is enough.
    const told = (e: Event): void => {
      if (e.isTrusted) end()
    }
    const events: readonly (readonly [string, (e: never) => void])[] = [['pointerdown', begin], ['pointermove', move], ['pointerup', end], ['pointercancel', end], ['contextmenu', told]]
    for (const [name, listen] of events) box.addEventListener(name, listen as EventListener, true)
    return () => {
      end()
      for (const [name, listen] of events) box.removeEventListener(name, listen as EventListener, true)
    }
  }, [frame])
}
