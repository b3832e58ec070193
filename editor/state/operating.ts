// What the operator's view needs to know of the running flow: whether a value may be taken as a present one, what can be
// set and within which limits, and what that drives. Nothing that is stale, bad or unknown comes out of here as normal.
import { displayUnit, withDefaults, type CatalogueNode, type JsonSample, type JsonValue, type PortType, type Severity } from '#kit'
import { formatEnd, LINK_IN, LINK_OUT, parseEnd, parseWire, SUBFLOW, withParameters, type Flow, type FlowPorts, type Session } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { typesOf } from './derive.ts'
import { severityOf } from './format.ts'
import { onCanvas } from './instances.ts'
import { inForm, typed } from './numbers.ts'
import type { State, View } from './model.ts'
import { hearingOf } from './status.ts'

/** Who may only operate begins where that is done. Who is in already stays where he is. */
export const landing = (session: Session, before: Pick<State, 'session' | 'view'>): View => (before.session === null && session.role === 'operator' ? 'operator' : before.view)

// ---- values

/** Types of the running flow's ports: the draft's may be others. */
export const runningPorts = (state: Pick<State, 'base' | 'types' | 'check'>): FlowPorts => (state.base.flow ? typesOf(state.base.flow, state.types, state.check.body?.ports).ports : {})

const above = new WeakMap<Flow, Map<string, readonly string[]>>()
/** The nodes whose values a node's come from, itself included; through links, and into what stands behind an instance. */
export function upstream(flow: Flow, node: string): readonly string[] {
  let known = above.get(flow)
  if (!known) above.set(flow, (known = new Map()))
  let found = known.get(node)
  if (!found) known.set(node, (found = reach(flow, node, 'up')))
  return found
}

function reach(flow: Flow, node: string, way: 'up' | 'down'): readonly string[] {
  const next = new Map<string, string[]>()
  const link = (from: string, to: string): void => void (way === 'up' ? next.set(to, [...(next.get(to) ?? []), from]) : next.set(from, [...(next.get(from) ?? []), to]))
  for (const text of flow.wires) {
    const wire = parseWire(text)
    if (wire) link(wire.from.node, wire.to.node)
  }
  const links = (type: string): readonly (readonly [string, JsonValue | undefined])[] => Object.entries(flow.nodes).filter(([, n]) => n.type === type).map(([id, n]) => [id, n.config['name']] as const)
  for (const [into, name] of links(LINK_OUT)) for (const [out, other] of links(LINK_IN)) if (name === other) link(into, out)
  const seen = new Set([node])
  for (const id of seen) for (const other of next.get(id) ?? []) seen.add(other)
  return [...seen]
}

/** Why the values of this node are not to be taken as present ones; '' when they may be. */
export function doubtOf(state: Pick<State, 'live' | 'flows' | 'flowId' | 'base'>, node: string): string {
  const hearing = hearingOf(state)
  if (hearing === 'halted') return t('the flow does not run')
  if (hearing !== 'open') return t('no connection to the gateway')
  const flow = state.base.flow
  if (!flow || !Object.hasOwn(flow.nodes, onCanvas(node))) return t('not in the version that runs')
  for (const id of upstream(flow, onCanvas(node))) {
    const health = state.live.nodes[id]?.health
    if (health && health.state !== 'ok') return id === onCanvas(node) ? health.text || health.state : `${flow.nodes[id]?.name ?? id}: ${health.text || health.state}`
  }
  return ''
}

/** stale: it was good once, and is not known to be so now. none: nothing came yet. */
export type Level = Severity | 'stale' | 'none'
export interface Reading {
  readonly sample: JsonSample | null
  readonly level: Level
  /** Why it is not good, in words; '' when it is. */
  readonly why: string
}
export function readingOf(sample: JsonSample | null | undefined, doubt: string): Reading {
  if (!sample) return { sample: null, level: 'none', why: doubt === '' ? t('no value yet') : doubt }
  if (doubt !== '') return { sample, level: 'stale', why: doubt }
  const level = severityOf(sample)
  return { sample, level, why: level === 'good' ? '' : qualityWords(sample.quality) }
}
const qualityWords = (quality: string | undefined): string => (quality === undefined || quality === 'Good' ? t('no number') : said(quality.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`).toLowerCase()))

/** Where a number stands against its normal band; '' inside, or where there is none. A boolean counts as 0 or 1. */
export function against(value: JsonValue | undefined, low: number | undefined, high: number | undefined): '' | 'low' | 'high' {
  const number = typeof value === 'boolean' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return ''
  return low !== undefined && number < low ? 'low' : high !== undefined && number > high ? 'high' : ''
}

/** With these decimals, or as many as it needs. */
export function formatFixed(value: number, decimals: number | undefined, otherwise: (value: number) => string): string {
  if (decimals === undefined || !Number.isFinite(value)) return otherwise(value)
  const [whole, rest] = Math.abs(value).toFixed(decimals).split('.')
  const text = inForm(`${whole!.replace(/\B(?=(\d{3})+$)/g, ',')}${rest === undefined ? '' : `.${rest}`}`)
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text
}

/** What people call an output: the node's name, and the port where it has several. */
export function titleOfEnd(flow: Flow | null, types: State['types'], ports: FlowPorts, end: string): string {
  const at = parseEnd(end)
  const node = at && flow && Object.hasOwn(flow.nodes, at.node) ? flow.nodes[at.node] : undefined
  if (!at || !node) return end
  const title = node.name ?? types.get(node.type)?.title ?? at.node
  return Object.keys(ports[at.node]?.outputs ?? {}).length > 1 ? `${title} ${at.port}` : title
}

// ---- what can be set

export const hasAlarms = (type: CatalogueNode): boolean => type.acts.includes('acknowledge')

interface Argument {
  readonly type?: string
  readonly title?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly anyOf?: readonly Argument[]
}
export interface Setter {
  readonly act: string
  readonly argument: string
  readonly schema: Argument
}
/** The act that sets one value: 'set', or one with a single number that is no time. */
export function setterOf(type: CatalogueNode | undefined): Setter | undefined {
  for (const act of type?.acts.toSorted((a, b) => Number(b === 'set') - Number(a === 'set')) ?? []) {
    const properties = Object.entries((type!.actArguments?.[act] as { readonly properties?: { readonly [name: string]: Argument } } | undefined)?.properties ?? {})
    const [argument, schema] = properties[0] ?? []
    if (argument === undefined || schema === undefined || properties.length > 1 || schema.unit === 's' || schema.unit === 'ms') continue
    if (schema.type === 'number' || schema.type === 'integer' || schema.type === 'boolean' || schema.anyOf) return { act, argument, schema }
  }
  return undefined
}

export interface Setpoint {
  readonly act: string
  readonly argument: string
  /** What is set, when the act is not plainly 'set'. */
  readonly title: string
  readonly kind: 'number' | 'boolean' | 'choice'
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly step: number
  readonly decimals: number | undefined
  /** As people read it. */
  readonly unit: string
  /** What can be chosen, with its words: of a boolean off and on. */
  readonly choices: readonly (readonly [value: boolean | string, word: string])[]
  /** The output that tells what holds: 'node.port'. */
  readonly shows: string | undefined
}
/** What a node of the running flow lets set. The limits are its settings', or the act's own. */
export function setpointOf(flow: Flow | null, types: State['types'], ports: FlowPorts, node: string): Setpoint | undefined {
  const entry = flow && Object.hasOwn(flow.nodes, node) ? flow.nodes[node]! : undefined
  const type = entry && types.get(entry.type)
  const setter = setterOf(type)
  if (!flow || !type || !setter) return undefined
  const config = withDefaults(type.config, withParameters(entry.config, flow.parameters, () => undefined)) as { readonly [name: string]: JsonValue }
  const [port, shown] = Object.entries(ports[node]?.outputs ?? {})[0] ?? [undefined, undefined as PortType | undefined]
  const common = { act: setter.act, argument: setter.argument, title: setter.act === 'set' ? '' : (setter.schema.title ?? setter.argument), shows: port === undefined ? undefined : formatEnd({ node, port }) }
  const number = (value: JsonValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined)
  const word = (key: string, or: string): string => (typeof config[key] === 'string' ? config[key] : or)
  const kind = setter.schema.anyOf ? (config['kind'] === 'boolean' ? 'boolean' : config['kind'] === 'choice' ? 'choice' : 'number') : setter.schema.type === 'boolean' ? 'boolean' : 'number'
  const limits = setter.schema.anyOf ? { minimum: number(config['minimum']), maximum: number(config['maximum']) } : { minimum: setter.schema.minimum, maximum: setter.schema.maximum }
  return {
    ...common, kind, ...limits,
    step: number(config['step']) ?? 1, decimals: setter.schema.anyOf ? number(config['decimals']) : undefined, unit: kind === 'number' ? displayUnit(setter.schema.unit ?? shown?.unit) : '',
    choices: kind === 'boolean' ? [[false, word('off', t('Off'))], [true, word('on', t('On'))]] : kind === 'choice' && Array.isArray(config['choices']) ? (config['choices'] as readonly JsonValue[]).map((c) => [String(c), String(c)] as const) : [],
  }
}

/** Why this cannot be set; '' when it can. The node itself has the last word. */
export function setFault(setpoint: Setpoint, value: JsonValue | undefined): string {
  if (setpoint.kind !== 'number') return setpoint.choices.some(([c]) => c === value) ? '' : t('Choose one.')
  if (typeof value !== 'number' || !Number.isFinite(value)) return t('Enter a number.')
  const unit = setpoint.unit === '' ? '' : ` ${setpoint.unit}`
  if (setpoint.minimum !== undefined && value < setpoint.minimum) return t('The lowest is {limit}.', { limit: `${typed(setpoint.minimum)}${unit}` })
  if (setpoint.maximum !== undefined && value > setpoint.maximum) return t('The highest is {limit}.', { limit: `${typed(setpoint.maximum)}${unit}` })
  return ''
}

/** Nodes that write to the plant with what comes from this one; instances with a writing node inside count. */
export function drivenBy(flow: Flow | null, types: State['types'], node: string): readonly string[] {
  if (!flow || !Object.hasOwn(flow.nodes, node)) return []
  const writes = (of: Pick<Flow, 'nodes'>, id: string, depth = 0): boolean => {
    const entry = of.nodes[id]
    const inner = entry?.type === SUBFLOW ? flow.subflows?.[String(entry.config['subflow'])] : undefined
    return inner && depth < 16 ? Object.keys(inner.nodes).some((i) => writes(inner, i, depth + 1)) : types.get(entry?.type ?? '')?.effects === 'writes'
  }
  return reach(flow, node, 'down').filter((id) => id !== node && writes(flow, id))
}
