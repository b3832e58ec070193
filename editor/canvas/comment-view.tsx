// A comment: words on the canvas, written in place (double click or F2), as wide as one drags it.
import { useMemo, useRef, useState, type PointerEvent } from 'react'
import { useStoreApi } from 'reactflow'
import { may, type NodeEntry } from '#format'
import { t } from '../language/index.ts'
import { Markdown } from '../inspector/help-tab.tsx'
import { parseMarkdown } from '../inspector/markdown.ts'
import { actions, useEditor } from '../state/here.ts'
import { editComment, useEditingComment } from './group-edit.ts'
import './comment.css'

export const COMMENT = 'flow.comment'
/** px, as the node's schema has it. */
const WIDTH = { usual: 240, least: 140, most: 800 }
const GRID = 10

export function CommentCard({ id, entry, selected }: { readonly id: string; readonly entry: NodeEntry; readonly selected: boolean }) {
  const text = typeof entry.config['text'] === 'string' ? entry.config['text'] : ''
  const kept = typeof entry.config['width'] === 'number' ? entry.config['width'] : WIDTH.usual
  const editing = useEditingComment(id)
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  const [width, setWidth] = useState<number | null>(null)
  const drawing = useStoreApi()
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null)
  const blocks = useMemo(() => parseMarkdown(text), [text])
  const end = (): void => {
    if (from.current && width !== null && width !== kept) actions.setConfig(id, '/width', width)
    actions.seal()
    from.current = null
    setWidth(null)
  }
  return (
    <div className={`node comment${selected ? ' sel' : ''}`} style={{ width: width ?? kept }}>
      {entry.name ? <h3>{entry.name}</h3> : null}
      {editing ? <Writing id={id} text={text} /> : text.trim() === '' ? <p className="empty-words">{allowed ? t('Double click to write.') : t('Nothing written.')}</p> : <Markdown blocks={blocks} />}
      {allowed && !editing ? (
        <span
          className="comment-edge nodrag nopan"
          aria-hidden="true"
          onPointerDown={(e: PointerEvent<HTMLElement>) => {
            e.stopPropagation()
            e.currentTarget.setPointerCapture(e.pointerId)
            from.current = { x: e.clientX, width: kept }
          }}
          onPointerMove={(e: PointerEvent<HTMLElement>) => {
            if (!from.current) return
            const wished = from.current.width + (e.clientX - from.current.x) / drawing.getState().transform[2]
            setWidth(Math.min(WIDTH.most, Math.max(WIDTH.least, Math.round(wished / GRID) * GRID)))
          }}
          onPointerUp={end}
          onPointerCancel={() => { from.current = null; setWidth(null) }}
        />
      ) : null}
    </div>
  )
}

/** What is written is one step when it is done; Escape leaves it as it was. */
function Writing({ id, text }: { readonly id: string; readonly text: string }) {
  const [draft, setDraft] = useState(text)
  const dropped = useRef(false)
  const done = (): void => {
    if (!dropped.current && draft !== text) actions.setConfig(id, '/text', draft === '' ? undefined : draft)
    actions.seal()
    editComment(null)
  }
  return (
    <textarea
      className="nodrag nopan nowheel"
      aria-label={t('Text of the comment')}
      aria-description={t('Ctrl Enter ends it, Escape leaves it as it was')}
      value={draft}
      maxLength={10_000}
      autoFocus
      rows={Math.min(24, Math.max(3, draft.split('\n').length + 1))}
      onFocus={(e) => e.target.setSelectionRange(draft.length, draft.length)}
      onChange={(e) => setDraft(e.target.value)}
      onBlur={done}
      onKeyDown={(e) => {
        e.stopPropagation()
        if (e.key === 'Escape') dropped.current = true
        if (e.key === 'Escape' || (e.key === 'Enter' && (e.ctrlKey || e.metaKey))) e.currentTarget.blur()
      }}
    />
  )
}
