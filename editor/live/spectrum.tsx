// One block at a time by uPlot: a waveform over the time within it, a vector over its elements or, where their names are
// frequencies, as a spectrum with its peaks. The cursor of a spectrum goes to the peak nearby.
import { useEffect, useImperativeHandle, useRef, type ReactElement, type Ref } from 'react'
import uPlot from 'uplot'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import { seriesOf, vectorOf, type TapBuffer } from './buffer.ts'
import { nearestPeak, peaksOf, type ElementAxis } from './frequency.ts'
import { padded, paddedLog, showTip, usePlot, xAxis, yAxis, type Look } from './uplot.ts'

export interface BlockHandle {
  readonly canvas: () => HTMLCanvasElement | null
}
interface BlockProps {
  readonly buffer: TapBuffer
  readonly paused: boolean
  readonly handle?: Ref<BlockHandle>
}

function useHeld(buffer: TapBuffer, paused: boolean): () => TapBuffer['last'] {
  const held = useRef<TapBuffer['last']>(null)
  useEffect(() => {
    held.current = paused ? buffer.last : null
  }, [paused, buffer])
  return () => held.current ?? buffer.last
}

/** A zoom stays while blocks of one length come. */
function renew(u: uPlot, data: [number[], (number | null)[]]): void {
  const same = u.data[0].length === data[0].length
  u.setData(data, !same)
  if (same) u.redraw(true, true)
}

/** The last block, over the time within it. */
export function WaveformPlot({ buffer, paused, periodMs, handle }: BlockProps & { readonly windowMs?: number; /** ms between the elements; undefined: counted. */ readonly periodMs?: number }): ReactElement {
  const shown = useHeld(buffer, paused)
  const { host, plot } = usePlot({
    make: (element, look, width, height) =>
      new uPlot(
        {
          width, height, pxAlign: false, legend: { show: false }, padding: [7, 14, 0, 0], cursor: { y: false, drag: { x: true, y: false }, points: { size: 6 } },
          scales: { x: { time: false, range: (_u, low, high) => [low ?? 0, high ?? 1] }, y: { range: (_u, low, high) => padded(low, high) } },
          axes: [xAxis(look, { values: (_u, ticks) => ticks.map((t) => `${formatNumber(t)}${periodMs === undefined ? '' : ' ms'}`) }), yAxis(look)],
          series: [{}, { stroke: look.lines[0]!, width: 1.1, points: { show: false } }],
          hooks: { setCursor: [(u) => showTip(u)] },
        },
        [[], []], element,
      ),
    draw: (u) => {
      const y = seriesOf(shown()?.value ?? null) ?? []
      renew(u, [y.map((_, i) => i * (periodMs ?? 1)), y])
    },
    changed: () => shown()?.time ?? buffer.revision,
  }, `${buffer.shape} ${periodMs}`)
  useImperativeHandle(handle, () => ({ canvas: () => plot()?.ctx.canvas ?? null }))
  return <div className="dr-canvas" ref={host} role="img" aria-label={t('The last block as a waveform. Drag to zoom, double click for all.')} />
}

/** A vector as a line; with an axis of frequencies as a spectrum. */
export function SpectrumPlot({ buffer, paused, axis, unit, log, handle }: BlockProps & { readonly axis: ElementAxis | undefined; readonly unit: string; readonly log: boolean }): ReactElement {
  const shown = useHeld(buffer, paused)
  const valuesNow = (): (number | null)[] => vectorOf(shown()?.value ?? null) ?? []
  const at = (i: number): number => axis?.at[i] ?? i
  const place = (i: number): string => (axis ? `${formatNumber(at(i))}${axis.unit === '' ? '' : axis.unit === '×' ? '×' : ` ${axis.unit}`}` : t('element {number}', { number: i }))
  const { host, plot } = usePlot({
    make: (element, look, width, height) =>
      new uPlot(
        {
          width, height, pxAlign: false, legend: { show: false }, padding: [7, 14, 0, 0],
          cursor: {
            y: false, drag: { x: true, y: false }, points: { size: 7 },
            dataIdx: (_u, _series, closest) => (axis ? nearestPeak(valuesNow(), closest, Math.max(1, Math.round(valuesNow().length / 60))) : closest),
          },
          scales: { x: { time: false, range: (_u, low, high) => [low ?? 0, high ?? 1] }, y: { distr: log ? 3 : 1, range: (_u, low, high) => (log ? paddedLog(low, high) : padded(Math.min(0, low ?? 0), high)) } },
          axes: [xAxis(look, { values: (_u, ticks) => ticks.map((t, i) => `${formatNumber(t)}${axis && i === ticks.length - 1 ? ` ${axis.unit}` : ''}`) }), yAxis(look)],
          series: [{}, { stroke: look.lines[1]!, fill: `${look.lines[1]!}22`, width: 1.2, points: { show: false } }],
          hooks: {
            setCursor: [(u) => {
              const idx = u.cursor.idxs?.[1] ?? u.cursor.idx
              showTip(u, () => (idx === null || idx === undefined ? '' : `${place(idx)}  ${valuesNow()[idx] === null ? t('no number') : formatNumber(valuesNow()[idx] ?? Number.NaN)} ${unit}`))
            }],
            draw: [(u) => (axis ? drawPeaks(u, look, place) : undefined)],
          },
        },
        [[], []], element,
      ),
    draw: (u) => {
      const y = valuesNow()
      renew(u, [y.map((_, i) => at(i)), log ? y.map((v) => (v !== null && v > 0 ? v : null)) : y])
    },
    changed: () => shown()?.time ?? buffer.revision,
  }, `${axis?.at.join()} ${axis?.unit} ${log} ${unit}`)
  useImperativeHandle(handle, () => ({ canvas: () => plot()?.ctx.canvas ?? null }))
  return <div className="dr-canvas" ref={host} role="img" aria-label={axis ? t('Spectrum. Drag to zoom, double click for all.') : t('The elements of the last vector. Drag to zoom, double click for all.')} />
}

function drawPeaks(u: uPlot, look: Look, place: (index: number) => string): void {
  const { ctx, bbox } = u
  const values = u.data[1] as readonly (number | null)[]
  ctx.save()
  ctx.font = look.font.replace('11px', `${10 * devicePixelRatio}px`)
  ctx.fillStyle = look.ink
  ctx.textAlign = 'center'
  const taken: number[] = []
  for (const peak of peaksOf(values, 3)) {
    const x = u.valToPos(u.data[0][peak.index]!, 'x', true)
    const half = 28 * devicePixelRatio
    if (x < bbox.left || x > bbox.left + bbox.width || taken.some((t) => Math.abs(t - x) < half * 2)) continue
    taken.push(x)
    const y = u.valToPos(peak.value, 'y', true)
    ctx.fillText(place(peak.index), Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half), Math.max(bbox.top + 10 * devicePixelRatio, y - 5 * devicePixelRatio))
  }
  ctx.restore()
}
