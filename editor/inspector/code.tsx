// The code of a function node: monospace with line numbers; Tab indents, Shift+Tab takes it back, Enter keeps the
// indentation; Escape leaves to the node. The line that a fault names is marked.
import { useRef, type KeyboardEvent, type ReactElement } from 'react'
import { t } from '../language/index.ts'
import type { ControlProps } from './controls.tsx'
import { inputProps, useTyped } from './typed.ts'
import { faultsOf } from './schema-form.tsx'

const LEAST = 8
const MOST = 30

/** The lines that faults name: 'Line 3, column 7: ...', counted from 1. */
export const faultyLines = (faults: readonly string[]): ReadonlySet<number> => new Set(faults.flatMap((f) => { const line = /\bLine (\d+)\b/.exec(f)?.[1]; return line === undefined ? [] : [Number(line)] }))

export function Code(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const { text, type, leave } = useTyped(value, (t) => (t === '' ? undefined : t), (v) => context.change(field.path, v))
  const gutter = useRef<HTMLDivElement>(null)
  const bad = faultyLines(faultsOf(context, field))
  const lines = text.split('\n').length
  const keys = (e: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.nativeEvent.isComposing) return
    const edited = indent(e.currentTarget.value, e.currentTarget.selectionStart, e.currentTarget.selectionEnd, e.key, e.shiftKey)
    if (!edited) return
    e.preventDefault()
    put(e.currentTarget, edited)
  }
  return (
    <div className="in-fld in-src">
      <div className="in-gutter" ref={gutter} aria-hidden>
        {Array.from({ length: lines }, (_, i) => <span key={i} className={bad.has(i + 1) ? 'bad' : ''}>{i + 1}</span>)}
      </div>
      <textarea
        {...inputProps(props)} wrap="off" autoCapitalize="off" rows={Math.min(MOST, Math.max(LEAST, lines + 1))} value={text} maxLength={field.schema.maxLength}
        title={t('Tab indents, Escape leaves the field')}
        onChange={(e) => type(e.target.value)} onBlur={leave} onKeyDown={keys}
        onScroll={(e) => { if (gutter.current) gutter.current.scrollTop = e.currentTarget.scrollTop }}
      />
    </div>
  )
}

export interface Edit {
  /** What is replaced, and by what. */
  readonly from: number
  readonly to: number
  readonly text: string
  readonly select: readonly [from: number, to: number]
}

/** What Tab, Shift+Tab and Enter do; undefined where they mean nothing here. */
export function indent(text: string, from: number, to: number, key: string, shift: boolean): Edit | undefined {
  const start = text.lastIndexOf('\n', from - 1) + 1
  if (key === 'Enter' && !shift) {
    const lead = /^[ \t]*/.exec(text.slice(start, from))![0] + (/[{([]\s*$/.test(text.slice(start, from)) ? '  ' : '')
    return lead === '' ? undefined : { from, to, text: `\n${lead}`, select: [from + 1 + lead.length, from + 1 + lead.length] }
  }
  if (key !== 'Tab') return undefined
  if (!shift && !text.slice(from, to).includes('\n')) return { from, to, text: '  ', select: [from + 2, from + 2] }
  const block = text.slice(start, to)
  const moved = block.split('\n').map((line) => (shift ? line.replace(/^(?: {1,2}|\t)/, '') : line === '' ? line : `  ${line}`)).join('\n')
  if (moved === block) return { from: to, to, text: '', select: [from, to] }
  const first = (line: string): number => line.indexOf('\n') < 0 ? line.length : line.indexOf('\n')
  const cursor = Math.max(start, from + first(moved) - first(block))
  return { from: start, to, text: moved, select: [cursor, Math.max(cursor, to + moved.length - block.length)] }
}

/** As if it were typed, so that the browser's undo takes it back. */
export function put(area: HTMLTextAreaElement, edit: Edit): void {
  area.setSelectionRange(edit.from, edit.to)
  if (edit.text !== '' || edit.from !== edit.to) document.execCommand(edit.text === '' ? 'delete' : 'insertText', false, edit.text)
  area.setSelectionRange(...edit.select)
}
