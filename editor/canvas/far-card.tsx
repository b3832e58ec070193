// A card of a large flow from afar: a box as large as the card, with its title and the shape of its state. It listens to its state
// alone, and its ports are bare places: no wire can be pulled from here.
import { useStoreApi } from 'reactflow'
import type { CatalogueNode } from '#kit'
import type { NodeEntry } from '#format'
import { said } from '../language/said.ts'
import { conditionOf, alarmOf, hearingOf, issuesAt } from '../state/status.ts'
import type { State } from '../state/model.ts'
import { useEditor } from '../state/here.ts'
import { cardOf } from './cards.ts'
import type { Detail } from './detail.tsx'
import './far-card.css'

/** 'shape border words', one text: the card is drawn anew when it changes. */
export function farState(s: State, id: string): string {
  const alarm = alarmOf(s, id)
  const hearing = hearingOf(s)
  const { shape, text } = conditionOf(s.live.nodes[id], alarm, hearing)
  const fault = issuesAt(s.issues, id)[0]
  const level = shape === 'bad' || fault?.level === 'error' ? 'bad' : fault && shape === 'ok' ? 'warn' : shape
  const border = shape === 'bad' ? 'alarm' : (shape === 'warn' && hearing === 'open') || alarm ? 'warn' : ''
  const words = said(level !== shape && fault ? fault.text : text)
  return `${level}|${border}|${alarm?.state === 'unacknowledged' || alarm?.state === 'returned' ? 'unack' : ''}|${words}`
}

export function FarCard({ id, entry, type, selected, detail }: { readonly id: string; readonly entry: NodeEntry; readonly type: CatalogueNode | undefined; readonly selected: boolean; readonly detail: Exclude<Detail, 'whole'> }) {
  const [level = '', border = '', unack = '', ...words] = useEditor((s) => farState(s, id)).split('|')
  const title = entry.name || said(type?.title) || entry.type
  const drawing = useStoreApi()
  const card = cardOf(id, drawing.getState().nodeLookup.get(id))
  const told = words.join('|')
  return (
    <div className={`node far ${detail} ${border} ${unack} ${selected ? 'sel' : ''} ${type ? '' : 'unknown'}`} style={{ width: card?.width, height: card?.height }} title={`${title}: ${told}`}>
      {card ? Object.entries(card.inputs).map(([port, y]) => <i key={`in ${port}`} className="target" data-handleid={port} data-handlepos="left" style={{ top: y }} />) : null}
      {card ? Object.entries(card.outputs).map(([port, y]) => <i key={`out ${port}`} className="source" data-handleid={port} data-handlepos="right" style={{ top: y }} />) : null}
      {detail === 'box' ? <span className="t">{title}</span> : null}
      <span className={`dot ${level}`} role="img" aria-label={told} />
    </div>
  )
}
