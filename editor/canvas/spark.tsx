// A glance at a value: bars for a vector, a line for a series or for the last numbers. Drawn on one scale, its own.
import { memo } from 'react'

const W = 172
const H = 24

export const Bars = memo(function Bars({ values }: { readonly values: readonly number[] }) {
  const finite = values.filter(Number.isFinite)
  const top = Math.max(1e-12, ...finite.map(Math.abs))
  const step = W / Math.max(values.length, 1)
  const path = values.map((v, i) => {
    if (!Number.isFinite(v)) return ''
    const h = Math.max(1, (Math.abs(v) / top) * (H - 2))
    const w = Math.max(0.8, step * 0.68)
    return `M${(i * step).toFixed(1)} ${H}v${(-h).toFixed(1)}h${w.toFixed(1)}v${h.toFixed(1)}z`
  })
  return <svg className="spark bars" viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true"><path d={path.join('')} /></svg>
})

export const Line = memo(function Line({ values }: { readonly values: readonly number[] }) {
  const finite = values.filter(Number.isFinite)
  if (finite.length < 2) return <svg className="spark" viewBox={`0 0 ${W} ${H}`} aria-hidden="true" />
  const low = Math.min(...finite)
  const span = Math.max(...finite) - low
  const path = values.map((v, i) => {
    if (!Number.isFinite(v)) return ''
    const y = span === 0 ? H / 2 : H - 2 - ((v - low) / span) * (H - 4)
    // A value that is none leaves a gap: a line through it would be an invention.
    const pen = i > 0 && Number.isFinite(values[i - 1]) ? 'L' : 'M'
    return `${pen}${((i / (values.length - 1)) * W).toFixed(1)} ${y.toFixed(1)}`
  })
  return <svg className="spark line" viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true"><path d={path.join('')} /></svg>
})
