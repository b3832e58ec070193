// What text fields share: text while it is typed, the value once it reads as one: '1.' is not turned into '1' under the
// cursor.
import { useState } from 'react'
import { typed } from '../state/numbers.ts'
import type { ControlProps } from './controls.tsx'
import type { Json } from './form.ts'

export interface Typed {
  readonly text: string
  readonly type: (text: string) => void
  readonly leave: () => void
}

export function useTyped(value: Json, read: (text: string) => Json, change: (value: Json) => void): Typed {
  const shown = value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : typeof value === 'number' ? typed(value) : String(value)
  const [typing, setTyping] = useState<string | null>(null)
  const text = typing !== null && (read(typing) ?? '') === (value ?? '') ? typing : shown
  return {
    text,
    type(next) {
      setTyping(next)
      change(read(next))
    },
    leave: () => setTyping(null),
  }
}

export const inputProps = ({ id, describedBy, invalid, context }: ControlProps) => ({ id, 'aria-describedby': describedBy, ...(invalid ? { 'aria-invalid': true as const } : {}), disabled: context.readOnly, spellCheck: false, autoComplete: 'off' })
