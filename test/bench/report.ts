// What a case gives, and the one table that is made of all of them.
import { cpus, loadavg, totalmem } from 'node:os'

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
  /** What is expected of the rate itself: 'below 320 MB'. */
  readonly expected?: string
  readonly note: string
  /** The single measurements, for the file. */
  readonly rounds?: readonly number[]
  readonly [detail: string]: unknown
}
export interface CaseOptions {
  readonly quick: boolean
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
  const head = ['Case', 'Contender', 'Rate', 'Ratio', 'Expected', 'Note']
  const lines: string[][] = []
  for (const { case: name, rows, failed } of results) {
    if (failed !== undefined) lines.push([name, 'FAILED', '', '', '', failed.split('\n')[0]!])
    for (const [i, row] of rows.entries()) {
      const [first, ...more] = row.ratios
      const ratio = (r: Ratio | undefined): string => (r ? `${figure(r.value)}x ${r.to}` : '')
      const expected = (r: Ratio | undefined): string => (r?.expected === undefined ? '' : `${r.expected}x`)
      lines.push([i === 0 ? name : '', row.contender, `${figure(row.rate)} ${row.unit}`, ratio(first), row.expected ?? expected(first), row.note])
      for (const r of more) lines.push(['', '', '', ratio(r), expected(r), ''])
    }
  }
  const widths = head.map((h, i) => Math.max(h.length, ...lines.map((l) => l[i]!.length)))
  const line = (cells: readonly string[]): string => cells.map((c, i) => (i === 2 ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join('  ').trimEnd()
  const load = (m: Machine): string => m.loadAverage[0]!.toFixed(1)
  return [
    `${before.cpu}, ${before.cores} cores, ${before.memoryGb} GB, Node ${before.node}, ${before.date}, load ${load(before)} at the start and ${load(after)} at the end`,
    '',
    line(head),
    line(widths.map((w) => '-'.repeat(w))),
    ...lines.map(line),
    '',
    'Rates are medians of alternating rounds, each contender in a process of its own. Expected figures are the design\'s, for comparison.',
    '',
  ].join('\n')
}
