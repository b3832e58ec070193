// Contenders in alternating rounds, each in a fresh process every time; then once more each for its allocations, and
// under the profiler when asked.
import { ENGINE_FLAGS } from '../../runtime/engine/supervisor.ts'
import { BYTES_FLAGS, median, type Hot, type Measured, type MeasureTask } from './measure.ts'
import { contend } from './process.ts'
import type { CaseOptions, Row } from './report.ts'

export interface Contender {
  /** Of contenders/. */
  readonly name: string
  readonly task: Readonly<Record<string, unknown>> & Pick<MeasureTask, 'samples'>
  /** Runs with an engine's V8 options. */
  readonly engine?: boolean
  /** Its allocations are not counted: they are not all in this thread's heap, or of no interest. */
  readonly uncounted?: boolean
}
export interface Rounds<Key extends string> {
  readonly of: Readonly<Record<Key, readonly Measured[]>>
  /** Of the rates in one round, measured within seconds; the median of those. */
  ratio(a: Key, b: Key): number
  /** Its rate, `by` as much as a sample is worth, and what goes with it. */
  row(key: Key, by?: number): Pick<Row, 'rate' | 'rounds' | 'byClock' | 'bytes' | 'top'>
  /** Samples at the sink in the check: the same of all. */
  readonly arrived: number
}

/** `passes` and rounds are for a run that is not quick. */
export async function rounds<Key extends string>(label: string, contenders: Readonly<Record<Key, Contender>>, { quick, profile, say }: CaseOptions, times: { readonly rounds: number; readonly passes: number } = { rounds: 3, passes: 3 }): Promise<Rounds<Key>> {
  const keys = Object.keys(contenders) as Key[]
  const results = Object.fromEntries(keys.map((key) => [key, [] as Measured[]])) as Record<Key, Measured[]>
  const bytes: Partial<Record<Key, number>> = {}
  const top: Partial<Record<Key, readonly Hot[]>> = {}
  const ask = (key: Key, more: Partial<MeasureTask> = {}): Promise<Measured> => {
    const { name, task, engine } = contenders[key]
    const samples = Math.ceil(task.samples * (quick ? 0.3 : 1))
    return contend<Measured>(name, { passes: quick ? 1 : times.passes, ...task, samples, ...more }, 60_000, [...(engine === true ? ENGINE_FLAGS : []), ...(more.bytes === true ? BYTES_FLAGS : [])])
  }
  const count = quick ? 1 : times.rounds
  for (let round = 0; round < count; round++) {
    say(`${label}${count > 1 ? `, round ${round + 1} of ${count}` : ''}`)
    for (const key of keys) results[key].push(await ask(key))
  }
  for (const key of keys) {
    if (contenders[key].uncounted !== true && (!quick || contenders[key].engine === true)) bytes[key] = (await ask(key, { bytes: true })).bytesPerSample!
    if (profile) top[key] = (await ask(key, { profile: true })).top!
  }
  const all = keys.flatMap((key) => results[key].map((r) => ({ key, ...r })))
  const [first] = all
  for (const { key, arrived, last } of all) {
    const off = last === null || first!.last === null ? 0 : Math.abs(last - first!.last) / Math.max(1, Math.abs(first!.last))
    if (arrived !== first!.arrived || !(off < 1e-9)) throw new Error(`${label}: of the same readings '${first!.key}' has passed on ${first!.arrived}, the last of them ${first!.last}, and '${key}' ${arrived}, the last of them ${last}`)
  }
  if (!(first!.arrived > 0)) throw new Error(`${label}: nothing arrived`)
  const rate = (key: Key): number => median(results[key].map((r) => r.perSecond))
  return {
    of: results,
    arrived: first!.arrived,
    ratio: (a, b) => median(results[a].map((r, i) => r.perSecond / results[b][i]!.perSecond)),
    row: (key, by = 1) => ({
      rate: rate(key) * by,
      rounds: results[key].map((r) => r.perSecond * by),
      byClock: median(results[key].map((r) => r.byClock)) * by,
      ...(bytes[key] === undefined ? {} : { bytes: bytes[key] / by }),
      ...(top[key] === undefined ? {} : { top: top[key] }),
    }),
  }
}
