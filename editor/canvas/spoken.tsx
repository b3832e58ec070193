// What a screen reader hears beyond the name of a node or wire that has the focus: its value, unit and quality, and what is
// wrong with it. Said once, when the focus comes: values that change ten times a second would talk without end.
import { useEffect, useState, type RefObject } from 'react'
import { displayUnit } from '#kit'
import { parseWire } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { severityWords } from '../live/words.ts'
import { formatValue, severityOf } from '../state/format.ts'
import type { State } from '../state/model.ts'
import { alarmOf, conditionOf, hearingOf, issueOfWire, issuesAt } from '../state/status.ts'
import { store } from '../state/here.ts'

const words = { ok: t('in order'), idle: t('not running'), warn: t('warning'), bad: t('fault') } as const

/** 'P-101 drive: running, 45 Hz, good' is the name and this. */
export function spokenOf(s: State, kind: 'node' | 'wire', id: string): string {
  if (kind === 'node') {
    const { text, shape } = conditionOf(s.live.nodes[id], alarmOf(s, id), hearingOf(s))
    const issues = issuesAt(s.issues, id)
    return `${words[shape]}${text === '' ? '' : `: ${said(text)}`}${issues.length === 0 ? '' : `, ${t('{count} problems', { count: issues.length })}`}`
  }
  const fault = issueOfWire(s.issues, id)
  if (fault) return t('does not fit: {reason}', { reason: `${said(fault.text)} ${said(fault.remedy)}` })
  const from = parseWire(id)?.from
  const last = from && hearingOf(s) === 'open' ? s.live.nodes[from.node]?.outputs[from.port]?.last : null
  if (!from || !last) return t('no value')
  const unit = displayUnit(s.ports[from.node]?.outputs[from.port]?.unit)
  return `${formatValue(last.value)}${unit === '' ? '' : ` ${unit}`}, ${severityWords[severityOf(last)]}`
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
