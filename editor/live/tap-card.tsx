// One pinned tap: its plot, its figures and, where no plot fits, its states as a list.
import { useEffect, useState, type ReactElement } from 'react'
import { Pause, Play, X } from 'lucide-react'
import type { JsonValue, PortType } from '#kit'
import { formatAge, formatNumber, formatRate, severityOf } from '../state/format.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor, type Tap } from '../state/store.ts'
import { vectorOf, type TapBuffer } from './buffer.ts'
import { bufferOf } from './link.ts'
import { TrendPlot, WaveformPlot } from './plot.tsx'
import { formatCount, formatTime, formatWhole, qualityText, unitText } from './values.ts'

export const WINDOWS: readonly (readonly [ms: number, label: string])[] = [[10_000, '10 s'], [30_000, '30 s'], [60_000, '1 min'], [300_000, '5 min'], [600_000, '10 min']]
const REFRESH_MS = 250

/** Renders anew when the buffer has something new, a few times a second. */
export function useBuffer(buffer: TapBuffer, paused = false): number {
  const [revision, setRevision] = useState(buffer.revision)
  useEffect(() => {
    if (paused) return
    const timer = setInterval(() => setRevision(buffer.revision), REFRESH_MS)
    return () => clearInterval(timer)
  }, [buffer, paused])
  return revision
}

export function TapCard({ tap }: { readonly tap: Tap }): ReactElement {
  const buffer = bufferOf(tap.id)
  const [paused, setPaused] = useState(false)
  const [windowMs, setWindowMs] = useState(60_000)
  useBuffer(buffer, paused)
  const name = useEditor((s) => titleOf(s.flowId === tap.flow ? s.document?.flow.nodes : undefined, s.types, tap.node))
  const type = useEditor((s) => (s.flowId === tap.flow ? s.ports[tap.node]?.outputs[tap.port] : undefined))
  const rate = useEditor((s) => (s.live.flow === tap.flow ? s.live.nodes[tap.node]?.outputs[tap.port]?.rate : undefined))
  const lost = useEditor((s) => s.live.state !== 'open')
  const last = buffer.last
  const level = last ? severityOf(last) : 'good'
  const unit = unitText(type)
  return (
    <section className="dr-tap" aria-label={`Tap ${name}.${tap.port}`}>
      <header>
        <h4 title={`${tap.node}.${tap.port}`}>{name}<span>.{tap.port}</span></h4>
        <small>{[unit, rate === undefined ? '' : formatRate(rate), buffer.skipped > 0 ? `${formatCount(buffer.skipped)} not shown` : ''].filter((t) => t !== '').join(' · ')}</small>
        <output data-level={level}>
          {last && buffer.shape !== 'waveform' && buffer.shape !== 'bars' ? <>{formatWhole(last.value)} {buffer.shape === 'trend' && unit}</> : ''}
          {last && level !== 'good' ? ` ${qualityText(last)}` : ''}
        </output>
        {buffer.shape === 'trend' && (
          <select className="dr-window" aria-label="Window of time" value={windowMs} onChange={(e) => setWindowMs(Number(e.target.value))}>
            {WINDOWS.map(([ms, label]) => <option key={ms} value={ms}>{label}</option>)}
          </select>
        )}
        <button type="button" className="in-icon" aria-pressed={paused} aria-label={paused ? 'Go on' : 'Pause'} title={paused ? 'Go on' : 'Pause the view; samples are still kept'} onClick={() => setPaused(!paused)}>{paused ? <Play size={13} /> : <Pause size={13} />}</button>
        <button type="button" className="in-icon" aria-label={`Remove the tap ${name}.${tap.port}`} title="Remove" onClick={() => actions.unpinTap(tap.id)}><X size={13} /></button>
      </header>
      <div className={`dr-view${lost ? ' lost' : ''}`}><View buffer={buffer} type={type} paused={paused} windowMs={windowMs} /></div>
    </section>
  )
}

function View({ buffer, type, paused, windowMs }: { readonly buffer: TapBuffer; readonly type: PortType | undefined; readonly paused: boolean; readonly windowMs: number }): ReactElement {
  switch (buffer.shape) {
    case 'none': return <p className="dr-wait">{buffer.received > 0 ? 'Only samples without a value so far.' : 'Waiting for the first sample…'}</p>
    case 'trend': return <TrendPlot buffer={buffer} windowMs={windowMs} paused={paused} />
    case 'waveform': return <WaveformPlot buffer={buffer} windowMs={windowMs} paused={paused} {...(type?.periodMs === undefined ? {} : { periodMs: type.periodMs })} />
    case 'bars': return <Bars value={buffer.last?.value ?? null} labels={type?.labels} />
    case 'states': return <States buffer={buffer} />
    case 'other': return <pre className="dr-raw">{JSON.stringify(buffer.last?.value, null, 1)}</pre>
  }
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
  return (
    <div className="dr-bars" role="img" aria-label={`${values.length} values from ${formatNumber(Math.min(...numbers, 0))} to ${formatNumber(high)}`}>
      <span className="dr-scale">{formatNumber(high)}</span>
      <div className="dr-columns">
        {values.map((v, i) => (
          <div key={i} title={`${labels?.[i] ?? i}: ${v === null ? 'no number' : formatNumber(v)}`}>
            <span>{v === null ? <b>?</b> : <i style={v >= 0 ? { bottom: `${zero}%`, height: `${(v / span) * 100}%` } : { top: `${100 - zero}%`, height: `${(-v / span) * 100}%` }} />}</span>
            {named && <small>{labels[i]}</small>}
          </div>
        ))}
      </div>
      {!named && values.length > 0 && <div className="dr-ends"><small>{labels?.[0] ?? '0'}</small><small>{labels?.at(-1) ?? String(values.length - 1)}</small></div>}
    </div>
  )
}

function States({ buffer }: { readonly buffer: TapBuffer }): ReactElement {
  const runs = buffer.runs.slice(-60).toReversed()
  return (
    <ol className="dr-states">
      {runs.map((run, i) => (
        <li key={`${run.from} ${buffer.runs.length - i}`} data-level={run.severity}>
          <time>{formatTime(run.from)}</time>
          <b>{formatWhole(run.value)}</b>
          <span>{run.count === 1 ? 'once' : `${formatCount(run.count)} samples, ${formatAge(run.until - run.from)}`}{run.severity === 'good' ? '' : `, ${run.severity}`}</span>
        </li>
      ))}
    </ol>
  )
}
