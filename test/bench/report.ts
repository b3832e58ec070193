// What a case gives, and the one table that is made of all of them.
import { cpus, loadavg, totalmem } from 'node:os'
import { limits } from './limits.ts'
import type { Hot } from './measure.ts'

export interface Ratio {
  readonly to: string
  readonly value: number
  /** As the design expects it; shown, never asserted: machines differ. */
  readonly expected?: number
}
export interface Row {
  readonly contender: string
  readonly rate: number
  readonly unit: string
  readonly ratios: readonly Ratio[]
  /** Of V8's heap, for one sample (or whatever the rate counts). */
  readonly bytes?: number
  /** What is expected of the rate itself: 'below 320 MB'. */
  readonly expected?: string
  readonly note: string
  /** The single measurements, for the file. */
  readonly rounds?: readonly number[]
  /** Where its time went, when the bench ran with --profile. */
  readonly top?: readonly Hot[]
  readonly [detail: string]: unknown
}
export interface CaseOptions {
  readonly quick: boolean
  /** Contenders run once more under V8's profiler. */
  readonly profile: boolean
  /** Tells how far it is, on the standard error stream. */
  say(text: string): void
}
export interface Case {
  readonly name: string
  run(options: CaseOptions): Promise<readonly Row[]>
}
export interface CaseResult {
  readonly case: string
  readonly rows: readonly Row[]
  /** Why the case has no rows. */
  readonly failed?: string
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly date: string
  readonly loadAverage: readonly number[]
}
export const machine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  date: new Date().toISOString(),
  loadAverage: loadavg().map((l) => Math.round(l * 100) / 100),
})

/** Three significant digits, thousands apart. */
export function figure(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const rounded = digits === 0 ? Math.round(value / 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2)) * 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2) : value
  return rounded.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export function table(before: Machine, after: Machine, results: readonly CaseResult[]): string {
  const head = ['Case', 'Contender', 'Rate', 'Bytes', 'Ratio', 'Expected', 'Note']
  const lines: string[][] = []
  for (const { case: name, rows, failed } of results) {
    if (failed !== undefined) lines.push([name, 'FAILED', '', '', '', '', failed.split('\n')[0]!])
    for (const [i, row] of rows.entries()) {
      const [first, ...more] = row.ratios
      const ratio = (r: Ratio | undefined): string => (r ? `${figure(r.value)}x ${r.to}` : '')
      const expected = (r: Ratio | undefined): string => (r?.expected === undefined ? '' : `${r.expected}x`)
      lines.push([i === 0 ? name : '', row.contender, `${figure(row.rate)} ${row.unit}`, row.bytes === undefined ? '' : figure(row.bytes), ratio(first), row.expected ?? expected(first), row.note])
      for (const r of more) lines.push(['', '', '', '', ratio(r), expected(r), ''])
    }
  }
  const widths = head.map((h, i) => Math.max(h.length, ...lines.map((l) => l[i]!.length)))
  const line = (cells: readonly string[]): string => cells.map((c, i) => (i === 2 || i === 3 ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join('  ').trimEnd()
  const load = (m: Machine): string => m.loadAverage[0]!.toFixed(1)
  return [
    `${before.cpu}, ${before.cores} cores, ${before.memoryGb} GB, Node ${before.node}, ${before.date}, load ${load(before)} at the start and ${load(after)} at the end`,
    '',
    line(head),
    line(widths.map((w) => '-'.repeat(w))),
    ...lines.map(line),
    '',
    ...told('What limits it', results, (name, row) => (limits[`${name}: ${row.contender}`] === undefined ? [] : [limits[`${name}: ${row.contender}`]!])),
    ...told('Where the time went (share of the thread, by function)', results, (_name, row) => (row.top ?? []).map(({ name, at, percent }) => `${percent.toFixed(1).padStart(5)} %  ${name}  ${at}`)),
    'Rates are medians of alternating rounds, each contender in a process of its own. Bytes are of V8\'s heap for one sample. Expected figures are the design\'s, for comparison.',
    '',
  ].join('\n')
}

function told(title: string, results: readonly CaseResult[], of: (name: string, row: Row) => readonly string[]): string[] {
  const lines = results.flatMap(({ case: name, rows }) => rows.flatMap((row) => {
    const text = of(name, row)
    return text.length === 0 ? [] : [`  ${name}: ${row.contender}`, ...text.map((t) => `    ${t}`)]
  }))
  return lines.length === 0 ? [] : [title, ...lines, '']
}
