// Time from source to sink at half of the rate that the flow can take, and at 100,000 a second. Sends are scheduled
// beforehand, and a late one counts from when it was due: nothing waits for an answer, so no stall hides what it delays.
import { ENGINE_FLAGS } from '../../../runtime/engine/supervisor.ts'
import { median } from '../measure.ts'
import { contend } from '../process.ts'
import type { LatencyResult, Spread } from '../contenders/latency.ts'
import type { Case, Row } from '../report.ts'

export const latency: Case = {
  name: 'latency',
  async run({ quick, say }) {
    const rounds = quick ? 1 : 2
    const results: LatencyResult[] = []
    for (let round = 0; round < rounds; round++) {
      say(`latency, round ${round + 1} of ${rounds}`)
      results.push(await contend<LatencyResult>('latency', { ms: quick ? 1000 : 4000 }, 60_000, ENGINE_FLAGS))
    }
    const row = (contender: string, of: (r: LatencyResult) => Spread): Row => {
      const spreads = results.map(of)
      const at = (what: keyof Spread): number => median(spreads.map((s) => s[what]))
      const us = (what: keyof Spread): string => `${at(what) < 10 ? at(what).toFixed(1) : Math.round(at(what))} µs`
      return { contender, rate: at('p99'), unit: 'µs p99', ratios: [], note: `p50 ${us('p50')}, p99.9 ${us('p999')}, longest ${us('longest')}; ${Math.round(at('perSecond')).toLocaleString('en-US')} samples/s through five nodes`, rounds: spreads.map((s) => s.p99), spreads }
    }
    const most = median(results.map((r) => r.most))
    return [row(`at half of ${Math.round(most / 1000).toLocaleString('en-US')},000 samples/s`, (r) => r.half), row('at 100,000 samples/s', (r) => r.slow)]
  },
}
