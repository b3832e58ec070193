// Units by UCUM code (The Unified Code for Units of Measure, 2.1; case sensitive). A subset: the SI units with their
// prefixes, what plants use beside them, products, quotients, exponents and parentheses. Annotations ('{rpm}') count
// as 1. Special units on an offset scale (Cel, [degF]) may stand alone only.

/** Exponents of m, g, s, A, K, mol, cd, rad, and of counts that must not mix silently (bit). */
type Dimension = readonly [number, number, number, number, number, number, number, number, number]

export interface Unit {
  readonly dimension: Dimension
  /** Value in base units = value * factor + offset. */
  readonly factor: number
  readonly offset: number
}

const NONE: Dimension = [0, 0, 0, 0, 0, 0, 0, 0, 0]
const base = (i: number): Dimension => NONE.map((_, k) => (k === i ? 1 : 0)) as unknown as Dimension

const prefixes: Readonly<Record<string, number>> = {
  Y: 1e24, Z: 1e21, E: 1e18, P: 1e15, T: 1e12, G: 1e9, M: 1e6, k: 1e3, h: 1e2, da: 1e1,
  d: 1e-1, c: 1e-2, m: 1e-3, u: 1e-6, n: 1e-9, p: 1e-12, f: 1e-15, a: 1e-18,
}

// Atoms that take prefixes (UCUM 'metric'): code -> definition by earlier atoms, or a base unit.
const metric: Readonly<Record<string, Unit | readonly [number, string]>> = {
  m: { dimension: base(0), factor: 1, offset: 0 },
  g: { dimension: base(1), factor: 1, offset: 0 },
  s: { dimension: base(2), factor: 1, offset: 0 },
  A: { dimension: base(3), factor: 1, offset: 0 },
  K: { dimension: base(4), factor: 1, offset: 0 },
  mol: { dimension: base(5), factor: 1, offset: 0 },
  cd: { dimension: base(6), factor: 1, offset: 0 },
  rad: { dimension: base(7), factor: 1, offset: 0 },
  bit: { dimension: base(8), factor: 1, offset: 0 },
  By: [8, 'bit'], Bd: [1, '/s'],
  Hz: [1, '/s'], N: [1, 'kg.m/s2'], Pa: [1, 'N/m2'], J: [1, 'N.m'], W: [1, 'J/s'], C: [1, 'A.s'], V: [1, 'J/C'], F: [1, 'C/V'],
  Ohm: [1, 'V/A'], S: [1, 'A/V'], Wb: [1, 'V.s'], T: [1, 'Wb/m2'], H: [1, 'Wb/A'], lm: [1, 'cd'], lx: [1, 'cd/m2'], Bq: [1, '/s'], Gy: [1, 'J/kg'], Sv: [1, 'J/kg'],
  l: [1, 'dm3'], L: [1, 'l'], bar: [1e5, 'Pa'], t: [1e3, 'kg'], eV: [1.602176634e-19, 'J'], ar: [100, 'm2'], cal: [4.184, 'J'],
}

const plain: Readonly<Record<string, readonly [number, string]>> = {
  min: [60, 's'], h: [60, 'min'], d: [24, 'h'], wk: [7, 'd'], mo: [30.4375, 'd'], a: [365.25, 'd'],
  '%': [0.01, '1'], '[ppth]': [1e-3, '1'], '[ppm]': [1e-6, '1'], '[ppb]': [1e-9, '1'], '[pi]': [Math.PI, '1'], '10*': [10, '1'], '10^': [10, '1'],
  deg: [Math.PI / 180, 'rad'], circ: [2 * Math.PI, 'rad'], "'": [1 / 60, 'deg'], gon: [0.9, 'deg'],
  atm: [101325, 'Pa'], '[in_i]': [2.54, 'cm'], '[ft_i]': [12, '[in_i]'], '[yd_i]': [3, '[ft_i]'], '[mi_i]': [5280, '[ft_i]'],
  '[lb_av]': [453.59237, 'g'], '[oz_av]': [28.349523125, 'g'], '[lbf_av]': [4.4482216152605, 'N'], '[psi]': [6894.757293168361, 'Pa'],
  '[gal_us]': [3.785411784, 'l'], '[foz_us]': [29.5735295625, 'ml'], '[HP]': [745.6998715822702, 'W'], '[Btu_IT]': [1055.05585262, 'J'],
  'm[H2O]': [9806.65, 'Pa'], 'm[Hg]': [133322.387415, 'Pa'], '[g]': [9.80665, 'm/s2'], '[c]': [299792458, 'm/s'], '[kn_i]': [1852, 'm/h'],
}

const offsetScales: Readonly<Record<string, Unit>> = {
  Cel: { dimension: base(4), factor: 1, offset: 273.15 },
  '[degF]': { dimension: base(4), factor: 5 / 9, offset: 459.67 * (5 / 9) },
}

const cache = new Map<string, Unit | undefined>()

/** Undefined when the code is not UCUM as far as this file knows it. '' and '1' are the dimensionless unit. */
export function parseUnit(code: string): Unit | undefined {
  if (cache.has(code)) return cache.get(code)
  const unit = code.length > 100 ? undefined : (own(offsetScales, code) ?? new Parser(code).parse())
  if (cache.size < 10_000) cache.set(code, unit)
  return unit
}

class Parser {
  private at = 0
  private readonly code: string
  constructor(code: string) {
    this.code = code
  }

  parse(): Unit | undefined {
    if (this.code === '' || this.code === '1') return { dimension: NONE, factor: 1, offset: 0 }
    const unit = this.term()
    // 'km9999' and '0' are well formed, but nothing converts by a factor that is infinite or zero.
    return unit && this.at === this.code.length && unit.factor > 0 && Number.isFinite(unit.factor) ? unit : undefined
  }

  private term(): Unit | undefined {
    let left: Unit | undefined
    if (this.take('/')) left = combine({ dimension: NONE, factor: 1, offset: 0 }, this.component(), -1)
    else left = this.component()
    while (left && this.at < this.code.length && this.code[this.at] !== ')') {
      if (this.take('.')) left = combine(left, this.component(), 1)
      else if (this.take('/')) left = combine(left, this.component(), -1)
      else return undefined
    }
    return left
  }

  private component(): Unit | undefined {
    if (this.take('(')) {
      const inner = this.term()
      return inner && this.take(')') ? inner : undefined
    }
    const annotation = /^\{[^{}]*\}/.exec(this.rest())
    if (annotation) {
      this.at += annotation[0].length
      return { dimension: NONE, factor: 1, offset: 0 }
    }
    const number = /^[0-9]+(?![0-9*^])/.exec(this.rest())
    if (number) {
      this.at += number[0].length
      return { dimension: NONE, factor: Number(number[0]), offset: 0 }
    }
    const token = /^(10[*^]|(?:[A-Za-z%']|\[[A-Za-z0-9_]+\])+)([+-]?[0-9]+)?(?:\{[^{}]*\})?/.exec(this.rest())
    if (!token) return undefined
    const unit = atom(token[1]!)
    if (!unit) return undefined
    this.at += token[0].length
    const exponent = Number(token[2] ?? 1)
    return { dimension: unit.dimension.map((d) => d * exponent) as unknown as Dimension, factor: tidy(unit.factor ** exponent, 0), offset: 0 }
  }

  private take(char: string): boolean {
    if (this.code[this.at] !== char) return false
    this.at++
    return true
  }

  private rest(): string {
    return this.code.slice(this.at)
  }
}

function atom(symbol: string): Unit | undefined {
  const known = lookup(symbol)
  if (known) return known
  for (const length of [2, 1]) {
    const factor = own(prefixes, symbol.slice(0, length))
    const rest = symbol.slice(length)
    if (factor === undefined || (own(metric, rest) === undefined && rest !== 'm[H2O]' && rest !== 'm[Hg]')) continue
    const unit = lookup(rest)!
    return { ...unit, factor: unit.factor * factor }
  }
  return undefined
}

function lookup(symbol: string): Unit | undefined {
  if (symbol === '1') return { dimension: NONE, factor: 1, offset: 0 }
  const known = own(metric, symbol) ?? own(plain, symbol)
  if (known === undefined || 'dimension' in known) return known
  const of = parseUnit(known[1])!
  return { ...of, factor: of.factor * known[0] }
}

/** Codes come from users: 'constructor' is no unit. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

function combine(a: Unit | undefined, b: Unit | undefined, sign: 1 | -1): Unit | undefined {
  if (!a || !b) return undefined
  return { dimension: a.dimension.map((d, i) => d + sign * b.dimension[i]!) as unknown as Dimension, factor: tidy(a.factor * b.factor ** sign, 0), offset: 0 }
}

export type UnitRelation = 'same' | 'convertible' | 'different'

/** How two units relate; an absent one is 'same' (it says nothing). Codes that mean the same ('L' and 'l') are the same. */
export function relateUnits(a: string | undefined, b: string | undefined): UnitRelation {
  if (a === undefined || b === undefined || a === b) return 'same'
  const from = parseUnit(a)
  const to = parseUnit(b)
  if (!from || !to || from.dimension.some((d, i) => d !== to.dimension[i])) return 'different'
  // '{rpm}' and '1' have one dimension, yet an annotation says what is counted: only equal codes are the same.
  if (from.factor === to.factor && from.offset === to.offset && !a.includes('{') && !b.includes('{')) return 'same'
  return 'convertible'
}

/** The linear map between two units of one dimension: to = from * factor + offset. Undefined when they do not convert. */
export function conversion(from: string, to: string): { readonly factor: number; readonly offset: number } | undefined {
  const a = parseUnit(from)
  const b = parseUnit(to)
  if (!a || !b || a.dimension.some((d, i) => d !== b.dimension[i])) return undefined
  const offset = (a.offset - b.offset) / b.factor
  return { factor: tidy(a.factor / b.factor, 0), offset: tidy(offset, Math.max(Math.abs(a.offset), Math.abs(b.offset)) / b.factor) }
}

/** Binary rounding taken off where a short decimal is meant: 32, not 31.99999999999994. `scale`: the size of what was subtracted. */
function tidy(v: number, scale: number): number {
  const short = Number(v.toPrecision(10))
  return Math.abs(short - v) <= 4 * Number.EPSILON * Math.max(Math.abs(v), scale) ? short : v
}

const shown: Readonly<Record<string, string>> = {
  Cel: '°C', '[degF]': '°F', deg: '°', Ohm: 'Ω', '1': '', '[psi]': 'psi', '[HP]': 'hp', '[gal_us]': 'gal', '[ppm]': 'ppm', '[lb_av]': 'lb', '[ft_i]': 'ft', '[in_i]': 'in',
  'm/s2': 'm/s²', m3: 'm³', m2: 'm²', 'm3/h': 'm³/h', 'm3/s': 'm³/s', um: 'µm', us: 'µs', '[g]': 'g',
}

/** As people read it: 'Cel' is '°C'. */
export function displayUnit(code: string | undefined): string {
  if (code === undefined) return ''
  return own(shown, code) ?? code.replace(/^\{([^{}]*)\}/, '$1')
}
