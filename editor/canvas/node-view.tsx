// A node on the canvas. It listens to its own part of the store only: live values of one node redraw that node.
import { memo, useMemo, useState } from 'react'
import type { NodeProps } from 'reactflow'
import { displayUnit, type CatalogueNode, type ResolvedPort, type ResolvedPorts } from '#kit'
import type { NodeEntry, NodeStatus } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Icon } from '../shell/icon.tsx'
import { refusedOf } from '../state/derive.ts'
import { familyName } from '../state/families.ts'
import { foldInputs, foldOutputs, openPorts, wiredInputs, wiredOutputs } from '../state/fold.ts'
import { formatNumber, numbersOf, severityOf } from '../state/format.ts'
import { alarmOf, alarmText, conditionOf, ghostsOf, hearingOf, issuesAt } from '../state/status.ts'
import { useEditor, useParts } from '../state/here.ts'
import { useSought } from './drag.ts'
import { LossBadge } from './loss-badge.tsx'
import { useNodeNews } from './node-news.ts'
import { NoteFix } from './note-fix.tsx'
import { Port, Reading } from './port-row.tsx'
import { ShadowMark } from './shadow-mark.tsx'
import { ReplayMark, stepClass } from '../replay/marks.tsx'
import { COMMENT, CommentCard } from './comment-view.tsx'
import { useDrawn } from './detail.tsx'
import { FarCard } from './far-card.tsx'
import { useRemeasure } from './remeasure.ts'
import { Bars, Line } from './spark.tsx'
import './node.css'

const noPorts: ResolvedPorts = {}
const unknownPort: ResolvedPort = { kind: 'any' }
const nothingWritten: NonNullable<NodeStatus['actuator']> = { armed: false, mode: 'auto', written: null, readBack: null, denied: '' }

export const NodeView = memo(function NodeView({ id, selected }: NodeProps) {
  const entry = useNodeNews(id, (s) => s.document?.flow.nodes[id])
  const type = useNodeNews(id, (s) => s.types.get(entry?.type ?? ''))
  const drawn = useDrawn()
  useRemeasure(id, drawn === 'whole' ? 'whole' : null)
  if (entry?.type === COMMENT) return <CommentCard id={id} entry={entry} selected={selected ?? false} />
  if (entry && drawn !== 'whole') return <FarCard id={id} entry={entry} type={type} selected={selected ?? false} detail={drawn} />
  return entry ? <Card id={id} entry={entry} type={type} selected={selected ?? false} /> : null
})

function Card({ id, entry, type, selected }: { readonly id: string; readonly entry: NodeEntry; readonly type: CatalogueNode | undefined; readonly selected: boolean }) {
  // One subscription for all: each of them is made for every card that comes into view, and asked at every status.
  const [ports, ghosts, status, live, alarm, issues, wired, fed, alone, onPath, refused] = useParts((s) => {
    const { flow, selection } = s.document!
    return [s.ports[id], ghostsOf(flow, s.ports, id), s.live.nodes[id], hearingOf(s), alarmOf(s, id), issuesAt(s.issues, id), wiredOutputs(flow.wires, id), wiredInputs(flow.wires, id), selection.nodes.length === 1, stepClass(s, id), issuesAt(refusedOf(s), id)] as const
  })
  const inputs = ports?.inputs ?? noPorts
  const outputs = ports?.outputs ?? noPorts
  const outs = useMemo(() => foldOutputs(Object.keys(outputs), wired), [outputs, wired])
  const ins = useMemo(() => foldInputs(inputs, fed), [inputs, fed])
  const looked = selected && alone
  const soughtOuts = useSought(id, 'output', outs.folded)
  const soughtIns = useSought(id, 'input', ins.folded)
  // Of hundreds of ports all are drawn only when that is asked for, until the node is left.
  const [all, setAll] = useState(false)
  if (all && !looked) setAll(false)
  const shownOuts = useMemo(() => (all ? Object.keys(outputs) : looked || soughtOuts.length > 0 ? openPorts(Object.keys(outputs), outs.shown, soughtOuts) : outs.shown), [all, looked, outputs, outs, soughtOuts])
  const shownIns = useMemo(() => (all ? Object.keys(inputs) : looked || soughtIns.length > 0 ? openPorts(Object.keys(inputs), ins.shown, soughtIns) : ins.shown), [all, looked, inputs, ins, soughtIns])

  useRemeasure(id, [...shownIns, '|', ...shownOuts, '|', ...ghosts.inputs, '|', ...ghosts.outputs].join(' '))

  const condition = conditionOf(status, alarm, live)
  const fault = issues[0]?.level === 'error' ? issues[0] : (refused[0] ?? issues[0])
  const border = alarm ? (condition.shape === 'bad' ? 'alarm' : 'warn') : condition.shape === 'bad' ? 'alarm' : condition.shape === 'warn' && live === 'open' ? 'warn' : ''
  const dot = fault?.level === 'error' && condition.shape !== 'bad' ? { shape: 'bad', text: fault.text } : fault && condition.shape === 'ok' ? { shape: 'warn', text: fault.text } : condition
  const title = entry.name || said(type?.title) || entry.type
  // A warning of the draft is told in the problems panel; on the node it is a diamond, so that cards stay quiet.
  const note = said(fault?.level === 'error' ? fault.text : condition.shape === 'warn' || condition.shape === 'bad' ? (alarm ? alarm.message : condition.text) : '')
  const grave = fault?.level === 'error' || condition.shape === 'bad'
  return (
    <div className={`node ${border} ${selected ? 'sel' : ''} ${type ? '' : 'unknown'} ${condition.stale ? 'is-stale' : ''}${onPath} ${alarm?.state === 'unacknowledged' || alarm?.state === 'returned' ? 'unack' : ''}`}>
      <div className="hd">
        <Icon name={type ? type.icon : 'unplug'} />
        <div>
          <div className="t" title={`${title} (${id})`}>{title}</div>
          <div className="k">{status?.actuator ? `${armedText(status.actuator)} · ` : ''}{type ? (entry.name && entry.name !== type.title ? said(type.title) : familyName(type.type)) : t('{type} · not installed', { type: entry.type })}{alarm ? <Since alarm={alarm} /> : null}</div>
        </div>
        <span className={`dot ${dot.shape}`} role="img" aria-label={said(dot.text)} title={said(dot.text)} />
      </div>
      <Rows id={id} inputs={inputs} outputs={outputs} shownIns={shownIns} shownOuts={shownOuts} status={status} stale={condition.stale} />
      <Folded inputs={foldedOf(inputs, shownIns)} outputs={foldedOf(outputs, shownOuts)} status={status} onAll={looked ? () => setAll(true) : undefined} />
      {ghosts.inputs.map((name) => <div className="row" key={`i${name}`}><Port node={id} name={name} port={unknownPort} side="input" missing={type !== undefined} /><span className="pn gone">{name}</span></div>)}
      {ghosts.outputs.map((name) => <div className="row" key={`o${name}`}><span className="pn gone">{name}</span><Port node={id} name={name} port={unknownPort} side="output" missing={type !== undefined} /></div>)}
      <Glance id={id} outputs={outputs} status={status} />
      {status?.actuator || type?.effects === 'writes' ? <Actuator actuator={status?.actuator ?? nothingWritten} unit={Object.values(inputs)[0]?.unit} /> : null}
      {status?.queue && (status.queue.depth > 0 || type?.type === QUEUE) ? <Queue queue={status.queue} ledger={status.ledger} /> : null}
      <ShadowMark id={id} />
      <ReplayMark id={id} />
      {note === '' ? null : <div className={`note ${grave ? 'grave' : ''}`} title={note}>{note}</div>}
      {fault?.level === 'error' ? <NoteFix issue={fault} /> : null}
      <LossBadge id={id} />
    </div>
  )
}

/** Stands first in its line, so that a narrow node never cuts off whether it writes. */
function armedText(actuator: NonNullable<NodeStatus['actuator']>): string {
  if (!actuator.armed) return t('disarmed (card)')
  return { auto: t('armed (card)'), held: t('armed, held'), safe: t('armed, safe') }[actuator.mode]
}

function Since({ alarm }: { readonly alarm: NonNullable<ReturnType<typeof alarmOf>> }) {
  return <> · {useEditor((s) => alarmText(alarm, Math.max(s.live.clock, alarm.time)))}</>
}

/** Whose whole sense it is. */
const QUEUE = 'flow.queue'

function Queue({ queue, ledger }: { readonly queue: NonNullable<NodeStatus['queue']>; readonly ledger: NodeStatus['ledger'] }) {
  const dropped = Object.values(ledger.dropped).reduce((sum, n) => sum + n, 0)
  return (
    <>
      <div className="row"><span className="pn">{t('waiting')}</span><span className={`v${queue.depth > queue.limit / 2 ? ' q-uncertain' : ''}`}>{formatNumber(queue.depth)}<u>{t('of {limit}', { limit: formatNumber(queue.limit) })}</u></span></div>
      {dropped > 0 ? <div className="row"><span className="pn">{t('dropped')}</span><span className="v">{formatNumber(dropped)}</span></div> : null}
    </>
  )
}

/** Both come from one state: what is shown is among the ports. */
const drawnOf = (ports: ResolvedPorts, shown: readonly string[]): readonly (readonly [string, ResolvedPort])[] => shown.flatMap((name) => (Object.hasOwn(ports, name) ? [[name, ports[name]!] as const] : []))

/** One input and one output share a row, as most nodes have them; else each port has its own. */
function Rows({ id, inputs, outputs, shownIns, shownOuts, status, stale }: { readonly id: string; readonly inputs: ResolvedPorts; readonly outputs: ResolvedPorts; readonly shownIns: readonly string[]; readonly shownOuts: readonly string[]; readonly status: NodeStatus | undefined; readonly stale: boolean }) {
  const ins = Object.entries(inputs)
  const outs = Object.entries(outputs)
  const [onlyIn, onlyOut] = [ins[0], outs[0]]
  if (ins.length === 1 && outs.length === 1 && onlyIn && onlyOut) {
    return (
      <div className="row">
        <Port node={id} name={onlyIn[0]} port={onlyIn[1]} side="input" />
        <span className="pn">{onlyIn[0] === onlyOut[0] ? onlyIn[0] : `${onlyIn[0]} → ${onlyOut[0]}`}</span>
        <Reading status={status?.outputs[onlyOut[0]]} port={onlyOut[1]} stale={stale} />
        <Port node={id} name={onlyOut[0]} port={onlyOut[1]} side="output" />
      </div>
    )
  }
  return (
    <>
      {drawnOf(inputs, shownIns).map(([name, port]) => (
        <div className="row" key={`in ${name}`}>
          <Port node={id} name={name} port={port} side="input" />
          <span className="pn">{name}{port.optional ? <em>{' '}{t('optional')}</em> : null}</span>
          {outs.length === 0 || ins.length > 1 ? <Reading status={status?.inputs[name]} port={port} stale={stale} /> : null}
        </div>
      ))}
      {drawnOf(outputs, shownOuts).map(([name, port]) => (
        <div className="row" key={`out ${name}`}>
          <span className={`pn${ins.length > 0 ? ' out' : ''}`}>{name}</span>
          <Reading status={status?.outputs[name]} port={port} stale={stale} />
          <Port node={id} name={name} port={port} side="output" />
        </div>
      ))}
    </>
  )
}

const foldedOf = (ports: ResolvedPorts, shown: readonly string[]): readonly string[] => {
  const names = Object.keys(ports)
  if (names.length === shown.length) return noNames
  const kept = new Set(shown)
  return names.filter((name) => !kept.has(name))
}
const noNames: readonly string[] = []
/** Names in a tooltip. */
const NAMED = 30

/** Stands for the ports that are folded away: selecting the node opens them, of hundreds the first. What is bad among the outputs is not hidden. */
function Folded({ inputs, outputs, status, onAll }: { readonly inputs: readonly string[]; readonly outputs: readonly string[]; readonly status: NodeStatus | undefined; readonly onAll: (() => void) | undefined }) {
  if (inputs.length + outputs.length === 0) return null
  const count = inputs.length + outputs.length
  const bad = outputs.filter((name) => { const last = status?.outputs[name]?.last; return last && severityOf(last) === 'bad' })
  const optional = inputs.length > 0 ? t('+{number} optional in', { number: inputs.length }) : ''
  return (
    <div className="row more" title={onAll ? undefined : t('Select the node to see {ports}', { ports: `${[...inputs, ...outputs].slice(0, NAMED).join(', ')}${count > NAMED ? ' …' : ''}` })}>
      {onAll ? <button type="button" className="all-ports nodrag nopan" onClick={(e) => { e.stopPropagation(); onAll() }}>{t('Show {count} more ports', { count })}</button> : <span>{optional}{optional !== '' && outputs.length > 0 ? ', ' : ''}{outputs.length > 0 ? (optional === '' ? t('+{number} more', { number: outputs.length }) : t('+{number} more out', { number: outputs.length })) : ''}</span>}
      {bad.length > 0 ? <span className="v q-bad"><i className="q">✕</i>{t('{number} bad', { number: bad.length })}</span> : null}
    </div>
  )
}

/** Bars or a line of the first output that has a shape; a number only where it is alone. Its place is kept while there is no data. */
function Glance({ id, outputs, status }: { readonly id: string; readonly outputs: ResolvedPorts; readonly status: NodeStatus | undefined }) {
  const all = Object.entries(outputs)
  const shaped = all.find(([, p]) => p.kind === 'vector' || p.kind === 'series')
  const number = shaped || all.length > 1 ? undefined : all.find(([, p]) => p.kind === 'number')
  const trend = useEditor((s) => (number ? s.live.trends[`${id}.${number[0]}`] : undefined))
  if (shaped) {
    const values = numbersOf(status?.outputs[shaped[0]]?.last?.value ?? null)
    return <div className="glance" title={shaped[0]}>{shaped[1].kind === 'vector' ? <Bars values={values ?? []} /> : <Line values={values ?? []} />}</div>
  }
  return number ? <div className="glance" title={t('the last values of {port}', { port: number[0] })}><Line values={trend ?? []} /></div> : null
}

function Actuator({ actuator, unit }: { readonly actuator: NonNullable<NodeStatus['actuator']>; readonly unit: string | undefined }) {
  const shown = (v: number | null): string => (v === null ? '–' : formatNumber(v))
  const differs = actuator.written !== null && actuator.readBack !== null && formatNumber(actuator.written) !== formatNumber(actuator.readBack)
  return (
    <>
      <div className="row"><span className="pn">{t('written')}</span><span className="v">{shown(actuator.written)}<u>{displayUnit(unit)}</u></span></div>
      <div className="row"><span className="pn">{t('read back')}</span><span className={`v${differs ? ' q-uncertain' : ''}`}>{shown(actuator.readBack)}<u>{displayUnit(unit)}</u></span></div>
      {actuator.denied === '' ? null : <div className="note" title={said(actuator.denied)}>{t('not written: {denied}', { denied: said(actuator.denied) })}</div>}
    </>
  )
}
