// What follows from draft, catalogue and check: types, changes and issues, at once after every edit.
import { issueTexts, resolvePorts, withDefaults, type CatalogueNode, type Issue, type IssueCode, type JsonValue, type ResolvedPorts } from '#kit'
import { diffFlows, equalJson, expandFlow, SUBFLOW, typeFlow, withParameters, type Change, type Flow, type FlowPorts, type NodePorts, type TypedFlow } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { clashIssues } from './clashes.ts'
import { PORTS_TYPE } from './inside.ts'
import { onCanvas } from './instances.ts'
import type { Base, Check, State } from './model.ts'

/** Codes that the local typing finds itself: the gateway's older ones give way to it. */
const local = new Set(Object.keys(issueTexts).filter((c) => c.startsWith('WIRE_') || c.startsWith('PORT_')).concat('UNIT_UNKNOWN')) as ReadonlySet<string>
const gatewayOnly: ReadonlySet<IssueCode> = new Set(['WIRE_CYCLE', 'PORT_IN_USE'])

const typedCache = new WeakMap<Flow['nodes'], { readonly wires: Flow['wires']; readonly types: unknown; readonly given: unknown; readonly parameters: unknown; readonly typed: TypedFlow }>()

interface Typing {
  readonly flow: Flow
  readonly types: unknown
  readonly given: unknown
  readonly typed: TypedFlow
}
let lastTyped: Typing | undefined
/** Names and places are no part of a type, and mostly a check answers the ports of before: with all else as it was, typing a thousand nodes anew would find the same. */
function sameTyping(known: Typing | undefined, flow: Flow, types: unknown, given: unknown): known is Typing {
  if (!known || known.types !== types || !equalJson(known.given, given)) return false
  const { flow: before } = known
  if (before.wires !== flow.wires || before.parameters !== flow.parameters || before.subflows !== flow.subflows) return false
  let left = 0
  for (const id in before.nodes) left += Number(Object.hasOwn(before.nodes, id))
  for (const id in flow.nodes) {
    const [a, b] = [Object.hasOwn(before.nodes, id) ? before.nodes[id]! : undefined, flow.nodes[id]!]
    if (a === undefined || a.type !== b.type || a.config !== b.config || a.version !== b.version) return false
    left--
  }
  return left === 0
}

/** Types of the draft. Ports that only the gateway knows come from its last check. */
export function typesOf(flow: Flow, types: ReadonlyMap<string, CatalogueNode>, given: FlowPorts | undefined): TypedFlow {
  const known = typedCache.get(flow.nodes)
  if (known && known.wires === flow.wires && known.types === types && known.given === given && known.parameters === flow.parameters) return known.typed
  if (sameTyping(lastTyped, flow, types, given)) {
    lastTyped = { flow, types, given, typed: lastTyped.typed }
    return lastTyped.typed
  }
  const configs: Record<string, unknown> = {}
  const dynamic: Record<string, Partial<NodePorts>> = {}
  const expanded = expandFlow(flow)
  for (const [id, node] of Object.entries(expanded.flow.nodes)) {
    const type = types.get(node.type)
    if (!type) continue
    configs[id] = configOf(node.config, type, flow.parameters)
    if (!given || !Object.hasOwn(given, id)) continue
    if (type.dynamic) dynamic[id] = given[id]!
    // Its outputs follow from what comes in; its inputs stay as they are declared, so that other wires may be drawn.
    else if (type.typed) dynamic[id] = { outputs: given[id]!.outputs }
  }
  const inner = typeFlow(expanded.flow, (type) => types.get(type), configs, dynamic)
  const typed = { ...inner, ports: expanded.withInstances(inner.ports), issues: [...expanded.issues, ...inner.issues].map(atInstance) }
  lastTyped = { flow, types, given, typed }
  typedCache.set(flow.nodes, { wires: flow.wires, types, given, parameters: flow.parameters, typed })
  return typed
}

const told = new WeakMap<Issue, Issue>()
/** An issue inside a subflow is shown at its instance. */
function atInstance(i: Issue): Issue {
  if (i.node === undefined || onCanvas(i.node) === i.node) return i
  const { node, port: _port, field: _field, wire: _wire, ...rest } = i
  const shown = { ...rest, node: onCanvas(node), text: `${node.slice(onCanvas(node).length + 1)}: ${said(i.text)}` }
  told.set(shown, i)
  return shown
}
/** An issue as the compiler told it: with the place inside of the subflow. */
export const engineIssue = (shown: Issue): Issue => told.get(shown) ?? shown

const defaulted = new WeakMap<object, { readonly type: CatalogueNode; readonly parameters: unknown; readonly config: unknown }>()
/** A config with defaults and parameters put in. */
export function configOf(config: { readonly [name: string]: JsonValue }, type: CatalogueNode, parameters: Flow['parameters']): unknown {
  const known = defaulted.get(config)
  if (known && known.type === type && known.parameters === parameters) return known.config
  const full = withDefaults(type.config, withParameters(config, parameters, () => undefined))
  defaulted.set(config, { type, parameters, config: full })
  return full
}

/** The inputs of a node as they are declared, without what happens to feed them now: a wire may bring something else. */
export function declaredInputs(flow: Flow, id: string, types: ReadonlyMap<string, CatalogueNode>, drawn: FlowPorts): ResolvedPorts {
  const node = flow.nodes[id]
  const type = node && types.get(node.type)
  // What stands for other nodes has their inputs.
  if (node && (node.type === SUBFLOW || node.type === PORTS_TYPE)) return drawn[id]?.inputs ?? {}
  if (!type) return {}
  return type.dynamic ? (drawn[id]?.inputs ?? {}) : resolvePorts(type.inputs, configOf(node.config, type, flow.parameters))
}

export function changesOf(base: Base, flow: Flow): readonly Change[] {
  if (base.flow === flow) return []
  return diffFlows(base.flow ?? { ...flow, nodes: {}, wires: [], parameters: {}, connections: {} }, flow).filter((c) => c.what !== 'connection')
}

/** The gateway's issues as far as they still hold, and the local ones. */
export function issuesOf(flow: Flow, typed: TypedFlow, check: Check): readonly Issue[] {
  if (check.of === flow && check.body) return check.body.issues.map(atInstance)
  const older = (check.body?.issues ?? []).filter((i) => (!local.has(i.code) || gatewayOnly.has(i.code)) && (i.node === undefined || Object.hasOwn(flow.nodes, i.node.split('/')[0]!))).map(atInstance)
  return [...older, ...typed.issues]
}

const kept = new WeakMap<Flow['nodes'], { readonly of: State['refused']; readonly issues: readonly Issue[] }>()
const noIssues: readonly Issue[] = []
/** What the last deploy was refused for, as far as its nodes are as they were. The same list for the same draft. */
export function refusedOf({ refused, document }: Pick<State, 'refused' | 'document'>): readonly Issue[] {
  if (!refused || !document) return noIssues
  const { nodes } = document.flow
  let known = kept.get(nodes)
  if (known?.of !== refused) {
    const own = (of: Flow['nodes'], id: string): unknown => (Object.hasOwn(of, id) ? of[id] : undefined)
    const issues = refused.issues.map(atInstance).filter((i) => own(nodes, i.node!) !== undefined && own(nodes, i.node!) === own(refused.flow.nodes, i.node!))
    kept.set(nodes, (known = { of: refused, issues: issues.length === 0 ? noIssues : issues }))
  }
  return known.issues
}

/** The parts of the state that follow from its others. */
export function derived(state: State): State {
  const flow = state.document?.flow
  if (!flow) return { ...state, typed: { ports: {}, wires: [], issues: [], checked: new Set() }, ports: {}, changes: [], issues: [] }
  const typed = typesOf(flow, state.types, state.check.body?.ports)
  return { ...state, typed, ports: typed.ports, changes: changesOf(state.base, flow), issues: state.types.size === 0 ? [] : [...clashIssues(flow, state.conflicts[state.flowId ?? '']), ...issuesOf(flow, typed, state.check)] }
}

const THINGS: Readonly<Record<string, (count: number) => string>> = {
  node: (count) => t('{count} nodes', { count }), wire: (count) => t('{count} wires', { count }), setting: (count) => t('{count} settings', { count }), parameter: (count) => t('{count} parameters', { count }), subflow: (count) => t('{count} subflows', { count }),
  group: (count) => t('{count} groups', { count }), test: (count) => t('{count} tests', { count }), dashboard: (count) => t('{count} dashboards', { count }), name: (count) => t('{count} names', { count }), connection: (count) => t('{count} connections', { count }),
}
/** What became of something. */
export const BECAME: Readonly<Record<Change['how'], (thing: string) => string>> = {
  added: (thing) => t('{thing} added', { thing }), removed: (thing) => t('{thing} removed', { thing }), changed: (thing) => t('{thing} changed', { thing }), moved: (thing) => t('{thing} moved', { thing }),
}
/** '1 node added, 2 settings changed' */
export function changeSummary(changes: readonly Change[]): string {
  const counts = new Map<string, { readonly what: string; readonly how: Change['how']; n: number }>()
  for (const c of changes) {
    const what = c.what === 'node' && c.how === 'changed' ? 'setting' : c.what === 'flow' ? 'name' : c.what
    const found = counts.get(`${what} ${c.how}`)
    if (found) found.n++
    else counts.set(`${what} ${c.how}`, { what, how: c.how, n: 1 })
  }
  return [...counts.values()].map(({ what, how, n }) => BECAME[how](THINGS[what]!(n))).join(', ')
}
