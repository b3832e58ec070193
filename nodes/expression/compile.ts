// From the library's tree to closures, with types and units checked on the way: the library's own evaluation takes twice
// as long or more, and knows no units, no quality and no memory. Longer than 300 lines: one walk over one tree.
import type { ASTNode } from '@marcbachmann/cel-js'
import { isBad, Quality, severity, worse, type PortType, type Sample } from '#kit'
import {
  ANY, BOOLEAN, Frame, fromPort, inUnit, isList, isRecord, isSeries, kindWords, listOf, MAX_WINDOW, MAX_WINDOWS, NUMBER, settled, TEXT, toPort, typeWords,
  type Complain, type Evaluated, type ExpressionIssue, type ExpressionState, type FunctionDoc, type List, type Run, type Term, type ValueType,
} from './language.ts'
import { plainFunctions } from './functions.ts'
import { arithmetic, choice, comparison, contained, equality, logical, negative, not, type Arithmetic, type Comparison } from './operators.ts'
import { parse } from './parse.ts'
import { streamFunctions, type StreamFunction } from './stream.ts'
import { sharedUnit } from './unit.ts'

export interface Expression {
  readonly type: PortType
  /** The inputs that are read, in the order given. */
  readonly uses: readonly string[]
  /** Whether it remembers anything. */
  readonly remembers: boolean
  newState(): ExpressionState
  /**
   * One evaluation: the inputs as they are, in the order of the variables (undefined: none came yet; NaN called good must
   * be truthful() already), the tag and time of this evaluation, and the state, which it changes. The result is overwritten by the next.
   */
  evaluate(inputs: readonly (Sample | undefined)[], tag: string, time: number, state: ExpressionState): Evaluated
}
export type CompiledExpression = { readonly ok: true; readonly expression: Expression } | { readonly ok: false; readonly issues: readonly ExpressionIssue[] }

export type Variables = { readonly [name: string]: PortType }
interface Builtin {
  readonly type: ValueType
  readonly doc: string
  readonly run: Run
}
/** Of the first input; missing is bad. */
const qualityNow = (f: Frame): number => {
  const s = f.inputs[0]
  return s === undefined || s.value === null ? worse(Quality.badNoData, s?.quality ?? 0) : s.quality
}
/** What every expression may ask beside its inputs. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['tag', { type: TEXT, doc: 'What was measured.', run: (f) => f.tag }],
  ['time', { type: inUnit('ms'), doc: 'Time of the sample, ms since 1970 UTC.', run: (f) => f.time }],
  ['quality', { type: TEXT, doc: "'good', 'uncertain' or 'bad': that of the first input.", run: (f) => severity(qualityNow(f)) }],
  ['good', { type: BOOLEAN, doc: 'The first input is good.', run: (f) => severity(qualityNow(f)) === 'good' }],
  ['uncertain', { type: BOOLEAN, doc: 'The first input is uncertain.', run: (f) => severity(qualityNow(f)) === 'uncertain' }],
  ['bad', { type: BOOLEAN, doc: 'The first input is bad or missing.', run: (f) => isBad(qualityNow(f)) }],
])

export interface ExpressionOptions {
  /** What the result must be; a result of unknown type passes. */
  readonly wants?: PortType['kind']
  /** Functions that remember are refused: there is nowhere to keep their state. */
  readonly stateless?: boolean
}

/** Reports every issue that it finds. */
export function compileExpression(text: string, variables: Variables, options: ExpressionOptions = {}): CompiledExpression {
  const tree = parse(text)
  if ('remedy' in tree) return { ok: false, issues: [tree] }
  const compiler = new Compiler(text, variables, options)
  const term = compiler.term(tree)
  const type = compiler.result(term)
  if (compiler.issues.length > 0) return { ok: false, issues: compiler.issues }
  return { ok: true, expression: expressionOf(term, type, compiler) }
}

function expressionOf(term: Term, type: PortType, { sites, used }: Compiler): Expression {
  const { run } = term
  const frame = new Frame()
  for (const _ of sites) frame.sites.push({ value: undefined, quality: 0, reason: '', badQuality: Quality.bad })
  return {
    type,
    uses: [...used],
    remembers: sites.length > 0,
    newState: () => sites.map((site) => site.fn.newState(site.n)),
    evaluate(inputs, tag, time, state) {
      frame.inputs = inputs
      frame.tag = tag
      frame.time = time
      frame.state = state
      frame.steps = 0
      // Every function that remembers sees every sample, whatever is decided around it; inner ones come first.
      for (let i = 0; i < sites.length; i++) remember(frame, sites[i]!, i)
      frame.quality = Quality.good
      const value = settled(frame, run(frame))
      if (value === undefined) {
        frame.value = null
        frame.quality = isBad(frame.badQuality) ? frame.badQuality : Quality.bad
      } else {
        frame.value = value
        frame.reason = ''
      }
      return frame
    },
  }
}

interface Site {
  readonly fn: StreamFunction
  readonly x: Run
  readonly y: Run | undefined
  readonly n: number
}
function remember(f: Frame, { fn, x, y, n }: Site, i: number): void {
  f.quality = Quality.good
  const site = f.sites[i]!
  const first = x(f)
  const second = y?.(f)
  site.value = fn.next(f.state[i]!, f, first, second, n)
  site.quality = f.quality
  site.reason = f.reason
  site.badQuality = f.badQuality
}

/** Deeper trees could be deeper than the stack; also a sum of so many terms. */
const MAX_DEPTH = 500
const NOTHING: Run = () => undefined

class Compiler {
  readonly issues: ExpressionIssue[] = []
  readonly sites: Site[] = []
  readonly used = new Set<string>()
  private readonly text: string
  private readonly options: ExpressionOptions
  private readonly variables: ReadonlyMap<string, { readonly type: ValueType; readonly run: Run }>
  private readonly locals: { readonly name: string; readonly type: ValueType }[] = []
  private depth = 0
  private windows = 0
  private readonly complain: Complain = (at, text, remedy) => {
    if (this.issues.length < 20) this.issues.push({ from: at.from, to: at.to, text, remedy })
  }

  constructor(text: string, variables: Variables, options: ExpressionOptions) {
    this.text = text
    this.options = options
    const all = new Map<string, { type: ValueType; run: Run }>(builtins)
    for (const [i, [name, port]] of Object.entries(variables).entries()) all.set(name, { type: fromPort(port), run: reading(name, i) })
    this.variables = all
  }

  result(term: Term): PortType {
    const type = toPort(term.type)
    const { wants } = this.options
    if (type === undefined) this.complain(term, 'A list of this kind cannot leave on a wire.', 'Give a number, true or false, a text, a list of numbers or a record.')
    else if (wants !== undefined && type.kind !== wants && type.kind !== 'any') this.complain(term, `The result is ${typeWords(term.type)}.`, wants === 'boolean' ? 'Write a condition, such as value > 80.' : `It must be a ${wants}.`)
    return type ?? { kind: 'any' }
  }

  term(node: ASTNode): Term {
    if (this.depth >= MAX_DEPTH) {
      if (!this.issues.some((i) => i.text === TOO_DEEP)) this.complain({ from: 0, to: this.text.length }, TOO_DEEP, 'Split it over several nodes.')
      return this.nothing(node)
    }
    this.depth++
    const term = this.build(node)
    this.depth--
    return term
  }

  private made(node: ASTNode, type: ValueType, run: Run, constant?: Term['constant']): Term {
    return { type, run, from: node.start, to: node.end, ...(constant === undefined ? {} : { constant }) }
  }

  /** What an issue was found in: it raises no second one. */
  private nothing(node: ASTNode): Term {
    return this.made(node, ANY, NOTHING)
  }

  private fault(node: ASTNode, text: string, remedy: string): Term {
    this.complain({ from: node.start, to: node.end }, text, remedy)
    return this.nothing(node)
  }

  /** True when it has this type or is not known before it runs. */
  private is(term: Term, kind: ValueType['kind'] | 'scalar', what: string): boolean {
    const found = term.type.kind
    if (found === 'any' || kind === 'any' || found === kind || (kind === 'scalar' && (found === 'number' || found === 'boolean' || found === 'text'))) return true
    const needed = kind === 'scalar' ? 'a number, true or false, or a text' : kindWords(kind)
    this.complain(term, `${what} needs ${needed}; this is ${kindWords(found)}.`, hint(found, kind))
    return false
  }

  private build(node: ASTNode): Term {
    switch (node.op) {
      case 'value': return this.literal(node, node.args)
      case 'id': return this.name(node, node.args)
      case '.': return this.field(node, this.term(node.args[0]), node.args[1])
      case '[]': return this.element(node, this.term(node.args[0]), this.term(node.args[1]))
      case '?:': return this.ternary(node, node.args)
      case '&&':
      case '||': {
        const [a, b] = this.pair(node.args)
        this.is(a, 'boolean', node.op)
        this.is(b, 'boolean', node.op)
        return this.made(node, BOOLEAN, logical(node.op, a.run, b.run))
      }
      case '!_': {
        const a = this.term(node.args)
        this.is(a, 'boolean', '!')
        return this.made(node, BOOLEAN, not(a.run))
      }
      case '-_': {
        const a = this.term(node.args)
        this.is(a, 'number', '-')
        if (typeof a.constant === 'number') {
          const c = -a.constant
          return this.made(node, NUMBER, () => c, c)
        }
        return this.made(node, inUnit(a.type.unit), negative(a.run))
      }
      case '+': return this.sum(node, this.pair(node.args))
      case '-':
      case '*':
      case '/':
      case '%': return this.product(node, node.op, this.pair(node.args))
      case '<':
      case '<=':
      case '>':
      case '>=': return this.compare(node, node.op, this.pair(node.args))
      case '==':
      case '!=': return this.equals(node, this.pair(node.args), node.op === '==')
      case 'in': {
        const [a, b] = this.pair(node.args)
        if (b.type.kind === 'record') this.is(a, 'text', 'in')
        else if (this.is(b, 'list', 'in') && b.type.of) this.comparable(a, { ...b, type: b.type.of })
        return this.made(node, BOOLEAN, contained(a.run, b.run))
      }
      case 'list': return this.list(node, node.args.map((item) => this.term(item)))
      case 'map': return this.record(node, node.args)
      case 'call': return this.call(node, node.args[0], node.args[1], undefined)
      case 'rcall': return this.call(node, node.args[0], node.args[2], node.args[1])
      default: return this.fault(node, 'This is not possible here.', 'Leave it out.')
    }
  }

  private pair([a, b]: readonly [ASTNode, ASTNode]): [Term, Term] {
    return [this.term(a), this.term(b)]
  }

  private literal(node: ASTNode, value: unknown): Term {
    if (typeof value === 'bigint') {
      const n = Number(value)
      return Number.isFinite(n) ? this.made(node, NUMBER, () => n, n) : this.fault(node, 'This number is too large.', 'Write a smaller one.')
    }
    if (typeof value === 'number') return this.made(node, NUMBER, () => value, value)
    if (typeof value === 'boolean') return this.made(node, BOOLEAN, () => value, value)
    if (typeof value === 'string') return this.made(node, TEXT, () => value, value)
    if (value instanceof Uint8Array) return this.made(node, { kind: 'bytes' }, () => value)
    if (value === null) return this.made(node, ANY, (f) => f.fail('There is no value.', Quality.badNoData))
    return this.fault(node, 'Numbers need no letter behind them.', 'Leave the u away.')
  }

  private name(node: ASTNode, name: string): Term {
    for (let i = this.locals.length - 1; i >= 0; i--) if (this.locals[i]!.name === name) return this.made(node, this.locals[i]!.type, (f) => f.taken(f.locals[i]))
    const known = this.variables.get(name)
    if (known) {
      if (!builtins.has(name)) this.used.add(name)
      return this.made(node, known.type, known.run)
    }
    if (plainFunctions.has(name) || streamFunctions.has(name)) return this.fault(node, `'${name}' is a function.`, `Write ${(plainFunctions.get(name) ?? streamFunctions.get(name))!.signature}.`)
    return this.fault(node, `'${name}' is not known here.`, `Use one of: ${[...this.variables.keys()].join(', ')}. A text needs quotes.`)
  }

  private field(node: ASTNode, of: Term, name: string): Term {
    const { type } = of
    if (type.kind !== 'record' && type.kind !== 'any') return this.fault(node, `This is ${kindWords(type.kind)} and has no field '${name}'.`, 'Only records have fields.')
    const inner = type.fields ? type.fields.get(name) : ANY
    if (!inner) return this.fault(node, `The record has no field '${name}'.`, `It has: ${[...type.fields!.keys()].join(', ') || 'none'}.`)
    const { run } = of
    const missing = `The field '${name}' is missing.`
    return this.made(node, inner, (f) => {
      const v = run(f)
      if (!isRecord(v)) return f.wrong(v)
      const found = Object.hasOwn(v, name) ? v[name] : undefined
      return found === undefined || found === null ? f.fail(missing, Quality.badNoData) : f.taken(found)
    })
  }

  private element(node: ASTNode, of: Term, at: Term): Term {
    const { kind } = of.type
    if (kind === 'record' && typeof at.constant === 'string') return this.field(node, of, at.constant)
    if (kind === 'record') this.is(at, 'text', 'A field of a record')
    else if (this.is(of, 'list', '[ ]') && kind !== 'any') this.is(at, 'number', 'A place in a list')
    const list = of.run
    const place = at.run
    return this.made(node, (kind === 'list' ? of.type.of : undefined) ?? ANY, (f) => {
      const v = list(f)
      const i = place(f)
      if (isRecord(v) && typeof i === 'string') return Object.hasOwn(v, i) ? f.taken(v[i]) : f.fail('A field is missing.', Quality.badNoData)
      if (!isList(v) || typeof i !== 'number') return f.wrongPair(v, i)
      return Number.isInteger(i) && i >= 0 && i < v.length ? f.taken(v[i]) : f.fail('The list has no such element.', Quality.badNoData)
    })
  }

  private ternary(node: ASTNode, [condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode]): Term {
    const c = this.term(condition)
    this.is(c, 'boolean', 'A choice')
    const [a, b] = this.pair([yes, no])
    return this.made(node, this.unified(a, b, node, 'The two sides of a choice'), choice(c.run, a.run, b.run))
  }

  /** The type of what is either of two. */
  private unified(a: Term, b: Term, at: ASTNode, what: string): ValueType {
    const unit = sharedUnit([a, b], this.complain)
    if (a.type.kind === 'any' || b.type.kind === 'any') return ANY
    if (a.type.kind !== b.type.kind || isSeries(a.type) !== isSeries(b.type)) {
      this.complain({ from: at.start, to: at.end }, `${what} are of different types: ${kindWords(a.type.kind)} and ${kindWords(b.type.kind)}.`, 'Make them the same type.')
      return ANY
    }
    if (a.type.kind === 'number') return inUnit(unit)
    if (a.type.kind === 'list') return isSeries(a.type) ? a.type : { kind: 'list', of: a.type.of?.kind === b.type.of?.kind && a.type.of?.kind === 'number' ? inUnit(unit) : (a.type.of ?? ANY) }
    if (a.type.kind === 'record') return { kind: 'record' }
    return a.type
  }

  private sum(node: ASTNode, [a, b]: readonly [Term, Term]): Term {
    const kinds = [a.type.kind, b.type.kind].filter((k) => k !== 'any')
    const run = arithmetic('+', a, b)
    for (const term of [a, b]) if (!['number', 'text', 'list', 'any'].includes(term.type.kind)) return this.fault(node, `${kindWords(term.type.kind)} cannot be added.`, '+ takes two numbers, two texts or two lists.')
    if (kinds.length === 2 && kinds[0] !== kinds[1]) return this.fault(node, `${typeWords(a.type)} and ${typeWords(b.type)} cannot be added.`, kinds.includes('text') ? 'Write string(x) to make a text of a number.' : '+ takes two numbers, two texts or two lists.')
    if (kinds[0] === 'number') return this.made(node, inUnit(sharedUnit([a, b], this.complain)), run)
    if (kinds[0] === 'text') return this.made(node, TEXT, run)
    if (kinds[0] === 'list') return this.made(node, listOf(kinds.length < 2 ? ANY : a.type.of?.kind === 'number' ? inUnit(sharedUnit([a, b], this.complain)) : (a.type.of ?? ANY)), run)
    return this.made(node, ANY, run)
  }

  private product(node: ASTNode, op: Arithmetic, [a, b]: readonly [Term, Term]): Term {
    this.is(a, 'number', op)
    this.is(b, 'number', op)
    if ((op === '/' || op === '%') && b.constant === 0) return this.fault(node, 'This divides by zero.', 'Divide by another number.')
    return this.made(node, op === '-' ? inUnit(sharedUnit([a, b], this.complain)) : NUMBER, arithmetic(op, a, b))
  }

  private compare(node: ASTNode, op: Comparison, [a, b]: readonly [Term, Term]): Term {
    for (const term of [a, b]) if (!['number', 'text', 'any'].includes(term.type.kind)) return this.fault(node, `${kindWords(term.type.kind)} cannot be compared by ${op}.`, 'It takes two numbers or two texts.')
    this.comparable(a, b)
    return this.made(node, BOOLEAN, comparison(op, a, b))
  }

  private comparable(a: Term, b: Term): void {
    if (a.type.kind !== 'any' && b.type.kind !== 'any' && a.type.kind !== b.type.kind) {
      this.complain({ from: a.from, to: b.to }, `${typeWords(a.type)} and ${typeWords(b.type)} cannot be compared.`, 'Compare two values of the same type.')
    } else sharedUnit([a, b], this.complain)
  }

  private equals(node: ASTNode, [a, b]: readonly [Term, Term], wanted: boolean): Term {
    for (const side of node.op === '==' || node.op === '!=' ? node.args : []) {
      if (side.op === 'value' && side.args === null) return this.fault(node, 'Nothing is equal to null.', 'Ask with isBad(x), or with has(record.field).')
    }
    this.comparable(a, b)
    return this.made(node, BOOLEAN, equality(a, b, wanted))
  }

  private list(node: ASTNode, items: readonly Term[]): Term {
    const [first] = items
    const kinds = new Set(items.map((t) => t.type.kind))
    const of = first === undefined ? NUMBER : kinds.size > 1 ? ANY : first.type.kind === 'number' ? inUnit(sharedUnit(items, this.complain)) : first.type
    if (kinds.size > 1 && !kinds.has('any')) this.complain({ from: node.start, to: node.end }, 'The elements of this list are of different types.', 'Make them the same type.')
    const runs = items.map((t) => t.run)
    return this.made(node, listOf(of), (f) => {
      if (!f.work(runs.length)) return undefined
      const out: unknown[] = []
      for (const run of runs) {
        const v = run(f)
        if (v === undefined) return undefined
        out.push(v)
      }
      return out
    })
  }

  private record(node: ASTNode, entries: readonly (readonly [ASTNode, ASTNode])[]): Term {
    const fields = new Map<string, ValueType>()
    const parts: [string, Run][] = []
    for (const [key, value] of entries) {
      const name = key.op === 'value' && typeof key.args === 'string' ? key.args : undefined
      const term = this.term(value)
      if (name === undefined) this.complain({ from: key.start, to: key.end }, 'The name of a field must be written as a text.', "Write {'name': value}.")
      else if (fields.has(name)) this.complain({ from: key.start, to: key.end }, `The field '${name}' is there twice.`, 'Leave one out.')
      else {
        fields.set(name, term.type)
        parts.push([name, term.run])
      }
    }
    return this.made(node, { kind: 'record', fields }, (f) => {
      const out: [string, unknown][] = []
      for (const [name, run] of parts) {
        const v = settled(f, run(f))
        if (v === undefined) return undefined
        out.push([name, v])
      }
      return Object.fromEntries(out) // defines: a field '__proto__' is a field
    })
  }

  // ---- calls: 'f(x, y)' and 'x.f(y)' are the same ---------------------------------------------------------------------

  private call(node: ASTNode, name: string, args: readonly ASTNode[], receiver: ASTNode | undefined): Term {
    if (receiver && listFunctions.has(name)) return this.overList(node, name, receiver, args)
    if (name === 'has' && !receiver) return this.has(node, args)
    const all = receiver ? [receiver, ...args] : args
    const plain = plainFunctions.get(name)
    const remembering = streamFunctions.get(name)
    const fn = plain ?? remembering
    if (!fn) return this.fault(node, `There is no function '${name}'.`, 'See the list of functions.')
    const terms = all.map((arg) => this.term(arg))
    if (!this.fitting(node, fn, terms)) return this.nothing(node)
    const before = this.issues.length
    if (plain) {
      const type = plain.type(terms, this.complain)
      return this.issues.length > before ? this.made(node, type, NOTHING) : this.made(node, type, plain.make(terms))
    }
    return this.remembering(node, remembering!, terms)
  }

  private fitting(node: ASTNode, fn: FunctionDoc, terms: readonly Term[]): boolean {
    const { params, least = params.length, rest = false } = fn
    if (terms.length < least || (!rest && terms.length > params.length)) {
      this.complain({ from: node.start, to: node.end }, `${fn.name}() is given ${terms.length === 1 ? 'one value' : `${terms.length} values`}.`, `Write ${fn.signature}.`)
      return false
    }
    const fits = terms.map((term, i) => this.is(term, params[Math.min(i, params.length - 1)]!, `${fn.name}()`))
    return fits.every(Boolean)
  }

  private remembering(node: ASTNode, fn: StreamFunction, terms: readonly Term[]): Term {
    const [x, y] = terms
    if (this.options.stateless) return this.fault(node, `${fn.name}() remembers, which is not possible here.`, 'Use it in an Expression node before this one.')
    if (this.locals.length > 0) return this.fault(node, `${fn.name}() cannot be used for the elements of a list.`, 'It remembers one value per tag: use it outside of the list function.')
    let n = 1
    if (fn.constant !== undefined && y !== undefined) {
      const most = fn.constant === 'samples' ? MAX_WINDOW : 1e9
      n = typeof y.constant === 'number' ? y.constant : Number.NaN
      const right = fn.constant === 'samples' ? Number.isInteger(n) && n >= 1 : n > 0
      if (!right || n > most) {
        this.complain(y, fn.constant === 'samples' ? `${fn.name}() looks back a whole number of samples, 1 to ${MAX_WINDOW}.` : `${fn.name}() needs a time above 0 s.`, 'Write it as a number.')
        return this.nothing(node)
      }
    }
    this.windows += fn.constant === 'samples' ? n : 1
    if (this.windows > MAX_WINDOWS) return this.fault(node, `This expression looks back more than ${MAX_WINDOWS} samples in all.`, 'Look back fewer, or use an Aggregate node.')
    const at = this.sites.length
    this.sites.push({ fn, x: x!.run, y: fn.constant === undefined ? y?.run : undefined, n })
    return this.made(node, fn.type(x!.type), (f) => {
      const { value, quality, reason, badQuality } = f.sites[at]!
      if (value === undefined) return f.fail(reason, badQuality)
      f.quality = worse(f.quality, quality)
      return value
    })
  }

  private has(node: ASTNode, [arg]: readonly ASTNode[]): Term {
    if (arg?.op !== '.') return this.fault(node, 'has() asks for a field of a record.', 'Write has(value.field).')
    const of = this.term(arg.args[0])
    this.is(of, 'record', 'has()')
    const name = arg.args[1]
    return this.made(node, BOOLEAN, (f) => {
      const v = of.run(f)
      return isRecord(v) ? Object.hasOwn(v, name) && v[name] !== undefined && v[name] !== null : f.wrong(v)
    })
  }

  private overList(node: ASTNode, name: string, receiver: ASTNode, args: readonly ASTNode[]): Term {
    const list = this.term(receiver)
    const variable = args[0]
    if (variable?.op !== 'id' || args.length < 2 || args.length > (name === 'map' ? 3 : 2)) return this.fault(node, `${name}() is not complete.`, `Write ${listFunctions.get(name)!.signature}.`)
    if (list.type.kind !== 'record' && !this.is(list, 'list', `${name}()`)) return this.nothing(node)
    const slot = this.locals.length
    this.locals.push({ name: variable.args, type: list.type.kind === 'record' ? TEXT : (list.type.of ?? ANY) })
    const first = this.term(args[1]!)
    const second = args[2] === undefined ? undefined : this.term(args[2])
    this.locals.pop()
    if (name !== 'map' || second) this.is(first, 'boolean', `The condition of ${name}()`)
    const loop = (take: Take): Run => looping(list.run, slot, first.run, take)
    switch (name) {
      case 'all': return this.made(node, BOOLEAN, quantified(list.run, slot, first.run, false))
      case 'exists': return this.made(node, BOOLEAN, quantified(list.run, slot, first.run, true))
      case 'exists_one': {
        const found = loop((v, _item, out) => (v === true ? void out.push(true) : undefined))
        return this.made(node, BOOLEAN, (f) => {
          const out = found(f)
          return out === undefined ? undefined : (out as List).length === 1
        })
      }
      case 'filter': return this.made(node, list.type.kind === 'list' ? listOf(list.type.of ?? ANY) : listOf(list.type.kind === 'record' ? TEXT : ANY), loop(kept))
      default: {
        const { run, type } = second ?? first
        if (!second) return this.made(node, listOf(type), looping(list.run, slot, run, (v, _item, out) => void out.push(v), false))
        return this.made(node, listOf(type), loop((v, _item, out, f) => {
          if (v !== true) return
          const made = run(f)
          if (made === undefined) return false
          out.push(made)
        }))
      }
    }
  }
}

const TOO_DEEP = 'The expression is nested too deeply.'

function hint(found: string, needed: string): string {
  if (needed === 'boolean' && found === 'number') return 'Compare it, for example x > 0.'
  if (needed === 'text') return 'Write string(x), or put the text in quotes.'
  if (needed === 'number' && found === 'text') return 'Write double(x) if the text is a number.'
  if (needed === 'number' && found === 'list') return 'Take one element, or mean(list), max(list), rms(list).'
  if (needed === 'number' && found === 'boolean') return 'Write condition ? 1 : 0.'
  return 'Use a value of that type.'
}

/** Reads an input. Its bad quality is the result's, an uncertain one makes the result uncertain. */
function reading(name: string, slot: number): Run {
  const none = `'${name}' has no value yet.`
  const isBadNow = `'${name}' is bad.`
  return (f) => {
    const s = f.inputs[slot]
    if (s === undefined) return f.fail(none, Quality.badNoData)
    const { value, quality } = s
    if (quality !== 0) {
      if (isBad(quality)) return f.fail(isBadNow, quality)
      f.quality = worse(f.quality, quality)
    }
    return typeof value === 'number' && value - value === 0 ? value : f.taken(value)
  }
}

// ---- over lists ---------------------------------------------------------------------------------------------------------

/** False ends the loop without a result. */
type Take = (v: unknown, item: unknown, out: unknown[], f: Frame) => false | void

const kept: Take = (v, item, out, f) => {
  if (v !== true) return
  const taken = f.taken(item)
  if (taken === undefined) return false
  out.push(taken)
}

function itemsOf(f: Frame, v: unknown): List | undefined {
  if (isList(v)) return v
  return isRecord(v) ? Object.keys(v) : f.wrong(v)
}

function looping(list: Run, slot: number, body: Run, take: Take, conditions = true): Run {
  return (f) => {
    const items = itemsOf(f, list(f))
    if (items === undefined) return undefined
    const out: unknown[] = []
    for (let i = 0; i < items.length; i++) {
      if (!f.work(1)) return undefined
      const item: unknown = items[i]
      f.locals[slot] = item
      const v = body(f)
      if (v === undefined || (conditions && typeof v !== 'boolean')) return f.wrong(v)
      if (take(v, item, out, f) === false) return undefined
    }
    return out
  }
}

/** exists: one decides for true; all: one decides for false. An element that cannot be told leaves the rest to decide. */
function quantified(list: Run, slot: number, body: Run, decides: boolean): Run {
  return (f) => {
    const items = itemsOf(f, list(f))
    if (items === undefined) return undefined
    let known = true
    for (let i = 0; i < items.length; i++) {
      if (!f.work(1)) return undefined
      f.locals[slot] = items[i]
      const v = body(f)
      if (v === decides) return decides
      if (typeof v !== 'boolean') {
        f.wrong(v)
        known = false
      }
    }
    return known ? !decides : undefined
  }
}

/** What the language itself has, shown with the functions. */
export const listFunctions: ReadonlyMap<string, FunctionDoc> = new Map(
  [
    { name: 'all', signature: 'list.all(x, condition)', doc: 'True when the condition holds for every element.' },
    { name: 'exists', signature: 'list.exists(x, condition)', doc: 'True when it holds for one or more.' },
    { name: 'exists_one', signature: 'list.exists_one(x, condition)', doc: 'True when it holds for exactly one.' },
    { name: 'filter', signature: 'list.filter(x, condition)', doc: 'The elements for which it holds.' },
    { name: 'map', signature: 'list.map(x, result)', doc: 'What is made of each element.' },
  ].map((fn) => [fn.name, { ...fn, params: [] }]),
)
