// Two runs of one output over each other: what happened as a line, the draft as a dashed one. Numbers only.
import { useMemo, type ReactElement } from 'react'
import uPlot from 'uplot'
import type { JsonSample } from '#kit'
import { t } from '../language/index.ts'
import { clock, padded, usePlot, xAxis, yAxis } from '../live/uplot.ts'

/** Time in s, then, draft; null where one has no sample of that time. */
export function overlaid(was: readonly JsonSample[], draft: readonly JsonSample[]): [number[], (number | null)[], (number | null)[]] {
  const rows = new Map<number, [number | null, number | null]>()
  const put = (samples: readonly JsonSample[], side: 0 | 1): void => {
    for (const { time, value } of samples) {
      if (typeof value !== 'number' && typeof value !== 'boolean') continue
      const row = rows.get(time) ?? [null, null]
      row[side] = Number(value)
      rows.set(time, row)
    }
  }
  put(was, 0)
  put(draft, 1)
  const times = [...rows.keys()].toSorted((a, b) => a - b)
  return [times.map((t) => t / 1000), times.map((t) => rows.get(t)![0]), times.map((t) => rows.get(t)![1])]
}

export function Overlay({ was, draft, title }: { readonly was: readonly JsonSample[]; readonly draft: readonly JsonSample[]; readonly title: string }): ReactElement | null {
  const data = useMemo(() => overlaid(was, draft), [was, draft])
  const { host } = usePlot(
    {
      make: (element, look, width, height) =>
        new uPlot(
          {
            width, height, pxAlign: false, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
            scales: { x: { time: false }, y: { range: (_u, low, high) => padded(low, high) } },
            axes: [xAxis(look, { values: (_u, ticks) => ticks.map(clock), space: 90 }), yAxis(look)],
            series: [{}, { stroke: look.lines[0]!, width: 1.4, points: { show: false }, spanGaps: true }, { stroke: look.lines[1]!, width: 1.4, dash: [6, 3], points: { show: false }, spanGaps: true }],
          },
          data, element,
        ),
      draw: (plot) => plot.setData(data),
      changed: () => data,
    },
    title,
  )
  if (data[0].length < 2) return null
  return <figure className="rp-plot"><div ref={host} role="img" aria-label={t('{title}: what happened, and what the draft gives', { title })} /><figcaption><span>— {t('what happened')}</span> <span>╌ {t('with the draft')}</span></figcaption></figure>
}
