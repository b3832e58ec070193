// A node drawn out of the palette with a finger or a pen, which HTML's own drag and drop knows nothing of: sideways it is a
// drag, up and down the list scrolls (touch-action: pan-y).
import { dragOver, endDragOver } from '../canvas/drag.ts'
import { viewActs } from '../canvas/view.ts'

/** So far sideways it is meant as a drag, px. */
const BEGIN = 12

export function touchDrag(type: string, title: string, e: { readonly pointerId: number; readonly pointerType: string; readonly clientX: number; readonly clientY: number; readonly currentTarget: HTMLElement }): void {
  if (e.pointerType === 'mouse') return
  const from = { x: e.clientX, y: e.clientY }
  const { currentTarget: item, pointerId } = e
  let ghost: HTMLElement | null = null
  const stop = new AbortController()
  const end = (): void => {
    stop.abort()
    ghost?.remove()
  }
  const begin = (): void => {
    ghost = document.createElement('div')
    ghost.className = 'palette-ghost'
    ghost.textContent = title
    document.body.append(ghost)
    item.setPointerCapture(pointerId)
    // The click that follows would add it a second time.
    item.addEventListener('click', (click) => { click.preventDefault(); click.stopImmediatePropagation() }, { capture: true, once: true })
  }
  const on = { signal: stop.signal }
  item.addEventListener('pointermove', (now) => {
    if (now.pointerId !== pointerId) return
    if (!ghost && now.clientX - from.x > BEGIN) begin()
    if (!ghost) return
    ghost.style.transform = `translate(${now.clientX + 8}px, ${now.clientY - 20}px)`
    dragOver({ type }, [{ x: now.clientX, y: now.clientY }])
  }, on)
  item.addEventListener('pointerup', (up) => {
    const dragged = ghost !== null
    end()
    const wire = endDragOver()
    if (dragged && document.elementFromPoint(up.clientX, up.clientY)?.closest('.canvas')) viewActs()?.drop(type, { x: up.clientX, y: up.clientY }, wire)
  }, on)
  item.addEventListener('pointercancel', () => { end(); endDragOver() }, on)
}
