// A table of points, drawn: points are dragged or moved by the arrow keys, a double click adds one. 'In' rises from point to
// point, so none is dragged past its neighbours. Above MOST points it is only drawn.
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import type { JsonValue } from '#kit'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import type { ControlProps } from './controls.tsx'
import { moved, pointsOf, spanOf, type Point } from './curve-points.ts'
import { Table } from './table.tsx'

const MOST = 60
/** px of the drawing, and its margins. */
const [W, H, X0, Y0, X1, Y1] = [296, 150, 34, 8, 288, 130] as const

export function Curve(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const rows = Array.isArray(value ?? field.default) ? ((value ?? field.default) as readonly JsonValue[]) : []
  const points = pointsOf(rows)
  const svg = useRef<SVGSVGElement>(null)
  const [drag, setDrag] = useState<{ readonly index: number; readonly span: ReturnType<typeof spanOf> } | null>(null)
  const span = drag?.span ?? spanOf(points)
  const sx = (v: number): number => X0 + ((v - span.x[0]) / (span.x[1] - span.x[0])) * (X1 - X0)
  const sy = (v: number): number => Y1 - ((v - span.y[0]) / (span.y[1] - span.y[0])) * (Y1 - Y0)
  const put = (index: number, to: Point): void => {
    const next = moved(points, index, to)
    context.change(field.path, rows.with(index, { ...(rows[index] as object), ...next } as JsonValue))
  }
  const at = (e: { readonly clientX: number; readonly clientY: number }): Point => {
    const box = svg.current!.getBoundingClientRect()
    const px = ((e.clientX - box.left) / box.width) * W
    const py = ((e.clientY - box.top) / box.height) * H
    const neat = (v: number, of: readonly [number, number]): number => { const step = 10 ** Math.floor(Math.log10((of[1] - of[0]) / 200)); return Number((Math.round(v / step) * step).toPrecision(12)) }
    return { x: neat(span.x[0] + ((px - X0) / (X1 - X0)) * (span.x[1] - span.x[0]), span.x), y: neat(span.y[0] + ((Y1 - py) / (Y1 - Y0)) * (span.y[1] - span.y[0]), span.y) }
  }
  const add = (p: Point): void => {
    const index = points.findIndex((o) => o.x > p.x)
    if (points.some((o) => o.x === p.x)) return
    context.change(field.path, rows.toSpliced(index < 0 ? rows.length : index, 0, { x: p.x, y: p.y }))
    context.seal()
  }
  const keys = (e: KeyboardEvent, index: number): void => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key]
    if (e.key === 'Delete' && rows.length > 1) {
      e.preventDefault()
      context.change(field.path, rows.toSpliced(index, 1))
      context.seal()
    } else if (by) {
      e.preventDefault()
      const size = e.shiftKey ? 20 : 100
      const p = points[index]!
      put(index, { x: Number((p.x + (by[0]! * (span.x[1] - span.x[0])) / size).toPrecision(6)), y: Number((p.y + (by[1]! * (span.y[1] - span.y[0])) / size).toPrecision(6)) })
    }
  }
  const whole = points.length === rows.length && points.length > 0
  const step = context.config['mode'] === 'step'
  const line = points.map((p, i) => `${i === 0 ? 'M' : step ? `H${sx(p.x)} L` : 'L'}${sx(p.x)} ${sy(p.y)}`).join(' ')
  const handles = whole && !context.readOnly && points.length <= MOST
  return (
    <>
      {whole && (
        <svg
          ref={svg} className="in-curve" viewBox={`0 0 ${W} ${H}`} role="group" aria-label={t('Curve of {number} points', { number: points.length })}
          onDoubleClick={(e) => { if (handles && e.target instanceof Element && !e.target.closest('circle')) add(at(e)) }}
          onPointerMove={(e: PointerEvent) => { if (drag) put(drag.index, at(e)) }}
          onPointerUp={() => { if (drag) context.seal(); setDrag(null) }}
          onPointerCancel={() => setDrag(null)}
        >
          <rect x={X0} y={Y0} width={X1 - X0} height={Y1 - Y0} className="field" />
          <text x={X0} y={H - 6}>{formatNumber(span.x[0])}</text><text x={X1} y={H - 6} textAnchor="end">{formatNumber(span.x[1])}</text>
          <text x={X0 - 4} y={Y1} textAnchor="end">{formatNumber(span.y[0])}</text><text x={X0 - 4} y={Y0 + 8} textAnchor="end">{formatNumber(span.y[1])}</text>
          <path d={line} />
          {handles && points.map((p, i) => (
            <circle
              key={i} cx={sx(p.x)} cy={sy(p.y)} r="4.5" tabIndex={0} role="button" aria-label={t('Point {number}: {x} gives {y}. Arrow keys move it', { number: i + 1, x: p.x, y: p.y })}
              onPointerDown={(e) => { if (e.button !== 0) return; e.preventDefault(); e.currentTarget.focus(); svg.current!.setPointerCapture(e.pointerId); setDrag({ index: i, span: spanOf(points) }) }}
              onKeyDown={(e) => keys(e, i)}
            ><title>{`${formatNumber(p.x)} → ${formatNumber(p.y)}`}</title></circle>
          ))}
        </svg>
      )}
      {handles && <p className="in-help">{t('Drag a point, or double-click to add one.')}{context.config['mode'] === 'cubic' ? ` ${t('The curve between them is smooth; straight lines are drawn here.')}` : ''}</p>}
      <Table {...props} />
    </>
  )
}
