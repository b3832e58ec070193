// Up to eight outputs over time, by uPlot from the buffers of their taps. What has another unit than the first has its axis
// on the right; the axis' ends and the normal band that the widget names are of the first. A bad or missing value is a gap with a mark at the foot. Lines differ by their dashes, too.
import { useEffect, useRef, useState, type ReactElement } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { parseEnd, type Widget } from '#format'
import { t } from '../language/index.ts'
import type { Mark as BadMark } from '../live/buffer.ts'
import { MOST_VIEWED, viewTap } from '../live/link.ts'
import { unitText } from '../live/values.ts'
import { formatClock, formatNumber } from '../state/format.ts'
import { runningOutput } from '../state/instances.ts'
import { runningPorts, titleOfEnd } from '../state/operating.ts'
import { store, useEditor } from '../state/store.ts'
import { flowOf, portsOf, useReading, type Of } from './reading.ts'
import { valueText } from './widget.tsx'

const REDRAW_MS = 250
const DEFAULT_WINDOW_S = 300
/** Of a plot that has only begun. */
const LEAST_S = 30
const COLOURS = ['--num', '--vec', '--text', '--bool', '--img', '--rec', '--ink2', '--ink3'] as const
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4], [1, 4], [12, 4], [6, 2, 1, 2]]

export function Trend({ widget, of }: { readonly widget: Widget; readonly of: Of }): ReactElement {
  const ends = widget.ports ?? []
  const [untapped, setUntapped] = useState('')
  const units = useEditor((s) => ends.map((end) => { const at = parseEnd(end); return (at && runningPorts(s)[at.node]?.outputs[at.port]?.unit) ?? '' }).join(' '))
  const windowMs = (widget.windowS ?? DEFAULT_WINDOW_S) * 1000
  if (ends.length === 0) return <p className="op-note">{t('No output is chosen.')}</p>
  return (
    <>
      <div className="op-plot"><Plot ends={ends.join(' ')} units={units} untapped={setUntapped} windowMs={windowMs} low={widget.low} high={widget.high} normalLow={widget.normalLow} normalHigh={widget.normalHigh} /></div>
      <ul className="op-legend">
        {ends.map((end, i) => <Legend key={end} end={end} of={of} index={i} decimals={widget.decimals} untapped={untapped.split(' ').includes(end)} right={units.split(' ')[i] !== units.split(' ')[0]} />)}
      </ul>
    </>
  )
}

function Legend({ end, of, index, decimals, untapped, right }: { readonly end: string; readonly of: Of; readonly index: number; readonly decimals: number | undefined; readonly untapped: boolean; readonly right: boolean }): ReactElement {
  const shown = useReading(end)
  const title = useEditor((s) => titleOfEnd(flowOf(s, of), s.types, portsOf(s, of), end))
  const text = valueText(decimals === undefined ? {} : { decimals }, shown)
  const struck = shown.level === 'stale' || shown.level === 'bad'
  return (
    <li data-level={shown.level} title={shown.why}>
      <svg width="22" height="8" aria-hidden="true" className={`line${index}`}><line x1="0" x2="22" y1="4" y2="4" strokeDasharray={DASHES[index]!.join(' ')} /></svg>
      <span>{title}</span>
      {struck ? <s>{text}</s> : <b>{text}</b>}
      <u>{unitText(shown.type)}{right && ` (${t('right axis')})`}</u>
      {untapped && shown.level !== 'stale' && <em>{t('not drawn: a view has {most} lines', { most: MOST_VIEWED })}</em>}
      {shown.level !== 'good' && <em>{shown.why}</em>}
    </li>
  )
}

interface PlotOf {
  /** With blanks between. */
  readonly ends: string
  /** Of each of them, as UCUM codes, with blanks between. */
  readonly units: string
  /** Told which of them have no tap. */
  readonly untapped: (ends: string) => void
  readonly windowMs: number
  readonly low: number | undefined
  readonly high: number | undefined
  readonly normalLow: number | undefined
  readonly normalHigh: number | undefined
}

function Plot({ ends, units, untapped, windowMs, low, high, normalLow, normalHigh }: PlotOf): ReactElement {
  const host = useRef<HTMLDivElement>(null)
  const flow = useEditor((s) => s.flowId)
  const running = useEditor((s) => s.base.flow)
  useEffect(() => {
    const element = host.current
    if (!element || flow === null || !running) return
    const taps = ends.split(' ').map((end) => {
      const at = parseEnd(end)
      const there = at && Object.hasOwn(running.nodes, at.node) ? runningOutput(running, at.node, at.port) : undefined
      return { end, tap: there && viewTap({ flow, ...there }) }
    })
    untapped(taps.flatMap(({ end, tap }) => (tap ? [] : [end])).join(' '))
    const lines = taps.map(({ tap }) => tap?.buffer)
    const [first, ...others] = units.split(' ')
    const right = others.find((unit) => unit !== first)
    const scaleOf = (i: number): string => (i === 0 || others[i - 1] === first ? 'y' : 'right')
    let plot: uPlot | undefined
    let marks: readonly BadMark[] = []
    const size = (): { width: number; height: number } => ({ width: Math.max(40, element.clientWidth), height: Math.max(40, element.clientHeight) })
    const build = (): void => {
      plot?.destroy()
      const style = getComputedStyle(element)
      const token = (name: string): string => style.getPropertyValue(name).trim()
      const font = `12px ${token('--mono')}`
      const axis = { stroke: token('--ink3'), font, grid: { stroke: token('--line2'), width: 1 }, ticks: { show: false }, gap: 4 }
      plot = new uPlot(
        {
          ...size(), pxAlign: false, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
          scales: { x: { time: true }, y: { range: (_u, min, max) => span(low ?? min, high ?? max, low !== undefined, high !== undefined) }, right: { range: (_u, min, max) => span(min, max, false, false) } },
          axes: [{ ...axis, size: 26, space: 84, values: (_u, ticks) => ticks.map((t) => formatClock(t * 1000)) }, { ...axis, size: 58, space: 26, values: (_u, ticks) => ticks.map(formatNumber) }, ...(right === undefined ? [] : [{ ...axis, scale: 'right', side: 1 as const, grid: { show: false }, size: 58, space: 26, values: (_u: uPlot, ticks: number[]) => ticks.map(formatNumber) }])],
          series: [{}, ...lines.map((_, i) => ({ scale: scaleOf(i), stroke: token(COLOURS[i % COLOURS.length]!), width: 1.6, dash: [...DASHES[i % DASHES.length]!], spanGaps: false, points: { show: false } }))],
          hooks: {
            drawClear: [(u) => drawBand(u, normalLow, normalHigh, token('--line2'))],
            draw: [(u) => drawMarks(u, marks, token('--alarm1'), token('--alarm2'))],
          },
        },
        [[], ...lines.map(() => [])], element,
      )
    }
    const draw = (): void => {
      if (!plot || document.hidden) return
      const now = performance.now()
      const newest = lines.flatMap((buffer) => (buffer && buffer.points > 0 ? [buffer.endAt(now)] : []))
      const end = newest.length === 0 ? Date.now() : Math.max(...newest)
      const found = lines.map((buffer) => buffer?.window(end, windowMs) ?? { x: [], y: [], marks: [] })
      // It grows until the window is full: what was before nobody looked is not known here.
      const begun = Math.min(...found.map((f) => f.x[0] ?? Number.POSITIVE_INFINITY))
      marks = found.flatMap((f) => f.marks)
      plot.setData(lines.length === 1 ? [found[0]!.x, found[0]!.y] : uPlot.join(found.map((f) => [f.x, f.y])), false)
      plot.setScale('x', { min: Math.max((end - windowMs) / 1000, Math.min(begun, end / 1000 - LEAST_S)), max: end / 1000 })
    }
    build()
    draw()
    // What is lost stands still: the line must not look as if it went on.
    const timer = setInterval(() => { if (store.getState().live.state === 'open') draw() }, REDRAW_MS)
    const resized = new ResizeObserver(() => { plot?.setSize(size()); draw() })
    resized.observe(element)
    const themed = new MutationObserver(() => { build(); draw() })
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      clearInterval(timer)
      resized.disconnect()
      themed.disconnect()
      plot?.destroy()
      for (const { tap } of taps) tap?.release()
    }
  }, [ends, units, untapped, flow, running, windowMs, low, high, normalLow, normalHigh])
  return <div className="op-canvas" ref={host} role="img" aria-label={t('Trend; the present values are listed below')} />
}

function span(min: number | null, max: number | null, fixedLow: boolean, fixedHigh: boolean): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1]
  const margin = (Math.abs(max - min) || Math.abs(max) * 0.1 || 1) * 0.08
  const ends: [number, number] = [fixedLow ? min : min - margin, fixedHigh ? max : max + margin]
  return ends[0] < ends[1] ? ends : [ends[1] - 1, ends[1] + 1]
}

function drawBand(u: uPlot, low: number | undefined, high: number | undefined, fill: string): void {
  if (low === undefined && high === undefined) return
  const { ctx, bbox } = u
  const y = (v: number | undefined, or: number): number => (v === undefined ? or : Math.min(bbox.top + bbox.height, Math.max(bbox.top, u.valToPos(v, 'y', true))))
  const top = y(high, bbox.top)
  ctx.save()
  ctx.globalAlpha = 0.6
  ctx.fillStyle = fill
  ctx.fillRect(bbox.left, top, bbox.width, y(low, bbox.top + bbox.height) - top)
  ctx.restore()
}

function drawMarks(u: uPlot, marks: readonly BadMark[], bad: string, uncertain: string): void {
  const { ctx, bbox } = u
  const size = 4 * devicePixelRatio
  const foot = bbox.top + bbox.height
  ctx.save()
  for (const mark of marks) {
    const x = u.valToPos(mark.time / 1000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillStyle = mark.severity === 'bad' ? bad : uncertain
    ctx.beginPath()
    ctx.moveTo(x, foot - size * 2)
    ctx.lineTo(x + size, foot)
    ctx.lineTo(x - size, foot)
    ctx.fill()
  }
  ctx.restore()
}
