// Trends by uPlot: any number of series on one or several axes. Good values are quiet lines; what is bad or uncertain is a
// gap or a point with a mark at the foot, by shape and colour. The cursor is shared by all trends of the page.
import { useEffect, useImperativeHandle, useRef, type KeyboardEvent, type ReactElement, type Ref } from 'react'
import uPlot from 'uplot'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import type { LimitLine } from '../state/limits.ts'
import { useLatest } from './latest.ts'
import type { Mark, TrendWindow } from './track.ts'
import { clock, DASHES, padded, paddedLog, REDRAW_MS, showTip, usePlot, xAxis, yAxis, type Look } from './uplot.ts'

export { WaveformPlot } from './spectrum.tsx'

export interface Line {
  readonly key: string
  readonly title: string
  /** As shown; '' for none. */
  readonly unit: string
  readonly read: (end: number, windowMs: number) => TrendWindow
  /** Source time at the right edge. */
  readonly endAt: (now: number) => number
  readonly revision: () => number
  /** Undefined: nothing came yet; null: a gap. */
  readonly last: () => number | null | undefined
  readonly hidden?: boolean
  /** Made of others: drawn thinner. */
  readonly made?: boolean
}
export interface CursorAt {
  /** ms */
  readonly time: number
  /** By the line's key; null: a gap. */
  readonly values: { readonly [key: string]: number | null | undefined }
}
/** What is in view, ms. */
export interface Zoom {
  readonly from: number
  readonly until: number
}
export interface LinesHandle {
  /** What is drawn now. */
  readonly view: () => { readonly from: number; readonly until: number; readonly canvas: HTMLCanvasElement; readonly range: readonly [number, number] | null } | null
  readonly reset: () => void
}
interface LinesProps {
  readonly lines: readonly Line[]
  readonly windowMs: number
  readonly paused: boolean
  readonly limits?: readonly LimitLine[]
  readonly log?: boolean
  readonly range?: readonly [number, number] | null
  readonly axes?: 'shared' | 'units'
  /** The value at the cursor beside it, where no legend tells it. */
  readonly tip?: boolean
  readonly label: string
  readonly onCursor?: (at: CursorAt | null) => void
  readonly onZoom?: (zoom: Zoom | null) => void
  readonly handle?: Ref<LinesHandle>
}
const SYNC = 'headgate-trends'
/** The cursor is shared; what is zoomed is each plot's own. */
const cursorOnly = (type: string): boolean => type === 'mousemove' || type === 'mouseleave'
/** ms: closer nothing is seen. */
const CLOSEST_MS = 20
const FARTHEST_MS = 3_600_000

export function LinesPlot({ lines, windowMs, paused, limits = [], log = false, range = null, axes = 'shared', tip = false, label, onCursor, onZoom, handle }: LinesProps): ReactElement {
  const heldAt = useRef<number | null>(null)
  const zoom = useRef<Zoom | null>(null)
  const marks = useRef<readonly Mark[]>([])
  const latest = useLatest({ onCursor, onZoom })
  const endNow = (): number => Math.max(0, ...lines.map((l) => l.endAt(performance.now())))
  const windowNow = (): Zoom => {
    const end = heldAt.current ?? endNow()
    return zoom.current ?? { from: end - windowMs, until: end }
  }
  const scaleOf = (line: Line): string => (axes === 'units' ? `y ${line.unit}` : 'y')
  const scales = [...new Set(lines.map(scaleOf))]
  const ranged = (_u: uPlot, low: number | null, high: number | null, key: string): [number, number] =>
    range ? [...range] : log ? paddedLog(low, high) : padded(low, high, key === scales[0] ? limits.map((l) => l.value) : [])

  const { host, plot } = usePlot({
    make: (element, look, width, height) =>
      new uPlot(
        {
          width, height, pxAlign: false, legend: { show: false }, padding: [7, scales.length > 1 ? 0 : 14, 0, 0],
          cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: 6 }, points: { size: 6 }, sync: { key: SYNC, setSeries: false, scales: ['x', null], filters: { pub: cursorOnly, sub: cursorOnly } }, bind: { dblclick: () => () => { zoomTo(null); return null } } },
          scales: { x: { time: true }, ...Object.fromEntries(scales.map((key) => [key, { range: ranged, distr: log ? 3 : 1 }])) },
          axes: [
            xAxis(look, { space: 76, values: (u, ticks) => ticks.map((t) => (t === null ? '' : u.scales['x']!.max! - u.scales['x']!.min! < 5 ? `${clock(t)}.${String(Math.round((t % 1) * 1000)).padStart(3, '0').slice(0, 2)}` : clock(t))) }),
            ...scales.map((scale, n) => yAxis(look, { scale, side: n === 0 ? 3 : 1, ...(n > 0 ? { grid: { show: false } } : {}), ...(axes === 'units' && scales.length > 1 ? { label: scale.slice(2) || t('no unit'), labelSize: 14, labelGap: 0, labelFont: look.font } : {}) })),
          ],
          series: [{}, ...lines.map((line, n): uPlot.Series => ({
            scale: scaleOf(line), show: line.hidden !== true, stroke: look.lines[n % look.lines.length]!, width: line.made === true ? 1 : 1.4, dash: [...DASHES[line.made === true ? 2 : n % DASHES.length]!], spanGaps: false,
            points: { show: (u) => shownPoints(u, n + 1), size: 4, fill: look.lines[n % look.lines.length]! },
          }))],
          hooks: {
            draw: [(u) => { drawLimits(u, scales[0]!, limits, look); drawMarks(u, marks.current, look) }],
            setCursor: [(u) => { if (tip) showTip(u); tell(u) }],
            setSelect: [(u) => {
              if (u.select.width < 6) return
              const [a, b] = [u.posToVal(u.select.left, 'x') * 1000, u.posToVal(u.select.left + u.select.width, 'x') * 1000]
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
              zoomTo({ from: a, until: b })
            }],
          },
        },
        [[], ...lines.map(() => [])] as unknown as uPlot.AlignedData, element,
      ),
    draw,
    changed: () => {
      if (zoom.current) return `zoom:${zoom.current.from}:${zoom.current.until}:${paused ? '' : revision()}`
      if (heldAt.current !== null) return `held:${heldAt.current}`
      return Math.floor(performance.now() / Math.max(REDRAW_MS, windowMs / 1200)) + revision() / 1e12
    },
  }, `${lines.map((l) => `${l.key}:${l.unit}:${l.hidden === true}`).join('|')} ${axes} ${log} ${range?.join()} ${limits.map((l) => `${l.label}${l.value}`).join()} ${tip}`)

  const revision = (): number => lines.reduce((sum, l) => sum + l.revision(), 0)

  function draw(u: uPlot): void {
    const { from, until } = windowNow()
    const read = lines.map((l) => l.read(until, until - from))
    marks.current = read.flatMap((r, n) => (lines[n]!.hidden === true ? [] : r.marks))
    const tables = read.map(({ x, y }) => [x, log ? y.map((v) => (v !== null && v > 0 ? v : null)) : y] as [number[], (number | null)[]])
    // A gap of one stays a gap between the points of the others.
    const data = tables.length === 1 ? tables[0]! : uPlot.join(tables as unknown as uPlot.AlignedData[], tables.map(() => [0, 2]) as unknown as uPlot.JoinNullMode[][])
    u.batch(() => {
      u.setData(data as uPlot.AlignedData, false)
      u.setScale('x', { min: from / 1000, max: until / 1000 })
    })
  }

  function zoomTo(next: Zoom | null): void {
    if (next && (next.until - next.from < CLOSEST_MS || next.until - next.from > FARTHEST_MS)) return
    zoom.current = next
    const u = plot()
    if (u) draw(u)
    latest.current.onZoom?.(next)
  }
  /** By a factor, around a place of the plot from 0 to 1. */
  function zoomBy(factor: number, at: number): void {
    const { from, until } = windowNow()
    const middle = from + (until - from) * at
    zoomTo({ from: middle - (middle - from) * factor, until: middle + (until - middle) * factor })
  }
  function pan(part: number): void {
    const { from, until } = windowNow()
    zoomTo({ from: from + (until - from) * part, until: until + (until - from) * part })
  }

  function tell(u: uPlot): void {
    const { left, idx } = u.cursor
    if (left === undefined || left < 0 || idx === null || idx === undefined) return void latest.current.onCursor?.(null)
    const values: Record<string, number | null | undefined> = {}
    for (const [n, line] of lines.entries()) {
      const at = u.cursor.idxs?.[n + 1]
      values[line.key] = at === null || at === undefined ? undefined : (u.data[n + 1] as readonly (number | null | undefined)[])[at]
    }
    latest.current.onCursor?.({ time: u.posToVal(left, 'x') * 1000, values })
  }

  useEffect(() => {
    heldAt.current = paused ? endNow() : null
    // eslint-disable-next-line react-hooks/exhaustive-deps -- where it stands is of the moment when it was paused
  }, [paused])
  useImperativeHandle(handle, () => ({
    view: () => {
      const u = plot()
      const scale = u?.scales[scales[0]!]
      return u ? { ...windowNow(), canvas: u.ctx.canvas, range: typeof scale?.min === 'number' && typeof scale.max === 'number' ? [scale.min, scale.max] : null } : null
    },
    reset: () => zoomTo(null),
  }))

  const box = useRef<HTMLDivElement | null>(null)
  const zoomNow = useLatest(zoomBy)
  useEffect(() => {
    const element = box.current
    // React listens passively: the page must not scroll under the zoom.
    const wheel = (e: WheelEvent): void => {
      const over = element?.querySelector('.u-over')?.getBoundingClientRect()
      if (!over || over.width === 0) return
      e.preventDefault()
      zoomNow.current(e.deltaY > 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, (e.clientX - over.left) / over.width)))
    }
    element?.addEventListener('wheel', wheel, { passive: false })
    return () => element?.removeEventListener('wheel', wheel)
  }, [zoomNow])

  const keys = (e: KeyboardEvent): void => {
    const u = plot()
    if (!u || e.ctrlKey || e.metaKey || e.altKey) return
    if (e.key === '+' || e.key === '=') zoomBy(0.6, 0.5)
    else if (e.key === '-') zoomBy(1 / 0.6, 0.5)
    else if (e.key === '0' || (e.key === 'Escape' && zoom.current)) zoomTo(null)
    else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') {
      const by = e.key === 'ArrowLeft' ? -1 : 1
      if (e.shiftKey) pan(by * 0.25)
      else {
        const last = u.data[0].length - 1
        const at = Math.min(last, Math.max(0, (u.cursor.idx ?? (by < 0 ? last + 1 : -1)) + by))
        if (last >= 0) u.setCursor({ left: u.valToPos(u.data[0][at]!, 'x'), top: 10 })
      }
    } else return
    e.preventDefault()
    e.stopPropagation()
  }
  return <div className="dr-canvas" ref={(element) => { host(element); box.current = element }} role="application" aria-roledescription={t('plot')} aria-label={t('{label}. Arrow keys move the cursor, with Shift the view; plus and minus zoom, 0 shows all.', { label })} tabIndex={0} onKeyDown={keys} />
}

/** Points only where lines are few. */
const shownPoints = (u: uPlot, n: number): boolean => (u.data[n] as readonly unknown[]).length < 12

function drawLimits(u: uPlot, scale: string, limits: readonly LimitLine[], look: Look): void {
  const { ctx, bbox } = u
  const { min, max } = u.scales[scale] ?? {}
  if (min === undefined || max === undefined) return
  ctx.save()
  ctx.font = look.font.replace('11px', `${10 * devicePixelRatio}px`)
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
  ctx.lineWidth = devicePixelRatio
  ctx.textAlign = 'left'
  for (const limit of limits) {
    if (limit.value < min || limit.value > max) continue
    const y = u.valToPos(limit.value, scale, true)
    ctx.strokeStyle = ctx.fillStyle = limit.level === 'alarm' ? look.uncertain : look.ink
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.fillText(`${limit.label} ${formatNumber(limit.value)}`, bbox.left + 4 * devicePixelRatio, y - 3 * devicePixelRatio)
  }
  ctx.restore()
}

/** Bad: a triangle. Uncertain: a diamond. */
function drawMarks(u: uPlot, marks: readonly Mark[], look: Look): void {
  const { ctx, bbox } = u
  const size = 4 * devicePixelRatio
  const foot = bbox.top + bbox.height
  let last = Number.NEGATIVE_INFINITY
  ctx.save()
  for (const mark of marks) {
    const x = u.valToPos(mark.time / 1000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width || (mark.severity === 'uncertain' && Math.abs(x - last) < size / 2)) continue
    last = x
    ctx.fillStyle = mark.severity === 'bad' ? look.bad : look.uncertain
    ctx.beginPath()
    ctx.moveTo(x, foot - size * 2)
    ctx.lineTo(x + size, mark.severity === 'bad' ? foot : foot - size)
    if (mark.severity === 'uncertain') ctx.lineTo(x, foot)
    ctx.lineTo(x - size, mark.severity === 'bad' ? foot : foot - size)
    ctx.fill()
  }
  ctx.restore()
}
