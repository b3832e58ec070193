// How the cost of a sample grows with the nodes of a flow, its tags and its wires: per node passed, per sample, per wire.
import type { ShapeName } from '../shapes.ts'
import { rounds } from '../rounds.ts'
import type { Case, Row } from '../report.ts'

interface Step {
  readonly shape: ShapeName
  readonly n: number
  readonly title: string
  readonly unit: string
  /** Of what the unit counts, for one sample in. */
  readonly by: number
}
const steps: readonly Step[] = [
  ...[10, 100, 1000, 10_000].map((n) => ({ shape: 'rows' as const, n, title: `${n.toLocaleString('en-US')} nodes`, unit: 'nodes/s', by: n })),
  ...[10, 100, 1000, 10_000, 100_000].map((n) => ({ shape: 'tags' as const, n, title: `${n.toLocaleString('en-US')} tags`, unit: 'samples/s', by: 1 })),
  ...[3, 10, 32, 100].map((n) => ({ shape: 'mesh' as const, n, title: `${(n * n).toLocaleString('en-US')} wires`, unit: 'wires/s', by: n * n })),
]
const notes: Partial<Record<ShapeName, string>> = { rows: 'rows of ten transform.scale, all fed by one source; a node passed counts', tags: 'filter.deadband, the tags in turn', mesh: 'each of n nodes wired to each of n sinks; a wire passed counts' }

export const growth: Case = {
  name: 'growth',
  async run(options) {
    const rows: Row[] = []
    const firsts = new Map<ShapeName, number>()
    // Quick: only the ends.
    const isEnd = ({ shape }: Step, i: number): boolean => steps[i - 1]?.shape !== shape || steps[i + 1]?.shape !== shape
    const chosen = options.quick ? steps.filter(isEnd) : steps
    for (const { shape, n, title, unit, by } of chosen) {
      const r = await rounds(`growth: ${title}`, { headgate: { name: 'shape', task: { shape, n, samples: Math.ceil((shape === 'tags' ? 1.5e6 : 4e6) / by) }, engine: true, uncounted: options.quick } }, options, { rounds: 2, passes: 2 })
      const row = r.row('headgate', by)
      const first = firsts.get(shape)
      if (first === undefined) firsts.set(shape, row.rate)
      rows.push({ contender: title, unit, ...row, ratios: first === undefined ? [] : [{ to: 'the smallest', value: row.rate / first }], note: first === undefined ? notes[shape]! : '', nsEach: 1e9 / row.rate })
    }
    return rows
  },
}
