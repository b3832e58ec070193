// Where one is when a subflow is open: Flow › Instance. Back with Escape, or by any part of the way.
import { useMemo } from 'react'
import { ChevronRight, CornerLeftUp } from 'lucide-react'
import type { Flow } from '#format'
import { t } from '../language/index.ts'
import { instancesOf, outside, subflowAt, subflowView, usesOf, type Inside } from '../state/inside.ts'
import { actions, useEditor } from '../state/store.ts'
import './breadcrumb.css'

const titleAt = (flow: Flow, way: Inside): string => {
  const id = way.at(-1)
  if (id === undefined) return flow.name || flow.id
  const entry = subflowView(flow, way.slice(0, -1)).nodes[id]
  return entry?.name ?? id
}

export function Breadcrumb() {
  const flow = useEditor((s) => s.document?.flow)
  const inside = useEditor((s) => s.document?.inside) ?? outside
  if (!flow || inside.length === 0) return null
  return <Strip flow={flow} inside={inside} />
}

function Strip({ flow, inside }: { readonly flow: Flow; readonly inside: Inside }) {
  const name = subflowAt(flow, inside) ?? ''
  const ways = useMemo(() => instancesOf(flow, name), [flow, name])
  const uses = useMemo(() => usesOf(flow, name), [flow, name])
  const here = inside.join('/')
  const labels = useMemo(() => new Map(ways.map((way) => [way, way.map((_, i) => titleAt(flow, way.slice(0, i + 1))).join(' › ')])), [flow, ways])
  // Called alike, they are told apart by their ids.
  const alike = (way: Inside): boolean => [...labels].some(([other, label]) => other !== way && label === labels.get(way))
  const title = flow.subflows?.[name]?.name || name
  return (
    <nav className="crumbs" aria-label={t('Where you are')}>
      <button type="button" className="crumbs-up" onClick={() => actions.leave()} title={t('Back out (Escape)')}><CornerLeftUp size={14} aria-hidden="true" />{t('Back')}</button>
      <ol>
        {[outside, ...inside.slice(0, -1).map((_, i) => inside.slice(0, i + 1))].map((way) => (
          <li key={way.join('/')}>
            <button type="button" onClick={() => actions.goInside(way)}>{titleAt(flow, way)}</button>
            <ChevronRight size={13} aria-hidden="true" />
          </li>
        ))}
        <li aria-current="location">
          {ways.length > 1 ? (
            <select aria-label={t('Which instance is shown')} title={t('Live values and types are those of this instance')} value={here} onChange={(e) => actions.goInside(e.target.value.split('/'))}>
              {ways.map((way) => <option key={way.join('/')} value={way.join('/')}>{labels.get(way)}{alike(way) ? ` · ${way.join('/')}` : ''}</option>)}
            </select>
          ) : <b>{titleAt(flow, inside)}</b>}
        </li>
      </ol>
      <small>{uses > 1 ? (uses === 2 ? t('A change here changes both instances of {title}', { title }) : t('A change here changes all {uses} instances of {title}', { uses, title })) : title === titleAt(flow, inside) ? t('Subflow') : t('Subflow {title}', { title })}</small>
    </nav>
  )
}
