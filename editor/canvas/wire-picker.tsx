// Wiring by keyboard: every wire that the selected node could get, those that fit first, the others with the reason.
import { useEffect, useMemo, useRef, useState } from 'react'
import { formatType, type PortType } from '#kit'
import { formatEnd, formatWire, type WireEnd } from '#format'
import type { State } from '../state/model.ts'
import { actions, store } from '../state/here.ts'
import { partnersOf, type Verdict } from '../state/wiring.ts'

interface Choice {
  readonly from: WireEnd
  readonly to: WireEnd
  readonly text: string
  readonly type: PortType
  readonly verdict: Verdict
}

function choicesOf(s: State, node: string): Choice[] {
  const name = (id: string): string => s.document?.flow.nodes[id]?.name || s.types.get(s.document?.flow.nodes[id]?.type ?? '')?.title || id
  const ports = s.ports[node]
  const outgoing = Object.keys(ports?.outputs ?? {}).flatMap((port) =>
    partnersOf(s, { node, port }, 'output').map((p): Choice => ({ from: { node, port }, to: p.end, text: `${port} → ${name(p.end.node)}, ${p.end.port}`, type: p.type, verdict: p.verdict })))
  const incoming = Object.keys(ports?.inputs ?? {}).flatMap((port) =>
    partnersOf(s, { node, port }, 'input').map((p): Choice => ({ from: p.end, to: { node, port }, text: `${name(p.end.node)}, ${p.end.port} → ${port}`, type: p.type, verdict: p.verdict })))
  // What is still needed comes first: inputs without a wire, of this node before those of others.
  const open = (c: Choice): boolean => !(s.document?.flow.wires ?? []).some((w) => w.endsWith(` -> ${formatEnd(c.to)}`))
  const rank = (c: Choice): number => (c.verdict.ok ? 0 : 4) + (open(c) ? 0 : 2) + (c.to.node === node ? 0 : 1)
  return [...outgoing, ...incoming].toSorted((a, b) => rank(a) - rank(b))
}

export function WirePicker({ node, onClose }: { readonly node: string; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [search, setSearch] = useState('')
  const [at, setAt] = useState(0)
  const all = useMemo(() => choicesOf(store.getState(), node), [node])
  const words = search.toLowerCase().split(/\s+/)
  const shown = all.filter((c) => words.every((w) => c.text.toLowerCase().includes(w))).slice(0, 200)
  const index = Math.min(at, Math.max(0, shown.length - 1))

  useEffect(() => {
    const box = dialog.current!
    box.showModal()
    return () => box.close()
  }, [])
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up.
    document.getElementById(`wire-choice-${index}`)?.scrollIntoView({ block: 'nearest' })
  }, [index])

  const take = (c: Choice | undefined): void => {
    if (!c) return
    if (actions.connect(c.from, c.to)) onClose()
  }
  return (
    <dialog ref={dialog} className="picker" aria-label="Connect" onClose={onClose} onClick={(e) => e.target === dialog.current && onClose()}>
      <input
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="wire-choices"
        aria-activedescendant={shown.length > 0 ? `wire-choice-${index}` : undefined}
        placeholder="Connect to…"
        aria-label="Search ports"
        value={search}
        onChange={(e) => {
          setSearch(e.target.value)
          setAt(0)
        }}
        onKeyDown={(e) => {
          if (e.key === 'ArrowDown') setAt(Math.min(index + 1, shown.length - 1))
          else if (e.key === 'ArrowUp') setAt(Math.max(index - 1, 0))
          else if (e.key === 'Enter') take(shown[index])
          else return
          e.preventDefault()
        }}
      />
      <div id="wire-choices" role="listbox" aria-label="Wires">
        {shown.map((c, i) => (
          <div key={formatWire(c)} id={`wire-choice-${i}`} role="option" aria-selected={i === index} className={c.verdict.ok ? 'choice' : 'choice no'} onClick={() => take(c)} onMouseEnter={() => setAt(i)}>
            <span>{c.text}</span>
            <small>{c.verdict.ok ? formatType(c.type) : c.verdict.issue.text}</small>
          </div>
        ))}
        {shown.length === 0 ? <p>{all.length === 0 ? 'There is no other port in this flow.' : 'No port has this name.'}</p> : null}
      </div>
    </dialog>
  )
}
