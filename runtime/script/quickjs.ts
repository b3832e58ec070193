// A sandbox of QuickJS, where isolated-vm does not load: an interpreter in WebAssembly, 10 to 50 times slower, with no
// machine code of its own. Its heap is a WebAssembly.Memory of fixed maximum, because its own memory limit is not kept.
import type * as QuickJs from 'quickjs-emscripten-core'
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core'
import { codeText, FILE, Gone, insideText, LOAD_MS, Refused, TookTooLong, type MakeSandbox } from './sandbox.ts'

const PAGES_PER_MB = 16
const STACK_BYTES = 256 * 1024

/** `variant` with its compiled module; compiled once, each sandbox is an instance of its own. */
export async function quickjs(core: typeof QuickJs, variant: QuickJSSyncVariant, wasm: Uint8Array<ArrayBuffer>): Promise<(...source: Parameters<MakeSandbox>) => Promise<ReturnType<MakeSandbox>>> {
  const wasmModule = await WebAssembly.compile(wasm)

  return async ({ code, timeLimitMs, memoryLimitMb, ...settings }) => {
    const wasmMemory = new WebAssembly.Memory({ initial: 256, maximum: memoryLimitMb * PAGES_PER_MB })
    const module = await core.newQuickJSWASMModuleFromVariant(core.newVariant(variant, { wasmModule, wasmMemory }))
    const vm = module.newContext()
    const { runtime } = vm
    let began = 0
    let limitMs = LOAD_MS
    runtime.setMaxStackSize(STACK_BYTES)
    runtime.setInterruptHandler(() => performance.now() - began > limitMs)

    let dead = false
    const broken = (said: string): never => {
      dead = true
      throw new Gone(/memory/i.test(said) ? `it needs more than ${memoryLimitMb} MB` : said)
    }
    type Result = ReturnType<typeof vm.evalCode>
    /** Runs what may end in the interpreter or break it. */
    const guarded = (limit: number, act: () => Result): QuickJs.QuickJSHandle => {
      if (dead) throw new Gone('it is out of memory')
      began = performance.now()
      limitMs = limit
      let result: Result
      try {
        result = act()
      } catch (thrown) {
        return broken(thrown instanceof Error ? thrown.message : String(thrown)) // the interpreter itself gave up
      }
      if (result.error === undefined) return result.value
      const error = vm.dump(result.error) as { name?: string; message?: string; stack?: string }
      result.error.dispose()
      if (error.message === 'interrupted') throw new TookTooLong()
      if (error.name === 'SyntaxError') {
        // Its columns are of the statement before.
        throw new Refused(error.message ?? 'it does not parse', Number(/code\.js:(\d+)/.exec(error.stack ?? '')?.[1] ?? 1))
      }
      return broken(error.message ?? String(error))
    }
    const invoke = (f: QuickJs.QuickJSHandle, limit: number, given: readonly QuickJs.QuickJSHandle[]): string => {
      const answer = guarded(limit, () => vm.callFunction(f, vm.undefined, ...given))
      const text = vm.getString(answer)
      answer.dispose()
      // What the code left behind in promises runs now, in the same time, and finds its call ended.
      while (runtime.hasPendingJob()) {
        const ran = runtime.executePendingJobs(1000)
        if (ran.error) ran.error.dispose()
        else if (ran.value === 0) break
        // They cannot be taken from it again.
        if (performance.now() - began > limit) broken(`what it left behind in promises took longer than ${limit} ms`)
      }
      // It looks at the clock between its own instructions, not inside a long built-in one.
      if (performance.now() - began > limit) throw new TookTooLong()
      return text
    }
    const flag = (ok: boolean): QuickJs.QuickJSHandle => (ok ? vm.true : vm.false)

    const made = guarded(LOAD_MS, () => vm.evalCode(insideText(settings), 'inside.js'))
    const given = guarded(LOAD_MS, () => vm.evalCode(codeText(code), FILE))
    const load = vm.getProp(made, 'load')
    guarded(LOAD_MS, () => vm.callFunction(load, vm.undefined, given)).dispose()
    const call = vm.getProp(made, 'call')
    const changed = vm.getProp(made, 'changed')
    return {
      call(text, ok) {
        if (dead) throw new Gone('it is out of memory')
        const s = vm.newString(text)
        try {
          return invoke(call, timeLimitMs, [s, flag(ok)])
        } finally {
          if (!dead) s.dispose()
        }
      },
      changed: (ok) => invoke(changed, LOAD_MS, [flag(ok)]),
      // Its memory goes with it; taking apart what may be broken would only risk an abort.
      dispose: () => void (dead = true),
    }
  }
}
