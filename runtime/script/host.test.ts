import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IssueError, newScriptState, Quality, sameValue, sample, type Sample, type Value } from '#kit'
import { until } from '../../test/io.ts'
import { alive, scripts, type Scripts } from './harness.ts'
import type { Interpreter } from './messages.ts'

const value = (end: readonly (readonly [string, Sample])[] | string): unknown => (typeof end === 'string' ? end : end.length === 1 ? end[0]![1].value : end.map(([, s]) => s.value))

describe.each<Interpreter>(['isolated-vm', 'quickjs'])('code in %s', (interpreter) => {
  let all: Scripts
  beforeAll(async () => {
    all = scripts({ interpreters: [interpreter] })
    await all.open('') // keeps the process up from test to test
  })
  afterAll(() => all.host.close())
  /** What a code makes of one sample. */
  const once = async (code: string, given: Parameters<Awaited<ReturnType<Scripts['open']>>['give']>[0] = 1): Promise<unknown> => {
    const { script, give } = await all.open(code)
    const end = await give(given)
    await script.close()
    return value(end)
  }

  test('says where it runs', async () => {
    const { logs, script } = await all.open('')
    expect(logs.join()).toContain(interpreter)
    await script.close()
  })

  // ---- what it gets and gives -------------------------------------------------------------------------------------------

  test('gets the sample, its port and the time, and gives a sample that differs in what it names', async () => {
    const { give } = await all.open("emit({ value: [sample.tag, sample.time, sample.quality, port, now].join(' ') }); emit('number', { value: 2, tag: 'y', time: 5, quality: 'Uncertain' })")
    expect(await give(1, { tag: 'TT-1', time: 7.5, quality: Quality.badSensor, port: 'in' })).toEqual([
      ['value', sample('TT-1', 'TT-1 7.5 BadSensorFailure in 1767225600000', 7.5, Quality.badSensor)],
      ['number', sample('y', 2, 5, Quality.uncertain)],
    ])
  })

  test('gives back every kind of value as it came, in and out', async () => {
    const { give, script } = await all.open('return sample.value')
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.string(), fc.uint8Array(), fc.float64Array(), fc.float32Array(), fc.dictionary(fc.string(), fc.float())), async (v) => {
        const back = value(await give(v))
        // By value: JSON knows no -0.
        expect(sameValue(back as Value, v as Value), JSON.stringify([v, back])).toBe(true)
      }),
      { numRuns: 60 },
    )
    await script.close()
  })

  test.each([
    ['emit(NaN)', Number.NaN, Quality.badOutOfRange],
    ['emit(null)', null, Quality.badNoData],
    ["emit({ value: 1, quality: 'Splendid' })", 1, Quality.bad],
  ])('is not believed to be good: %s', async (code, v, quality) => {
    const { give, script } = await all.open(code)
    expect(await give(1)).toEqual([['value', sample('x', v, 0, quality)]])
    await script.close()
  })

  test.each([
    ['', 'dropped: silent'],
    ["drop('too small')", 'dropped: too small'],
    ['state.n = 1', 'held'],
    ["fail('no good')", 'failed: no good'],
    ["emit(1); drop('x')", 1],
    ["emit(1); fail('after all')", 'failed: after all'],
    ['emit(1); emit(2)', [1, 2]],
    ['return 5', 5],
    ["throw new Error('mine')", 'failed: Line 1: mine'],
    ['\n\nnothere.x', /^failed: Line 3: ReferenceError: .*nothere/],
    ["emit('nowhere', 1)", /no output 'nowhere'. It has: value, number/],
    ["emit('number', 'a')", /The output 'number' carries number, not a text/],
    ['emit(() => 1)', /No wire carries a function/],
    ['emit(10n)', /No wire carries a BigInt/],
    ['leaked = 1', /ReferenceError/],
  ])('ends a sample by %j', async (code, end) => {
    const got = await once(code)
    if (end instanceof RegExp) expect(got).toMatch(end)
    else expect(got).toEqual(end)
  })

  test('counts at most 20 reasons of dropping by name', async () => {
    const { give, script } = await all.open("drop('r' + sample.value)")
    for (let i = 0; i < 20; i++) expect(await give(i)).toBe(`dropped: r${i}`)
    expect(await give(20)).toBe('dropped: other')
    expect(await give(3)).toBe('dropped: r3')
    await script.close()
  })

  test('logs, ten lines a second at most', async () => {
    const { give, logs, script } = await all.open("for (let i = 0; i < 30; i++) log('line', i)")
    logs.length = 0
    await give(1)
    await give(1)
    expect(logs).toHaveLength(10)
    expect(logs[0]).toBe('line 0')
    all.now += 1000
    await give(1)
    expect(logs).toHaveLength(20)
    await script.close()
  })

  test.each([
    ['const a = ;', 1, interpreter === 'quickjs' ? undefined : 11],
    ['let x = 1\nif (x {\n}', 2, interpreter === 'quickjs' ? undefined : 7],
    ['await 1', 1, undefined],
    ["import 'node:fs'", 1, undefined],
  ])('that does not parse is refused with its place: %j', async (code, line, column) => {
    const thrown = await all.open(code).catch((e: unknown) => e)
    expect(thrown).toBeInstanceOf(IssueError)
    const [found] = (thrown as IssueError).issues
    expect(found).toMatchObject({ code: 'NODE_CONFIG', field: '/code' })
    expect(found!.text).toContain(`Line ${line}`)
    if (column !== undefined) expect(found!.text).toContain(`column ${column}`)
  })

  // ---- state, time and chance -------------------------------------------------------------------------------------------

  test('keeps state for each tag, or for the node', async () => {
    const code = 'state.n = (state.n ?? 0) + 1; emit(state.n)'
    const perTag = await all.open(code)
    const perNode = await all.open(code, { keep: 'node' })
    for (const [tag, ofTag, ofNode] of [['a', 1, 1], ['b', 1, 2], ['a', 2, 3], ['__proto__', 1, 4]] as const) {
      expect(value(await perTag.give(0, { tag }))).toBe(ofTag)
      expect(value(await perNode.give(0, { tag }))).toBe(ofNode)
    }
    expect(perTag.kept('a')).toEqual({ n: 2 })
    expect(perTag.kept('__proto__')).toEqual({ n: 1 })
    expect(perNode.kept('')).toEqual({ n: 4 })
    await Promise.all([perTag.script.close(), perNode.script.close()])
  })

  test('goes on from state that was kept, with the random numbers that would have come', async () => {
    const code = 'state.n = (state.n ?? 0) + 1; emit([state.n, Math.random()])'
    const whole = await all.open(code)
    const all6 = []
    for (let i = 0; i < 6; i++) all6.push(value(await whole.give(i)))
    const first = await all.open(code)
    const parts = []
    for (let i = 0; i < 3; i++) parts.push(value(await first.give(i)))
    await first.script.close()
    const second = await all.open(code, {}, structuredClone(first.state))
    for (let i = 3; i < 6; i++) parts.push(value(await second.give(i)))
    expect(parts).toEqual(all6)
    expect(new Set(all6.map((v) => (v as Float64Array)[1])).size).toBe(6)
    await Promise.all([whole.script.close(), second.script.close()])
  })

  test.each(["throw new Error('no')", "fail('no')", 'for (;;);', "emit('nowhere', 1)", 'state.f = () => 1', "state.long = 'x'.repeat(70000)", 'state.a = state'])('leaves state and chance as they were when it fails: %s', async (bad) => {
    const { give, kept, script } = await all.open(`state.n = (state.n ?? 0) + 1; const r = Math.random(); if (sample.value === 0) { ${bad} } emit([state.n, r])`, bad.startsWith('for') ? { timeLimitMs: 100 } : {})
    const other = await all.open('state.n = (state.n ?? 0) + 1; emit([state.n, Math.random()])')
    for (const v of [1, 0, 1, 0, 1]) {
      const end = await give(v)
      if (v === 0) expect(end).toMatch(/^failed: /)
      else expect(value(end)).toEqual(value(await other.give(v)))
    }
    expect(kept()).toEqual({ n: 3 })
    await Promise.all([script.close(), other.script.close()])
  })

  test.each([
    ['state.d = new Date()', /state.d is a Date: state holds plain JSON/],
    ['state.m = { k: [1, new Map()] }', /state.m.k\[1\] is a Map/],
    ['state.x = NaN', /state.x is NaN/],
  ])('says why state cannot be kept: %s', async (code, says) => {
    expect(await once(code)).toMatch(says)
  })

  test('has no clock but the time that is given', async () => {
    all.now = 1_767_225_600_000
    expect(await once("emit(Date.now() + '|' + new Date().toISOString() + '|' + new Date(0).getFullYear() + '|' + (new Date() instanceof Date) + '|' + Date())")).toBe(
      '1767225600000|2026-01-01T00:00:00.000Z|1970|true|Thu Jan 01 2026 00:00:00 GMT+0000' + (interpreter === 'quickjs' ? '' : ' (Coordinated Universal Time)'),
    )
  })

  test('finds nothing of an earlier call but state', async () => {
    const { give, script } = await all.open(`
      if (sample.value === 0) {
        for (const act of [() => { Object.prototype.evil = 1 }, () => { Array.prototype.push = () => 0 }, () => { Math.max = () => 0 }, () => { globalThis.evil = 1 }, () => { JSON.stringify = () => '{}' },
          () => { ({}).constructor.prototype.toJSON = () => 1 }, () => { (function* () {})().__proto__ = null; Object.getPrototypeOf(function* () {}).evil = 1 }, () => { Object.setPrototypeOf(Array.prototype, null) },
          () => { delete Map.prototype.get }, () => { RegExp.prototype.exec = null }, () => { Object.getPrototypeOf([][Symbol.iterator]()).next = null }]) {
          try { act() } catch (e) { log('refused') }
        }
      }
      emit([({}).evil === undefined, [1].length === 1 && [].push.length === 1, Math.max(1, 2) === 2, globalThis.evil === undefined, JSON.stringify({ a: 1 }) === '{"a":1}', [...new Map([[1, 2]])].length === 1, /a/.test('a')].map(Number))`)
    for (const v of [1, 0, 1]) expect(value(await give(v))).toEqual(Float64Array.of(1, 1, 1, 1, 1, 1, 1))
    await script.close()
  })

  test('may still name its errors and give objects a toString', async () => {
    expect(await once("class E extends Error { constructor(m) { super(m); this.name = 'Leak' } }; const o = {}; o.toString = () => 'o'; emit(`${o} ${new E('m').name}`)")).toBe('o Leak')
  })

  // ---- out of bounds ----------------------------------------------------------------------------------------------------

  test.each([
    ['an endless loop', 'for (;;);', /longer than 100 ms/],
    ['one that catches everything', 'for (;;) { try { for (;;); } catch {} finally { continue } }', /longer than 100 ms/],
    ['an endless getter in what it emits', 'emit({ get a() { for (;;); } })', /longer than 100 ms/],
    ['an endless message of its error', "throw { get then() { for (;;); }, get message() { for (;;); } }", /threw a record|longer than/],
    ['an endless regular expression', "/^(a+)+$/.test('a'.repeat(60) + 'b')", /longer than 100 ms/],
    ['endless jobs behind its end', '(async () => { for (;;) await 0 })()', /longer than 100 ms/],
    ['a promise', '(async () => 1)().then(() => 1); return (async () => 1)()', /returned a promise/],
    ['a deep recursion', '(function f() { f() })()', /RangeError|stack/i],
    ['a deep value', 'let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; emit(a)', /deeper than 64/],
    ['deep state', 'let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; state.a = a', /deeper than 64/],
    ['too many samples', 'for (let i = 0; i < 1000; i++) emit(i)', /More than 100 samples/],
    ['too much at once', "emit('x'.repeat(2e6))", /characters left in one call/],
  ])('fails that sample only: %s', async (_what, bad, says) => {
    const { give, script } = await all.open(`if (sample.value === 0) { ${bad} } else emit(sample.value)`, says.source.includes('longer') ? { timeLimitMs: 100 } : {})
    const ends = await Promise.all([give(1), give(0), give(2)])
    expect(value(ends[0]!)).toBe(1)
    expect(ends[1]).toMatch(says)
    expect(value(ends[2]!)).toBe(2)
    expect(value(await give(3))).toBe(3)
    await script.close()
  })

  test.each([
    ['arrays', 'const a = []; for (;;) a.push(new Array(1000).fill(1.5))'],
    ['objects', 'const a = []; for (;;) a.push({ x: [1, 2, 3] })'],
    ['a map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)'],
    ['buffers', 'const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))'],
    ['text', "let s = 'x'; for (;;) s += s + 'y'"],
    ['text in pieces', "'x'.repeat(2 ** 28).split('').length"],
  ])('that bombs the memory with %s fails that sample, and neither the next nor others', async (_what, bomb) => {
    const { give, script, kept } = await all.open(`state.n = (state.n ?? 0) + 1; if (sample.value === 0) { ${bomb} } emit(state.n)`)
    const other = await all.open('state.n = (state.n ?? 0) + 1; emit(state.n)')
    const [a, b, c, d] = await Promise.all([give(1), give(0), give(1), other.give(1)])
    expect(b).toMatch(/^failed: /)
    expect([a, c, d].map((end) => value(end!))).toEqual([1, 2, 1])
    expect(kept()).toEqual({ n: 2 })
    expect(value(await other.give(1))).toBe(2)
    expect(script.health().state).toBe('ok')
    await Promise.all([script.close(), other.script.close()])
  }, 60_000)

  /** Published ways out of vm, vm2, isolated-vm, QuickJS and SES sandboxes, as code that says what it found. */
  const ways: readonly (readonly [string, string])[] = [
    ['the constructor of a constructor', "return this?.constructor ?? sample.constructor.constructor('return process')()"],
    ['the constructor of emit', "return emit.constructor('return process')()"],
    ['the constructor of an async function', "return (async () => 0).constructor('return process')()"],
    ['the constructor of a generator', "return Object.getPrototypeOf(function* () {}).constructor('return process')().next().value"],
    ['an error of the host', "try { emit('nowhere', 1) } catch (e) { return e.constructor.constructor('return process')() }"],
    ['an error from overflow', "try { (function f() { f() })() } catch (e) { return e.constructor.constructor('return process')() }"],
    ['prepareStackTrace', 'Error.prepareStackTrace = (_, frames) => frames; return new Error().stack[0].getThis()'],
    ['a stack frame', "const e = new Error(); Error.captureStackTrace?.(e); return e.stack.map((f) => f.getFunction())"],
    ['callers', "return emit.caller ?? emit.arguments.callee.caller"],
    ['Symbol.species', "class P extends Map { static get [Symbol.species]() { return (c) => c.constructor('return process')() } } return new P().constructor[Symbol.species](emit)"],
    ['a proxy as the thrown', "throw new Proxy(() => 0, { get: (_, __, r) => r.constructor.constructor('return process')() })"],
    ['a proxy as state', "return new Proxy({}, { getPrototypeOf: () => Object.prototype, ownKeys: (t) => t.constructor.constructor('return process')() })"],
    ['import()', "import('node:fs'); import('node:child_process'); return typeof process === 'object' ? process : undefined_"],
    ['require', "return require('node:child_process').execSync('id').toString()"],
    ['process', 'return process.env.PATH'],
    ['globalThis of another realm', "return globalThis.process ?? globalThis.global ?? globalThis.ivm ?? globalThis.$0 ?? globalThis.std ?? globalThis.os ?? nothing"],
    ['eval', "return (0, eval)('process')"],
    ['new Function', "return new Function('return process')()"],
    ['WebAssembly', 'return new WebAssembly.Memory({ initial: 1 })'],
    ['SharedArrayBuffer', 'return new SharedArrayBuffer(8)'],
    ['fetch', "return fetch('http://127.0.0.1')"],
    ['timers', 'return setTimeout(() => 0, 0)'],
    ['the weak', 'return new WeakRef({})'],
  ]
  test.each(ways)('finds no way out by %s', async (_what, code) => {
    expect(await once(code)).toMatch(/^failed: .*(Error|threw|not a function|of a class|Not supported)/)
  })

  test('cannot leave its function by closing it', async () => {
    const end = await all.open("} , (() => { emit('out') })(), function () {").catch((e: unknown) => e)
    // It parses, runs nothing of ours, and has nothing to call.
    expect(end).toBeInstanceOf(Error)
  })

  // ---- its process ------------------------------------------------------------------------------------------------------

  test('begins again after its process was killed: nothing is lost, nothing counts twice', async () => {
    const { give, kept, script } = await all.open('state.n = (state.n ?? 0) + 1; for (let i = 0; i < 2e5; i++); emit(state.n)')
    await give(0)
    const under = Array.from({ length: 300 }, (_, i) => give(i))
    process.kill(all.host.pids()[0]!, 'SIGKILL')
    const ends = (await Promise.all(under)).map(value)
    expect(ends).toEqual(Array.from({ length: 300 }, (_, i) => i + 2))
    expect(kept()).toEqual({ n: 301 })
    expect(script.health().state).toBe('ok')
    await script.close()
  })

  test('leaves no process behind', async () => {
    const own = scripts({ interpreters: [interpreter] })
    const a = await own.open('emit(1)')
    const b = await own.open('emit(2)')
    const [pid, ...more] = own.host.pids()
    expect(more).toEqual([])
    const told: unknown[] = []
    void a.give(1).then((end) => told.push(end))
    await a.script.close()
    await a.script.close()
    expect(await a.give(1)).toBe('failed: the node is closed')
    expect(value(await b.give(1))).toBe(2)
    expect(alive(pid!)).toBe(true)
    await b.script.close()
    expect(alive(pid!)).toBe(false)
    const c = await own.open('emit(3)')
    expect(value(await c.give(1))).toBe(3)
    expect(told).toEqual([])
    const [again] = own.host.pids()
    await own.host.close()
    expect(alive(again!)).toBe(false)
    await expect(own.open('')).rejects.toThrow('the engine is stopping')
  })

  test('that stands still is killed, and goes on', async () => {
    const own = scripts({ interpreters: [interpreter], hangMs: 300 })
    const { give, script } = await own.open('emit(sample.value)', { timeLimitMs: 100 })
    await give(1)
    const [pid] = own.host.pids()
    process.kill(pid!, 'SIGSTOP')
    const stuck = give(2)
    await until('its health tells', () => script.health().state === 'error')
    expect(script.health().text).toContain('did not answer')
    expect(value(await stuck)).toBe(2)
    expect(alive(pid!)).toBe(false)
    expect(own.host.pids()).not.toContain(pid)
    await own.host.close()
  })
})

describe('a process of its own', () => {
  test('is taken from code that brings it down with one sample, and others stay where they are', async () => {
    // Stands for a bomb that kills: the test kills the process whenever this code is under way.
    const all = scripts({ interpreters: ['isolated-vm'] })
    const bad = await all.open('if (sample.value === 0) for (;;); emit(1)')
    const good = await all.open('emit(2)')
    const [shared] = all.host.pids()
    const end = bad.give(0)
    const kill = setInterval(() => all.host.pids().forEach((pid) => process.kill(pid, 'SIGKILL')), 300)
    expect(await end).toMatch(/^failed: The code's process ended under this sample: signal SIGKILL/)
    clearInterval(kill)
    expect(value(await bad.give(1))).toBe(1)
    expect(value(await good.give(1))).toBe(2)
    expect(all.host.pids()).toHaveLength(2)
    expect(all.host.pids()).not.toContain(shared)
    expect(bad.logs.join()).toContain('one of its own from now on')
    await all.host.close()
  })

  test('passes over an interpreter that does not start', async () => {
    const all = scripts({ interpreters: ['nothing' as Interpreter, 'quickjs'] })
    const { logs, give } = await all.open('emit(1)')
    expect(logs.join()).toMatch(/runs in quickjs.*slower than isolated-vm: nothing does not run here/)
    expect(value(await give(0))).toBe(1)
    await all.host.close()
  })

  test('that none starts in fails the deploy', async () => {
    const all = scripts({ interpreters: [] })
    await expect(all.open('emit(1)')).rejects.toThrow(/NODE_OPEN.*cannot be run here/)
    await all.host.close()
  })

  test('state starts from a seed of its own place', async () => {
    const all = scripts({})
    const a = await all.open('emit(Math.random())')
    const b = await all.open('emit(Math.random())', {}, newScriptState())
    expect(value(await a.give(0))).toBe(value(await b.give(0)))
    await all.host.close()
  })
})
