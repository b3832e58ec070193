// What a flow can be made of. Drag a node to the canvas, or press Enter on it; '/' comes here, arrows walk the list.
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { CatalogueNode } from '#kit'
import { DRAG_TYPE, viewCentre } from '../canvas/view.ts'
import { Icon } from '../shell/icon.tsx'
import { clearPlace } from '../state/commands.ts'
import { familiesOf } from '../state/families.ts'
import { actions, store, useEditor } from '../state/store.ts'
import './palette.css'

export function Palette() {
  const catalogue = useEditor((s) => s.catalogue)
  const editable = useEditor((s) => s.document !== null)
  const [search, setSearch] = useState('')
  const families = useMemo(() => familiesOf(catalogue?.nodes ?? [], search), [catalogue, search])
  const first = families[0]?.nodes[0]
  const list = useRef<HTMLDivElement>(null)

  const walk = (e: KeyboardEvent): void => {
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return
    const items = [...(list.current?.querySelectorAll<HTMLButtonElement>('.palette-item') ?? [])]
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
          onChange={(e) => setSearch(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'Enter' && first && editable) add(first.type)
            else if (e.key === 'Escape' && search !== '') setSearch('')
            else if (e.key === 'Escape') e.currentTarget.blur()
          }}
        />
        {search === '' ? <kbd aria-hidden="true">/</kbd> : null}
      </div>
      <div className="palette-list" ref={list}>
        {families.map((family) => (
          <section key={family.id} aria-label={family.title}>
            <h4>{family.title} <span>{family.nodes.length}</span></h4>
            {family.nodes.map((node) => <Item key={node.type} node={node} enabled={editable} />)}
          </section>
        ))}
        {families.length === 0 && catalogue ? (
          <p className="palette-none">
            No node has “{search}”. <button type="button" className="link" onClick={() => setSearch('')}>Show all</button>
          </p>
        ) : null}
      </div>
    </div>
  )
}

function add(type: string): void {
  const [x, y] = viewCentre()
  const nodes = store.getState().document?.flow.nodes ?? {}
  actions.addNode(type, clearPlace(nodes, [x - 100, y - 60]))
}

function Item({ node, enabled }: { readonly node: CatalogueNode; readonly enabled: boolean }) {
  return (
    <button
      type="button"
      className="palette-item"
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
      {node.effects === 'writes' ? <small title="Every write passes the guard: range, rate, safe value">guarded</small> : null}
    </button>
  )
}
