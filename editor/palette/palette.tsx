// What a flow can be made of. Drag a node to the canvas, or press Enter on it; '/' comes here, arrows walk the list.
// Families fold; a search goes through all of them and puts the best first.
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { ChevronRight } from 'lucide-react'
import type { CatalogueNode } from '#kit'
import { DRAG_TYPE, viewCentre } from '../canvas/view.ts'
import { Icon } from '../shell/icon.tsx'
import { clearPlace } from '../state/commands.ts'
import { familiesOf, familyName, searchNodes, type Family } from '../state/families.ts'
import { actions, store, useEditor } from '../state/here.ts'
import './palette.css'

const none: readonly CatalogueNode[] = []

export function Palette() {
  const nodes = useEditor((s) => s.catalogue?.nodes ?? none)
  const editable = useEditor((s) => s.document !== null)
  const [search, setSearch] = useState('')
  const families = useMemo(() => familiesOf(nodes), [nodes])
  const wanted = search.trim()
  const found = useMemo(() => (wanted === '' ? none : searchNodes(nodes, wanted)), [nodes, wanted])
  const list = useRef<HTMLDivElement>(null)

  const walk = (e: KeyboardEvent): void => {
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return
    const items = [...(list.current?.querySelectorAll<HTMLButtonElement>('.palette-item, .palette-family') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLButtonElement)
    const next = items[at + (e.key === 'ArrowDown' ? 1 : -1)]
    e.preventDefault()
    if (next) next.focus()
    else if (e.key === 'ArrowUp') document.getElementById('palette-search')?.focus()
  }

  return (
    <div className="palette" onKeyDown={walk}>
      <div className="palette-search">
        <input
          id="palette-search"
          type="search"
          placeholder="Search nodes"
          aria-label="Search nodes"
          autoComplete="off"
          spellCheck={false}
          value={search}
          onChange={(e) => {
            setSearch(e.target.value)
            list.current?.scrollTo({ top: 0 })
          }}
          onKeyDown={(e) => {
            if (e.key === 'Enter' && found[0] && editable) add(found[0].type)
            else if (e.key === 'Escape' && search !== '') setSearch('')
            else if (e.key === 'Escape') e.currentTarget.blur()
          }}
        />
        {search === '' ? <kbd aria-hidden="true">/</kbd> : null}
      </div>
      <div className="palette-list" ref={list}>
        {wanted === '' ? families.map((family) => <Section key={family.id} family={family} editable={editable} />) : (
          <section aria-label="Found nodes">{found.map((node) => <Item key={node.type} node={node} enabled={editable} told />)}</section>
        )}
        {wanted !== '' && found.length === 0 && nodes.length > 0 ? (
          <p className="palette-none">
            No node has “{wanted}”. <button type="button" className="link" onClick={() => setSearch('')}>Show all</button>
          </p>
        ) : null}
      </div>
    </div>
  )
}

function Section({ family, editable }: { readonly family: Family; readonly editable: boolean }) {
  const folded = useEditor((s) => s.ui.foldedFamilies.includes(family.id))
  return (
    <section aria-label={family.title}>
      <h4>
        <button type="button" className="palette-family" aria-expanded={!folded} onClick={() => actions.foldFamily(family.id, !folded)}>
          <ChevronRight size={12} aria-hidden="true" /> {family.title} <span>{family.nodes.length}</span>
        </button>
      </h4>
      {folded ? null : family.nodes.map((node) => <Item key={node.type} node={node} enabled={editable} />)}
    </section>
  )
}

function add(type: string): void {
  const [x, y] = viewCentre()
  const nodes = store.getState().document?.flow.nodes ?? {}
  actions.addNode(type, clearPlace(nodes, [x - 100, y - 60]))
}

function Item({ node, enabled, told = false }: { readonly node: CatalogueNode; readonly enabled: boolean; /** With its family and what it does. */ readonly told?: boolean }) {
  return (
    <button
      type="button"
      className={`palette-item${told ? ' told' : ''}`}
      title={node.summary}
      aria-label={`Add ${node.title}: ${node.summary}`}
      data-type={node.type}
      disabled={!enabled}
      draggable={enabled}
      onDragStart={(e) => {
        e.dataTransfer.setData(DRAG_TYPE, node.type)
        e.dataTransfer.effectAllowed = 'copy'
      }}
      onClick={() => add(node.type)}
    >
      <Icon name={node.icon} />
      <span>{node.title}</span>
      {node.effects === 'writes' && !told ? <small title="Every write passes the guard: range, rate, safe value">guarded</small> : null}
      {told ? <small>{familyName(node.type)}</small> : null}
      {told ? <em>{node.summary}</em> : null}
    </button>
  )
}
