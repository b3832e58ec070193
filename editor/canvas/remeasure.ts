// React Flow measures where handles are when a node is first drawn; after ports came or went it must look again. All nodes that
// ask in one frame are looked at together: one by one, a thousand of them took most of a minute.
import { useEffect, useRef } from 'react'
import { useUpdateNodeInternals } from 'reactflow'

let asking: Set<string> | null = null

/** `shape` names the handles in their order; null: they are not drawn now, and need no look. */
export function useRemeasure(id: string, shape: string | null): void {
  const look = useUpdateNodeInternals()
  const measured = useRef(shape)
  useEffect(() => {
    if (measured.current === shape) return
    measured.current = shape
    if (shape === null) return
    if (asking) {
      asking.add(id)
      return
    }
    const ids = (asking = new Set([id]))
    requestAnimationFrame(() => {
      asking = null
      look([...ids])
    })
  }, [look, id, shape])
}
