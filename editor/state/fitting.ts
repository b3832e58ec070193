// Where a node could go in: after an output, before an input, or into a wire between both. One answer for the quick list,
// a drop on a wire and the replacing of a node: the ports that fit first, typed by the same rules as the flow.
import { assignable, resolvePorts, type CatalogueNode, type PortType, type ResolvedPorts } from '#kit'
import { emptyFlow, formatWire, LINK_IN, LINK_OUT, parseWire, SUBFLOW, typeFlow, type NodeEntry, type NodePorts, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { newNode, type Graft } from './commands.ts'
import { configOf } from './derive.ts'
import { mendWith, starterEntry, type Mend } from './mending.ts'
import { inputAt, judgeTypes, outputAt, withoutWire, type Drawn } from './wiring.ts'

/** One end or both of what a node is to be wired to. */
export interface Gap {
  readonly from?: WireEnd
  readonly to?: WireEnd
  /** The wire that the node takes the place of, as text. */
  readonly instead?: string
}
export const gapOfWire = (text: string): Gap | undefined => {
  const wire = parseWire(text)
  return wire && { ...wire, instead: text }
}

/** exact: made for it. any: takes whatever comes. mended: with a node between. checked: each sample is checked as it comes. later: it gets its ports by its settings. */
export type FitGrade = 'exact' | 'any' | 'mended' | 'checked' | 'later'
const GRADES: readonly FitGrade[] = ['exact', 'any', 'mended', 'checked', 'later']
export interface Joint {
  readonly grade: FitGrade
  readonly input?: string
  readonly output?: string
  readonly mend?: Mend
}
/** Why there is none. */
export interface Refusal {
  readonly text: string
  readonly remedy: string
}
export type Fitted = { readonly ok: true; readonly joint: Joint } | { readonly ok: false; readonly why: Refusal }

type Entry = Pick<NodeEntry, 'type' | 'config'>
const standsIn: ReadonlySet<string> = new Set([SUBFLOW, LINK_IN, LINK_OUT])
const FEED = 'feed'

/** The ports of a node if these types came to its inputs. `known`: the ports it has on the canvas, for what only the gateway can tell. */
export function portsFed(state: Drawn, entry: Entry, known: NodePorts | undefined, feeds: { readonly [input: string]: readonly PortType[] } = {}): NodePorts {
  const type = state.types.get(entry.type)
  if (!type) return known ?? { inputs: {}, outputs: {} }
  if (known && standsIn.has(type.type)) return known
  const config = configOf(entry.config, type, state.document?.flow.parameters ?? {})
  const inputs = known && type.dynamic ? known.inputs : resolvePorts(type.inputs, config)
  const feeders = Object.entries(feeds).flatMap(([input, types]) => types.map((fed) => ({ input, fed }))).map((f, n) => ({ ...f, id: `f${n}` }))
  const nodes = Object.fromEntries([['it', { type: entry.type, config: {}, at: [0, 0] as const }], ...feeders.map(({ id }) => [id, { type: FEED, config: {}, at: [0, 0] as const }])])
  const given: Record<string, Partial<NodePorts>> = Object.fromEntries(feeders.map(({ id, fed }) => [id, { outputs: { out: fed } }]))
  if (known && type.dynamic) given['it'] = known
  const wires = feeders.map(({ id, input }) => formatWire({ from: { node: id, port: 'out' }, to: { node: 'it', port: input } }))
  const typed = typeFlow({ ...emptyFlow('fit', 'fit'), nodes, wires }, (t) => (t === FEED ? { inputs: {}, outputs: {}, config: {} as never } : type), { it: config }, given)
  return { inputs, outputs: typed.ports['it']?.outputs ?? {} }
}

const gradeOf = (checked: boolean, into: PortType): FitGrade => (checked ? 'checked' : into.kind === 'any' ? 'any' : 'exact')
const worse = (a: FitGrade, b: FitGrade): FitGrade => (GRADES.indexOf(a) > GRADES.indexOf(b) ? a : b)

/** Through which of its ports a node fits a gap, the best first; with `mend`, a node between is allowed at a gap with one end. */
export function fitInto(state: Drawn, entry: Entry, known: NodePorts | undefined, gap: Gap, mend = false): Fitted {
  const around = gap.instead === undefined ? state : withoutWire(state, gap.instead)
  const type = state.types.get(entry.type)
  const title = type?.title ?? entry.type
  const out = gap.from && outputAt(around, gap.from)
  const into = gap.to && inputAt(around, gap.to)
  const unfed = portsFed(around, entry, known)
  const found: Joint[] = []
  let why: Refusal | undefined
  const feedsGap = (fed: ResolvedPorts, input: string | undefined, grade: FitGrade): void => {
    for (const [output, port] of Object.entries(fed)) {
      if (!gap.to || !into) continue
      const verdict = judgeTypes(around, port, into, gap.to, '')
      if (verdict.ok) found.push({ grade: worse(grade, gradeOf(verdict.checked, into)), ...(input === undefined ? {} : { input }), output })
      else {
        why ??= verdict.issue
        const between = mend && input === undefined && verdict.insert !== undefined ? state.types.get(verdict.insert) : undefined
        const mended = between && mendWith(between, port, into)
        if (mended) found.push({ grade: 'mended', output, mend: mended })
      }
    }
  }
  if (gap.from) {
    if (!out) return { ok: false, why: { text: t('This output is not there any more.'), remedy: t('Choose another one.') } }
    for (const [input, port] of Object.entries(unfed.inputs)) {
      const fit = assignable(out, port)
      if (!fit.ok) {
        why ??= { text: t('{port} does not take this.', { port: `${title}.${input}` }), remedy: said(fit.hint) }
        const between = mend && !gap.to && fit.insert !== undefined ? state.types.get(fit.insert) : undefined
        const mended = between && mendWith(between, out, port)
        if (mended) found.push({ grade: 'mended', input, mend: mended })
        continue
      }
      const grade = gradeOf(fit.checked ?? false, port)
      if (gap.to) feedsGap(portsFed(around, entry, known, { [input]: [out] }).outputs, input, grade)
      else found.push({ grade, input })
    }
  } else feedsGap(unfed.outputs, undefined, 'exact')
  // Of one node's ports a direct wire comes first, also one that is checked.
  const best = found.toSorted((a, b) => Number(a.mend !== undefined) - Number(b.mend !== undefined) || GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade))[0]
  if (best) return { ok: true, joint: best }
  const lacks = gap.from && Object.keys(unfed.inputs).length === 0 ? 'input' : gap.to && Object.keys(unfed.outputs).length === 0 ? 'output' : undefined
  // A source never gets an input, and what leaves the gateway never an output.
  const may = lacks === 'input' ? type?.effects !== 'reads' : type?.effects === 'none'
  if (lacks && may && type?.dynamic && mend) return { ok: true, joint: { grade: 'later' } }
  return { ok: false, why: lacks ? { text: lacks === 'input' ? t('{title} has no input.', { title }) : t('{title} has no output.', { title }), remedy: gap.instead === undefined ? t('Choose another node.') : t('Put it beside the wire.') } : (why ?? { text: t('{title} does not fit here.', { title }), remedy: t('Choose another node.') }) }
}

export interface Candidate {
  readonly type: CatalogueNode
  readonly joint: Joint
}
/** Node types that fit a gap, best first, within a grade in the order of the catalogue. */
export function candidatesFor(state: Drawn, nodes: readonly CatalogueNode[], gap: Gap): readonly Candidate[] {
  const found = nodes.flatMap((type) => {
    const fitted = fitInto(state, starterEntry(type), undefined, gap, gap.instead === undefined)
    return fitted.ok ? [{ type, joint: fitted.joint }] : []
  })
  return found.toSorted((a, b) => GRADES.indexOf(a.joint.grade) - GRADES.indexOf(b.joint.grade))
}

/** Far enough for a wire and its label between two nodes, px. */
export const BESIDE = 290
/** What puts a new node into a gap. `at` is where the node wired first comes to lie: the mend, where there is one. */
export function graftInto(type: CatalogueNode, gap: Gap, joint: Joint, at: readonly [number, number]): Graft {
  const { input, output, mend } = joint
  const me = newNode(0)
  const wires: { from: WireEnd; to: WireEnd }[] = []
  if (mend) {
    const between = newNode(1)
    if (gap.from) wires.push({ from: gap.from, to: { node: between, port: mend.input } }, { from: { node: between, port: mend.output }, to: { node: me, port: input! } })
    else wires.push({ from: { node: me, port: output! }, to: { node: between, port: mend.input } }, { from: { node: between, port: mend.output }, to: gap.to! })
  } else {
    if (gap.from && input !== undefined) wires.push({ from: gap.from, to: { node: me, port: input } })
    if (gap.to && output !== undefined) wires.push({ from: { node: me, port: output }, to: gap.to })
  }
  const far: readonly [number, number] = [at[0] + (gap.from ? BESIDE : -BESIDE), at[1]]
  return {
    nodes: [starterEntry(type), ...(mend ? [mend.entry] : [])],
    at: mend ? [far, at] : [at],
    wires,
    ...(gap.instead === undefined ? {} : { cut: [gap.instead] }),
    label: t('Insert {name}', { name: said(type.title) }),
  }
}

/** What wires a node that is there already into a wire. */
export function graftExisting(id: string, gap: Gap, { input, output }: Joint, at: readonly [number, number], label: string): Graft {
  const wires = [...(gap.from && input !== undefined ? [{ from: gap.from, to: { node: id, port: input } }] : []), ...(gap.to && output !== undefined ? [{ from: { node: id, port: output }, to: gap.to }] : [])]
  return { nodes: [], at: [], moves: { [id]: at }, wires, ...(gap.instead === undefined ? {} : { cut: [gap.instead] }), label }
}
