// The drawing of what changed between two versions: read-only, all of both in one picture. Marks are signs and dashes, too.
import { useMemo, useState, type ReactElement } from 'react'
import type { Flow } from '#format'
import { t } from '../language/index.ts'
import { useEditor } from '../state/store.ts'
import { NODE_HEIGHT, NODE_WIDTH, pictureOf, type Mark } from './picture.ts'
import './history.css'

const SIGN: Readonly<Record<Mark, string>> = { same: '', added: '+', removed: '−', changed: '~', moved: '↔' }
const WORDS: Readonly<Record<Mark, string>> = { same: t('unchanged'), added: t('added'), removed: t('removed'), changed: t('changed'), moved: t('moved') }

export function FlowPicture({ before, after }: { readonly before: Flow; readonly after: Flow }): ReactElement {
  const types = useEditor((s) => s.types)
  const { nodes, wires, box } = useMemo(() => pictureOf(before, after, types), [before, after, types])
  const [zoom, setZoom] = useState(0)
  if (nodes.length === 0) return <p className="dg-note">{t('Neither version has a node.')}</p>
  const count = (mark: Mark): number => nodes.filter((n) => n.mark === mark).length
  const told = (['added', 'removed', 'changed', 'moved'] as const).filter((mark) => count(mark) > 0).map((mark) => `${count(mark)} ${WORDS[mark]}`)
  return (
    <figure className="hs-picture">
      <figcaption>
        <span>{told.length === 0 ? t('No node differs.') : t('Nodes: {changes}.', { changes: told.join(', ') })}</span>
        <span className="hs-key"><i data-mark="added">{t('+ added')}</i><i data-mark="removed">{t('− removed')}</i><i data-mark="changed">{t('~ changed')}</i></span>
        <button type="button" className="btn" aria-pressed={zoom === 0} onClick={() => setZoom(0)}>{t('Fit')}</button>
        <button type="button" className="btn" aria-pressed={zoom === 1} onClick={() => setZoom(1)}>100 %</button>
      </figcaption>
      <div className="hs-view" tabIndex={0}>
        <svg role="img" aria-label={t('Both versions drawn as one: {changes}', { changes: told.join(', ') || t('no node differs') })} viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`} {...(zoom === 1 ? { width: box.width, height: box.height } : { width: '100%', height: '100%' })}>
          {wires.map((w) => <path key={w.text} d={w.path} data-mark={w.mark}><title>{w.text}{w.mark === 'same' ? '' : `: ${WORDS[w.mark]}`}</title></path>)}
          {nodes.map((n) => (
            <g key={n.id} data-mark={n.mark}>
              {n.from && <rect className="from" x={n.from[0]} y={n.from[1]} width={NODE_WIDTH} height={NODE_HEIGHT} rx={6} />}
              <rect x={n.x} y={n.y} width={NODE_WIDTH} height={NODE_HEIGHT} rx={6} />
              <text x={n.x + 12} y={n.y + 23}>{clip(n.title, n.mark === 'same' ? 26 : 22)}</text>
              <text className="sub" x={n.x + 12} y={n.y + 40}>{n.mark === 'changed' ? t('{count} settings changed', { count: n.fields }) : n.mark === 'same' ? n.id : WORDS[n.mark]}</text>
              {n.mark !== 'same' && <text className="sign" x={n.x + NODE_WIDTH - 22} y={n.y + 25}>{SIGN[n.mark]}</text>}
              <title>{`${n.title} (${n.id}): ${WORDS[n.mark]}`}</title>
            </g>
          ))}
        </svg>
      </div>
    </figure>
  )
}

const clip = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
