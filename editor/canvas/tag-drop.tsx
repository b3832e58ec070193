// Tags of a device that are dropped on the canvas: onto a node that reads the device, or in the open for a node of their own.
import { useEffect } from 'react'
import { useReactFlow, useStoreApi } from 'reactflow'
import { TAGS_TYPE, tagsIn } from '../devices/tag-drag.ts'
import { actions } from '../state/here.ts'

const OVER = 'data-tags-over'

export function TagDrop(): null {
  const { screenToFlowPosition } = useReactFlow()
  const drawing = useStoreApi()
  useEffect(() => {
    const frame = drawing.getState().domNode
    if (!frame) return
    const nodeAt = (e: DragEvent): Element | null => (e.target instanceof Element ? e.target.closest('.react-flow__node') : null)
    const mark = (node: Element | null): void => {
      for (const other of frame.querySelectorAll(`[${OVER}]`)) if (other !== node) other.removeAttribute(OVER)
      node?.setAttribute(OVER, '')
    }
    const ours = (e: DragEvent): boolean => e.dataTransfer?.types.includes(TAGS_TYPE) === true
    const over = (e: DragEvent): void => {
      if (!ours(e)) return
      e.preventDefault()
      e.stopPropagation()
      mark(nodeAt(e))
    }
    const leave = (e: DragEvent): void => {
      if (!(e.relatedTarget instanceof Node && frame.contains(e.relatedTarget))) mark(null)
    }
    const drop = (e: DragEvent): void => {
      if (!ours(e)) return
      e.preventDefault()
      e.stopPropagation()
      mark(null)
      const tags = tagsIn(e.dataTransfer!)
      if (!tags) return
      const { x, y } = screenToFlowPosition({ x: e.clientX, y: e.clientY })
      actions.addTags(tags, [Math.round((x - 100) / 10) * 10, Math.round((y - 20) / 10) * 10], nodeAt(e)?.getAttribute('data-id') ?? undefined)
    }
    frame.addEventListener('dragover', over)
    frame.addEventListener('dragleave', leave)
    frame.addEventListener('drop', drop)
    return () => {
      frame.removeEventListener('dragover', over)
      frame.removeEventListener('dragleave', leave)
      frame.removeEventListener('drop', drop)
    }
  }, [drawing, screenToFlowPosition])
  return null
}
