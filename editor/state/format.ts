// Values, rates, ages and sizes as people read them on a node and a wire.
import { severity, qualityCode, type JsonSample, type JsonValue, type Severity } from '#kit'
import { language, locale, t } from '../language/index.ts'
import { formatCount, inForm, typed } from './numbers.ts'

/** Four significant digits, no exponent between 0.001 and a million: '4.82', '71.4', '1,024', '1.2e-5'. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-3) return minus(inForm(value.toExponential(2)))
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)))
  const [whole, rest] = value.toFixed(Math.min(digits, 4)).split('.')
  const grouped = size >= 1000 ? whole!.replace(/\B(?=(\d{3})+$)/g, ',') : whole!
  const decimals = rest?.replace(/0+$/, '') ?? ''
  return minus(inForm(decimals === '' ? grouped : `${grouped}.${decimals}`))
}
const minus = (text: string): string => text.replace(/^-/, '−')

/** A value in at most about 20 characters. */
export function formatValue(value: JsonValue): string {
  if (value === null) return '—'
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'string') return value.length > 20 ? `${value.slice(0, 19)}…` : value
  if (Array.isArray(value)) return `[${value.length}]`
  const o = value as { readonly [key: string]: JsonValue }
  if (typeof o['$number'] === 'string') return formatNumber(Number(o['$number'].replace('Infinity', '1e999')))
  if (Array.isArray(o['$series'])) return `[${o['$series'].length}]`
  if (o['$bytes'] !== undefined) return typeof o['$bytes'] === 'number' ? `${o['$bytes']} B` : t('bytes')
  if (o['$image'] !== undefined) return t('image')
  return t('{count} fields', { count: Object.keys(o).length })
}

/** The numbers of a vector or series, NaN where an element is none; undefined for anything else. */
export function numbersOf(value: JsonValue): readonly number[] | undefined {
  const list = Array.isArray(value) ? value : typeof value === 'object' && value !== null ? (value as { readonly $series?: JsonValue }).$series : undefined
  return Array.isArray(list) ? (list as readonly JsonValue[]).map((v) => (typeof v === 'number' ? v : Number.NaN)) : undefined
}

/** A value that is missing or not finite is bad whatever its quality says. */
export function severityOf(sample: JsonSample): Severity {
  const code = qualityCode(sample.quality)
  if (sample.value === null || (typeof sample.value === 'object' && '$number' in sample.value)) return 'bad'
  return code === undefined ? 'bad' : severity(code)
}

/** '1,024/s', '0.5/s', '3/min'; '' when nothing moves. No finer than a rate is steady. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate) || rate <= 0.002) return ''
  if (rate < 0.1) return `${formatNumber(Math.round(rate * 600) / 10)}/min`
  if (rate >= 100) return `${formatCount(Math.round(rate))}/s`
  return `${typed(rate < 0.95 ? Number(rate.toPrecision(2)) : rate < 9.5 ? Number(rate.toFixed(1)) : Math.round(rate))}/s`
}

/** '12 s', '4 min', '2 h', '3 d' */
export function formatAge(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 90) return `${s} s`
  if (s < 5400) return `${Math.round(s / 60)} min`
  if (s < 129_600) return `${Math.round(s / 3600)} h`
  return `${Math.round(s / 86_400)} d`
}

/** '00:41', '1:02:03': how long something lasts. */
export function formatDuration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${two(Math.floor(s / 60))}:${two(s % 60)}`
}

const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const zone = new Intl.DateTimeFormat(locale).resolvedOptions().timeZone
const isTime = (ms: number): boolean => Number.isFinite(new Date(ms).getTime())
/** '22 Nov 2026, 10:42:07 Europe/Berlin · 2026-11-22 09:42:07 UTC': what a time shows on hover. */
export const timeTitle = (ms: number): string => (isTime(ms) ? `${whole.format(ms)} ${zone} · ${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC` : t('no time'))

/** '10:42:07' in the viewer's own time zone. */
export const formatClock = (time: number): string => new Date(time).toLocaleTimeString(locale)
/** '10:42' */
export const formatMinute = (time: number): string => new Date(time).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })
const two = (n: number): string => String(n).padStart(2, '0')
/** '2026-11-22', in German '22.11.2026'. */
export function formatDate(ms: number): string {
  const date = new Date(ms)
  const parts = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())]
  return !isTime(ms) ? t('no time') : language === 'de' ? parts.toReversed().join('.') : parts.join('-')
}
