// One plot: the tap that it belongs to and those that are drawn with it, with what is known of each at the cursor.
import { useEffect, useMemo, useRef, useState, type DragEvent, type ReactElement } from 'react'
import { Pause, Play, Split, X } from 'lucide-react'
import { shallow } from 'zustand/shallow'
import type { JsonSample, JsonValue, PortType } from '#kit'
import { t } from '../language/index.ts'
import { formatNumber, formatRate, severityOf } from '../state/format.ts'
import { limitsOf } from '../state/limits.ts'
import { titleOf } from '../state/status.ts'
import { tapsIn } from '../state/taps.ts'
import { actions, useEditor, type PlotView, type Tap } from '../state/store.ts'
import { Bands } from './bands.tsx'
import { vectorOf, type TapBuffer, type TapShape } from './buffer.ts'
import { axisOf } from './frequency.ts'
import { useLatest } from './latest.ts'
import { bufferOf } from './link.ts'
import { LinesPlot, type CursorAt, type Line, type LinesHandle } from './plot.tsx'
import { Picture, Raw, SampleTable } from './records.tsx'
import { savePng, saveSamples, saveTrend } from './save.ts'
import { comparable, linesOf, type Pinned } from './series.ts'
import { SpectrumPlot, WaveformPlot, type BlockHandle } from './spectrum.tsx'
import { RangeForm, TapMenu } from './tap-menu.tsx'
import { clock, DASHES, LINE_TOKENS } from './uplot.ts'
import { formatCount, formatWhole, qualityText, unitText } from './values.ts'
import { Waterfall } from './waterfall.tsx'

export const WINDOWS: readonly (readonly [ms: number, label: string])[] = [[10_000, '10 s'], [30_000, '30 s'], [60_000, '1 min'], [300_000, '5 min'], [600_000, '10 min'], [1_800_000, '30 min'], [3_600_000, '1 h']]
const REFRESH_MS = 250
const DRAG_TYPE = 'application/x-headgate-tap'

/** Renders anew when a buffer has something new, a few times a second; a moving window also when nothing comes. */
export function useBuffers(buffers: readonly TapBuffer[], paused: boolean, moving: boolean): void {
  const [, setSeen] = useState('')
  const now = useLatest(buffers)
  useEffect(() => {
    if (paused) return
    const timer = setInterval(() => {
      if (!document.hidden) setSeen(`${now.current.map((b) => b.revision).join(' ')}${moving ? ` ${Math.floor(performance.now() / REFRESH_MS)}` : ''}`)
    }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [paused, moving, now])
}

type Face = NonNullable<PlotView['face']>
/** What a tap looks like unless a person chose. */
function faceOf(view: PlotView, buffer: TapBuffer, type: PortType | undefined): Face {
  const chosen = view.face
  const { shape } = buffer
  if (chosen === 'raw') return 'raw'
  if (shape === 'bars') {
    if (chosen === 'bars' || chosen === 'line' || chosen === 'waterfall') return chosen
    const length = vectorOf(buffer.last?.value ?? null)?.length ?? 0
    return axisOf(type?.labels, length) || length > 128 ? 'line' : 'bars'
  }
  if (shape === 'other') return 'table'
  return chosen === 'table' && (shape === 'trend' || shape === 'states') ? 'table' : 'plot'
}

const noView: PlotView = {}

export function TapCard({ tap }: { readonly tap: Tap }): ReactElement {
  const all = useEditor((s) => s.live.taps)
  const view = useEditor((s) => s.live.plots[tap.id] ?? noView)
  const [paused, setPaused] = useState(false)
  const [cursor, setCursor] = useState<CursorAt | null>(null)
  const [zoomed, setZoomed] = useState(false)
  const [asking, setAsking] = useState<{ readonly now: readonly [number, number] | null } | null>(null)
  /** What stands still of what has no time axis. */
  const [held, setHeld] = useState<JsonSample | null>(null)
  const [over, setOver] = useState(false)
  const taps = useMemo(() => tapsIn(all, tap.id), [all, tap.id])
  const names = useEditorList((s, t) => titleOf(s.flowId === t.flow ? s.document?.flow.nodes : undefined, s.types, t.node), taps)
  const types = useEditorList((s, t) => (s.flowId === t.flow ? s.ports[t.node]?.outputs[t.port] : undefined), taps)
  const rate = useEditor((s) => (s.live.flow === tap.flow ? s.live.nodes[tap.node]?.outputs[tap.port]?.rate : undefined))
  const lost = useEditor((s) => s.live.state !== 'open')
  const running = useEditor((s) => (s.flowId === tap.flow ? (s.base.flow ?? s.document?.flow) : undefined))
  const limits = useMemo(() => limitsOf(running, tap.node, tap.port), [running, tap.node, tap.port])
  const pinned = taps.map((t, i): Pinned => ({ tap: t, buffer: bufferOf(t.id), name: names[i]!, type: types[i] }))
  const { buffer, name, type } = pinned[0] ?? { buffer: bufferOf(tap.id), name: tap.node, type: undefined }
  const states = pinned.filter((p) => p.buffer.shape === 'states')
  useBuffers(pinned.map((p) => p.buffer), paused, states.length > 0)

  const lines = linesOf(pinned, view)
  const shape: TapShape = lines.length > 0 ? 'trend' : buffer.shape
  const face = faceOf(view, lines.length > 0 && buffer.shape !== 'trend' ? (pinned.find((p) => p.buffer.shape === 'trend') ?? { buffer }).buffer : buffer, type)
  const windowMs = view.windowMs ?? 60_000
  const plot = useRef<LinesHandle>(null)
  const block = useRef<BlockHandle>(null)
  const fall = useRef<HTMLCanvasElement | null>(null)
  const card = useRef<HTMLElement>(null)
  const last = paused ? (held ?? buffer.last) : buffer.last
  const level = last ? severityOf(last) : 'good'
  const unit = unitText(type)
  const single = taps.length === 1 && lines.length <= 1
  const shown = last && (shape === 'trend' || shape === 'states' || shape === 'none') ? `${formatWhole(last.value)} ${shape === 'trend' ? unit : ''}` : ''
  const skipped = pinned.reduce((sum, p) => sum + p.buffer.skipped, 0)
  const others = pinned.reduce((sum, p) => sum + p.buffer.otherTags, 0)
  const title = taps.length === 1 ? `${name}.${tap.port}` : t('{port} and {number} more', { port: `${name}.${tap.port}`, number: taps.length - 1 })
  const units = new Set(lines.map((l) => l.unit)).size
  // Different quantities on one axis would be compared by mistake.
  const axes = view.axes ?? (units > 1 ? 'units' : 'shared')
  const timed = face === 'plot' && (shape === 'trend' || shape === 'states')
  const canLog = (face === 'plot' && shape === 'trend') || (shape === 'bars' && (face === 'line' || face === 'waterfall'))

  const png = (): void => {
    const canvas = plot.current?.view()?.canvas ?? block.current?.canvas() ?? fall.current
    if (canvas && card.current) savePng(`${name}.${tap.port}`, canvas, lines.length > 0 ? lines : [{ title: `${name}.${tap.port}`, unit }], card.current)
  }
  const csv = (): void => {
    const seen = plot.current?.view()
    if (lines.length > 0 && seen) saveTrend(`${name}.${tap.port}`, lines, seen.from, seen.until)
    else saveSamples(`${name}.${tap.port}`, pinned.map((p) => p.buffer))
  }
  const dropped = (e: DragEvent): void => {
    setOver(false)
    const id = e.dataTransfer.getData(DRAG_TYPE)
    if (id === '' || id === tap.id) return
    e.preventDefault()
    actions.plotIn(id, tap.id)
  }
  const hide = (key: string): void => actions.setPlotView(tap.id, { hidden: view.hidden?.includes(key) === true ? view.hidden.filter((h) => h !== key) : [...(view.hidden ?? []), key] })
  return (
    <section
      ref={card} className={`dr-tap${over ? ' over' : ''}`} aria-label={t('Tap {title}', { title })}
      onDragOver={(e) => { if (e.dataTransfer.types.includes(DRAG_TYPE)) { e.preventDefault(); setOver(true) } }} onDragLeave={() => setOver(false)} onDrop={dropped}
    >
      <header draggable onDragStart={(e) => { e.dataTransfer.setData(DRAG_TYPE, tap.id); e.dataTransfer.effectAllowed = 'move' }}>
        <h4 title={t('{node}.{port}. Drag it onto another plot to draw both in one.', { node: tap.node, port: tap.port })}>{name}<span>.{tap.port}</span>{taps.length > 1 && <small> +{taps.length - 1}</small>}</h4>
        <small>{[unit, rate === undefined ? '' : formatRate(rate), skipped > 0 ? t('{number} not shown', { number: formatCount(skipped) }) : '', others > 0 ? t('more than 8 tags') : ''].filter((w) => w !== '').join(' · ')}</small>
        {single && (shown !== '' || level !== 'good') && (
          <output data-level={level}>
            {shown}{last && level !== 'good' ? ` ${level === 'bad' ? '✕' : '?'} ${qualityText(last)}` : ''}
          </output>
        )}
        {zoomed && <button type="button" className="dr-window" title={t('Show the whole window again (double click, or 0)')} onClick={() => plot.current?.reset()}>{t('zoomed')} ✕</button>}
        {timed && !zoomed && (
          <select className="dr-window" aria-label={t('Window of time')} value={windowMs} onChange={(e) => actions.setPlotView(tap.id, { windowMs: Number(e.target.value) })}>
            {WINDOWS.map(([ms, label]) => <option key={ms} value={ms}>{label}</option>)}
          </select>
        )}
        <button type="button" className="in-icon" aria-pressed={paused} aria-label={paused ? t('Go on') : t('Pause')} title={paused ? t('Go on') : t('Pause the view; samples are still kept')} onClick={() => { setHeld(buffer.last); setPaused(!paused) }}>{paused ? <Play size={13} /> : <Pause size={13} />}</button>
        <TapMenu tap={tap} shape={shape} face={face} view={view} comparable={comparable(lines)} units={units} axes={axes} canLog={canLog} rangeNow={() => plot.current?.view()?.range ?? null} onAskRange={() => setAsking({ now: view.range ?? plot.current?.view()?.range ?? null })} onCsv={csv} onPng={(face === 'plot' && (shape === 'trend' || shape === 'waveform')) || face === 'line' || face === 'waterfall' ? png : null} />
        <button type="button" className="in-icon" aria-label={t('Remove the tap {name}.{port}', { name, port: tap.port })} title={t('Remove')} onClick={() => actions.unpinTap(tap.id)}><X size={13} /></button>
      </header>
      {asking && <RangeForm now={asking.now} done={(range) => { actions.setPlotView(tap.id, { range }); setAsking(null) }} />}
      {!single && <Legend lines={lines} taps={taps} pinned={pinned} cursor={cursor} hide={hide} />}
      {view.log === true && face === 'plot' && lines.length > 0 && <p className="dr-hint">{t('Logarithmic: 0 and below are not shown.')}</p>}
      <div className={`dr-view${lost ? ' lost' : ''}`}>
        {face === 'raw' ? <Raw sample={last} />
          : face === 'table' ? <SampleTable samples={pinned.length === 1 ? buffer.log : pinned.flatMap((p, i) => p.buffer.log.map((l) => ({ ...l, id: l.id * 100 + i }))).toSorted((a, b) => a.sample.time - b.sample.time)} />
          : shape === 'none' ? <p className="dr-wait">{buffer.received > 0 ? t('Only samples without a value so far.') : t('Waiting for the first sample…')}</p>
          : shape === 'waveform' ? <WaveformPlot buffer={buffer} paused={paused} handle={block} {...(type?.periodMs === undefined ? {} : { periodMs: type.periodMs })} />
          : shape === 'image' && last ? <Picture sample={last} others={pinned.slice(1).map((p) => p.buffer)} />
          : shape === 'bars' ? <Vector buffer={buffer} last={last} type={type} face={face} unit={unit} paused={paused} log={view.log === true} block={block} onCanvas={(c) => (fall.current = c)} />
          : (
            <div className="dr-stack">
              {lines.length > 0 && (
                <div className="dr-lines">
                  <LinesPlot lines={lines} windowMs={windowMs} paused={paused} limits={limits} log={view.log === true} range={view.range ?? null} axes={axes} tip={single} label={t('Plot of {title}', { title })} handle={plot} onCursor={single ? ignore : setCursor} onZoom={(z) => setZoomed(z !== null)} />
                </div>
              )}
              {states.length > 0 && <TimedBands states={states} windowMs={windowMs} paused={paused} />}
            </div>
          )}
      </div>
    </section>
  )
}
const ignore = (): void => undefined

const endOf = (states: readonly Pinned[]): number => Math.max(...states.map((p) => p.buffer.endAt(performance.now())))
function TimedBands({ states, windowMs, paused }: { readonly states: readonly Pinned[]; readonly windowMs: number; readonly paused: boolean }): ReactElement {
  const now = useLatest(states)
  const [until, setUntil] = useState(() => endOf(states))
  useEffect(() => {
    if (paused) return
    const timer = setInterval(() => { if (!document.hidden) setUntil(endOf(now.current)) }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [paused, now])
  return <Bands rows={states.map((p) => ({ key: p.tap.id, title: `${p.name}.${p.tap.port}`, buffer: p.buffer }))} from={until - windowMs} until={until} />
}

/** A selector over each tap, the same list while its parts are the same. */
function useEditorList<T>(of: (state: Parameters<Parameters<typeof useEditor>[0]>[0], tap: Tap) => T, taps: readonly Tap[]): readonly T[] {
  const last = useRef<readonly T[]>([])
  return useEditor((s) => {
    const next = taps.map((t) => of(s, t))
    return shallow(last.current, next) ? last.current : (last.current = next)
  })
}

/** One line a series: how it is drawn, its value at the cursor or the last one; a click hides it. */
function Legend({ lines, taps, pinned, cursor, hide }: { readonly lines: readonly Line[]; readonly taps: readonly Tap[]; readonly pinned: readonly Pinned[]; readonly cursor: CursorAt | null; readonly hide: (key: string) => void }): ReactElement {
  const rest = pinned.filter((p) => p.buffer.shape !== 'trend')
  return (
    <ul className="dr-legend" aria-label={t('Series')}>
      {lines.map((line, n) => {
        const value = cursor ? cursor.values[line.key] : line.last()
        const guest = taps.find((t) => t.plot !== undefined && line.key.startsWith(`${t.node}.${t.port}`) && line.made !== true)
        return (
          <li key={line.key}>
            <button type="button" aria-pressed={line.hidden !== true} title={line.hidden === true ? t('Show this series') : t('Hide this series')} onClick={() => hide(line.key)}>
              <svg width="20" height="8" aria-hidden="true"><path d="M0 4H20" style={{ stroke: `var(${LINE_TOKENS[n % LINE_TOKENS.length]})`, strokeDasharray: (line.made === true ? DASHES[2] : DASHES[n % DASHES.length])!.join(' ') }} /></svg>
              <span>{line.title}</span><b>{value === undefined ? '' : value === null ? t('no value') : formatNumber(value)}</b><u>{line.unit}</u>
            </button>
            {guest && <GuestTools tap={guest} />}
          </li>
        )
      })}
      {rest.map((p) => <li key={p.tap.id}><span className="dr-rest">{p.name}.{p.tap.port}</span>{p.tap.plot !== undefined && <GuestTools tap={p.tap} />}</li>)}
      {cursor && <li className="dr-at"><time>{clock(cursor.time / 1000)}</time></li>}
    </ul>
  )
}
function GuestTools({ tap }: { readonly tap: Tap }): ReactElement {
  return (
    <>
      <button type="button" className="in-icon" aria-label={t('Give {node}.{port} a plot of its own', { node: tap.node, port: tap.port })} title={t('In a plot of its own')} onClick={() => actions.plotIn(tap.id, null)}><Split size={12} /></button>
      <button type="button" className="in-icon" aria-label={t('Remove the tap {node}.{port}', { node: tap.node, port: tap.port })} title={t('Remove')} onClick={() => actions.unpinTap(tap.id)}><X size={12} /></button>
    </>
  )
}

function Vector({ buffer, last, type, face, unit, paused, log, block, onCanvas }: { readonly buffer: TapBuffer; readonly last: JsonSample | null; readonly type: PortType | undefined; readonly face: Face; readonly unit: string; readonly paused: boolean; readonly log: boolean; readonly block: React.RefObject<BlockHandle | null>; readonly onCanvas: (canvas: HTMLCanvasElement | null) => void }): ReactElement {
  const length = vectorOf(last?.value ?? null)?.length ?? buffer.rows.at(-1)?.values.length ?? 0
  const labels = type?.labels
  const axis = useMemo(() => axisOf(labels, length), [labels, length])
  if (face === 'waterfall') return <Waterfall buffer={buffer} paused={paused} axis={axis} unit={unit} log={log} onCanvas={onCanvas} />
  if (face === 'line') return <SpectrumPlot buffer={buffer} paused={paused} axis={axis} unit={unit} log={log} handle={block} />
  return <Bars value={last?.value ?? null} labels={labels} />
}

/** A vector: one bar an element; below zero they hang. A missing number is a mark, not an empty bar. */
function Bars({ value, labels }: { readonly value: JsonValue; readonly labels: readonly string[] | undefined }): ReactElement {
  const values = vectorOf(value) ?? []
  const numbers = values.filter((v): v is number => v !== null)
  const high = Math.max(0, ...numbers)
  const low = Math.min(0, ...numbers)
  const span = high - low || 1
  const zero = (-low / span) * 100
  const named = labels !== undefined && values.length <= 16
  if (value === null) return <p className="dr-wait">{t('The last sample has no value.')}</p>
  return (
    <div className="dr-bars" role="img" aria-label={t('{number} values from {low} to {high}', { number: values.length, low: formatNumber(Math.min(...numbers, 0)), high: formatNumber(high) })}>
      <span className="dr-scale">{formatNumber(high)}</span>
      <div className="dr-columns">
        {values.map((v, i) => (
          <div key={i} title={`${labels?.[i] ?? i}: ${v === null ? t('no number') : formatNumber(v)}`}>
            <span>{v === null ? <b>?</b> : <i style={v >= 0 ? { bottom: `${zero}%`, height: `${(v / span) * 100}%` } : { top: `${100 - zero}%`, height: `${(-v / span) * 100}%` }} />}</span>
            {named && <small>{labels[i]}</small>}
          </div>
        ))}
      </div>
      {!named && values.length > 0 && <div className="dr-ends"><small>{labels?.[0] ?? '0'}</small><small>{labels?.at(-1) ?? String(values.length - 1)}</small></div>}
    </div>
  )
}
