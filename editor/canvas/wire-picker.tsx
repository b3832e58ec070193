// Wiring by keyboard: every wire that the selected node could get, those that fit first, the others with the reason.
import { useMemo } from 'react'
import { formatType, type PortType } from '#kit'
import { formatEnd, formatWire, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import type { State } from '../state/model.ts'
import { actions, store } from '../state/here.ts'
import { partnersOf, type Verdict } from '../state/wiring.ts'
import { PickList, type Choice } from './pick-list.tsx'

interface Offer {
  readonly from: WireEnd
  readonly to: WireEnd
  readonly text: string
  readonly type: PortType
  readonly verdict: Verdict
}

function choicesOf(s: State, node: string): Offer[] {
  const name = (id: string): string => s.document?.flow.nodes[id]?.name || said(s.types.get(s.document?.flow.nodes[id]?.type ?? '')?.title) || id
  const ports = s.ports[node]
  const outgoing = Object.keys(ports?.outputs ?? {}).flatMap((port) =>
    partnersOf(s, { node, port }, 'output').map((p): Offer => ({ from: { node, port }, to: p.end, text: `${port} → ${name(p.end.node)}, ${p.end.port}`, type: p.type, verdict: p.verdict })))
  const incoming = Object.keys(ports?.inputs ?? {}).flatMap((port) =>
    partnersOf(s, { node, port }, 'input').map((p): Offer => ({ from: p.end, to: { node, port }, text: `${name(p.end.node)}, ${p.end.port} → ${port}`, type: p.type, verdict: p.verdict })))
  // What is still needed comes first: inputs without a wire, of this node before those of others.
  const open = (c: Offer): boolean => !(s.document?.flow.wires ?? []).some((w) => w.endsWith(` -> ${formatEnd(c.to)}`))
  const rank = (c: Offer): number => (c.verdict.ok ? 0 : 4) + (open(c) ? 0 : 2) + (c.to.node === node ? 0 : 1)
  return [...outgoing, ...incoming].toSorted((a, b) => rank(a) - rank(b))
}

export function WirePicker({ node, onClose }: { readonly node: string; readonly onClose: () => void }) {
  const all = useMemo(() => choicesOf(store.getState(), node), [node])
  const choices = (search: string): readonly Choice[] => {
    const words = search.toLowerCase().split(/\s+/)
    return all.filter((w) => words.every((word) => w.text.toLowerCase().includes(word))).map((w) => ({ id: formatWire(w), text: w.text, note: w.verdict.ok ? formatType(w.type) : said(w.verdict.issue.text), no: !w.verdict.ok }))
  }
  return (
    <PickList
      label={t('Connect')}
      placeholder={t('Connect to…')}
      choices={choices}
      empty={() => (all.length === 0 ? t('There is no other port in this flow.') : t('No port has this name.'))}
      onTake={({ id }) => {
        const wire = all.find((w) => formatWire(w) === id)
        if (wire && actions.connect(wire.from, wire.to)) onClose()
      }}
      onClose={onClose}
    />
  )
}
