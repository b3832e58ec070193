// Plots of a tap, drawn by uPlot from its buffer at most a few times a second. Good values are a quiet line; a bad or
// uncertain sample is a gap with a mark at the foot, in the colour of its severity.
import { useEffect, useRef, type ReactElement } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatNumber } from '../state/format.ts'
import { seriesOf, type Mark, type TapBuffer } from './buffer.ts'

const REDRAW_MS = 100

interface Look {
  readonly line: string
  readonly grid: string
  readonly ink: string
  readonly bad: string
  readonly uncertain: string
  readonly font: string
}
function lookOf(element: HTMLElement): Look {
  const style = getComputedStyle(element)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return { line: of('--num'), grid: of('--line2'), ink: of('--ink3'), bad: of('--alarm1'), uncertain: of('--alarm2'), font: `11px ${of('--mono')}` }
}

interface PlotProps {
  readonly buffer: TapBuffer
  readonly windowMs: number
  readonly paused: boolean
  /** ms between the elements of a waveform; undefined: counted. */
  readonly periodMs?: number
}

/** Calls `draw` when the buffer, the size or the theme changed, and `steady` times a second for a moving window. */
function usePlot(make: (element: HTMLElement, look: Look, width: number, height: number) => uPlot, draw: (plot: uPlot) => void, deps: readonly unknown[], changed: () => unknown): (element: HTMLDivElement | null) => void {
  const host = useRef<HTMLDivElement | null>(null)
  useEffect(() => {
    const element = host.current
    if (!element) return
    let plot: uPlot | undefined
    let seen: unknown
    const build = (): void => {
      plot?.destroy()
      plot = make(element, lookOf(element), Math.max(40, element.clientWidth), Math.max(40, element.clientHeight))
      draw(plot)
    }
    build()
    const resized = new ResizeObserver(() => plot?.setSize({ width: Math.max(40, element.clientWidth), height: Math.max(40, element.clientHeight) }))
    resized.observe(element)
    const themed = new MutationObserver(build)
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    const timer = setInterval(() => {
      if (document.hidden || !plot) return
      const now = changed()
      if (now === seen) return
      seen = now
      draw(plot)
    }, REDRAW_MS)
    return () => {
      clearInterval(timer)
      resized.disconnect()
      themed.disconnect()
      plot?.destroy()
    }
    // The callbacks are made anew with `deps`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, deps)
  return (element) => void (host.current = element)
}

const axes = (look: Look, x: Partial<uPlot.Axis>): uPlot.Axis[] => [
  { stroke: look.ink, font: look.font, grid: { stroke: look.grid, width: 1 }, ticks: { show: false }, size: 24, gap: 4, ...x },
  { stroke: look.ink, font: look.font, grid: { stroke: look.grid, width: 1 }, ticks: { show: false }, size: 54, gap: 4, space: 22, values: (_u, ticks) => ticks.map(formatNumber) },
]
/** '10:42:07' of seconds since the epoch. */
const clock = (s: number): string => new Date(s * 1000).toLocaleTimeString('en-GB')
const padded = (_u: uPlot, low: number | null, high: number | null): [number, number] => {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1]
  const span = high - low || Math.abs(high) * 0.1 || 1
  return [low - span * 0.08, high + span * 0.08]
}

export function TrendPlot({ buffer, windowMs, paused }: PlotProps): ReactElement {
  const marks = useRef<readonly Mark[]>([])
  const heldAt = useRef<number | null>(null)
  const host = usePlot(
    (element, look, width, height) =>
      new uPlot(
        {
          width, height, pxAlign: false, legend: { show: false },
          cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
          scales: { x: { time: true }, y: { range: padded } },
          axes: axes(look, { space: 76, values: (_u, ticks) => ticks.map(clock) }),
          series: [{}, { stroke: look.line, width: 1.4, spanGaps: false, points: { show: (u) => u.data[0].length < 12, size: 4, fill: look.line } }],
          hooks: { draw: [(u) => drawMarks(u, marks.current, look)], setCursor: [showCursor] },
        },
        [[], []], element,
      ),
    (plot) => {
      const end = heldAt.current ?? buffer.endAt(performance.now())
      const { x, y, marks: found } = buffer.window(end, windowMs)
      marks.current = found
      plot.setData([x, y], false)
      plot.setScale('x', { min: (end - windowMs) / 1000, max: end / 1000 })
    },
    [buffer, windowMs],
    () => (heldAt.current === null ? Math.floor(performance.now() / Math.max(REDRAW_MS, windowMs / 1200)) + buffer.revision / 1e9 : `held ${heldAt.current}`),
  )
  useEffect(() => {
    heldAt.current = paused ? buffer.endAt(performance.now()) : null
  }, [paused, buffer])
  return <div className="dr-canvas" ref={host} role="img" aria-label="Trend of the values" />
}

function drawMarks(u: uPlot, marks: readonly Mark[], look: Look): void {
  const { ctx, bbox } = u
  const size = 4 * devicePixelRatio
  const foot = bbox.top + bbox.height
  ctx.save()
  for (const mark of marks) {
    const x = u.valToPos(mark.time / 1000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillStyle = mark.severity === 'bad' ? look.bad : look.uncertain
    ctx.beginPath()
    ctx.moveTo(x, foot - size * 2)
    ctx.lineTo(x + size, foot)
    ctx.lineTo(x - size, foot)
    ctx.fill()
  }
  ctx.restore()
}

/** The value under the cursor, beside it. */
function showCursor(u: uPlot): void {
  let tip = u.over.querySelector<HTMLElement>('.dr-tip')
  if (!tip) {
    tip = document.createElement('div')
    tip.className = 'dr-tip'
    u.over.append(tip)
  }
  const { idx, left } = u.cursor
  const y = idx === null || idx === undefined ? undefined : u.data[1]?.[idx]
  if (idx === null || idx === undefined || left === undefined || left < 0 || y === undefined) {
    tip.hidden = true
    return
  }
  tip.hidden = false
  const x = u.data[0][idx]!
  const at = u.scales['x']!.time === false ? formatNumber(x) : clock(x)
  tip.textContent = `${y === null ? 'no value' : formatNumber(y)}  ${at}`
  tip.style.left = `${Math.min(left + 8, u.over.clientWidth - 130)}px`
}

/** The last block, over the time within it. */
export function WaveformPlot({ buffer, paused, periodMs }: PlotProps): ReactElement {
  const held = useRef<TapBuffer['last']>(null)
  const host = usePlot(
    (element, look, width, height) =>
      new uPlot(
        {
          width, height, pxAlign: false, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
          scales: { x: { time: false, range: (_u, low, high) => [low ?? 0, high ?? 1] }, y: { range: padded } },
          axes: axes(look, { values: (_u, ticks) => ticks.map((t) => `${formatNumber(t)}${periodMs === undefined ? '' : ' ms'}`) }),
          series: [{}, { stroke: look.line, width: 1.1, points: { show: false } }],
          hooks: { setCursor: [showCursor] },
        },
        [[], []], element,
      ),
    (plot) => {
      const y = seriesOf((held.current ?? buffer.last)?.value ?? null) ?? []
      plot.setData([y.map((_, i) => i * (periodMs ?? 1)), y])
    },
    [buffer, periodMs],
    () => (held.current ? held.current.time : buffer.revision),
  )
  useEffect(() => {
    held.current = paused ? buffer.last : null
  }, [paused, buffer])
  return <div className="dr-canvas" ref={host} role="img" aria-label="The last block as a waveform" />
}
