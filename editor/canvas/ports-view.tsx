// The ports of the subflow that is open, as a card at its edge: its inputs on the left, its outputs on the right. A wire from or
// to the plus makes a new one; a name is changed in place.
import { memo, useState } from 'react'
import { X } from 'lucide-react'
import type { NodeProps } from 'reactflow'
import type { ResolvedPort } from '#kit'
import { may, parseWire } from '#format'
import { t } from '../language/index.ts'
import { INPUTS, NEW_PORT } from '../state/inside.ts'
import { hearingOf } from '../state/status.ts'
import type { Side } from '../state/subflows.ts'
import { actions, useEditor } from '../state/here.ts'
import { useDrag } from './drag.ts'
import { Port, Reading } from './port-row.tsx'
import { useRemeasure } from './remeasure.ts'

export const PortsView = memo(function PortsView({ id }: NodeProps) {
  const side: Side = id === INPUTS ? 'inputs' : 'outputs'
  const ports = useEditor((s) => s.ports[id]?.[side === 'inputs' ? 'outputs' : 'inputs'])
  const status = useEditor((s) => s.live.nodes[id])
  const wires = useEditor((s) => s.document?.flow.wires)
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  const all = useEditor((s) => s.ports)
  // Without a line to a running flow these were the last values, as at the nodes.
  const old = useEditor((s) => hearingOf(s) !== 'open')
  const dragging = useDrag() !== null
  const names = Object.keys(ports ?? {}).filter((p) => p !== NEW_PORT)
  useRemeasure(id, names.join(' '))
  if (!ports) return null
  // An output takes whatever is wired to it: its unit is that of what is.
  const leaving = (name: string): ResolvedPort => {
    const from = parseWire(wires?.find((w) => w.endsWith(` -> ${id}.${name}`)) ?? '')?.from
    return (from && all[from.node]?.outputs[from.port]) ?? ports[name]!
  }
  const handle = side === 'inputs' ? 'output' : 'input'
  return (
    <div className={`ports-node ${side}`}>
      <header>{side === 'inputs' ? t('Inputs of the subflow') : t('Outputs of the subflow')}</header>
      {names.map((name) => {
        const last = side === 'inputs' ? status?.outputs[name] : status?.inputs[name]
        const open = side === 'inputs' && wires?.some((w) => w.startsWith(`${id}.${name} -> `)) !== true
        return (
          <div className="row" key={name}>
            {side === 'outputs' ? <Port node={id} name={name} port={ports[name]!} side={handle} /> : null}
            {side === 'inputs' && open ? <span className="open">{t('not wired')}</span> : side === 'inputs' ? <Reading status={last} port={ports[name]!} stale={old} /> : null}
            <Name side={side} name={name} allowed={allowed} />
            {side === 'outputs' ? <Reading status={last} port={leaving(name)} stale={old} /> : null}
            {allowed ? <button type="button" className="drop nodrag" aria-label={side === 'inputs' ? t('Remove input {name}', { name }) : t('Remove output {name}', { name })} title={t('Remove, with the wires of all instances')} onClick={() => actions.removePort(side, name)}><X size={12} /></button> : null}
            {side === 'inputs' ? <Port node={id} name={name} port={ports[name]!} side={handle} /> : null}
          </div>
        )
      })}
      {allowed ? (
        <div className="row new">
          {side === 'outputs' ? <Port node={id} name={NEW_PORT} port={newPort} side={handle} /> : null}
          <span>{dragging ? t('new: drop it here') : side === 'inputs' ? t('new: pull a wire') : t('new: wire it here')}</span>
          {side === 'inputs' ? <Port node={id} name={NEW_PORT} port={newPort} side={handle} /> : null}
        </div>
      ) : null}
    </div>
  )
})
const newPort = { kind: 'any', title: t('new port') } as const

function Name({ side, name, allowed }: { readonly side: Side; readonly name: string; readonly allowed: boolean }) {
  const [text, setText] = useState<string | null>(null)
  if (text === null) return <button type="button" className="pn nodrag" title={allowed ? t('{name}: double click to rename', { name }) : name} onDoubleClick={(e) => { e.stopPropagation(); if (allowed) setText(name) }} onKeyDown={(e) => { if ((e.key === 'F2' || e.key === 'Enter') && allowed) { e.preventDefault(); e.stopPropagation(); setText(name) } }}>{name}</button>
  const done = (keep: boolean): void => {
    setText(null)
    if (keep && text !== name && !actions.renamePort(side, name, text.trim())) actions.toast({ level: 'warning', text: t("'{text}' can be no name of a port here.", { text }), remedy: t('Take one without blanks that no other port has.') })
  }
  return (
    <input
      className="nodrag nopan" aria-label={t('Name of {name}', { name })} value={text} maxLength={64} autoFocus spellCheck={false}
      onFocus={(e) => e.target.select()} onChange={(e) => setText(e.target.value)} onBlur={() => done(true)}
      onKeyDown={(e) => {
        e.stopPropagation()
        if (e.key === 'Enter') done(true)
        else if (e.key === 'Escape') done(false)
      }}
    />
  )
}
