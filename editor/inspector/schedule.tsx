// A schedule as people plan it: the week drawn, with a stroke of the pointer for a new row, the rows as a table below, and
// when it begins next on the clock of its zone. By keyboard the table has all of it.
import { useEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react'
import { reasonOf, type JsonValue } from '#kit'
import { locale, t } from '../language/index.ts'
import type { ControlProps } from './controls.tsx'
import { barsOf, clockOf, nextOfCron, nextOfWeek, wordFor, WEEKDAYS, type Crons, type Start, type WeekRow } from './schedule-times.ts'
import { Table } from './table.tsx'
import { isZone, ownZone } from './zones.ts'

const NEXT = 5
/** The next times move on. */
const AGAIN_MS = 30_000
const DAY_NAMES = [t('Mo'), t('Tu'), t('We'), t('Th'), t('Fr'), t('Sa'), t('Su')]
/** px of the drawing: names, a day's height. */
const [LEFT, WIDTH, ROW] = [20, 276, 15]
const SNAP_MIN = 30

const listOf = (value: unknown): readonly JsonValue[] => (Array.isArray(value) ? (value as readonly JsonValue[]) : [])
const textOf = (value: unknown, or: string): string => (typeof value === 'string' && value !== '' ? value : or)

export function WeekSchedule(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const rows = listOf(value ?? field.default) as unknown as readonly WeekRow[]
  const holidays = listOf(context.config['holidays']).flatMap((h) => { const date = (h as { readonly date?: JsonValue } | null)?.date; return typeof date === 'string' ? [date] : [] })
  const wished = textOf(context.config['zone'], 'UTC')
  const zone = isZone(wished) ? wished : 'UTC'
  const add = (days: readonly boolean[], from: number, to: number): void => {
    const word = wordFor(days)
    const words = word === undefined ? WEEKDAYS.filter((_, i) => days[i]) : [word]
    context.change(field.path, [...(rows as unknown as readonly JsonValue[]), ...words.map((w) => ({ days: w, from: clockOf(from), to: clockOf(to) }))])
    context.seal()
  }
  return (
    <>
      <Week rows={rows} readOnly={context.readOnly} add={add} />
      <Table {...props} />
      <Next zone={zone} find={(Crons, now) => nextOfWeek(rows, holidays, zone, now, NEXT, Crons)} label={(s) => { const v = rows[s.row]?.value; return v === undefined ? '' : t('value {value}', { value: typeof v === 'number' ? v : String(v) }) }} />
    </>
  )
}

const spanWords = ({ from = '', to = '', value }: WeekRow): string => (value === undefined ? t('{from} to {to}', { from, to }) : t('{from} to {to}, value {value}', { from, to, value: String(value) }))

/** Below a cron expression. */
export function CronTimes({ expression, zone }: { readonly expression: string; readonly zone: string }): ReactElement {
  return <Next zone={zone} find={(Crons, now) => nextOfCron(expression, zone, now, NEXT, Crons)} label={() => ''} />
}

interface Stroke {
  readonly day: number
  readonly at: number
  readonly toDay: number
  readonly to: number
}

function Week({ rows, readOnly, add }: { readonly rows: readonly WeekRow[]; readonly readOnly: boolean; readonly add: (days: readonly boolean[], from: number, to: number) => void }): ReactElement {
  const svg = useRef<SVGSVGElement>(null)
  const [stroke, setStroke] = useState<Stroke | null>(null)
  const x = (minutes: number): number => LEFT + (minutes / 1440) * WIDTH
  const place = (e: PointerEvent): readonly [day: number, minutes: number] => {
    const box = svg.current!.getBoundingClientRect()
    const scale = (LEFT + WIDTH) / box.width
    const minutes = (((e.clientX - box.left) * scale - LEFT) / WIDTH) * 1440
    return [Math.min(6, Math.max(0, Math.floor(((e.clientY - box.top) * scale) / ROW))), Math.min(1440, Math.max(0, Math.round(minutes / SNAP_MIN) * SNAP_MIN))]
  }
  const drawn = stroke && { days: WEEKDAYS.map((_, d) => d >= Math.min(stroke.day, stroke.toDay) && d <= Math.max(stroke.day, stroke.toDay)), from: Math.min(stroke.at, stroke.to), to: Math.max(stroke.at, stroke.to) }
  return (
    <svg
      ref={svg} className={`in-week${readOnly ? '' : ' draws'}`} viewBox={`0 0 ${LEFT + WIDTH} ${ROW * 7 + 14}`} role="img" aria-label={t('The week; the rows below say the same')}
      onPointerDown={(e) => { if (readOnly || e.button !== 0) return; const [day, at] = place(e); svg.current!.setPointerCapture(e.pointerId); setStroke({ day, at, toDay: day, to: at }) }}
      onPointerMove={(e) => { if (stroke) { const [toDay, to] = place(e); setStroke({ ...stroke, toDay, to }) } }}
      onPointerUp={() => { if (drawn && drawn.to > drawn.from) add(drawn.days, drawn.from, drawn.to); setStroke(null) }}
      onPointerCancel={() => setStroke(null)}
    >
      {DAY_NAMES.map((name, d) => <g key={name}><text x="0" y={d * ROW + 11}>{name}</text><rect className="day" x={LEFT} y={d * ROW + 1} width={WIDTH} height={ROW - 2} /></g>)}
      {[0, 6, 12, 18, 24].map((h) => <g key={h}><line x1={x(h * 60)} x2={x(h * 60)} y1="0" y2={ROW * 7} /><text x={x(h * 60)} y={ROW * 7 + 11} textAnchor={h === 0 ? 'start' : h === 24 ? 'end' : 'middle'}>{h}</text></g>)}
      {barsOf(rows).toReversed().map((b, i) => <rect key={i} className="bar" x={x(b.from)} y={b.day * ROW + 2} width={x(b.to) - x(b.from)} height={ROW - 4}><title>{spanWords(rows[b.row]!)}</title></rect>)}
      {drawn && drawn.days.map((on, d) => on && <rect key={d} className="stroke" x={x(drawn.from)} y={d * ROW + 1} width={Math.max(1, x(drawn.to) - x(drawn.from))} height={ROW - 2} />)}
      {drawn && <text className="times" x={x(drawn.from)} y={Math.min(stroke!.day, stroke!.toDay) * ROW + 11}>{` ${clockOf(drawn.from)}–${clockOf(drawn.to)}`}</text>}
    </svg>
  )
}

/** Fetched when a schedule is first looked at; a gateway that was updated meanwhile has it no more, and then there is no preview. */
interface Clockwork {
  readonly Crons: Crons
  readonly now: number
}
function useClockwork(): Clockwork | string | null {
  const [work, setWork] = useState<Clockwork | string | null>(null)
  useEffect(() => {
    let gone = false
    const look = async (): Promise<void> => {
      const found = await import('croner').then(({ Cron }) => ({ Crons: Cron, now: Date.now() }), reasonOf)
      if (!gone) setWork(found)
    }
    void look()
    const timer = setInterval(() => void look(), AGAIN_MS)
    return () => {
      gone = true
      clearInterval(timer)
    }
  }, [])
  return work
}

function Next({ zone, find, label }: { readonly zone: string; readonly find: (Crons: Crons, now: number) => readonly Start[]; readonly label: (start: Start) => string }): ReactElement | null {
  const work = useClockwork()
  if (work === null) return null
  if (typeof work === 'string') return <p className="in-help">{t('The next times cannot be shown: {reason}', { reason: work })}</p>
  let starts: readonly Start[]
  try {
    starts = find(work.Crons, work.now)
  } catch (thrown) {
    return <p className="in-help">{t('No next times: {reason}', { reason: reasonOf(thrown).replace(/^Cron\w+: /, '') })}</p>
  }
  if (starts.length === 0) return <p className="in-help">{t('It never begins.')}</p>
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  return (
    <div className="in-next">
      <small>{t('Begins next, {zone}', { zone })}{ownZone === zone ? '' : ` ${t('(here is {zone})', { zone: ownZone })}`}</small>
      <ol>{starts.map((s) => <li key={`${s.time} ${s.row}`} title={t('{time} UTC', { time: new Date(s.time).toISOString().slice(0, 16).replace('T', ' ') })}><time>{format.format(s.time)}</time>{label(s) !== '' && <span>{label(s)}</span>}</li>)}</ol>
    </div>
  )
}
