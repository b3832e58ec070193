// Shows the whole flow, or some of its nodes, clear of what lies over the drawing.
import { useCallback } from 'react'
import { useReactFlow, useStoreApi, type Rect } from 'reactflow'
import { fitInto } from './fit.ts'

const OVERLAYS = '.zoom, .react-flow__minimap, .react-flow__attribution'

export function useFit(): (only?: readonly string[]) => void {
  const { getNodes, setViewport } = useReactFlow()
  const drawing = useStoreApi()
  return useCallback((only) => {
    const frame = drawing.getState().domNode
    if (!frame) return
    const box = frame.getBoundingClientRect()
    const overlays = [...frame.querySelectorAll(OVERLAYS)].map((e): Rect => { const o = e.getBoundingClientRect(); return { x: o.x - box.x, y: o.y - box.y, width: o.width, height: o.height } })
    const nodes = getNodes().filter((n) => only === undefined || only.includes(n.id)).map((n): Rect => ({ ...n.position, width: n.measured?.width ?? 200, height: n.measured?.height ?? 100 }))
    const notices = frame.closest('.canvas')?.querySelector('.notices')?.getBoundingClientRect()
    const view = fitInto(nodes, box, overlays, notices && notices.height > 0 ? notices.bottom - box.y : 0)
    if (view) void setViewport(view)
  }, [drawing, getNodes, setViewport])
}
