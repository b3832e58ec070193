// On a node: where it lies on the path that is looked at, what the draft would have given instead, and what a test expected.
import { Fragment, memo } from 'react'
import type { JsonSample } from '#kit'
import { equalJson, parseWire, type TestFault } from '#format'
import { t } from '../language/index.ts'
import { sampleAt, placeAt, pathOf, causesOf, heldBefore, type TraceView } from '../state/trace.ts'
import { formatValue } from '../state/format.ts'
import { testFaultsAt } from '../state/flow-tests.ts'
import { pastOf, type Past } from '../state/past.ts'
import type { State } from '../state/model.ts'
import { engineIdOf, useParts } from '../state/here.ts'
import './past.css'

interface Lit {
  readonly nodes: ReadonlySet<string>
  /** 'node.port -> node.port' */
  readonly wires: ReadonlySet<string>
  /** Those of them with an end in a subflow. */
  readonly inner: readonly string[]
}
const nothingLit: Lit = { nodes: new Set(), wires: new Set(), inner: [] }
const litOf = new WeakMap<TraceView, { readonly place: number; readonly tracing: boolean; readonly lit: Lit }>()
/** The way to the step, and where it went too when its path is shown; the same for the same step. */
function lit(past: Past | null): Lit {
  if (!past || past.playing > 0) return nothingLit
  const { view, place, tracing } = past
  const known = litOf.get(view)
  if (known?.place === place && known.tracing === tracing) return known.lit
  const way = tracing ? pathOf(view, place).lines.map((l) => l.place) : causesOf(view, place)
  // What time brought was made of what came in before.
  const root = way[0]
  const [newest] = root !== undefined && view.steps[root]?.what !== 'source' && view.steps[root]?.cause === null ? heldBefore(view, root) : []
  const places = newest === undefined ? way : [...causesOf(view, newest), ...way]
  const nodes = new Set<string>()
  const wires = new Set<string>()
  for (const p of places) {
    const step = view.steps[p]
    if (!step) continue
    // A node of a subflow lights up its instance too.
    for (let id = step.node; id !== ''; id = id.slice(0, Math.max(0, id.lastIndexOf('/')))) nodes.add(id)
    const cause = step.cause === null ? undefined : view.steps[view.placeOf.get(step.cause) ?? -1]
    // The cause's output that gave this very sample, or any where it was changed on the way.
    for (const o of cause?.out ?? []) if (step.port !== undefined && o.sample.time === step.sample?.time) wires.add(`${cause!.node}.${o.port} -> ${step.node}.${step.port}`)
  }
  const now = { nodes, wires, inner: [...wires].filter((w) => w.includes('/')) }
  litOf.set(view, { place, tracing, lit: now })
  return now
}

/** Classes of a node's card, by its id where the canvas looks. */
export function stepClass(s: State, id: string): string {
  const past = pastOf(s)
  if (!past) return ''
  const engine = engineIdOf(id)
  const step = past.view.steps[past.place]
  const here = step !== undefined && (step.node === engine || step.node.startsWith(`${engine}/`))
  return `${here ? ' step-here' : ''}${lit(past).nodes.has(engine) ? ' on-path' : ''}`
}
/** Of a wire, between the nodes as the canvas names them: what lies in a subflow lights up the wires at its instance. */
export function wireClass(s: State, wire: string): string {
  const { wires, inner } = lit(pastOf(s))
  if (wires.size === 0) return ''
  const ends = parseWire(wire)
  if (!ends) return ''
  const [from, to] = [engineIdOf(ends.from.node), engineIdOf(ends.to.node)]
  return wires.has(`${from}.${ends.from.port} -> ${to}.${ends.to.port}`) || inner.some((w) => betweenInstances(w, from, to)) ? ' on-path' : ''
}
function betweenInstances(wire: string, from: string, to: string): boolean {
  const [a = '', b = ''] = wire.split(' -> ')
  const at = (end: string, node: string): boolean => end.startsWith(`${node}.`) || end.startsWith(`${node}/`)
  return (a.startsWith(`${from}/`) || b.startsWith(`${to}/`)) && at(a, from) && at(b, to)
}
/** What a wire carried then; '' when nobody looks back. */
export function thenOnWire(s: State, source: string, port: string): string {
  const last = pastOf(s) && s.live.nodes[source]?.outputs[port]?.last
  return last ? formatValue(last.value) : ''
}

const SHOWN = 3
interface Differing {
  readonly port: string
  readonly was: JsonSample | undefined
  readonly draft: JsonSample | undefined
}
/** At this moment. */
function differingNow({ view, place, now, whatIf }: Past, id: string): readonly Differing[] {
  if (!whatIf) return []
  const at = placeAt(whatIf.view, now)
  return whatIf.ports.flatMap(({ end, same: _same, ...counts }) => {
    if (counts.differ + counts.onlyThen + counts.onlyDraft === 0 || !end.startsWith(`${id}.`)) return []
    const was = sampleAt(view, end, place)
    const draft = sampleAt(whatIf.view, end, at)
    const same = was !== undefined && draft !== undefined && equalJson(was.value, draft.value) && was.quality === draft.quality
    return same || (was === undefined && draft === undefined) ? [] : [{ port: end.slice(id.length + 1), was, draft }]
  })
}

export const ReplayMark = memo(function ReplayMark({ id }: { readonly id: string }) {
  const [past, faults] = useParts((s) => [s.replay.past?.whatIf ? pastOf(s) : null, testFaultsAt(s, engineIdOf(id))] as const)
  const engine = engineIdOf(id)
  const differing = past ? differingNow(past, engine) : []
  if (differing.length === 0 && faults.length === 0) return null
  return (
    <>
      {differing.length === 0 ? null : (
        <div className="differs" role="note" aria-label={t('What the draft would have given')}>
          {differing.slice(0, SHOWN).map(({ port, was, draft }) => <div key={port} title={t('{port}: then {was}, with the draft {draft}', { port, was: shown(was), draft: shown(draft) })}><span>≠ {port}</span><b>{shown(was)} <i aria-label={t('then, with the draft')}>│</i> {shown(draft)}</b></div>)}
          {differing.length > SHOWN ? <div><span>{t('and {count} more ports', { count: differing.length - SHOWN })}</span></div> : null}
        </div>
      )}
      {faults.length === 0 ? null : (
        <div className="differs failing" role="note" aria-label={t('What the test expected')}>
          {faults.slice(0, SHOWN).map((f) => <Fragment key={f.at}><div title={faultText(f)}><span><i aria-hidden="true">✕</i> {f.at.slice(f.at.indexOf('.') + 1)}</span><b>{t('expected {value}', { value: shown(f.expected) })}</b></div><div><span /><b>{t('got {value}', { value: shown(f.got) })}</b></div></Fragment>)}
        </div>
      )}
    </>
  )
})

const shown = (sample: JsonSample | undefined): string => (sample === undefined ? t('nothing') : `${formatValue(sample.value)}${sample.quality === undefined || sample.quality === 'Good' ? '' : ` (${sample.quality})`}`)
export const faultText = (f: TestFault): string => t('{port}, sample {number}: expected {expected}, got {got}', { port: f.at, number: f.index + 1, expected: shown(f.expected), got: shown(f.got) })
