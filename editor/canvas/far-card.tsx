// A card of a large flow from afar: a box as large as the card, with its title and the shape of its state. It listens to its state
// alone, and its ports are bare places: no wire can be pulled from here.
import { useStoreApi } from 'reactflow'
import type { CatalogueNode, Issue } from '#kit'
import type { AlarmBody, NodeEntry, NodeStatus } from '#format'
import { conditionOf, alarmOf, hearingOf, issuesAt, type Hearing } from '../state/status.ts'
import type { State } from '../state/model.ts'
import { useEditor } from '../state/here.ts'
import { cardOf } from './cards.ts'
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
  const words = level !== shape && fault ? fault.text : text
  return `${level}|${border}|${alarm?.state === 'unacknowledged' || alarm?.state === 'returned' ? 'unack' : ''}|${words}`
}

export function FarCard({ id, entry, type, selected, detail }: { readonly id: string; readonly entry: NodeEntry; readonly type: CatalogueNode | undefined; readonly selected: boolean; readonly detail: Exclude<Drawn, 'whole'> }) {
  const [level = '', border = '', unack = '', ...words] = useEditor((s) => farState(s, id)).split('|')
  const title = entry.name || type?.title || entry.type
  const drawing = useStoreApi()
  const card = cardOf(id, drawing.getState().nodeLookup.get(id))
  const text = words.join('|')
  return (
    <div className={`node far ${detail} ${border} ${unack} ${selected ? 'sel' : ''} ${type ? '' : 'unknown'}`} style={{ width: card?.width, height: card?.height }} title={`${title}: ${text}`}>
      {card ? Object.entries(card.inputs).map(([port, y]) => <i key={`in ${port}`} className="target" data-handleid={port} data-handlepos="left" style={{ top: y }} />) : null}
      {card ? Object.entries(card.outputs).map(([port, y]) => <i key={`out ${port}`} className="source" data-handleid={port} data-handlepos="right" style={{ top: y }} />) : null}
      {detail === 'mark' ? null : <span className="t">{title}</span>}
      <span className={`dot ${level}`} role="img" aria-label={text} />
    </div>
  )
}
