// What is in a sandbox beside the user's code: its few globals, frozen so that nothing but `state` outlives a call, and the
// call itself. One function without imports: its text is run in isolated-vm or QuickJS (sandbox.ts). It keeps honest code
// in order; what holds dishonest code is the process around it.
import type { Carries, Codec } from './codec.ts'

export interface Settings {
  readonly keep: 'tag' | 'node'
  readonly outputs: readonly { readonly name: string; readonly kind: Carries }[]
  /** State to begin with: key and JSON text. */
  readonly kept: readonly (readonly [key: string, text: string])[]
  readonly random: number
}
/** One call as it goes in: port, now, tag, time, the quality's name, value. */
export type CallJson = readonly [port: string, now: number, tag: string, time: number, quality: string, value: unknown]
/** How a call ended. `held`: nothing left, and the state is another. */
export type ResultJson = { readonly log?: readonly string[] } & (
  | { readonly emit: readonly (readonly [port: string, tag: string, value: unknown, time: number, quality: string])[] }
  | { readonly drop: string }
  | { readonly held: true }
  | { readonly silent: true }
  | { readonly fail: string }
)
export interface ChangedJson {
  readonly state: readonly (readonly [key: string, text: string])[]
  readonly random: number
}
export interface Inside {
  /** The user's code as a function. */
  load(code: unknown): void
  /** `ok`: the call before this one counts; else its state is as if it had not been. Takes a CallJson, gives a ResultJson. */
  call(text: string, ok: boolean): string
  /** What has changed since it was last asked: a ChangedJson. */
  changed(ok: boolean): string
}

/** Emissions and characters of JSON that leave in one call; lines and characters of its log. */
export const limits = { emits: 100, characters: 1_000_000, lines: 20, lineCharacters: 500, stateCharacters: 65_536, totalCharacters: 4_000_000, keys: 10_000 }

export function inside(codecOf: () => Codec, settings: Settings, most: typeof limits): Inside {
  const codec = codecOf()
  const { parse, stringify } = JSON
  const { freeze, isFrozen, getPrototypeOf, getOwnPropertyDescriptor, defineProperty, keys: keysOf } = Object
  const { ownKeys, construct } = Reflect
  const { isArray } = Array
  const { isFinite: finite } = Number
  const { imul } = Math
  const text = String
  const RealDate = Date
  const objectPrototype = Object.prototype

  let now = 0
  let random = settings.random >>> 0
  /** As it was when the last call that counts had ended. */
  let drawnThen = random
  interface Current {
    readonly input: { readonly tag: string; readonly time: number; readonly quality: string }
    readonly emitted: string[]
    characters: number
    drop: string | undefined
    fail: string | undefined
    readonly log: string[]
  }
  let current: Current | null = null
  /** What the call that has just ended would change; it counts once the next one, or `changed`, says so. */
  let pending: { key: string; text: string; random: number } | null = null
  const kept = new Map<string, string>(settings.kept)
  let keptCharacters = 0
  for (const t of kept.values()) keptCharacters += t.length
  const dirty = new Set<string>()

  // ---- globals: the same in both engines, and nothing that is not the same tomorrow -----------------------------------

  const allowed = new Set<PropertyKey>([
    'globalThis', 'Infinity', 'NaN', 'undefined', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent',
    'Object', 'Array', 'Number', 'Boolean', 'String', 'Symbol', 'BigInt', 'Date', 'RegExp', 'Math', 'JSON', 'Reflect', 'Proxy', 'Map', 'Set', 'WeakMap', 'WeakSet',
    'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'Iterator',
    'ArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
  ])
  const world = globalThis as unknown as Record<PropertyKey, unknown>
  for (const name of ownKeys(world)) if (!allowed.has(name)) delete world[name]
  delete (objectPrototype as unknown as Record<string, unknown>)['__proto__']

  // Mulberry32 (T. Ettinger, 2017): one word of state, kept with the node's, so that a replay draws the same numbers.
  Math.random = (): number => {
    random = (random + 0x6d2b79f5) >>> 0
    let t = imul(random ^ (random >>> 15), random | 1)
    t ^= t + imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  function SteadyDate(this: unknown, ...given: unknown[]): unknown {
    if (!new.target) return new RealDate(now).toString()
    return construct(RealDate, given.length === 0 ? [now] : given, new.target)
  }
  defineProperty(SteadyDate, 'name', { value: 'Date' })
  defineProperty(SteadyDate, 'length', { value: 7 })
  SteadyDate.prototype = RealDate.prototype
  SteadyDate.now = (): number => now
  SteadyDate.parse = RealDate.parse
  SteadyDate.UTC = RealDate.UTC
  defineProperty(RealDate.prototype, 'constructor', { value: SteadyDate, writable: true, configurable: true })
  world['Date'] = SteadyDate

  const functions = [function () {}, function* () {}, async function () {}, async function* () {}].map((f) => getPrototypeOf(f) as object)
  // Code from text: eval is gone, and so are the four constructors that do the same.
  for (const prototype of functions) defineProperty(prototype, 'constructor', { value: undefined })

  // A frozen property cannot be assigned on what inherits it: without this, `error.name = 'Leak'` would throw.
  const assignable = (prototype: object): void => {
    for (const key of ownKeys(prototype)) {
      const property = getOwnPropertyDescriptor(prototype, key)!
      if (!('value' in property) || !property.configurable) continue
      const { value } = property
      defineProperty(prototype, key, {
        enumerable: false,
        configurable: false,
        get: () => value as unknown,
        set(this: object, v: unknown) {
          if (this === prototype) throw new TypeError(`'${text(key)}' cannot be changed: built-in objects are the same for every call.`)
          defineProperty(this, key, { value: v, writable: true, enumerable: true, configurable: true })
        },
      })
    }
  }
  const errors = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
  for (const { prototype } of [Object, ...errors]) assignable(prototype as object)

  const todo: unknown[] = [world, ...functions, ...functions.map((f) => (f as { prototype?: unknown }).prototype)]
  for (const made of [[][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ''[Symbol.iterator](), 'x'.matchAll(/x/g)]) todo.push(getPrototypeOf(made))
  const { Iterator: iterator } = world as { Iterator?: { from?(of: object): object; prototype: { map?(f: (v: unknown) => unknown): object } } }
  if (iterator?.from && iterator.prototype.map) todo.push(getPrototypeOf(iterator.prototype.map.call([][Symbol.iterator](), (v) => v)), getPrototypeOf(iterator.from({ next: () => ({ done: true }) })))
  const seen = new Set<unknown>()
  while (todo.length > 0) {
    const object = todo.pop()
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null || seen.has(object)) continue
    seen.add(object)
    todo.push(getPrototypeOf(object))
    for (const key of ownKeys(object)) {
      const property = getOwnPropertyDescriptor(object, key)!
      todo.push(property.value, property.get, property.set)
    }
    if (!isFrozen(object)) freeze(object)
  }

  // ---- what the code calls --------------------------------------------------------------------------------------------

  function running(what: string): Current {
    if (!current) throw new TypeError(`${what} was called after the call had ended.`)
    return current
  }
  const shortened = (s: string, most_: number): string => (s.length > most_ ? `${s.slice(0, most_)}...` : s)

  function isSample(value: unknown): value is { value: unknown; tag?: unknown; time?: unknown; quality?: unknown } {
    if (typeof value !== 'object' || value === null || isArray(value)) return false
    const keys = keysOf(value)
    return keys.includes('value') && keys.every((k) => k === 'value' || k === 'tag' || k === 'time' || k === 'quality')
  }
  function emit(...given: readonly unknown[]): void {
    const c = running('emit()')
    const [first] = settings.outputs
    const port = given.length > 1 ? given[0] : first?.name
    const output = settings.outputs.find((o) => o.name === port)
    if (!output) throw new TypeError(`There is no output '${text(port)}'. It has: ${settings.outputs.map((o) => o.name).join(', ') || 'none'}.`)
    const what = given.length > 1 ? given[1] : given[0]
    const { value, tag = c.input.tag, time = c.input.time, quality = c.input.quality } = isSample(what) ? what : { value: what }
    if (typeof tag !== 'string' || tag === '' || tag.length > 500) throw new TypeError('A tag is a text of 1 to 500 characters.')
    if (typeof time !== 'number' || !finite(time)) throw new TypeError('A time is a number: ms since 1970, UTC.')
    if (typeof quality !== 'string' || quality.length > 100) throw new TypeError("A quality is a name such as 'Good', 'Uncertain' or 'Bad'.")
    if (!codec.is(value, output.kind)) throw new TypeError(`The output '${output.name}' carries ${output.kind}, not ${codec.name(value)}.`)
    if (c.emitted.length >= most.emits) throw new RangeError(`More than ${most.emits} samples left in one call.`)
    let json: unknown
    try {
      json = codec.encode(value)
    } catch (thrown) {
      throw thrown instanceof TypeError ? new TypeError(`No wire carries ${thrown.message}.`) : thrown
    }
    const line = stringify([output.name, tag, json, time, quality])
    c.characters += line.length
    if (c.characters > most.characters) throw new RangeError(`More than ${most.characters} characters left in one call.`)
    c.emitted.push(line)
  }
  const drop = (reason: unknown = 'dropped'): void => {
    running('drop()').drop = shortened(text(reason), 60) || 'dropped'
  }
  const fail = (reason: unknown = 'The code failed the sample.'): void => {
    running('fail()').fail = shortened(text(reason), 500)
  }
  const log = (...said: readonly unknown[]): void => {
    const c = running('log()')
    if (c.log.length >= most.lines) return
    c.log.push(shortened(said.map((s) => (typeof s === 'string' ? s : (describe(s) ?? text(s)))).join(' '), most.lineCharacters))
  }
  for (const f of [emit, drop, fail, log]) {
    freeze(f)
    const { prototype } = f as { prototype?: object }
    if (prototype) freeze(prototype)
  }
  function describe(value: unknown): string | undefined {
    return typeof value === 'object' && value !== null ? stringify(codec.encode(value)) : undefined
  }

  /** State is plain JSON: what would come back as something else is refused at once. */
  function plain(value: unknown, path: string, depth: number): void {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return
    if (typeof value === 'number' && finite(value)) return
    if (depth > 64) throw new TypeError(`${path} is nested deeper than 64 levels.`)
    if (typeof value === 'object') {
      if (isArray(value)) {
        for (let i = 0; i < value.length; i++) plain(value[i], `${path}[${i}]`, depth + 1)
        return
      }
      const prototype: unknown = getPrototypeOf(value)
      if (prototype === objectPrototype || prototype === null) {
        for (const key of keysOf(value)) {
          const v = (value as Record<string, unknown>)[key]
          if (v !== undefined) plain(v, `${path}.${key}`, depth + 1)
        }
        return
      }
    }
    throw new TypeError(`${path} is ${codec.name(value)}: state holds plain JSON only (numbers, texts, true, false, null, lists and objects of them).`)
  }

  function reason(thrown: unknown): string {
    try {
      if (!(thrown instanceof Error)) return `The code threw ${typeof thrown === 'string' ? thrown : codec.name(thrown)}.`
      const at = /code\.js:(\d+)/.exec(text(thrown.stack))
      return `${at ? `Line ${at[1]}: ` : ''}${thrown.name === 'Error' ? '' : `${thrown.name}: `}${shortened(text(thrown.message), 500)}`
    } catch {
      return 'The code threw something that cannot be described.'
    }
  }

  // ---- the call -------------------------------------------------------------------------------------------------------

  type Code = (sample: unknown, port: string, state: unknown, emit_: typeof emit, drop_: typeof drop, fail_: typeof fail, log_: typeof log, now_: number) => unknown
  let code: Code | undefined

  function settle(ok: boolean): void {
    if (!pending) return
    const { key, text: after, random: drawn } = pending
    pending = null
    if (!ok) return
    drawnThen = drawn
    const before = kept.get(key)
    if (before === after || (before === undefined && after === '{}')) return
    keptCharacters += after.length - (before?.length ?? 0)
    kept.set(key, after)
    dirty.add(key)
  }

  function call(input: string, ok: boolean): string {
    settle(ok)
    random = drawnThen
    let after: string | undefined
    let drawn = random
    const [port, at, tag, time, quality, json] = parse(input) as CallJson
    const key = settings.keep === 'tag' ? tag : ''
    const before = kept.get(key) ?? '{}'
    const c: Current = { input: { tag, time, quality }, emitted: [], characters: 0, drop: undefined, fail: undefined, log: [] }
    now = at
    current = c
    try {
      const state: unknown = parse(before)
      const returned = code!({ tag, value: codec.decode(json), time, quality }, port, state, emit, drop, fail, log, at)
      if (typeof returned === 'object' && returned !== null && typeof (returned as { then?: unknown }).then === 'function') throw new TypeError('It returned a promise: the code runs to its end at once; async and await do not work here.')
      if (returned !== undefined) emit(returned)
      drawn = random
      plain(state, 'state', 0)
      after = stringify(state)
      if (after.length > most.stateCharacters) throw new RangeError(`The state is ${after.length} characters of JSON; ${most.stateCharacters} are allowed${settings.keep === 'tag' ? ' for a tag' : ''}.`)
      if (!kept.has(key) && kept.size >= most.keys) throw new RangeError(`More than ${most.keys} tags keep state here.`)
      if (keptCharacters + after.length - before.length > most.totalCharacters) throw new RangeError(`The state of all tags is more than ${most.totalCharacters} characters of JSON.`)
    } catch (thrown) {
      c.fail = reason(thrown)
    }
    current = null
    const said = c.log.length > 0 ? `,"log":${stringify(c.log)}` : ''
    if (c.fail !== undefined) return `{"fail":${stringify(c.fail)}${said}}`
    pending = { key, text: after!, random: drawn }
    if (c.emitted.length > 0) return `{"emit":[${c.emitted.join(',')}]${said}}`
    if (c.drop !== undefined) return `{"drop":${stringify(c.drop)}${said}}`
    return after === before ? `{"silent":true${said}}` : `{"held":true${said}}`
  }

  return {
    load(given) {
      code = given as Code
    },
    call,
    changed(ok) {
      settle(ok)
      const state: string[] = []
      for (const key of dirty) state.push(stringify([key, kept.get(key)]))
      dirty.clear()
      return `{"state":[${state.join(',')}],"random":${drawnThen}}`
    },
  }
}
