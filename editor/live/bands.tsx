// States over time: one band a tag, a block while a state was seen, its word in it. Between the last sample of a state and
// the next one the block is hatched: it is taken to hold, and was not seen.
import type { ReactElement } from 'react'
import type { JsonValue } from '#kit'
import { t } from '../language/index.ts'
import type { Run, TapBuffer } from './buffer.ts'
import { clock } from './uplot.ts'
import { formatTime, formatWhole } from './values.ts'
import { severityWords } from './words.ts'

export interface BandRow {
  readonly key: string
  readonly title: string
  readonly buffer: TapBuffer
}
const MOST = 300

interface Block {
  readonly run: Run
  readonly from: number
  readonly seen: number
  readonly until: number
}
/** Blocks of one tag within a time, each until the next begins. */
export function blocksOf(runs: readonly Run[], from: number, until: number): readonly Block[] {
  return runs
    .map((run, i) => ({ run, from: run.from, seen: run.until, until: runs[i + 1]?.from ?? until }))
    .filter((b) => b.until >= from && b.from <= until)
    .slice(-MOST)
}

/** True is filled, false is not; words have a tint by their order of appearance, and are always written. */
function tone(value: JsonValue, order: readonly JsonValue[]): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return `w${order.indexOf(value) % 5}`
}

export function Bands({ rows, from, until }: { readonly rows: readonly BandRow[]; readonly from: number; readonly until: number }): ReactElement {
  const part = (time: number): number => Math.min(100, Math.max(0, ((time - from) / (until - from || 1)) * 100))
  return (
    <div className="dr-bands">
      {rows.flatMap(({ key, title, buffer }) => {
        const tags = [...new Set(buffer.runs.map((r) => r.tag))].slice(0, 8)
        return tags.map((tag) => {
          const runs = buffer.runs.filter((r) => r.tag === tag)
          const order = [...new Set(runs.map((r) => r.value))]
          return (
            <div className="dr-band" key={`${key} ${tag}`}>
              {(rows.length > 1 || tags.length > 1) && <small title={tag}>{tags.length > 1 ? tag : title}</small>}
              <div role="img" aria-label={t('{title}: {value} since {time}', { title, value: formatWhole(runs.at(-1)?.value ?? null), time: formatTime(runs.at(-1)?.from ?? 0) })}>
                {blocksOf(runs, from, until).map((b) => (
                  <span key={b.run.from} className={`blk ${tone(b.run.value, order)}`} data-level={b.run.severity} style={{ left: `${part(b.from)}%`, width: `max(2px, ${part(b.until) - part(b.from)}%)` }} title={t('{value} from {from} to {to}, {count} samples', { value: `${formatWhole(b.run.value)}${b.run.severity === 'good' ? '' : `, ${severityWords[b.run.severity]}`}`, from: formatTime(b.run.from), to: formatTime(b.run.until), count: b.run.count })}>
                    {b.until > b.seen && <i style={{ width: `${((b.until - Math.max(b.seen, from)) / Math.max(1, b.until - Math.max(b.from, from))) * 100}%` }} />}
                    <b>{b.run.severity === 'bad' ? '✕ ' : b.run.severity === 'uncertain' ? '? ' : ''}{formatWhole(b.run.value)}</b>
                  </span>
                ))}
              </div>
            </div>
          )
        })
      })}
      <div className="dr-ends dr-bandends"><small>{clock(from / 1000)}</small><small>{clock(until / 1000)}</small></div>
    </div>
  )
}
