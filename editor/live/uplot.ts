// uPlot in React: built anew with its structure, size and theme, drawn from the buffers a few times a second and never
// while the page is hidden. Looks come from the theme's tokens.
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatClock, formatNumber } from '../state/format.ts'
import { t } from '../language/index.ts'
import { useLatest } from './latest.ts'

export const REDRAW_MS = 100

export interface Look {
  /** One a series; they repeat, and the dashes tell them apart then. */
  readonly lines: readonly string[]
  readonly grid: string
  readonly ink: string
  readonly strong: string
  readonly card: string
  readonly bad: string
  readonly uncertain: string
  readonly font: string
}
/** In the order of the series. */
export const LINE_TOKENS = ['--num', '--vec', '--bool', '--text', '--img', '--rec'] as const
/** Told by the dash as well as by the colour. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4]]

export function lookOf(element: HTMLElement): Look {
  const style = getComputedStyle(element)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return { lines: LINE_TOKENS.map(of), grid: of('--line2'), ink: of('--ink3'), strong: of('--ink'), card: of('--card'), bad: of('--alarm1'), uncertain: of('--alarm2'), font: `11px ${of('--mono')}` }
}

interface Drawing {
  readonly make: (element: HTMLElement, look: Look, width: number, height: number) => uPlot
  readonly draw: (plot: uPlot) => void
  /** Another answer: there is something new to draw. */
  readonly changed: () => unknown
}

/** `key` is the structure: with another one the plot is built anew. */
export function usePlot(drawing: Drawing, key: string): { readonly host: (element: HTMLDivElement | null) => void; readonly plot: () => uPlot | null } {
  const host = useRef<HTMLDivElement | null>(null)
  const plot = useRef<uPlot | null>(null)
  const now = useLatest(drawing)
  useEffect(() => {
    const element = host.current
    if (!element) return
    let seen: unknown
    const size = (): { width: number; height: number } => ({ width: Math.max(40, element.clientWidth), height: Math.max(40, element.clientHeight) })
    const build = (): void => {
      plot.current?.destroy()
      const { width, height } = size()
      plot.current = now.current.make(element, lookOf(element), width, height)
      now.current.draw(plot.current)
    }
    build()
    const resized = new ResizeObserver(() => plot.current?.setSize(size()))
    resized.observe(element)
    const themed = new MutationObserver(build)
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    const timer = setInterval(() => {
      if (document.hidden || !plot.current) return
      const next = now.current.changed()
      if (next === seen) return
      seen = next
      now.current.draw(plot.current)
    }, REDRAW_MS)
    return () => {
      clearInterval(timer)
      resized.disconnect()
      themed.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
    // The structure is what `make` reads when it is called anew.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [key, now])
  return { host: (element) => void (host.current = element), plot: () => plot.current }
}

export const xAxis = (look: Look, x: Partial<uPlot.Axis>): uPlot.Axis => ({ stroke: look.ink, font: look.font, grid: { stroke: look.grid, width: 1 }, ticks: { show: false }, size: 24, gap: 4, ...x })
export const yAxis = (look: Look, y: Partial<uPlot.Axis> = {}): uPlot.Axis => ({ stroke: look.ink, font: look.font, grid: { stroke: look.grid, width: 1 }, ticks: { show: false }, size: 54, gap: 4, space: 22, values: (_u, ticks) => ticks.map((t) => (t === null ? '' : formatNumber(t))), ...y })

/** '10:42:07' of seconds since the epoch. */
export const clock = (s: number): string => formatClock(s * 1000)

/** Room above and below; `also` are levels that are shown when they are near. */
export function padded(low: number | null, high: number | null, also: readonly number[] = []): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return also.length === 0 ? [0, 1] : padded(Math.min(...also), Math.max(...also))
  const span = high - low || Math.abs(high) * 0.1 || 1
  const near = also.filter((v) => v > low - span && v < high + span)
  const [a, b] = [Math.min(low, ...near), Math.max(high, ...near)]
  const room = (b - a || span) * 0.08
  return [a - room, b + room]
}
/** On a logarithmic axis. */
export const paddedLog = (low: number | null, high: number | null): [number, number] => (low === null || high === null || !(low > 0) || !(high > 0) ? [0.1, 10] : [low / 1.3, high * 1.3])

/** The value under the cursor, beside it. */
export function showTip(u: uPlot, words?: (index: number, value: number | null) => string): void {
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
  tip.textContent = words ? words(idx, y) : `${y === null ? t('no value') : formatNumber(y)}  ${u.scales['x']!.time === false ? formatNumber(x) : clock(x)}`
  tip.style.left = `${Math.max(0, Math.min(left + 8, u.over.clientWidth - 150))}px`
}
