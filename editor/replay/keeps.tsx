// What a node keeps after the step that is looked at, as a tree; what the step changed stands beside what was there before.
import type { ReactElement } from 'react'
import type { JsonValue } from '#kit'
import { equalJson } from '#format'
import { t } from '../language/index.ts'
import { formatWhole } from '../live/values.ts'
import { pastOf } from '../state/past.ts'
import { placeWhere, stateBefore, type TraceView } from '../state/trace.ts'
import { useEditor } from '../state/store.ts'
import './past.css'

const MAX_CHILDREN = 60

export function Keeps({ id }: { /** In the engine. */ readonly id: string }): ReactElement | null {
  const view = useEditor((s) => pastOf(s)?.view)
  const place = useEditor((s) => (view ? placeOfNode(view, pastOf(s)?.place ?? 0, id) : -1))
  const here = useEditor((s) => pastOf(s)?.place === place)
  if (!view) return null
  const after = view.steps[place]?.state
  if (after === undefined) return <><h3 className="in-sec">{t('Keeps')}</h3><p className="in-pad in-note">{place < 0 ? t('It did nothing until then in this stretch.') : t('It keeps nothing from one sample to the next.')}</p></>
  const before = stateBefore(view, place)
  return (
    <>
      <h3 className="in-sec">{t('Keeps')}{' '}<small>{here ? t('after this step; what changed is marked') : t('after its last step until then')}</small></h3>
      <div className="keeps"><Tree name="" after={after} before={here ? before : after} depth={0} /></div>
    </>
  )
}

/** Its last step until `place`. */
function placeOfNode(view: TraceView, place: number, id: string): number {
  const steps = view.nodes.get(id)?.steps ?? []
  const step = view.steps[place]
  if (!step || steps.length === 0) return -1
  if (step.node === id) return place
  const found = placeWhere(view, { node: id, now: step.now })
  return found <= place ? found : -1
}

const isTree = (v: JsonValue | undefined): v is { readonly [key: string]: JsonValue } | readonly JsonValue[] => typeof v === 'object' && v !== null && Object.keys(v).length > 0 && !('$number' in v)
const child = (v: JsonValue | undefined, key: string): JsonValue | undefined => (isTree(v) && Object.hasOwn(v, key) ? (v as { readonly [key: string]: JsonValue })[key] : undefined)

function Tree({ name, after, before, depth }: { readonly name: string; readonly after: JsonValue | undefined; readonly before: JsonValue | undefined; readonly depth: number }): ReactElement {
  const changed = !equalJson(after, before)
  if (!isTree(after) && !isTree(before)) return <div className={`leaf${changed ? ' changed' : ''}`}><span>{name === '' ? '' : `${name}: `}</span>{changed && before !== undefined ? <><s>{formatWhole(before)}</s><i aria-label={t('became')}>→</i></> : null}<b>{after === undefined ? t('gone') : formatWhole(after)}</b></div>
  const keys = [...new Set([...(isTree(after) ? Object.keys(after) : []), ...(isTree(before) ? Object.keys(before) : [])])]
  const size = isTree(after) ? Object.keys(after).length : 0
  const rows = (
    <>
      {keys.slice(-MAX_CHILDREN).map((key) => <Tree key={key} name={key} after={child(after, key)} before={child(before, key)} depth={depth + 1} />)}
      {keys.length > MAX_CHILDREN ? <div className="leaf"><span>{t('and {number} before these', { number: keys.length - MAX_CHILDREN })}</span></div> : null}
    </>
  )
  if (depth === 0) return rows
  return <details open={depth < 3 && keys.length <= 12}><summary className={changed ? 'changed' : ''}>{name} <span>{Array.isArray(after) ? `[${size}]` : `{${size}}`}</span></summary>{rows}</details>
}
