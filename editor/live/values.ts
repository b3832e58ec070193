// Values and times as people read them where there is room for more than on the canvas (state/format.ts has those).
import { displayUnit, type JsonSample, type JsonValue, type PortType } from '#kit'
import { formatDate, formatMinute, formatNumber } from '../state/format.ts'
import { decimalMark } from '../state/numbers.ts'
import { t } from '../language/index.ts'

export { formatCount } from '../state/numbers.ts'

/**
 * What a sample's value reads as. The unit is separate, so that it can be set smaller. A vector or waveform of `cut`
 * elements may be the beginning of a longer one: `length` tells, if it is known.
 */
export function formatWhole(value: JsonValue, labels?: readonly string[], cut = Number.POSITIVE_INFINITY, length?: number): string {
  const size = (got: number): string => (got < cut ? String(got) : length === undefined ? t('{number} or more', { number: got }) : String(length))
  if (value === null) return t('no value')
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'string') return value === '' ? "''" : value
  if (Array.isArray(value)) {
    const numbers = value as readonly JsonValue[]
    if (labels && labels.length === numbers.length && numbers.length <= 4) return numbers.map((v, i) => `${labels[i]} ${formatWhole(v)}`).join(' · ')
    return numbers.length <= 4 ? `[${numbers.map((v) => formatWhole(v)).join(', ')}]` : `[${size(numbers.length)}]`
  }
  const object = value as { readonly [key: string]: JsonValue }
  if (typeof object['$number'] === 'string') return object['$number'] === 'NaN' ? t('no number') : object['$number'].replace('-', '−').replace('Infinity', '∞')
  if (Array.isArray(object['$series'])) return t('waveform of {number}', { number: size((object['$series'] as readonly JsonValue[]).length) })
  if ('$bytes' in object) return typeof object['$bytes'] === 'string' ? t('{number} bytes', { number: Math.floor((object['$bytes'].length * 3) / 4) }) : t('bytes')
  if ('$image' in object) return t('image')
  return Object.entries(object).map(([k, v]) => `${k}: ${formatWhole(v)}`).join(', ')
}

export const unitText = (type: PortType | undefined): string => displayUnit(type?.unit)

const NO_TIME = t('no time')
const two = (n: number): string => String(n).padStart(2, '0')
/** '10:42:07.118', in the browser's time zone. */
export function formatTime(ms: number): string {
  const t = new Date(ms)
  return Number.isNaN(t.getTime()) ? NO_TIME : `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}${decimalMark}${String(t.getMilliseconds()).padStart(3, '0')}`
}
/** '2026-11-22 10:42', in German '22.11.2026 10:42'. */
export const formatDateTime = (ms: number): string => (Number.isFinite(new Date(ms).getTime()) ? `${formatDate(ms)} ${formatMinute(ms)}` : NO_TIME)

/** The colour of a wire's kind: theme.css holds them. */
export const kindClass = (kind: PortType['kind']): string => `kind-${kind}`

/** The quality in words; '' when good. */
export const qualityText = (sample: Pick<JsonSample, 'quality'>): string => (sample.quality ?? '').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
