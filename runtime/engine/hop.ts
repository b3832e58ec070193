// One hop: the function that takes samples at an input, and the one that sends them out of a port. This is the engine's
// hot path. V8 keeps its knowledge of a call site per function in a module, not per closure: with one module for all
// nodes every hop would be a call to anything, never inlined. So each of the first nodes of an engine gets a copy of
// this module of its own (hops.ts), and a chain of hops becomes one piece of machine code.
import { formatType, hasKind, issue, reasonOf, type Sample } from '#kit'
import type { Enter, NodeRun, OutPort } from './run.ts'

// Outcome bit of the sample under way; run.ts has the others.
const EMITTED = 1

/** The function that takes samples at an input of a synchronous node. */
export function entry(run: NodeRun, name: string): Enter {
  const port = run.inputs.get(name)!
  const { ctx, def, keyed, keyOf } = run
  if (keyed && keyOf) {
    return (sample) => {
      port.count++
      run.outcome = 0
      try {
        const key = keyOf(sample)
        if (key === run.key.tag || run.select(key)) def.receive!(sample, name, ctx)
      } catch (thrown) {
        run.fail(reasonOf(thrown))
      }
      if (run.outcome === EMITTED) run.passed++
      else run.conclude(sample, name)
    }
  }
  return (sample) => {
    port.count++
    run.outcome = 0
    try {
      if (!keyed || sample.tag === run.key.tag || run.select(sample.tag)) def.receive!(sample, name, ctx)
    } catch (thrown) {
      run.fail(reasonOf(thrown))
    }
    if (run.outcome === EMITTED) run.passed++
    else run.conclude(sample, name)
  }
}

/** As `entry`, behind a wire whose type is not known before it runs. */
export function checkedEntry(run: NodeRun, name: string, enter: Enter): Enter {
  const type = run.plan.ports.inputs[name]!
  const port = run.inputs.get(name)!
  return (sample) => {
    if (hasKind(sample.value, type.kind)) enter(sample)
    else {
      port.count++
      run.outcome = 0
      run.fail(issue('SAMPLE_TYPE', { port: name }, { port: name, expected: formatType(type), found: describe(sample) }))
      run.conclude(sample, name)
    }
  }
}

/** The function that sends a sample out of a port, to these entries. */
export function exit(run: NodeRun, name: string, targets: readonly Enter[]): Enter {
  const port = run.outputs.get(name)!
  const all = port.tap === undefined ? targets : [port.tap, ...targets]
  const [first, second] = all
  if (first === undefined) {
    return (sample) => {
      run.outcome |= EMITTED
      port.count++
      keep(port, sample)
    }
  }
  if (second === undefined) {
    return (sample) => {
      run.outcome |= EMITTED
      port.count++
      keep(port, sample)
      first(sample)
    }
  }
  return (sample) => {
    run.outcome |= EMITTED
    port.count++
    keep(port, sample)
    for (let i = 0; i < all.length; i++) all[i]!(sample)
  }
}

/** Puts down the last sample of a port. */
function keep(port: OutPort, sample: Sample): void {
  if (typeof sample.value === 'number') {
    const { parts } = port
    port.other = null
    port.tag = sample.tag
    parts[0] = sample.value
    parts[1] = sample.time
    parts[2] = sample.quality
  } else port.other = sample
}

function describe(sample: Sample): string {
  const v = sample.value
  if (v === null) return 'nothing'
  if (v instanceof Float64Array) return `vector[${v.length}]`
  if (v instanceof Float32Array) return 'series'
  if (v instanceof Uint8Array) return 'bytes'
  if (typeof v === 'string') return 'text'
  return typeof v === 'object' ? 'record' : typeof v
}
