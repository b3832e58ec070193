// The time line of a recording: how much came in when, what a replay cannot go across, the alarms, the stretch that was run
// again and the moment that is looked at. A click looks there, dragging chooses a range; the arrows do both without a mouse.
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import type { AlarmBody, RecordingBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import type { Past, Span } from '../state/past.ts'
import { formatTime } from '../live/values.ts'

/** Less is a click, px. */
const DRAG_PX = 4
const STEP_MS = 1000
const HEIGHT = 56

export interface TimelineProps {
  readonly recording: RecordingBody & { readonly from: number; readonly to: number }
  readonly past: Past | null
  readonly chosen: Span | null
  readonly alarms: readonly AlarmBody[]
  readonly onLook: (time: number) => void
  readonly onChoose: (span: Span | null) => void
  readonly onRun: (span: Span) => void
}

export function Timeline({ recording: { from, to, activity, breaks }, past, chosen, alarms, onLook, onChoose, onRun }: TimelineProps): ReactElement {
  const box = useRef<HTMLDivElement>(null)
  const drag = useRef<{ readonly x: number; readonly time: number; moved: boolean } | null>(null)
  /** Where the keys are, while nothing is looked at. */
  const [cursor, setCursor] = useState<number | null>(null)
  const length = Math.max(1, to - from)
  const now = past?.now ?? cursor ?? to
  const part = (time: number): number => (100 * (Math.min(Math.max(time, from), to) - from)) / length
  const timeAt = (x: number): number => {
    const rect = box.current?.getBoundingClientRect()
    return rect ? from + (length * Math.min(Math.max(x - rect.left, 0), rect.width)) / Math.max(1, rect.width) : from
  }
  const most = Math.max(1, ...activity)

  const down = (e: PointerEvent): void => {
    if (e.button !== 0) return
    e.currentTarget.setPointerCapture(e.pointerId)
    drag.current = { x: e.clientX, time: timeAt(e.clientX), moved: false }
  }
  const move = (e: PointerEvent): void => {
    const d = drag.current
    if (!d || (!d.moved && Math.abs(e.clientX - d.x) < DRAG_PX)) return
    d.moved = true
    const other = timeAt(e.clientX)
    onChoose({ from: Math.min(d.time, other), to: Math.max(d.time, other) })
  }
  const up = (): void => {
    const d = drag.current
    drag.current = null
    if (d && !d.moved) {
      onChoose(null)
      setCursor(d.time)
      onLook(d.time)
    }
  }
  const keys = (e: KeyboardEvent): void => {
    if (e.key === 'Enter') {
      e.preventDefault()
      if (chosen) onRun(chosen)
      else onLook(now)
      return
    }
    if (e.key === 'Escape' && chosen) {
      e.preventDefault()
      e.stopPropagation()
      onChoose(null)
      return
    }
    const by = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS, ArrowDown: -10 * STEP_MS, ArrowUp: 10 * STEP_MS, PageDown: -60 * STEP_MS, PageUp: 60 * STEP_MS, Home: from - now, End: to - now }[e.key]
    if (by === undefined) return
    e.preventDefault()
    const next = Math.min(Math.max((chosen && e.shiftKey ? (by < 0 ? chosen.from : chosen.to) : now) + by, from), to)
    if (e.shiftKey) onChoose(by < 0 ? { from: next, to: chosen?.to ?? now } : { from: chosen?.from ?? now, to: next })
    else if (past) onLook(next)
    else setCursor(next)
  }

  return (
    <div
      ref={box} className="rp-line" role="slider" tabIndex={0} aria-label={t('Time line of the recording')} aria-valuemin={from} aria-valuemax={to} aria-valuenow={Math.round(now)} aria-valuetext={formatTime(now)}
      aria-description={t('Enter looks at this moment. Shift and the arrows choose a range.')}
      onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={() => (drag.current = null)} onKeyDown={keys}
    >
      <svg viewBox={`0 0 ${activity.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {activity.map((n, i) => (n === 0 ? null : <rect key={i} x={i + 0.08} width={0.84} y={HEIGHT - 4 - (HEIGHT - 10) * Math.sqrt(n / most)} height={4 + (HEIGHT - 10) * Math.sqrt(n / most)} />))}
      </svg>
      {past && <span className="ran" style={{ left: `${part(past.span.from)}%`, width: `${part(past.span.to) - part(past.span.from)}%` }} />}
      {chosen && <span className="chosen" style={{ left: `${part(chosen.from)}%`, width: `${part(chosen.to) - part(chosen.from)}%` }} />}
      {breaks.filter((b) => b.time >= from && b.time <= to).map((b) => <span key={b.time} className="break" style={{ left: `${part(b.time)}%` }} title={t('{time}: {reason}. A replay does not go across.', { time: formatTime(b.time), reason: said(b.reason) })} />)}
      {alarms.filter((a) => a.since >= from && a.since <= to).map((a) => <span key={`${a.node} ${a.tag}`} className="alarm" data-priority={a.priority} style={{ left: `${part(a.since)}%` }} title={t('{time} alarm: {message}', { time: formatTime(a.since), message: said(a.message) })}>▲</span>)}
      {(past !== null || cursor !== null) && <span className="now" style={{ left: `${part(now)}%` }} />}
      <span className="ends" aria-hidden="true"><small>{formatTime(from).slice(0, 8)}</small>{chosen ? <small className="mid">{t('{from} to {to}', { from: formatTime(chosen.from), to: formatTime(chosen.to) })}</small> : null}<small>{formatTime(to).slice(0, 8)}</small></span>
    </div>
  )
}
