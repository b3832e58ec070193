// The vectors of a tap over time, newest above: one hue from the paper to the ink, so that lightness alone tells the value,
// in both themes. What is bad or no number has a colour of its own that the legend names.
import { useEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import type { Row, TapBuffer } from './buffer.ts'
import type { ElementAxis } from './frequency.ts'
import { formatTime } from './values.ts'
import { REDRAW_MS } from './uplot.ts'

const STEPS = 64
/** A logarithmic scale shows so many decades below the highest. */
const DECADES = 4

interface Range {
  readonly low: number
  readonly high: number
}
/** Of all rows; on a logarithmic scale only what is above 0 counts. */
export function rangeOf(rows: readonly Row[], log: boolean): Range {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { values } of rows) {
    for (const v of values) {
      if (!Number.isFinite(v) || (log && v <= 0)) continue
      if (v < low) low = v
      if (v > high) high = v
    }
  }
  if (!Number.isFinite(low)) return { low: 0, high: 1 }
  if (log) return { low: Math.max(low, high / 10 ** DECADES), high }
  return { low: Math.min(0, low), high: high > low || high > 0 ? high : 1 }
}
/** Which of the steps a value has; -1: none, as it is no number. */
export function stepOf(value: number, { low, high }: Range, log: boolean): number {
  if (!Number.isFinite(value)) return -1
  const part = log ? (value <= low ? 0 : Math.log(value / low) / Math.log(high / low || 10)) : (value - low) / (high - low || 1)
  return Math.min(STEPS - 1, Math.max(0, Math.round((Number.isFinite(part) ? part : 0) * (STEPS - 1))))
}

/** The colours of the theme, as the canvas wants them: RGBA, the last for what is no number. */
function coloursOf(element: HTMLElement): Uint8ClampedArray {
  const style = getComputedStyle(element)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  const canvas = document.createElement('canvas')
  canvas.width = STEPS + 1
  canvas.height = 1
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!
  for (let i = 0; i < STEPS; i++) {
    const part = i / (STEPS - 1)
    ctx.fillStyle = part < 0.6 ? `color-mix(in oklab, ${of('--num')} ${(part / 0.6) * 100}%, ${of('--card')})` : `color-mix(in oklab, ${of('--ink')} ${((part - 0.6) / 0.4) * 100}%, ${of('--num')})`
    ctx.fillRect(i, 0, 1, 1)
  }
  ctx.fillStyle = of('--alarm1')
  ctx.fillRect(STEPS, 0, 1, 1)
  return ctx.getImageData(0, 0, STEPS + 1, 1).data
}

export function Waterfall({ buffer, paused, axis, unit, log, onCanvas }: { readonly buffer: TapBuffer; readonly paused: boolean; readonly axis: ElementAxis | undefined; readonly unit: string; readonly log: boolean; readonly onCanvas: (canvas: HTMLCanvasElement | null) => void }): ReactElement {
  const canvas = useRef<HTMLCanvasElement | null>(null)
  const legend = useRef<HTMLCanvasElement | null>(null)
  const drawn = useRef<readonly Row[]>([])
  const [range, setRange] = useState<Range>({ low: 0, high: 1 })
  const [seenNow, setSeenNow] = useState<{ readonly rows: number; readonly columns: number; readonly newest: number; readonly oldest: number } | null>(null)
  const [tip, setTip] = useState<{ readonly x: number; readonly y: number; readonly text: string } | null>(null)
  const [theme, setTheme] = useState('')
  useEffect(() => {
    const themed = new MutationObserver(() => setTheme(document.documentElement.dataset['theme'] ?? ''))
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => themed.disconnect()
  }, [])
  useEffect(() => {
    const element = canvas.current
    const bar = legend.current
    if (!element || !bar) return
    element.dataset['theme'] = theme
    const colours = coloursOf(element)
    const paint = (ctx: CanvasRenderingContext2D, width: number, height: number, step: (x: number, y: number) => number): void => {
      const image = ctx.createImageData(width, height)
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) { const s = step(x, y); image.data.set(colours.subarray((s < 0 ? STEPS : s) * 4, (s < 0 ? STEPS : s) * 4 + 4), (y * width + x) * 4) }
      ctx.putImageData(image, 0, 0)
    }
    paint(bar.getContext('2d')!, STEPS, 1, (x) => x)
    let seen = -1
    const draw = (): void => {
      if (document.hidden || seen === buffer.revision || (paused && seen !== -1)) return
      seen = buffer.revision
      const rows = buffer.rows.toReversed()
      const width = Math.max(1, ...rows.map((r) => r.values.length))
      const now = rangeOf(rows, log)
      drawn.current = rows
      element.width = width
      element.height = Math.max(1, rows.length)
      paint(element.getContext('2d')!, width, Math.max(1, rows.length), (x, y) => stepOf(rows[y]?.values[x] ?? Number.NaN, now, log))
      setRange((before) => (before.low === now.low && before.high === now.high ? before : now))
      setSeenNow(rows.length === 0 ? null : { rows: rows.length, columns: width, newest: rows[0]!.time, oldest: rows.at(-1)!.time })
    }
    draw()
    const timer = setInterval(draw, 2 * REDRAW_MS)
    return () => clearInterval(timer)
  }, [buffer, paused, log, theme])
  const at = (i: number): string => (axis ? `${formatNumber(axis.at[i] ?? Number.NaN)}${axis.unit === '×' ? '×' : ` ${axis.unit}`}` : t('element {number}', { number: i }))
  const point = (e: PointerEvent<HTMLCanvasElement>): void => {
    const box = e.currentTarget.getBoundingClientRect()
    const row = drawn.current[Math.floor(((e.clientY - box.top) / box.height) * drawn.current.length)]
    const i = Math.floor(((e.clientX - box.left) / box.width) * (row?.values.length ?? 0))
    const v = row?.values[i]
    setTip(row ? { x: e.clientX - box.left, y: e.clientY - box.top, text: row.values.length === 0 ? `${t('bad')}  ${formatTime(row.time)}` : `${v === undefined || !Number.isFinite(v) ? t('no number') : `${formatNumber(v)} ${unit}`}  ${at(i)}  ${formatTime(row.time)}` } : null)
  }
  return (
    <div className="dr-fall">
      <div className="dr-falltime"><span>{seenNow ? formatTime(seenNow.newest).slice(0, 8) : ''}</span><span>{seenNow ? formatTime(seenNow.oldest).slice(0, 8) : ''}</span></div>
      <div className="dr-fallbox">
        <canvas ref={(element) => { canvas.current = element; onCanvas(element) }} role="img" aria-label={t('Waterfall of the last {rows} vectors, newest above, from {low} to {high} {unit}', { rows: seenNow?.rows ?? 0, low: formatNumber(range.low), high: formatNumber(range.high), unit })} onPointerMove={point} onPointerLeave={() => setTip(null)} />
        {tip && <div className="dr-tip" style={{ left: Math.max(0, tip.x - 60), top: Math.max(0, tip.y - 24) }}>{tip.text}</div>}
      </div>
      <div className="dr-fallfoot"><span>{seenNow ? at(0) : ''}</span><span>{seenNow ? at(seenNow.columns - 1) : ''}</span></div>
      <div className="dr-falllegend"><small>{formatNumber(range.low)}</small><canvas ref={legend} width={STEPS} height={1} aria-hidden="true" /><small>{formatNumber(range.high)} {unit}{log ? `, ${t('log')}` : ''}</small><i aria-hidden="true" /><small>{t('bad or no number')}</small></div>
    </div>
  )
}
