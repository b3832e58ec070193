// What a plot shows as a file: its values as CSV, the picture as PNG with title and legend on the paper of the theme.
import { locale, t } from '../language/index.ts'
import { actions } from '../state/store.ts'
import type { CursorAt, Line } from './plot.tsx'
import { samplesCsv, trendCsv } from './csv.ts'
import type { TapBuffer } from './buffer.ts'
import { DASHES, lookOf } from './uplot.ts'

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
export const saveCsv = (name: string, text: string): void => saveBlob(`${fileName(name)}.csv`, new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }))

const fileName = (name: string): string => `${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^-+|-+$/g, '').slice(0, 80) || 'plot'} ${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`

/** Trends: what is in view. */
export function saveTrend(name: string, lines: readonly Line[], from: number, until: number): void {
  const columns = lines.filter((l) => l.hidden !== true).map((l) => ({ title: l.unit === '' ? l.title : `${l.title} [${l.unit}]`, data: l.read(until, until - from) }))
  saveCsv(name, trendCsv(columns, from, until))
  const exactFrom = Math.max(...columns.map((c) => c.data.exactFrom))
  if (exactFrom > from) actions.toast({ level: 'info', text: t('The older part of the file holds the lowest and highest values of short spans.'), remedy: t('A tap keeps its newest 20,000 samples as they came.') })
}
export const saveSamples = (name: string, buffers: readonly TapBuffer[]): void => saveCsv(name, samplesCsv(buffers.flatMap((b) => b.log.map((l) => l.sample)).toSorted((a, b) => a.time - b.time)))

const PAD = 12
const LINE = 18
export function savePng(name: string, plot: HTMLCanvasElement, lines: readonly Pick<Line, 'title' | 'unit' | 'hidden'>[], around: HTMLElement): void {
  const look = lookOf(around)
  const scale = devicePixelRatio
  const shown = lines.filter((l) => l.hidden !== true)
  const canvas = document.createElement('canvas')
  canvas.width = plot.width + 2 * PAD * scale
  canvas.height = plot.height + (2 * PAD + LINE * (1 + shown.length)) * scale
  const ctx = canvas.getContext('2d')
  if (!ctx) return void actions.toast({ level: 'error', text: t('This browser gives no picture.'), remedy: t('Export the values as CSV.') })
  ctx.fillStyle = look.card
  ctx.fillRect(0, 0, canvas.width, canvas.height)
  ctx.scale(scale, scale)
  ctx.font = look.font.replace('11px', '12px')
  ctx.fillStyle = look.strong
  ctx.fillText(`${name}   ${new Date().toLocaleString(locale)}`, PAD, PAD + 11)
  for (const [n, line] of shown.entries()) {
    const y = PAD + LINE * (n + 1) + 8
    const at = lines.indexOf(line as (typeof lines)[number])
    ctx.strokeStyle = look.lines[at % look.lines.length]!
    ctx.lineWidth = 2
    ctx.setLineDash([...(DASHES[at % DASHES.length] ?? [])])
    ctx.beginPath()
    ctx.moveTo(PAD, y)
    ctx.lineTo(PAD + 24, y)
    ctx.stroke()
    ctx.fillText(`${line.title}${line.unit === '' ? '' : ` [${line.unit}]`}`, PAD + 32, y + 4)
  }
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.imageSmoothingEnabled = false
  ctx.drawImage(plot, PAD * scale, (PAD + LINE * (1 + shown.length)) * scale)
  canvas.toBlob((blob) => (blob ? saveBlob(`${fileName(name)}.png`, blob) : actions.toast({ level: 'error', text: t('This browser gives no picture.'), remedy: t('Export the values as CSV.') })), 'image/png')
}

export type { CursorAt }
