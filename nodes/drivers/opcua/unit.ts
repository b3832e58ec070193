// EUInformation of OPC UA (Part 8, 5.6.3) to UCUM codes. The standard's unit ids are UN/CEFACT codes (Recommendation 20)
// packed into an integer; servers that keep to no list at least show a symbol. Pure.
import { parseUnit } from '#kit'

export interface EuInformation {
  readonly namespaceUri?: string | null
  readonly unitId?: number
  readonly displayName?: { readonly text?: string | null } | null
}

const CEFACT = 'http://www.opcfoundation.org/UA/units/un/cefact'
// Those that plants use; others are found by their symbol.
const byCode: Readonly<Record<string, string>> = {
  MTR: 'm', CMT: 'cm', MMT: 'mm', '4H': 'um', KMT: 'km', INH: '[in_i]', FOT: '[ft_i]', MTK: 'm2', MMK: 'mm2', CMK: 'cm2', MTQ: 'm3', LTR: 'l', MLT: 'ml', CMQ: 'cm3', GLL: '[gal_us]',
  SEC: 's', C26: 'ms', B98: 'us', MIN: 'min', HUR: 'h', DAY: 'd', ANN: 'a',
  KGM: 'kg', GRM: 'g', MGM: 'mg', TNE: 't', LBR: '[lb_av]',
  CEL: 'Cel', KEL: 'K', FAH: '[degF]',
  PAL: 'Pa', KPA: 'kPa', MPA: 'MPa', BAR: 'bar', MBR: 'mbar', PS: '[psi]', ATM: 'atm', A97: 'hPa',
  NEW: 'N', B47: 'kN', NU: 'N.m', B48: 'kN.m', JOU: 'J', KJO: 'kJ', WHR: 'W.h', KWH: 'kW.h', MWH: 'MW.h', WTT: 'W', KWT: 'kW', MAW: 'MW', VA: 'V.A', KVA: 'kV.A',
  AMP: 'A', '4K': 'mA', VLT: 'V', '2Z': 'mV', KVT: 'kV', OHM: 'Ohm', FAR: 'F', '81': 'H', WEB: 'Wb', D33: 'T', SIE: 'S', COU: 'C', D03: 'kW.h/h',
  HTZ: 'Hz', KHZ: 'kHz', MHZ: 'MHz', RPM: '/min', RPS: '/s',
  MTS: 'm/s', C16: 'mm/s', KMH: 'km/h', MSK: 'm/s2', '2A': 'rad/s', DD: 'deg', C81: 'rad',
  MQH: 'm3/h', MQS: 'm3/s', L2: 'l/min', G51: 'l/s', E32: 'l/h', KGS: 'kg/s', E93: 'kg/h', F31: 'kg/min',
  KMQ: 'kg/m3', '23': 'g/cm3', GL: 'g/l', M1: 'mg/l', P1: '%', '59': '[ppm]', C62: '1', LUX: 'lx', LUM: 'lm', CDL: 'cd', C65: 'Pa.s', C24: 'mPa.s',
}
const bySymbol: Readonly<Record<string, string>> = { '°C': 'Cel', '℃': 'Cel', C: 'Cel', '°F': '[degF]', '℉': '[degF]', '°': 'deg', Ω: 'Ohm', rpm: '/min', '1/min': '/min', 'U/min': '/min', psi: '[psi]', ppm: '[ppm]', gal: '[gal_us]', 'l/min': 'l/min', 'W·h': 'W.h', Wh: 'W.h', kWh: 'kW.h', MWh: 'MW.h', Nm: 'N.m', 'N·m': 'N.m', VA: 'V.A', kVA: 'kV.A', mbar: 'mbar', ml: 'ml' }

/** Undefined: it says none that is known. */
export function unitOf(info: EuInformation | null | undefined): string | undefined {
  if (!info) return undefined
  if ((info.namespaceUri ?? CEFACT) === CEFACT && info.unitId !== undefined && info.unitId > 0) {
    const code = cefactCode(info.unitId)
    if (Object.hasOwn(byCode, code)) return byCode[code]
  }
  return unitOfSymbol(info.displayName?.text ?? '')
}

/** 4408652 is 'CEL': one character a byte, the highest first. */
export const cefactCode = (id: number): string => String.fromCharCode(...[24, 16, 8, 0].map((shift) => (id >>> shift) & 0xff).filter((byte) => byte > 0))

/** '°C' is 'Cel', 'm³/h' is 'm3/h'. */
export function unitOfSymbol(symbol: string): string | undefined {
  const text = symbol.trim()
  if (text === '') return undefined
  if (Object.hasOwn(bySymbol, text)) return bySymbol[text]
  const code = text.replaceAll('²', '2').replaceAll('³', '3').replaceAll('µ', 'u').replaceAll('μ', 'u').replaceAll(/[·*×]/g, '.').replaceAll(' ', '')
  return code !== '' && parseUnit(code) !== undefined ? code : undefined
}
