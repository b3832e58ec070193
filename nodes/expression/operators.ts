// Operators as closures. Types are checked as they run: what a wire promises and does not keep ends as bad, never as a
// wrong number. A constant on the right, the usual case, has closures of its own.
import { isList, isRecord, type Frame, type Run, type Term } from './language.ts'

export type Arithmetic = '+' | '-' | '*' | '/' | '%'
export type Comparison = '<' | '<=' | '>' | '>='

const ZERO = 'Division by zero.'

export function arithmetic(op: Arithmetic, left: Term, right: Term): Run {
  const a = left.run
  const b = right.run
  if (typeof right.constant === 'number') return withConstant(op, a, right.constant)
  switch (op) {
    case '+': return (f) => {
      const x = a(f)
      const y = b(f)
      return typeof x === 'number' && typeof y === 'number' ? f.number(x + y) : joined(f, x, y)
    }
    case '-': return (f) => {
      const x = a(f)
      const y = b(f)
      return typeof x === 'number' && typeof y === 'number' ? f.number(x - y) : f.wrongPair(x, y)
    }
    case '*': return (f) => {
      const x = a(f)
      const y = b(f)
      return typeof x === 'number' && typeof y === 'number' ? f.number(x * y) : f.wrongPair(x, y)
    }
    case '/': return (f) => {
      const x = a(f)
      const y = b(f)
      if (typeof x !== 'number' || typeof y !== 'number') return f.wrongPair(x, y)
      return y === 0 ? f.fail(ZERO) : f.number(x / y)
    }
    case '%': return (f) => {
      const x = a(f)
      const y = b(f)
      if (typeof x !== 'number' || typeof y !== 'number') return f.wrongPair(x, y)
      return y === 0 ? f.fail(ZERO) : x % y
    }
  }
}

function withConstant(op: Arithmetic, a: Run, c: number): Run {
  switch (op) {
    case '+': return (f) => {
      const x = a(f)
      return typeof x === 'number' ? f.number(x + c) : f.wrong(x)
    }
    case '-': return (f) => {
      const x = a(f)
      return typeof x === 'number' ? f.number(x - c) : f.wrong(x)
    }
    case '*': return (f) => {
      const x = a(f)
      return typeof x === 'number' ? f.number(x * c) : f.wrong(x)
    }
    case '/': return (f) => {
      const x = a(f)
      if (typeof x !== 'number') return f.wrong(x)
      return c === 0 ? f.fail(ZERO) : f.number(x / c)
    }
    case '%': return (f) => {
      const x = a(f)
      if (typeof x !== 'number') return f.wrong(x)
      return c === 0 ? f.fail(ZERO) : x % c
    }
  }
}

function joined(f: Frame, x: unknown, y: unknown): unknown {
  if (typeof x === 'string' && typeof y === 'string') return f.text(x + y)
  if (!isList(x) || !isList(y)) return f.wrongPair(x, y)
  return f.work(x.length + y.length) ? [...x, ...y] : undefined
}

export function comparison(op: Comparison, left: Term, right: Term): Run {
  const a = left.run
  const b = right.run
  const both = (x: unknown, y: unknown): boolean => (typeof x === 'number' && typeof y === 'number') || (typeof x === 'string' && typeof y === 'string')
  const c = right.constant
  if (typeof c === 'number') {
    switch (op) {
      case '<': return (f) => {
        const x = a(f)
        return typeof x === 'number' ? x < c : f.wrong(x)
      }
      case '<=': return (f) => {
        const x = a(f)
        return typeof x === 'number' ? x <= c : f.wrong(x)
      }
      case '>': return (f) => {
        const x = a(f)
        return typeof x === 'number' ? x > c : f.wrong(x)
      }
      case '>=': return (f) => {
        const x = a(f)
        return typeof x === 'number' ? x >= c : f.wrong(x)
      }
    }
  }
  const holds = { '<': (x: number, y: number) => x < y, '<=': (x: number, y: number) => x <= y, '>': (x: number, y: number) => x > y, '>=': (x: number, y: number) => x >= y }[op]
  return (f) => {
    const x = a(f)
    const y = b(f)
    return both(x, y) ? holds(x as number, y as number) : f.wrongPair(x, y) // texts compare by their characters
  }
}

export function equality(left: Term, right: Term, wanted: boolean): Run {
  const a = left.run
  const b = right.run
  return (f) => {
    const x = a(f)
    const y = b(f)
    if (x === undefined || y === undefined) return undefined
    if (typeof x !== 'object' && typeof x === typeof y) return (x === y) === wanted
    const same = equal(f, x, y)
    return same === undefined ? undefined : same === wanted
  }
}

/** Of any two values; what holds a NaN or nothing is equal to nothing known. */
export function equal(f: Frame, x: unknown, y: unknown): boolean | undefined {
  if (!f.work(1)) return undefined
  if (x === undefined || y === undefined) return undefined
  if (typeof x !== 'object' || typeof y !== 'object') return x === y
  if (x instanceof Uint8Array && y instanceof Uint8Array) return f.work((x.length + y.length) / 16) ? x.length === y.length && x.every((v, i) => v === y[i]) : undefined
  if (isList(x) && isList(y)) {
    if (x.length !== y.length) return false
    return every(x.length, (i) => equal(f, f.taken(x[i]), f.taken(y[i])))
  }
  if (isRecord(x) && isRecord(y)) {
    const names = Object.keys(x)
    if (names.length !== Object.keys(y).length) return false
    return every(names.length, (i) => (Object.hasOwn(y, names[i]!) ? equal(f, f.taken(x[names[i]!]), f.taken(y[names[i]!])) : false))
  }
  return false
}

/** False as soon as one is false; otherwise not known if one is not. */
function every(count: number, holds: (i: number) => boolean | undefined): boolean | undefined {
  let known = true
  for (let i = 0; i < count; i++) {
    const one = holds(i)
    if (one === false) return false
    if (one === undefined) known = false
  }
  return known ? true : undefined
}

/** What decides wins, also where the other side is bad: 'false && bad' is false. */
export function logical(op: '&&' | '||', left: Run, right: Run): Run {
  const decides = op === '||'
  return (f) => {
    const x = left(f)
    if (x === decides) return decides
    if (x !== undefined && typeof x !== 'boolean') return f.wrong(x)
    const { reason, badQuality } = f
    const y = right(f)
    if (y === decides) return decides
    if (y !== undefined && typeof y !== 'boolean') return f.wrong(y)
    if (x === undefined) return f.fail(reason, badQuality)
    return y
  }
}

export const not = (run: Run): Run => (f) => {
  const x = run(f)
  return typeof x === 'boolean' ? !x : f.wrong(x)
}
export const negative = (run: Run): Run => (f) => {
  const x = run(f)
  return typeof x === 'number' ? -x : f.wrong(x)
}

export const choice = (condition: Run, yes: Run, no: Run): Run => (f) => {
  const c = condition(f)
  return c === true ? yes(f) : c === false ? no(f) : f.wrong(c)
}

export const contained = (needle: Run, hay: Run): Run => (f) => {
  const x = needle(f)
  const list = hay(f)
  if (x === undefined || list === undefined) return undefined
  if (isRecord(list)) return typeof x === 'string' ? Object.hasOwn(list, x) : f.wrong(x)
  if (!isList(list)) return f.wrong(list)
  let known = true
  for (let i = 0; i < list.length; i++) {
    const same = equal(f, x, f.taken(list[i]))
    if (same) return true
    if (same === undefined) known = false
  }
  return known ? false : undefined
}
