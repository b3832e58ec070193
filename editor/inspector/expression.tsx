// An expression while it is written: the gateway says what it gives, what is wrong and where, and what can be written
// (Ctrl+Space, or while a name is typed); with the last values of the wires also its result.
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react'
import { formatType } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import type { Completion, ExpressionBody } from '../state/api.ts'
import { fitting, take, wordBefore } from '../state/completion.ts'
import { severityOf } from '../state/format.ts'
import { lastInputs } from '../state/status.ts'
import { actions, api, engineIdOf, store, useEditor } from '../state/here.ts'
import { useEditor as useDraft } from '../state/store.ts'
import { formatWhole, qualityText } from '../live/values.ts'
import { put } from './code.tsx'
import type { ControlProps } from './controls.tsx'
import { inputProps, useTyped } from './typed.ts'

const ASK_AFTER_MS = 150
/** The result follows the wires this often. */
const RESULT_MS = 2000

interface Answer {
  readonly of: string
  readonly body: ExpressionBody | null
  readonly failed: string
}

export function Expression(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const { text, type, leave } = useTyped(value, (t) => (t === '' ? undefined : t), (v) => context.change(field.path, v))
  const code = text === '' && typeof field.default === 'string' ? field.default : text
  const answer = useAnswer(code, context.node)
  const area = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  const [cursor, setCursor] = useState(0)
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const word = open ? wordBefore(text, cursor)?.text : undefined
  const completions = answer?.body?.completions
  const offered = useMemo(() => (word !== undefined && completions ? fitting(completions, word) : []), [completions, word])
  // A name that is whole needs no list; a function has its brackets yet to come.
  const shown = offered.length > 0 && !(offered.length === 1 && offered[0]!.label === word && offered[0]!.kind === 'variable')
  const chosen = offered[Math.min(at, offered.length - 1)]
  const fault = answer && answer.of === code ? answer.body?.issues[0] : undefined

  const accept = (completion: Completion): void => {
    if (!area.current) return
    const taken = take(text, cursor, completion)
    put(area.current, { from: 0, to: text.length, text: taken.text, select: [taken.cursor, taken.cursor] })
    setCursor(taken.cursor)
    setOpen(false)
    area.current.focus()
  }
  const keys = (e: KeyboardEvent): void => {
    if (e.nativeEvent.isComposing) return
    if (e.key === ' ' && e.ctrlKey) {
      e.preventDefault()
      setCursor(area.current?.selectionStart ?? 0)
      setAt(0)
      setOpen(true)
      return
    }
    if (!shown || !chosen) return
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[e.key]
    if (by !== undefined) setAt(Math.abs(by) === 1 ? (Math.min(at, offered.length - 1) + by + offered.length) % offered.length : Math.max(0, Math.min(offered.length - 1, at + by)))
    else if ((e.key === 'Enter' || e.key === 'Tab') && !e.shiftKey) accept(chosen)
    else if (e.key === 'Escape') {
      setOpen(false)
      e.stopPropagation()
    } else return
    e.preventDefault()
  }
  return (
    <div className="in-expr">
      <div className="in-fld in-mono">
        <div className="in-mirror" aria-hidden>{marked(code, text === '' ? undefined : fault)}</div>
        <textarea
          {...inputProps(props)} ref={area} rows={Math.min(12, Math.max(2, text.split('\n').length))} value={text} placeholder={typeof field.default === 'string' ? field.default : ''} maxLength={field.schema.maxLength}
          role="combobox" aria-autocomplete="list" aria-expanded={shown} aria-controls={listId} {...(shown && chosen ? { 'aria-activedescendant': `${listId}-${offered.indexOf(chosen)}` } : {})}
          onChange={(e) => {
            const typed = e.target.value.length > text.length && /\w$/.test(e.target.value.slice(0, e.target.selectionStart))
            setCursor(e.target.selectionStart)
            setAt(0)
            setOpen(typed || (open && /[\w.]$/.test(e.target.value.slice(0, e.target.selectionStart))))
            type(e.target.value)
          }}
          onSelect={(e) => { if (e.currentTarget.selectionStart !== cursor) { setCursor(e.currentTarget.selectionStart); setOpen(false) } }}
          onKeyDown={keys}
          onBlur={() => { leave(); setOpen(false) }}
        />
      </div>
      {shown && <Offered id={listId} offered={offered} chosen={chosen} accept={accept} />}
      <Gives answer={answer} code={code} invalid={props.invalid} />
    </div>
  )
}

function Offered({ id, offered, chosen, accept }: { readonly id: string; readonly offered: readonly Completion[]; readonly chosen: Completion | undefined; readonly accept: (c: Completion) => void }): ReactElement {
  const list = useRef<HTMLDivElement>(null)
  const at = chosen ? offered.indexOf(chosen) : -1
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div className="in-offered">
      <div role="listbox" id={id} ref={list} aria-label={t('What can be written')}>
        {offered.map((c, i) => (
          // The pointer goes down before the field is left.
          <div key={`${c.kind} ${c.label}`} id={`${id}-${i}`} role="option" aria-selected={c === chosen} data-kind={c.kind} onPointerDown={(e) => { e.preventDefault(); accept(c) }}>
            <b>{c.label}</b> <span>{c.detail.startsWith(c.label) ? c.detail.slice(c.label.length) : c.detail}</span>
          </div>
        ))}
      </div>
      {chosen && <p>{said(chosen.doc)}{chosen.kind === 'stream' && ` ${t('It remembers what came before.')}`}</p>}
    </div>
  )
}

/** What it gives, with the last values its result. What is wrong stands below, with the field's faults. */
function Gives({ answer, code, invalid }: { readonly answer: Answer | undefined; readonly code: string; readonly invalid: boolean }): ReactElement | null {
  if (!answer || answer.of !== code) return <p className="in-help">…</p>
  if (answer.failed !== '') return <p className="in-help">{t('The gateway cannot check it now: {failed}', { failed: said(answer.failed) })}</p>
  const { body } = answer
  const [first] = body?.issues ?? []
  if (first) return invalid ? null : <p className="in-fault" role="alert">{said(first.text)} {said(first.remedy)}</p>
  if (!body?.type) return null
  const { result, type } = body
  const level = result === null ? 'good' : severityOf({ tag: '', time: 0, value: result.value, quality: result.quality })
  return (
    <p className="in-help in-gives">
      {t('Gives {type}', { type: formatType(type) })}
      {result && <>, {t('now')}{' '}<b data-level={level} title={said(result.reason)}>{formatWhole(result.value)}{level === 'good' ? '' : ` ${qualityText(result)}`}</b></>}
      {result && result.reason !== '' && level !== 'good' && <>: {said(result.reason)}</>}
    </p>
  )
}

/** The text with the place of the fault marked, laid behind the field. */
function marked(text: string, fault: ExpressionBody['issues'][number] | undefined): ReactNode {
  if (!fault) return text
  const to = Math.max(fault.to, fault.from + 1)
  return <>{text.slice(0, fault.from)}<mark>{text.slice(fault.from, to) || ' '}</mark>{text.slice(to)}</>
}

/** Of this text or an earlier one: what can be written stays the same meanwhile. */
function useAnswer(text: string, node: string | undefined): Answer | undefined {
  const [answer, setAnswer] = useState<Answer>()
  const flow = useDraft((s) => s.document?.flow)
  const live = useEditor((s) => s.live.state === 'open')
  useEffect(() => {
    if (node === undefined || !flow) return
    const gone = new AbortController()
    const ask = (): void => {
      const inputs = lastInputs(store.getState(), node)
      const first = inputs['value'] ?? Object.values(inputs)[0]
      const samples = Object.fromEntries(Object.entries(inputs).map(([name, s]) => [name, { value: s.value, ...(s.quality === undefined ? {} : { quality: s.quality }) }]))
      api.expression({ text, flow, node: engineIdOf(node), ...(first ? { samples, tag: first.tag, time: first.time } : {}) }, gone.signal)
        .then((body) => setAnswer({ of: text, body, failed: '' }))
        .catch((thrown: unknown) => {
          if (gone.signal.aborted) return
          const [why] = actions.failed(thrown)
          setAnswer((was) => ({ of: text, body: was?.body ?? null, failed: why?.text ?? '' }))
        })
    }
    const soon = setTimeout(ask, ASK_AFTER_MS)
    const again = live ? setInterval(ask, RESULT_MS) : undefined
    return () => {
      clearTimeout(soon)
      clearInterval(again)
      gone.abort()
    }
  }, [text, node, flow, live])
  return answer
}
