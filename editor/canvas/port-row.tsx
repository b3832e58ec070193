// One port of a node: its handle, its name, its last value with unit, age and quality.
import { memo } from 'react'
import { Handle, Position } from 'reactflow'
import { displayUnit, formatType, type ResolvedPort } from '#kit'
import type { PortStatus } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatAge, formatRate, formatValue, numbersOf, severityOf, timeTitle } from '../state/format.ts'
import { severityWords } from '../live/words.ts'
import { useEditor } from '../state/here.ts'
import { usePortMark } from './drag.ts'

/** Readings older than this show their age. */
const AGE_MS = 5000

/** A new value of its node is no news to it. */
export const Port = memo(function Port({ node, name, port, side, missing = false }: { readonly node: string; readonly name: string; readonly port: ResolvedPort; readonly side: 'input' | 'output'; readonly missing?: boolean }) {
  const mark = usePortMark(node, name, side)
  const title = said(port.title) ?? name
  const type = missing ? t('which this node does not have') : formatType(port)
  return (
    <Handle
      type={side === 'input' ? 'target' : 'source'}
      position={side === 'input' ? Position.Left : Position.Right}
      id={name}
      role="img"
      aria-label={side === 'input' ? t('input {title}, {type}', { title, type }) : t('output {title}, {type}', { title, type })}
      title={`${title} · ${missing ? t('this node has no such port') : type}${port.help ? `\n${said(port.help)}` : ''}`}
      className={`port kind-${port.kind} port-${port.kind}${missing ? ' missing' : ''}${mark === null ? '' : ` mark-${mark}`}`}
    />
  )
})

/** The last value of a port. `stale`: the node says that it is not the present one. */
export function Reading({ status, port, stale }: { readonly status: PortStatus | undefined; readonly port: ResolvedPort; readonly stale: boolean }) {
  const unit = displayUnit(port.unit)
  const last = status?.last ?? null
  const time = last?.time
  const age = useEditor((s) => (time === undefined || s.live.clock - time < AGE_MS ? 0 : s.live.clock - time))
  if (last === null) return <span className="v none">–</span>
  const quality = severityOf(last)
  // The status carries 64 elements at most: the type knows how many there are.
  const cut = numbersOf(last.value)?.length === 64
  const shown = cut ? `[${port.length ?? '64+'}]` : formatValue(last.value)
  const told = quality === 'bad' ? (last.quality ?? t('not a number')) : quality === 'uncertain' ? last.quality : stale ? t('stale: not the present value') : t('good')
  const title = `${last.tag}: ${shown} ${unit}\n${timeTitle(last.time)} · ${told}${status && status.rate > 0 ? ` · ${formatRate(status.rate)}` : ''}`
  return (
    <span className={`v q-${quality}${stale ? ' stale' : ''}`} title={title}>
      {quality === 'good' ? null : <i className="q" aria-label={severityWords[quality]}>{quality === 'bad' ? '✕' : '?'}</i>}
      <span className="num">{shown}</span>
      {unit === '' ? null : <u>{unit}</u>}
      {age > 0 ? <small className="age">{formatAge(age)}</small> : null}
    </span>
  )
}
