// The steps around the one that is looked at, or the whole path of its sample: where it came from and what became of it.
import { useEffect, useMemo, useRef, type ReactElement } from 'react'
import type { Step } from '#format'
import { t } from '../language/index.ts'
import type { Past } from '../state/past.ts'
import { heldBefore, MAX_PATH, pathOf, type PathLine } from '../state/trace.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { formatTime } from '../live/values.ts'
import { became, cameIn, MARKS, OUTCOMES } from './words.ts'

/** Steps that are listed before and after. */
const AROUND = 80

export function Steps({ past }: { readonly past: Past }): ReactElement {
  const { view, place, tracing } = past
  const path = useMemo(() => (tracing ? pathOf(view, place) : null), [view, place, tracing])
  const lines = useMemo<readonly PathLine[]>(() => {
    if (path) return path.lines
    const first = Math.max(0, place - AROUND)
    return Array.from({ length: Math.min(view.steps.length, place + AROUND + 1) - first }, (_, i) => ({ place: first + i, depth: 0 }))
  }, [path, view, place])
  const here = useRef<HTMLButtonElement>(null)
  const box = useRef<HTMLDivElement>(null)
  // Only the list moves: what stands above it stays in view.
  useEffect(() => {
    const [list, now] = [box.current, here.current]
    if (!list || !now) return
    const [top, bottom] = [now.offsetTop - list.offsetTop, now.offsetTop - list.offsetTop + now.offsetHeight]
    if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2
  })
  const root = path?.lines[0] && view.steps[path.lines[0].place]
  const held = root && root.what !== 'source' && path ? heldBefore(view, path.lines[0]!.place) : []
  return (
    <div ref={box} className="rp-steps" role="group" aria-label={tracing ? t('The path of this sample') : t('Steps')}>
      {held.length > 0 && (
        <details className="rp-held" open>
          <summary>{t('Its time was due. Before that the node took in, newest first:')}</summary>
          <ol>{held.map((p) => <li key={p}><Line step={view.steps[p]!} place={p} depth={0} now={false} /></li>)}</ol>
        </details>
      )}
      {path && root && root.cause !== null && <p className="rp-note">{t('It came from a step before this stretch. Choose an earlier beginning to see it.')}</p>}
      <ol>
        {lines.map((line) => <li key={line.place} aria-current={line.place === place ? 'step' : undefined}><Line step={view.steps[line.place]!} place={line.place} depth={line.depth} now={line.place === place} {...(line.place === place ? { link: here } : {})} /></li>)}
      </ol>
      {path?.more === true && <p className="rp-note">{t('More than {most} steps came of it; the rest is not listed.', { most: MAX_PATH })}</p>}
    </div>
  )
}

function Line({ step, place, depth, now, link }: { readonly step: Step; readonly place: number; readonly depth: number; readonly now: boolean; readonly link?: React.Ref<HTMLButtonElement> }): ReactElement {
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const tag = step.sample?.tag ?? step.out[0]?.sample.tag
  return (
    <button type="button" {...(link ? { ref: link } : {})} className={`rp-step${now ? ' now' : ''}`} data-outcome={step.outcome} style={{ paddingLeft: 8 + 14 * Math.min(depth, 12) }} onClick={() => actions.goToStep(place)}>
      <i role="img" aria-label={OUTCOMES[step.outcome]} title={OUTCOMES[step.outcome]}>{MARKS[step.outcome]}</i>
      <time>{formatTime(step.now)}</time>
      <b>{titleOf(nodes, types, step.node)}</b>
      <span>{cameIn(step)}{tag === undefined ? '' : <small> {tag}</small>}</span>
      <em>{became(step)}</em>
    </button>
  )
}
