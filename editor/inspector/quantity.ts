// Numbers typed with a unit of their own: '2 bar' into a field in kPa, '1.5 min' or '1h30m' into one in seconds. Pure.
import { conversion, displayUnit, relateUnits } from '#kit'
import { readNumber, typed } from '../state/numbers.ts'

/** What people write for what UCUM calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = { '°C': 'Cel', '°F': '[degF]', psi: '[psi]', kWh: 'kW.h', MWh: 'MW.h', Wh: 'W.h', rpm: '/min', 'U/min': '/min', '1/min': '/min', '1/s': '/s', mbar: 'mbar', '°': 'deg', ppm: '[ppm]', mm2: 'mm2', cbm: 'm3', L: 'l', sec: 's' }
/** In a field of time alone: 'm' is a metre elsewhere. */
const TIMES: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, secs: 1, second: 1, seconds: 1, m: 60, min: 60, mins: 60, minute: 60, minutes: 60, h: 3600, hr: 3600, hour: 3600, hours: 3600, d: 86_400, day: 86_400, days: 86_400 }

const NUMBER = String.raw`[+\-−]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?`
const PARTS = new RegExp(String.raw`(${NUMBER})\s*([a-zA-Z]+)\s*`, 'y')
const ONE = new RegExp(`^(${NUMBER})\\s*(\\S.*)$`)
const numberOf = (text: string): number => { const number = readNumber(text); return typeof number === 'number' ? number : Number.NaN }
/** Without the dust of the conversion: twelve digits. */
const tidy = (value: number): number => Number(value.toPrecision(12))
const isTime = (code: string): boolean => relateUnits(code, 's') !== 'different' && conversion('s', code) !== undefined

/** The number in the field's unit; undefined: it is not a number with a unit of the same quantity. A plain number is none. */
export function readQuantity(text: string, code: string | undefined): number | undefined {
  const trimmed = text.trim()
  if (code === undefined || code === '' || code === '1' || !/\d/.test(trimmed)) return undefined
  if (isTime(code)) {
    const seconds = secondsOf(trimmed)
    return seconds === undefined ? undefined : converted(seconds, 's', code)
  }
  const found = ONE.exec(trimmed)
  return found ? converted(numberOf(found[1]!), codeOf(found[2]!, code), code) : undefined
}

/** '90 s', '1.5 min', '1h30m', '2 d 4 h': parts add up. */
function secondsOf(text: string): number | undefined {
  let total = 0
  PARTS.lastIndex = 0
  while (PARTS.lastIndex < text.length) {
    const part = PARTS.exec(text)
    const name = part?.[2]!.toLowerCase() ?? ''
    if (!part || !Object.hasOwn(TIMES, name)) return undefined
    total += numberOf(part[1]!) * TIMES[name]!
  }
  return total
}

function codeOf(written: string, target: string): string {
  const text = written.trim().replaceAll('³', '3').replaceAll('²', '2').replaceAll('·', '.').replaceAll('µ', 'u').replaceAll('μ', 'u')
  // A 'C' beside a temperature is no coulomb.
  if (relateUnits(target, 'K') !== 'different' && /^[CF]$/.test(text)) return text === 'C' ? 'Cel' : '[degF]'
  return Object.hasOwn(ALIASES, text) ? ALIASES[text]! : text
}

function converted(value: number, from: string, to: string): number | undefined {
  if (!Number.isFinite(value)) return undefined
  if (relateUnits(from, to) === 'same') return tidy(value)
  const by = conversion(from, to)
  const result = by && value * by.factor + by.offset
  return result !== undefined && Number.isFinite(result) ? tidy(result) : undefined
}

const LARGER: readonly (readonly [seconds: number, unit: string])[] = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]
/** A time as people say it, where that is another way: 5400 s is '1.5 h'. '' where it says nothing new. */
export function timeInWords(value: unknown, code: string | undefined): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || code === undefined || !isTime(code)) return ''
  const seconds = converted(Math.abs(value), code, 's') ?? 0
  const found = LARGER.find(([s]) => seconds >= s && Number.isInteger(Math.round((seconds / s) * 1e9) / 1e7))
  if (!found || seconds === 0) return ''
  const [size, unit] = found
  return displayUnit(code) === unit ? '' : `${value < 0 ? '−' : ''}${typed(tidy(seconds / size))} ${unit}`
}
