// A look at a wire or a port: its last values, a glance, its type and rate, while the pointer rests on it or it has the
// keyboard's focus. It opens after a moment, stands still, goes on with the values and closes calmly.
import { useEffect, useRef, useState, type ReactElement, type RefObject } from 'react'
import { Pin, PinOff } from 'lucide-react'
import { formatType, type JsonSample } from '#kit'
import { formatEnd, parseWire, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { useLatest } from '../live/latest.ts'
import { formatCount, formatTime, formatWhole, qualityText, unitText } from '../live/values.ts'
import { healthText } from '../live/words.ts'
import { formatRate, numbersOf, severityOf, timeTitle } from '../state/format.ts'
import { INPUTS, OUTPUTS } from '../state/inside.ts'
import { hearingOf, titleOf } from '../state/status.ts'
import { actions, outputHere, store, useEditor } from '../state/here.ts'
import { Bars, Line } from './spark.tsx'
import './watch.css'

const OPEN_MS = 350
const SWITCH_MS = 150
const CLOSE_MS = 250
const SIZE = { width: 292, height: 262 } as const

interface Look {
  /** The output that is looked at. */
  readonly from: WireEnd
  /** Where it goes; null at the output itself. */
  readonly to: WireEnd | null
  readonly x: number
  readonly y: number
  readonly focused: boolean
}

/** What lies under the pointer: a wire or a port. Of an input it is the first wire into it. */
function targetOf(element: Element | null): Pick<Look, 'from' | 'to'> | null {
  const edge = element?.closest('.react-flow__edge')
  if (edge) return parseWire(edge.getAttribute('data-id') ?? '') ?? null
  const handle = element?.closest('.react-flow__handle')
  const node = handle?.getAttribute('data-nodeid')
  const port = handle?.getAttribute('data-handleid')
  if (!handle || !node || !port) return null
  if (handle.classList.contains('source')) return { from: { node, port }, to: null }
  for (const text of store.getState().document?.flow.wires ?? []) {
    const wire = parseWire(text)
    if (wire?.to.node === node && wire.to.port === port) return wire
  }
  return null
}
const same = (a: Pick<Look, 'from' | 'to'> | null, b: Pick<Look, 'from' | 'to'> | null): boolean => a !== null && b !== null && formatEnd(a.from) === formatEnd(b.from) && (a.to === null) === (b.to === null) && (a.to === null || b.to === null || formatEnd(a.to) === formatEnd(b.to))

export function WireCard({ frame }: { readonly frame: RefObject<HTMLDivElement | null> }): ReactElement | null {
  const [look, setLook] = useState<Look | null>(null)
  const shown = useLatest(look)
  const card = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let wanted: Pick<Look, 'from' | 'to'> | null = null
    const soon = (ms: number, task: () => void): void => {
      clearTimeout(timer)
      timer = setTimeout(task, ms)
    }
    const close = (): void => {
      clearTimeout(timer)
      wanted = null
      setLook(null)
    }
    const over = (e: PointerEvent): void => {
      if (e.pointerType === 'touch') return
      const at = e.target instanceof Element ? e.target : null
      if (card.current?.contains(at) === true) return void clearTimeout(timer)
      // Something is drawn, dragged or marked.
      if (e.buttons !== 0) return close()
      const target = targetOf(at)
      if (!target) {
        wanted = null
        return shown.current && !shown.current.focused ? soon(CLOSE_MS, close) : clearTimeout(timer)
      }
      if (same(target, shown.current)) return void clearTimeout(timer)
      if (same(target, wanted)) return
      wanted = target
      soon(shown.current ? SWITCH_MS : OPEN_MS, () => setLook({ ...target, x: e.clientX, y: e.clientY, focused: false }))
    }
    const move = (e: PointerEvent): void => {
      if (e.buttons !== 0 && shown.current) close()
    }
    const down = (e: PointerEvent): void => {
      if (!(e.target instanceof Element) || card.current?.contains(e.target) !== true) close()
    }
    const leave = (): void => {
      wanted = null
      if (shown.current && !shown.current.focused) soon(CLOSE_MS, close)
      else clearTimeout(timer)
    }
    const focus = (e: FocusEvent): void => {
      const at = e.target instanceof Element ? e.target : null
      if (card.current?.contains(at) === true) return
      const edge = at?.closest('.react-flow__edge') ?? null
      const target = edge?.matches(':focus-visible') === true ? targetOf(edge) : null
      if (!target || !edge) return shown.current?.focused === true ? close() : undefined
      const box = edge.getBoundingClientRect()
      clearTimeout(timer)
      setLook({ ...target, x: box.x + box.width / 2, y: box.y + box.height / 2, focused: true })
    }
    const key = (e: KeyboardEvent): void => {
      if (!shown.current) return
      if (e.key === 'Escape') {
        e.stopPropagation()
        close()
      } else if (e.key.toLowerCase() === 'p' && !e.ctrlKey && !e.metaKey && !e.altKey && shown.current.focused) {
        e.preventDefault()
        actions.pinTap(shown.current.from.node, shown.current.from.port)
      }
    }
    const options = { capture: true }
    element.addEventListener('pointerover', over)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerdown', down, options)
    element.addEventListener('pointerleave', leave)
    element.addEventListener('wheel', close, { passive: true })
    element.addEventListener('focusin', focus)
    element.addEventListener('keydown', key, options)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('pointerover', over)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerdown', down, options)
      element.removeEventListener('pointerleave', leave)
      element.removeEventListener('wheel', close)
      element.removeEventListener('focusin', focus)
      element.removeEventListener('keydown', key, options)
    }
  }, [frame, shown])
  if (!look) return null
  const left = Math.max(8, look.x + 14 + SIZE.width > innerWidth ? look.x - SIZE.width - 14 : look.x + 14)
  const top = Math.max(8, Math.min(look.y + 14, innerHeight - SIZE.height - 8))
  return <div ref={card} className="look nopan nodrag nowheel" role="status" aria-live="off" style={{ left, top, width: SIZE.width }}><Inside look={look} /></div>
}

const nothing: readonly JsonSample[] = []
/** Of an open subflow. */
const edges: { readonly [id: string]: string } = { [INPUTS]: t('Inputs'), [OUTPUTS]: t('Outputs') }
const noTrend: readonly number[] = []

function Inside({ look: { from, to, focused } }: { readonly look: Look }): ReactElement {
  const key = `${from.node}.${from.port}`
  const recent = useEditor((s) => s.live.recent[key] ?? nothing)
  const trend = useEditor((s) => s.live.trends[key] ?? noTrend)
  const status = useEditor((s) => s.live.nodes[from.node]?.outputs[from.port])
  const type = useEditor((s) => s.ports[from.node]?.outputs[from.port])
  const health = useEditor((s) => s.live.nodes[from.node]?.health)
  const hearing = useEditor(hearingOf)
  const source = useEditor((s) => edges[from.node] ?? titleOf(s.document?.flow.nodes, s.types, from.node))
  const target = useEditor((s) => (to ? (edges[to.node] ?? titleOf(s.document?.flow.nodes, s.types, to.node)) : ''))
  const pinned = useEditor((s) => { const end = outputHere(from.node, from.port); return s.live.taps.find((t) => t.flow === s.flowId && t.node === end.node && t.port === end.port)?.id })
  const unit = unitText(type)
  const last = recent.at(-1)
  const shape = last ? numbersOf(last.value) : undefined
  const rows = recent.toReversed()
  return (
    <>
      <header>
        <h4>{source}<span>.{from.port}</span>{to && <><em> → </em>{target}<span>.{to.port}</span></>}</h4>
        {pinned === undefined
          ? <button type="button" className="btn" onClick={() => actions.pinTap(from.node, from.port)}><Pin size={12} />{' '}{t('Pin')}</button>
          : <button type="button" className="btn" onClick={() => actions.unpinTap(pinned)}><PinOff size={12} />{' '}{t('Unpin')}</button>}
      </header>
      <p className="look-facts"><span>{type ? formatType(type) : t('type not known')}</span><span>{hearing === 'open' && status ? formatRate(status.rate) || t('nothing now') : ''}</span><span>{status ? t('{number} in all', { number: formatCount(status.count) }) : ''}</span></p>
      {hearing !== 'open' ? <p className="look-old">{hearing === 'halted' ? t('The flow does not run now: these were the last values.') : t('No connection to the gateway: these were the last values.')}</p> : health && health.state !== 'ok' ? <p className="look-old">{healthText(health)}</p> : null}
      {shape ? <div className="look-glance">{type?.kind === 'series' ? <Line values={shape} /> : <Bars values={shape} />}</div> : trend.length > 1 ? <div className="look-glance"><Line values={trend} /></div> : null}
      {rows.length === 0 ? <p className="look-none">{status ? t('Nothing has come through yet.') : t('This part is only in your draft: deploy it to see values.')}</p> : (
        <table>
          <tbody>
            {rows.map((s, i) => {
              const level = severityOf(s)
              return (
                <tr key={`${s.time} ${rows.length - i}`} data-level={level}>
                  <td><time title={timeTitle(s.time)}>{formatTime(s.time)}</time></td>
                  <td>{level === 'good' ? '' : <i aria-hidden="true">{level === 'bad' ? '✕ ' : '? '}</i>}{formatWhole(s.value, type?.labels, 64, type?.length)}{typeof s.value === 'number' ? <u> {unit}</u> : ''}</td>
                  <td>{level === 'good' ? '' : qualityText(s) || t('no number')}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
      {focused && <p className="look-hint"><kbd>P</kbd>{' '}{t('pins it,')}{' '}<kbd>Esc</kbd>{' '}{t('closes')}</p>}
    </>
  )
}
