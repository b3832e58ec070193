// Is Space held for dragging the view? Heard before anybody: on a focused card Space means to select it as well.
import { useEffect, useState } from 'react'
import { takesKeys } from '../shell/shortcuts.tsx'

export function useSpaceHeld(): boolean {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    const down = (e: KeyboardEvent): void => {
      const pressed = e.target instanceof HTMLElement && e.target.closest('button, a, summary, [role="tab"]') !== null
      if (e.code === 'Space' && !pressed && !takesKeys(e.target)) setHeld(true)
    }
    const up = (e: KeyboardEvent): void => {
      if (e.code === 'Space') setHeld(false)
    }
    // The key may come up elsewhere.
    const gone = (): void => setHeld(false)
    addEventListener('keydown', down, true)
    addEventListener('keyup', up, true)
    addEventListener('blur', gone)
    return () => {
      removeEventListener('keydown', down, true)
      removeEventListener('keyup', up, true)
      removeEventListener('blur', gone)
    }
  }, [])
  return held
}
