// Each open flow is looked at where it was left.
import { useLayoutEffect } from 'react'
import { useReactFlow, type Viewport } from 'reactflow'
import { useEditor } from '../state/here.ts'

const left = new Map<string, Viewport>()

export function Viewports() {
  const flow = useEditor((s) => s.flowId)
  const tabs = useEditor((s) => s.tabs)
  const { getViewport, setViewport } = useReactFlow()
  useLayoutEffect(() => {
    if (flow === null) return
    const view = left.get(flow)
    if (view) void setViewport(view)
    return () => void left.set(flow, getViewport())
  }, [flow, getViewport, setViewport])
  useLayoutEffect(() => {
    for (const id of left.keys()) if (!tabs.includes(id)) left.delete(id)
  }, [tabs])
  return null
}
