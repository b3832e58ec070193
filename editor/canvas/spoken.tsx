// What a screen reader hears beyond the name of a node or wire that has the focus: its value, unit and quality, and what is
// wrong with it. Said once, when the focus comes: values that change ten times a second would talk without end.
import { useEffect, useState, type RefObject } from 'react'
import { displayUnit } from '#kit'
import { parseWire } from '#format'
import { formatValue, severityOf } from '../state/format.ts'
import type { State } from '../state/model.ts'
import { alarmOf, conditionOf, hearingOf, issueOfWire, issuesAt } from '../state/status.ts'
import { store } from '../state/here.ts'

const counted = (n: number, one: string): string => (n === 0 ? '' : n === 1 ? `, one ${one}` : `, ${n} ${one}s`)

/** 'P-101 drive: running, 45 Hz, good' is the name and this. */
export function spokenOf(s: State, kind: 'node' | 'wire', id: string): string {
  if (kind === 'node') {
    const { text, shape } = conditionOf(s.live.nodes[id], alarmOf(s, id), hearingOf(s))
    const issues = issuesAt(s.issues, id)
    const word = { ok: 'in order', idle: 'not running', warn: 'warning', bad: 'fault' }[shape]
    return `${word}${text === '' ? '' : `: ${text}`}${counted(issues.length, 'problem')}`
  }
  const fault = issueOfWire(s.issues, id)
  if (fault) return `does not fit: ${fault.text} ${fault.remedy}`
  const from = parseWire(id)?.from
  const last = from && hearingOf(s) === 'open' ? s.live.nodes[from.node]?.outputs[from.port]?.last : null
  if (!from || !last) return 'no value'
  const unit = displayUnit(s.ports[from.node]?.outputs[from.port]?.unit)
  return `${formatValue(last.value)}${unit === '' ? '' : ` ${unit}`}, ${severityOf(last)}`
}

export function Spoken({ frame }: { readonly frame: RefObject<HTMLElement | null> }) {
  const [text, setText] = useState('')
  useEffect(() => {
    const box = frame.current
    const focused = (e: FocusEvent): void => {
      const at = e.target instanceof Element ? e.target.closest('.react-flow__node, .react-flow__edge') : null
      const id = at?.getAttribute('data-id')
      setText(at && id ? spokenOf(store.getState(), at.classList.contains('react-flow__node') ? 'node' : 'wire', id) : '')
    }
    box?.addEventListener('focusin', focused)
    return () => box?.removeEventListener('focusin', focused)
  }, [frame])
  return <div className="sr-only" role="status">{text}</div>
}
