// A card of a large flow from afar: a box as large as the card, with its title and the shape of its state. It listens to its state
// alone, and its ports are bare places until the pointer or the selection is on it: then wires can be pulled from them.
import { useState } from 'react'
import { useStoreApi } from 'reactflow'
import type { CatalogueNode, Issue } from '#kit'
import type { AlarmBody, NodeEntry, NodeStatus } from '#format'
import { alarmOf, conditionOf, hearingOf, issuesAt, type Hearing } from '../state/status.ts'
import { said } from '../language/said.ts'
import type { State } from '../state/model.ts'
import { cardOf } from './cards.ts'
import { useNodeNews } from './node-news.ts'
import { Port } from './port-row.tsx'
import type { Drawn } from './detail.tsx'
import './far-card.css'

const told = new WeakMap<NodeStatus, { readonly alarm: AlarmBody | undefined; readonly fault: Issue | undefined; readonly hearing: Hearing; readonly text: string }>()
/** 'shape border words', one text: the card is drawn anew when it changes. Asked of a thousand cards at every status: kept. */
export function farState(s: State, id: string): string {
  const status = s.live.nodes[id]
  const alarm = alarmOf(s, id)
  const hearing = hearingOf(s)
  const fault = issuesAt(s.issues, id)[0]
  const known = status && told.get(status)
  if (known && known.alarm === alarm && known.fault === fault && known.hearing === hearing) return known.text
  const text = farText(status, alarm, fault, hearing)
  if (status) told.set(status, { alarm, fault, hearing, text })
  return text
}
function farText(status: NodeStatus | undefined, alarm: AlarmBody | undefined, fault: Issue | undefined, hearing: Hearing): string {
  const { shape, text } = conditionOf(status, alarm, hearing)
  const level = shape === 'bad' || fault?.level === 'error' ? 'bad' : fault && shape === 'ok' ? 'warn' : shape
  const border = shape === 'bad' ? 'alarm' : (shape === 'warn' && hearing === 'open') || alarm ? 'warn' : ''
  const words = said(level !== shape && fault ? fault.text : text)
  return `${level}|${border}|${alarm?.state === 'unacknowledged' || alarm?.state === 'returned' ? 'unack' : ''}|${words}`
}

export function FarCard({ id, entry, type, selected, detail }: { readonly id: string; readonly entry: NodeEntry; readonly type: CatalogueNode | undefined; readonly selected: boolean; readonly detail: Exclude<Drawn, 'whole'> }) {
  const [level = '', border = '', unack = '', ...words] = useNodeNews(id, (s) => farState(s, id)).split('|')
  const title = entry.name || said(type?.title) || entry.type
  const drawing = useStoreApi()
  const card = cardOf(id, drawing.getState().nodeLookup.get(id))
  const text = words.join('|')
  const [over, setOver] = useState(false)
  const ports = useNodeNews(id, (s) => s.ports[id])
  // Marks are too small to hit a port of.
  const ready = detail === 'box' && (over || selected)
  const portAt = (port: string, y: number, side: 'input' | 'output') => {
    const type = ports?.[`${side}s`][port]
    const place = side === 'input' ? 'target' : 'source'
    return ready && type ? <span key={`${side} ${port}`} className={`far-port ${side}`} style={{ top: y }}><Port node={id} name={port} port={type} side={side} /></span> : <i key={`${side} ${port}`} className={place} data-handleid={port} data-handlepos={side === 'input' ? 'left' : 'right'} style={{ top: y }} />
  }
  return (
    <div className={`node far ${detail} ${border} ${unack} ${selected ? 'sel' : ''} ${type ? '' : 'unknown'}`} style={{ width: card?.width, height: card?.height }} title={`${title}: ${text}`} onPointerEnter={() => setOver(true)} onPointerLeave={() => setOver(false)}>
      {card ? Object.entries(card.inputs).map(([port, y]) => portAt(port, y, 'input')) : null}
      {card ? Object.entries(card.outputs).map(([port, y]) => portAt(port, y, 'output')) : null}
      {detail === 'mark' ? null : <span className="t">{title}</span>}
      <span className={`dot ${level}`} role="img" aria-label={text} />
    </div>
  )
}
