// Where the cards on the canvas lie and how large they are, as React Flow measured them; of one that it never drew, as its
// ports make it.
import { useCallback } from 'react'
import { useReactFlow, type InternalNode } from 'reactflow'
import type { Boxes } from '../state/arrange.ts'
import { isPortsNode } from '../state/inside.ts'
import { COMMENT } from './comment-view.tsx'
import { MANY } from './detail.tsx'
import { estimatedCard, type Card } from '../state/layout.ts'
import { store } from '../state/here.ts'

/** Places are the draft's: React Flow may not have taken them over yet. */
export function cardOf(id: string, node: InternalNode | undefined): Card | undefined {
  const { document, ports } = store.getState()
  const entry = document && Object.hasOwn(document.flow.nodes, id) ? document.flow.nodes[id]! : undefined
  if (!entry) return undefined
  const guess = estimatedCard(entry.at, ports[id]?.inputs ?? {}, ports[id]?.outputs ?? {})
  const { width, height } = node?.measured ?? {}
  if (width === undefined || height === undefined) return guess
  const heights = (side: 'source' | 'target'): { readonly [port: string]: number } => Object.fromEntries((node?.internals.handleBounds?.[side] ?? []).map((h) => [h.id ?? '', h.y + h.height / 2]))
  return { x: entry.at[0], y: entry.at[1], width, height, inputs: heights('target'), outputs: heights('source') }
}

/** How large a card of a large flow will be about: a quarter of a pixel off, so that measuring it always tells something new. */
export function guessOf(id: string, nodes: number): Card | undefined {
  const { document, ports } = store.getState()
  const entry = document?.flow.nodes[id]
  if (nodes <= MANY || !entry || isPortsNode(id) || entry.type === COMMENT || !Object.hasOwn(ports, id)) return undefined
  const card = estimatedCard(entry.at, ports[id]!.inputs, ports[id]!.outputs)
  return { ...card, height: card.height + 0.25 }
}

export function useCards(): (ids?: readonly string[]) => { readonly [id: string]: Card } {
  const { getInternalNode } = useReactFlow()
  return useCallback((ids = Object.keys(store.getState().document?.flow.nodes ?? {})) => Object.fromEntries(ids.filter((id) => !isPortsNode(id)).flatMap((id) => { const card = cardOf(id, getInternalNode(id)); return card ? [[id, card]] : [] })), [getInternalNode])
}

export const selectedNodes = (): readonly string[] => store.getState().document?.selection.nodes ?? []
/** Of what is selected. */
export function useSelectedBoxes(): () => Boxes {
  const cards = useCards()
  return useCallback(() => cards(selectedNodes()), [cards])
}
