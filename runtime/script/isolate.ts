// A sandbox of isolated-vm: an isolate of V8 with its own heap, without anything of Node.js in it.
import type * as IsolatedVm from 'isolated-vm'
import { AHEAD, codeText, FILE, Gone, insideText, LOAD_MS, Refused, TookTooLong, type MakeSandbox } from './sandbox.ts'

type Ivm = typeof IsolatedVm
type Call = IsolatedVm.Reference<(text: string, ok: boolean) => string>

/** Throws where the library does not load on this machine. */
export function isolates(ivm: Ivm): MakeSandbox {
  // A library that loads and cannot run is no better than one that does not load.
  const trial = new ivm.Isolate({ memoryLimit: 8 })
  trial.createContextSync().evalSync('1 + 1')
  trial.dispose()

  return ({ code, timeLimitMs, memoryLimitMb, ...settings }) => {
    // After a catastrophic error V8 promises nothing about the whole process.
    const isolate = new ivm.Isolate({ memoryLimit: memoryLimitMb, onCatastrophicError: () => process.abort() })
    const gone = (thrown: unknown): never => {
      const said = thrown instanceof Error ? thrown.message : String(thrown)
      if (isolate.isDisposed) throw new Gone(/memory/i.test(said) ? `it needs more than ${memoryLimitMb} MB` : said)
      if (/timed out/.test(said)) throw new TookTooLong()
      isolate.dispose()
      throw new Gone(said)
    }
    try {
      const context = isolate.createContextSync()
      const load = context.evalSync(insideText(settings), { reference: true, timeout: LOAD_MS }) as IsolatedVm.Reference<{ load: unknown; call: unknown; changed: unknown }>
      const given = compile(isolate, code).runSync(context, { reference: true, timeout: LOAD_MS }) as IsolatedVm.Reference
      load.getSync('load', { reference: true }).applySync(undefined, [given.derefInto()], { timeout: LOAD_MS })
      const call = load.getSync('call', { reference: true }) as unknown as Call
      const changed = load.getSync('changed', { reference: true }) as unknown as IsolatedVm.Reference<(ok: boolean) => string>
      return {
        call(text, ok) {
          try {
            return call.applySync(undefined, [text, ok], { timeout: timeLimitMs }) as string
          } catch (thrown) {
            return gone(thrown)
          }
        },
        changed(ok) {
          try {
            return changed.applySync(undefined, [ok], { timeout: LOAD_MS }) as string
          } catch (thrown) {
            return gone(thrown)
          }
        },
        dispose() {
          if (!isolate.isDisposed) isolate.dispose()
        },
      }
    } catch (thrown) {
      if (!isolate.isDisposed) isolate.dispose()
      throw thrown
    }
  }
}

function compile(isolate: IsolatedVm.Isolate, code: string): IsolatedVm.Script {
  try {
    return isolate.compileScriptSync(codeText(code), { filename: FILE, columnOffset: -AHEAD })
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown
    const [, reason, line, column] = /^([^]*?) \[code\.js:(\d+):(-?\d+)\]/.exec(thrown.message) ?? [undefined, thrown.message, '1', '1']
    throw new Refused(reason!, Number(line), Math.max(1, Number(column)))
  }
}
