// What watching costs the engine: the real engine process with 100,000 samples a second through five nodes, unwatched, with
// the status of all ports asked for 20 times a second, and with every output pinned. Its CPU time, by the system's count.
import { median } from '../measure.ts'
import { contend } from '../process.ts'
import type { ViewsResult } from '../contenders/views.ts'
import type { Case } from '../report.ts'

export const views: Case = {
  name: 'views',
  async run({ quick, say }) {
    say('views')
    const { none, status, pinned } = await contend<ViewsResult>('views', { ms: quick ? 1500 : 3000, rounds: quick ? 1 : 3 })
    const cost = (of: readonly number[]): { to: string; value: number } => ({ to: 'unwatched', value: median(of.map((us, i) => us / none[i]!)) })
    const row = (contender: string, of: readonly number[], note: string) => ({ contender, rate: median(of), unit: 'µs of CPU time a sample', rounds: of, ratios: of === none ? [] : [cost(of)], note: `${(median(of) * 10).toFixed(1)} % of a core${note}` })
    return [
      row('unwatched', none, '; the engine process, its source with it, 100,000 samples/s'),
      { ...row('status of all ports, 20 a second', status, ''), expected: 'below 1.1x' },
      row('every output pinned', pinned, '; plots and logs: thinned to 2,000 a second each'),
    ]
  },
}
