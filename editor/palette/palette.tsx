// What a flow can be made of. Drag a node to the canvas, or press Enter on it; P comes here, arrows walk the list, the right
// one to the star. Families fold, with favourites and what was used last on top; a search puts the best first.
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { ChevronRight, Star } from 'lucide-react'
import type { CatalogueNode } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { DRAG_TYPE, setDraggedType } from '../canvas/view.ts'
import { add } from '../shell/add-node.ts'
import { Icon } from '../shell/icon.tsx'
import { familiesOf, familyName, searchNodes, withShelves, type Family } from '../state/families.ts'
import { actions, useEditor } from '../state/here.ts'
import { touchDrag } from './touch-drag.ts'
import './palette.css'

const none: readonly CatalogueNode[] = []

export function Palette() {
  const nodes = useEditor((s) => s.catalogue?.nodes ?? none)
  const editable = useEditor((s) => s.document !== null)
  const [search, setSearch] = useState('')
  const favourites = useEditor((s) => s.ui.favourites)
  const recent = useEditor((s) => s.ui.recent)
  const families = useMemo(() => withShelves(familiesOf(nodes), nodes, favourites, recent), [nodes, favourites, recent])
  const wanted = search.trim()
  const found = useMemo(() => (wanted === '' ? none : searchNodes(nodes, wanted)), [nodes, wanted])
  const list = useRef<HTMLDivElement>(null)

  const walk = (e: KeyboardEvent): void => {
    const row = e.target instanceof Element ? e.target.closest('.palette-row') : null
    if (row && (e.key === 'ArrowRight' || e.key === 'ArrowLeft')) {
      row.querySelector<HTMLElement>(e.key === 'ArrowRight' ? '.palette-star' : '.palette-item')?.focus()
      return e.preventDefault()
    }
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return
    const items = [...(list.current?.querySelectorAll<HTMLButtonElement>('.palette-item, .palette-family') ?? [])]
    const at = items.indexOf(row?.querySelector<HTMLButtonElement>('.palette-item') ?? (document.activeElement as HTMLButtonElement))
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
          placeholder={t('Search nodes')}
          aria-label={t('Search nodes')}
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
        {search === '' ? <kbd aria-hidden="true">P</kbd> : null}
      </div>
      <div className="palette-list" ref={list}>
        {wanted === '' ? families.map((family) => <Section key={family.id} family={family} editable={editable} />) : (
          <section aria-label={t('Found nodes')}>{found.map((node) => <Item key={node.type} node={node} enabled={editable} told />)}</section>
        )}
        {wanted !== '' && found.length === 0 && nodes.length > 0 ? (
          <p className="palette-none">
            {t('No node has “{wanted}”.', { wanted })}{' '}<button type="button" className="link" onClick={() => setSearch('')}>{t('Show all')}</button>
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
      <h3>
        <button type="button" className="palette-family" aria-expanded={!folded} onClick={() => actions.foldFamily(family.id, !folded)}>
          <ChevronRight size={12} aria-hidden="true" /> {family.title} <span>{family.nodes.length}</span>
        </button>
      </h3>
      {folded ? null : family.nodes.map((node) => <Item key={node.type} node={node} enabled={editable} own={!shelves.has(family.id)} />)}
    </section>
  )
}

/** Their nodes stand in their own family too. */
const shelves: ReadonlySet<string> = new Set(['favourites', 'recent'])

function Item({ node, enabled, told = false, own = true }: { readonly node: CatalogueNode; readonly enabled: boolean; /** With its family and what it does. */ readonly told?: boolean; /** In its own family, not on a shelf. */ readonly own?: boolean }) {
  const starred = useEditor((s) => s.ui.favourites.includes(node.type))
  return (
    <div className="palette-row">
      <button
        type="button"
        className={`palette-item${told ? ' told' : ''}`}
        title={said(node.summary)}
        aria-label={t('Add {title}: {summary}', { title: said(node.title), summary: said(node.summary) })}
        {...(own ? { 'data-type': node.type } : {})}
        disabled={!enabled}
        draggable={enabled}
        onDragStart={(e) => {
          e.dataTransfer.setData(DRAG_TYPE, node.type)
          e.dataTransfer.effectAllowed = 'copy'
          setDraggedType(node.type)
        }}
        onDragEnd={() => setDraggedType(null)}
        onPointerDown={(e) => { if (enabled) touchDrag(node.type, said(node.title), e) }}
        onClick={() => add(node.type)}
      >
        <Icon name={node.icon} />
        <span>{said(node.title)}</span>
        {node.effects === 'writes' && !told ? <small title={t('Every write passes the guard: range, rate, safe value')}>{t('guarded')}</small> : null}
        {told ? <small>{familyName(node.type)}</small> : null}
        {told ? <em>{said(node.summary)}</em> : null}
      </button>
      <button type="button" tabIndex={-1} className={`palette-star${starred ? ' on' : ''}`} aria-pressed={starred} aria-label={t('{title} is a favourite', { title: said(node.title) })} title={starred ? t('No favourite any more') : t('Make it a favourite')} onClick={() => actions.setFavourite(node.type, !starred)}>
        <Star size={13} />
      </button>
    </div>
  )
}
