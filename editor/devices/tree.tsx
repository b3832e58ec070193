// A device's tree. Arrows walk and fold it, Space chooses, Shift and Ctrl choose several, Enter adds to the flow; what is
// chosen is dragged out together. Lines that did not change are not drawn again.
import { memo, useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type MouseEvent, type ReactElement } from 'react'
import { ChevronRight, TriangleAlert } from 'lucide-react'
import { displayUnit, type AskField, type BrowseItem } from '#kit'
import { locale, t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { choose, chooseAll, linesOf, tagOf, type Choice, type Line, type Tree } from '../state/device-tree.ts'
import { formatValue, severityOf } from '../state/format.ts'
import type { DeviceTag } from '../state/tag-rows.ts'
import type { Browser } from './browser.ts'
import { beginTagDrag } from './tag-drag.ts'

type ItemLine = Extract<Line, { kind: 'item' }>

export function DeviceTree({ tree, browser, connection, type, add, editable }: { readonly tree: Tree; readonly browser: Browser; readonly connection: string; readonly type: string; readonly add: (tags: readonly DeviceTag[]) => void; readonly editable: boolean }): ReactElement {
  const lines = useMemo(() => linesOf(tree), [tree])
  const [focused, setFocused] = useState<string | null>(null)
  const root = useRef<HTMLDivElement>(null)
  const moved = useRef(false)
  const items = lines.filter((l) => l.kind === 'item')
  const active = items.some((l) => l.key === focused) ? focused : (items[0]?.key ?? null)
  useEffect(() => {
    if (!moved.current || active === null) return
    moved.current = false
    root.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus()
  }, [active])

  const pick = useCallback((key: string, how: Choice): void => browser.change((t) => choose(t, linesOf(t), key, how)), [browser])
  const fold = useCallback((key: string): void => {
    const line = browser.lines().find((l) => l.key === key)
    if (line?.kind === 'item') browser.toggle(line)
  }, [browser])
  const drag = useCallback((e: DragEvent, key: string): void => {
    const line = browser.lines().find((l) => l.key === key)
    if (line?.kind !== 'item' || line.item.row === null) return
    const { chosen } = browser.store.getState().tree
    if (!chosen.has(key)) pick(key, 'only')
    beginTagDrag(e.dataTransfer, { connection, type, tags: chosen.has(key) ? [...chosen.values()] : [tagOf(line)] })
  }, [browser, connection, type, pick])
  const focus = useCallback((key: string): void => setFocused(key), [])

  const go = (line: ItemLine | undefined): void => {
    if (!line) return
    moved.current = true
    setFocused(line.key)
  }
  const keys = (e: KeyboardEvent): void => {
    if (!(e.target instanceof HTMLElement) || e.target.getAttribute('role') !== 'treeitem') return
    const at = items.findIndex((l) => l.key === active)
    const line = items[at]
    if (!line) return
    const handled = ((): boolean => {
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        const next = items[at + (e.key === 'ArrowDown' ? 1 : -1)]
        go(next)
        if (e.shiftKey && next) browser.change((t) => choose(t.anchor === null ? { ...t, anchor: line.key } : t, lines, next.key, 'range'))
      } else if (e.key === 'Home') go(items[0])
      else if (e.key === 'End') go(items.at(-1))
      else if (e.key === 'ArrowRight' && line.asks !== null) {
        if (!line.open) browser.toggle(line, true)
        else go(items[at + 1])
      } else if (e.key === 'ArrowLeft') {
        if (line.open) browser.toggle(line, false)
        else go(items.slice(0, at).findLast((l) => l.depth < line.depth))
      } else if (e.key === ' ') {
        if (line.item.row !== null) pick(line.key, 'toggle')
        else browser.toggle(line)
      } else if (e.key === 'Enter') {
        if (tree.chosen.size > 0) add([...tree.chosen.values()])
        else if (line.item.row !== null) add([tagOf(line)])
        else browser.toggle(line)
      } else if (e.key.toLowerCase() === 'a' && (e.ctrlKey || e.metaKey)) browser.change((t) => chooseAll(t, lines))
      else return false
      return true
    })()
    if (!handled) return
    e.preventDefault()
    e.stopPropagation()
  }

  return (
    <div className="dv-tree" role="tree" aria-label={t('Tags of {connection}', { connection })} aria-multiselectable ref={root} onKeyDown={keys}>
      {lines.map((line) => {
        switch (line.kind) {
          case 'item': return <Row key={line.key} line={line} chosen={tree.chosen.has(line.key)} active={line.key === active} editable={editable} pick={pick} fold={fold} drag={drag} focus={focus} />
          case 'ask': return <Ask key={line.key} depth={line.depth} item={line.item} values={line.values} tell={(values) => browser.tell(line.item.path!, values)} />
          case 'fault': return <div key={line.key} role="treeitem" aria-level={line.depth + 1}><div className="dv-fault" role="alert" style={{ marginLeft: indent(line.depth) }}>{line.issues.map((i) => <p key={i.text}><TriangleAlert size={13} aria-hidden /> <span><b>{said(i.text)}</b> {said(i.remedy)}</span></p>)}</div></div>
          case 'word': return <div key={line.key} role="treeitem" aria-level={line.depth + 1} className="dv-word" style={{ marginLeft: indent(line.depth) }}>{words[line.what]}</div>
        }
      })}
    </div>
  )
}

const words = { loading: t('Asking the device…'), nothing: t('There is nothing here.'), cut: t('There is more than can be shown: search by name, or go deeper.') }
const indent = (depth: number): number => 6 + depth * 13

interface RowProps {
  readonly line: ItemLine
  readonly chosen: boolean
  readonly active: boolean
  readonly editable: boolean
  readonly pick: (key: string, how: Choice) => void
  readonly fold: (key: string) => void
  readonly drag: (e: DragEvent, key: string) => void
  readonly focus: (key: string) => void
}
const Row = memo(function Row({ line, chosen, active, editable, pick, fold, drag, focus }: RowProps): ReactElement {
  const { item, key, depth, open, asks } = line
  const readable = item.row !== null
  const click = (e: MouseEvent): void => {
    focus(key)
    if (readable) pick(key, e.shiftKey ? 'range' : e.ctrlKey || e.metaKey ? 'toggle' : 'only')
    else fold(key)
  }
  // Names are the device's own; what is asked for first, and what is set aside, the driver names.
  const title = item.ask !== undefined || item.minor === true ? said(item.title) : item.title
  const note = [title, said(item.detail), said(item.note), item.trail && item.trail.length > 0 ? t('in {path}', { path: item.trail.join(' / ') }) : '', item.quality !== undefined && item.quality !== 'Good' ? item.quality : '', item.time === undefined ? '' : new Date(item.time).toLocaleString(locale)].filter((line) => line).join('\n')
  return (
    <div
      role="treeitem" className={`dv-row${readable ? ' tag' : ''}${item.minor ? ' minor' : ''}`} aria-level={depth + 1} aria-selected={readable ? chosen : undefined} aria-expanded={asks === null ? undefined : open}
      tabIndex={active ? 0 : -1} style={{ paddingLeft: indent(depth) }} title={note} draggable={readable && editable}
      onDragStart={(e) => drag(e, key)} onClick={click} onDoubleClick={() => asks !== null && readable && fold(key)} onFocus={() => focus(key)}
    >
      {asks === null ? <i className="dv-nofold" /> : <span className="dv-fold" aria-hidden onClick={(e) => { e.stopPropagation(); fold(key) }}><ChevronRight size={13} className={open ? 'open' : ''} /></span>}
      {readable ? <span className="dv-box" aria-hidden data-on={chosen} onClick={(e) => { e.stopPropagation(); focus(key); pick(key, e.shiftKey ? 'range' : 'toggle') }} /> : null}
      <span className="dv-name"><b>{title}</b>{item.detail === '' ? null : <small>{said(item.detail)}</small>}{item.trail && item.trail.length > 0 && !item.node ? <small className="way">{item.trail.join(' / ')}</small> : null}</span>
      <Value item={item} />
    </div>
  )
}, (a, b) => a.line.key === b.line.key && a.line.item === b.line.item && a.line.open === b.line.open && a.line.depth === b.line.depth && a.chosen === b.chosen && a.active === b.active && a.editable === b.editable && a.drag === b.drag)

function Value({ item }: { readonly item: BrowseItem }): ReactElement | null {
  if (item.value === undefined) return null
  const severity = severityOf({ tag: '', value: item.value, time: 0, ...(item.quality === undefined || item.quality === 'Good' ? {} : { quality: item.quality }) })
  return (
    <span className="dv-v" data-severity={severity}>
      {severity === 'good' ? null : <i aria-label={severity}>{severity === 'bad' ? '✕' : '?'}</i>}
      <span className="num">{formatValue(item.value)}</span>
      {item.unit === undefined ? null : <u>{displayUnit(item.unit)}</u>}
    </span>
  )
}

/** What a line wants to be told before it can be looked into. */
function Ask({ depth, item, values, tell }: { readonly depth: number; readonly item: BrowseItem; readonly values: readonly string[]; readonly tell: (values: readonly string[]) => void }): ReactElement {
  const put = (i: number, value: string): void => {
    if (value !== values[i]) tell(values.map((v, n) => (n === i ? value : v)))
  }
  return (
    <div className="dv-ask" role="group" aria-label={t('{title}: which', { title: said(item.title) })} style={{ marginLeft: indent(depth) }}>
      {item.ask!.map((field, i) => <AskInput key={`${field.name} ${values[i]}`} field={field} value={values[i]!} put={(value) => put(i, value)} />)}
    </div>
  )
}

function AskInput({ field, value, put }: { readonly field: AskField; readonly value: string; readonly put: (value: string) => void }): ReactElement {
  const [text, setText] = useState(value)
  if ('choices' in field) return <label>{said(field.title)} <select value={value} onChange={(e) => put(e.target.value)}>{field.choices.map((c) => <option key={c.value} value={c.value}>{said(c.label)}</option>)}</select></label>
  const number = Number(text)
  const fits = text.trim() !== '' && Number.isInteger(number) && number >= field.minimum && number <= field.maximum
  const take = (): void => {
    if (fits) put(String(number))
  }
  return <label>{said(field.title)} <input inputMode="numeric" value={text} aria-invalid={!fits} title={t('{minimum} to {maximum}', { minimum: field.minimum, maximum: field.maximum })} onChange={(e) => setText(e.target.value)} onBlur={take} onKeyDown={(e) => { if (e.key === 'Enter') take() }} /></label>
}
