// What mends a problem, as data: for each code where a mend is known, what to offer. Problems, the note at a node and the
// toasts all ask here. A fix that changes the draft is one undoable step.
import { formatType, withDefaults, type Issue, type IssueCode, type JsonValue } from '#kit'
import { parseWire, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { changer } from './change.ts'
import { commit } from './document.ts'
import { valueAt } from './commands.ts'
import type { Core } from './editor.ts'
import { onCanvas } from './instances.ts'
import type { State, Toast } from './model.ts'
import type { Screen } from './screen.ts'
import { titleOf } from './status.ts'
import { judgeWire, partnersOf, withoutWire } from './wiring.ts'

export interface Fix {
  readonly label: string
  /** It takes something away: offered where the problem is looked at, never in a passing message. */
  readonly removes?: true
  /** Absent: there are choices. */
  readonly run?: () => void
  readonly choices?: readonly { readonly label: string; readonly note: string; readonly run: () => void }[]
}
/** What fixes are made with: the editor's own actions. */
export interface Tools {
  readonly removeWires: (wires: readonly string[]) => void
  readonly removeNodes: (ids: readonly string[]) => void
  readonly connect: (from: WireEnd, to: WireEnd) => boolean
  readonly insertBetween: (from: WireEnd, to: WireEnd, type: string, moving?: string) => string | null
  readonly setConfig: (node: string, pointer: string, value: JsonValue | undefined) => void
  /** Another type in the place of a node, with the wires that fit. */
  readonly replaceNode?: (id: string, type: string) => boolean
}
interface Case {
  readonly issue: Issue
  readonly state: State
  readonly tools: Tools
  readonly screen: Screen
  readonly core: Core
}
type Maker = (of: Case) => readonly Fix[]

const removeWire: Maker = ({ issue: i, state, tools }) => (i.wire !== undefined && state.document?.flow.wires.includes(i.wire) === true ? [{ label: t('Remove the wire'), removes: true, run: () => tools.removeWires([i.wire!]) }] : [])

/** A node between the ends, where one is known that makes them fit. */
const insert: Maker = ({ issue: i, state, tools }) => {
  const wire = i.wire === undefined ? undefined : parseWire(i.wire)
  if (!wire || !state.document?.flow.wires.includes(i.wire!)) return []
  const verdict = judgeWire(withoutWire(state, i.wire!), wire.from, wire.to)
  const type = verdict.ok || verdict.insert === undefined ? undefined : state.types.get(verdict.insert)
  return type ? [{ label: t('Insert {name}', { name: said(type.title) }), run: () => { tools.insertBetween(wire.from, wire.to, type.type, i.wire) } }] : []
}

/** To the setting that is wrong, and back to its default where it has one. */
const setting: Maker = ({ issue: i, state, screen, tools }) => {
  if (i.node === undefined || i.field === undefined || !i.field.startsWith('/')) return []
  const node = onCanvas(i.node)
  const entry = state.document?.flow.nodes[node]
  const type = entry && state.types.get(entry.type)
  const go: Fix = { label: t('Go to the setting'), run: () => screen.revealIssue(i) }
  if (!type || node !== i.node) return [go]
  const own = valueAt(entry.config as JsonValue, i.field)
  const without = Object.fromEntries(Object.entries(entry.config).filter(([key]) => `/${key}` !== i.field))
  const standard = valueAt(withDefaults(type.config, without) as JsonValue, i.field)
  const usable = own !== undefined && standard !== undefined && JSON.stringify(own) !== JSON.stringify(standard) && (typeof standard !== 'object' || standard === null)
  return [go, ...(usable ? [{ label: String(standard) === '' ? t('Use the default') : t('Use {value}', { value: String(standard) }), run: () => tools.setConfig(node, i.field!, undefined) }] : [])]
}

interface Annotated {
  readonly widget?: string
  readonly connection?: string
}
/** The connection that a node names, and its driver. */
function connectionAt(state: State, i: Issue): { readonly name: string; readonly type: string | undefined } | undefined {
  const entry = i.node === undefined ? undefined : state.document?.flow.nodes[onCanvas(i.node)]
  const properties = ((entry && state.types.get(entry.type)?.config) as { readonly properties?: { readonly [name: string]: Annotated } } | undefined)?.properties ?? {}
  const field = i.field?.split('/')[1] ?? Object.keys(properties).find((key) => properties[key]?.widget === 'connection')
  const schema = field === undefined ? undefined : properties[field]
  if (!entry || field === undefined || schema?.widget !== 'connection') return undefined
  return { name: String(entry.config[field] ?? ''), type: schema.connection }
}
const openConnection: Maker = ({ issue: i, state, screen }) => {
  const found = connectionAt(state, i)
  return found && found.name !== '' ? [{ label: t('Open the connection'), run: () => screen.openDialog({ kind: 'connections', name: found.name }) }] : []
}
const newConnection: Maker = ({ issue: i, state, screen }) => {
  const found = connectionAt(state, i)
  return found ? [{ label: t('New connection…'), run: () => screen.openDialog({ kind: 'connections', ...(found.type === undefined ? {} : { type: found.type }) }) }] : []
}

/** All outputs that may feed an input that has no wire. */
const MOST = 12
const whatFits: Maker = ({ issue: i, state, tools }) => {
  if (i.node === undefined || i.port === undefined || onCanvas(i.node) !== i.node) return []
  const to = { node: i.node, port: i.port }
  const fitting = partnersOf(state, to, 'input').filter((p) => p.verdict.ok)
  if (fitting.length === 0) return []
  const name = (end: WireEnd): string => `${titleOf(state.document?.flow.nodes, state.types, end.node)}.${end.port}`
  // A type that is known fits better than one that is checked sample by sample.
  const sorted = fitting.toSorted((a, b) => Number(a.verdict.ok && a.verdict.checked) - Number(b.verdict.ok && b.verdict.checked))
  return [{ label: t('Show what fits'), choices: sorted.slice(0, MOST).map(({ end, type }) => ({ label: name(end), note: formatType(type), run: () => { tools.connect(end, to) } })) }]
}

const dialog = (label: string, kind: 'secrets' | 'models' | 'versions', admin = false): Maker => ({ screen, state }) => (admin && state.session?.role !== 'admin' ? [] : [{ label, run: () => screen.openDialog({ kind }) }])

const duplicate: Maker = ({ issue: i, core, screen }) => [{
  label: t('Keep one'), run: () => {
    changer(core, screen)((d) => commit(d, { ...d.flow, wires: d.flow.wires.filter((w, n, all) => w !== i.wire || all.indexOf(w) === n) }, { label: t('Remove {count} wires', { count: 1 }) }))
  },
}]
const removeNode: Maker = ({ issue: i, state, tools }) => (i.node !== undefined && state.document?.flow.nodes[i.node] ? [{ label: t('Remove the node'), removes: true, run: () => tools.removeNodes([i.node!]) }] : [])
/** Types of the same family, those whose names are alike first: the type may only be called otherwise here. */
const replaceNode: Maker = ({ issue: i, state, tools }) => {
  const entry = i.node === undefined ? undefined : state.document?.flow.nodes[i.node]
  const replace = tools.replaceNode
  if (!entry || !replace) return []
  const [family, name = ''] = entry.type.split('.')
  const alike = (type: string): number => [...new Set(name)].filter((c) => type.includes(c)).length / Math.max(name.length, type.length)
  const types = [...state.types.values()].filter((t) => t.type.startsWith(`${family}.`)).toSorted((a, b) => alike(b.type) - alike(a.type)).slice(0, MOST)
  return types.length === 0 ? [] : [{ label: t('Replace it by'), choices: types.map((type) => ({ label: said(type.title), note: type.type, run: () => { replace(i.node!, type.type) } })) }]
}
const toLedger: Maker = ({ issue: i, screen }) => (i.node === undefined ? [] : [{ label: t('Where did it go'), run: () => screen.showLedger(i.node!) }])
const both = (...makers: readonly Maker[]): Maker => (of) => makers.flatMap((m) => m(of))

/** In the order of what is most likely meant. */
export const fixes: Readonly<Partial<Record<IssueCode, Maker>>> = {
  PORT_KIND: both(insert, removeWire), PORT_UNIT: both(insert, removeWire), PORT_CONVERT: both(insert, removeWire), PORT_MIXED: both(insert, removeWire),
  WIRE_FORMAT: removeWire, WIRE_NODE: removeWire, WIRE_PORT: removeWire, WIRE_CYCLE: removeWire, WIRE_DUPLICATE: duplicate,
  PORT_OPEN: whatFits, PORT_UNRESOLVED: whatFits,
  NODE_CONFIG: setting, PARAMETER_UNKNOWN: setting, UNIT_UNKNOWN: setting,
  NODE_TYPE: both(replaceNode, removeNode),
  CONNECTION_UNKNOWN: both(newConnection, setting), CONNECTION_TYPE: both(setting, newConnection), CONNECTION_DIFFERS: openConnection, CONNECTION_FAILED: openConnection, DATA_STALE: openConnection, DEVICE_EXCEPTION: openConnection, CONNECTION_DRIVER: openConnection,
  SECRET_UNKNOWN: both(dialog(t('Store the secret…'), 'secrets', true), setting), SECRET_READ: dialog(t('Secrets…'), 'secrets', true),
  MODEL_UNKNOWN: both(dialog(t('Models…'), 'models'), setting), MODEL_LOAD: dialog(t('Models…'), 'models'),
  SAMPLE_TYPE: toLedger, NODE_FAILED: toLedger, DECODE: toLedger, NO_OUTCOME: toLedger, LEDGER: toLedger,
  DEPLOY_CONFLICT: dialog(t('Versions…'), 'versions'), ENGINE_DOWN: dialog(t('Versions…'), 'versions'),
}
/** Those that change nothing: a viewer has them too. */
const looking: ReadonlySet<string> = new Set([t('Go to the setting'), t('Open the connection'), t('Models…'), t('Versions…'), t('Where did it go')])

/** `tools` are asked when a fix is made: they are put together after this. */
export function mending(core: Core, screen: Screen, tools: () => Tools) {
  const fixesFor = (issue: Issue, state: State = core.get()): readonly Fix[] => {
    const mayEdit = state.session?.role === 'editor' || state.session?.role === 'admin'
    const made = fixes[issue.code]?.({ issue, state, tools: tools(), screen, core }) ?? []
    return mayEdit ? made : made.filter((f) => looking.has(f.label))
  }
  screen.mendWith((issue): Toast['action'] => {
    const fix = fixesFor(issue).find((f) => f.removes !== true)
    return fix?.run ? { label: fix.label, run: fix.run } : undefined
  })
  return { fixesFor }
}
