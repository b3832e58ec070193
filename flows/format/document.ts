// The flow document: what is saved, reviewed, exported and deployed. Stable key order, one wire a line, no secrets.
import { issue, schemaFaults, Type, type Issue, type JsonValue } from '#kit'
import { DashboardSchema, type Dashboard } from './dashboard.ts'
import { GroupSchema, type Group } from './group.ts'
import { FlowTestSchema, type FlowTest } from './recording.ts'

export const FORMAT = 1
export const NODE_ID = /^[a-z][a-z0-9_-]{0,63}$/
/** Also the name of a folder, where its driver keeps certificates: nothing that leads out of one. */
export const CONNECTION_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u

export interface NodeEntry {
  readonly type: string
  /** The type's version when saved; 1 when left out. */
  readonly version?: number
  /** What people call it; the type's title when left out. */
  readonly name?: string
  readonly config: { readonly [name: string]: JsonValue }
  /** Place on the canvas. */
  readonly at: readonly [x: number, y: number]
}
export interface ConnectionEntry {
  readonly type: string
  readonly config: { readonly [name: string]: JsonValue }
}
/** Nodes that are used as one, several times if need be: an instance is a node of type 'flow.subflow'. */
export interface Subflow {
  readonly name: string
  /** With their defaults; an instance may give others. */
  readonly parameters: { readonly [name: string]: JsonValue }
  /** Ports of the instance, and the inner ports behind them: 'node.port'. */
  readonly inputs: { readonly [port: string]: readonly string[] }
  readonly outputs: { readonly [port: string]: string }
  readonly nodes: { readonly [id: string]: NodeEntry }
  readonly wires: readonly string[]
  /** Frames around its nodes, by an id of their own. */
  readonly groups?: { readonly [id: string]: Group }
}
/** What the engine goes by; left out, it has its own. */
export interface FlowSettings {
  /** A source that is silent for this long no longer holds event time back, s. */
  readonly idleS?: number
  /** Tags that one node may keep state for. */
  readonly maxTags?: number
  /** Samples that may wait in front of a node that takes its time. */
  readonly queue?: number
  /** Minutes of what came in that are remembered for a replay; 0: none. */
  readonly record?: number
}
export interface Flow {
  readonly headgate: typeof FORMAT
  readonly id: string
  readonly name: string
  /** Named values; a config uses one by `{ "$parameter": "name" }` in place of a value. */
  readonly parameters: { readonly [name: string]: JsonValue }
  /** Export copies of the gateway's connections that the nodes name. */
  readonly connections: { readonly [name: string]: ConnectionEntry }
  readonly nodes: { readonly [id: string]: NodeEntry }
  /** 'drive.vibration -> spectrum.signal' */
  readonly wires: readonly string[]
  readonly subflows?: { readonly [name: string]: Subflow }
  readonly settings?: FlowSettings
  /** Frames on the canvas, by an id of their own. */
  readonly groups?: { readonly [id: string]: Group }
  /** By name. */
  readonly tests?: { readonly [name: string]: FlowTest }
  readonly dashboard?: Dashboard
}
/** Parts of a flow that no engine needs: what they are is said by a schema. */
const annexes = { groups: Type.Record(Type.String(), GroupSchema), tests: Type.Record(Type.String(), FlowTestSchema), dashboard: DashboardSchema }

export interface WireEnd {
  readonly node: string
  readonly port: string
}
export interface Wire {
  readonly from: WireEnd
  readonly to: WireEnd
}

/** Port names may hold anything but a blank; the first dot ends the node's id. Undefined when it is no wire. */
export function parseWire(text: string): Wire | undefined {
  const ends = /^(\S+) -> (\S+)$/.exec(text)
  const from = ends && parseEnd(ends[1]!)
  const to = ends && parseEnd(ends[2]!)
  return from && to ? { from, to } : undefined
}
export function parseEnd(text: string): WireEnd | undefined {
  const dot = text.indexOf('.')
  return dot < 1 || dot === text.length - 1 ? undefined : { node: text.slice(0, dot), port: text.slice(dot + 1) }
}
export const formatEnd = (end: WireEnd): string => `${end.node}.${end.port}`
export const formatWire = (wire: Wire): string => `${formatEnd(wire.from)} -> ${formatEnd(wire.to)}`

export const emptyFlow = (id: string, name: string): Flow => ({ headgate: FORMAT, id, name, parameters: {}, connections: {}, nodes: {}, wires: [] })

/** Documents above this size are refused before they are parsed. */
export const MAX_FLOW_BYTES = 8 * 1024 * 1024
const MAX_DEPTH = 64
/** More faults than this are not told at once. */
const MAX_ISSUES = 1000

/** Reads a document. `flow` is given whenever its frame is right, so that a half-good one can be shown and mended. */
export function parseFlow(text: string): { flow?: Flow; issues: Issue[] } {
  if (text.length > MAX_FLOW_BYTES) return { issues: [issue('FLOW_JSON', {}, { reason: `it is larger than ${MAX_FLOW_BYTES / 1024 / 1024} MB` })] }
  let json: unknown
  try {
    json = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (thrown) {
    return { issues: [issue('FLOW_JSON', {}, { reason: (thrown as Error).message })] }
  }
  return readFlow(json)
}

/** Checks the frame of a parsed document: every fault at once, with a JSON pointer to it. */
export function readFlow(json: unknown): { flow?: Flow; issues: Issue[] } {
  const issues: Issue[] = []
  const wrong = (field: string, reason: string): void => void (issues.length < MAX_ISSUES && issues.push(issue('FLOW_FORMAT', { field }, { reason })))
  if (!isObject(json)) return { issues: [issue('FLOW_FORMAT', { field: '' }, { reason: 'A flow is a JSON object.' })] }
  if (!('headgate' in json)) return { issues: [issue('FLOW_FORMAT', { field: '/headgate' }, { reason: "This is no Headgate flow: 'headgate' is missing." })] }
  if (json['headgate'] !== FORMAT) return { issues: [issue('FLOW_VERSION', { field: '/headgate' }, { found: JSON.stringify(json['headgate']), known: FORMAT })] }
  if (depth(json) > MAX_DEPTH) return { issues: [issue('FLOW_FORMAT', { field: '' }, { reason: `It is nested deeper than ${MAX_DEPTH} levels.` })] }
  const known = ['headgate', 'id', 'name', 'parameters', 'connections', 'nodes', 'wires', 'subflows', 'settings', ...Object.keys(annexes)]
  for (const key of Object.keys(json)) if (!known.includes(key)) wrong(`/${pointer(key)}`, `A flow has no field '${key}'.`)
  if (typeof json['id'] !== 'string' || !NODE_ID.test(json['id'])) wrong('/id', 'The id must begin with a letter a to z, then letters, digits, - or _.')
  if (typeof json['name'] !== 'string' || json['name'].length > 200) wrong('/name', 'The name must be a text of at most 200 characters.')
  const part = (key: string, of: Record<string, unknown> = json, prefix = ''): Record<string, unknown> => {
    const value = of[key] ?? {}
    if (isObject(value)) return value
    wrong(`${prefix}/${key}`, 'This must be an object.')
    return {}
  }
  const connections = part('connections')
  for (const [name, entry] of Object.entries(connections)) {
    if (!CONNECTION_NAME.test(name)) issues.push(issue('CONNECTION_NAME', { field: `/connections/${pointer(name)}` }, { name }))
    if (!isObject(entry) || typeof entry['type'] !== 'string' || !isObject(entry['config'])) wrong(`/connections/${pointer(name)}`, "A connection has a 'type' and a 'config'.")
    else for (const key of Object.keys(entry)) if (key !== 'type' && key !== 'config') wrong(`/connections/${pointer(name)}/${pointer(key)}`, `A connection has no field '${key}'.`)
  }
  /** Nodes and wires of the flow, and of each subflow. */
  const body = (of: Record<string, unknown>, prefix: string): { nodes: Record<string, unknown>; wires: unknown } => {
    const nodes = part('nodes', of, prefix)
    for (const [id, entry] of Object.entries(nodes)) {
      const place = `${prefix}/nodes/${pointer(id)}`
      if (!NODE_ID.test(id)) issues.push(issue('NODE_ID', { field: place }, { id }))
      if (!isObject(entry)) {
        wrong(place, 'A node is an object.')
        continue
      }
      for (const key of Object.keys(entry)) if (!['type', 'version', 'name', 'config', 'at'].includes(key)) wrong(`${place}/${pointer(key)}`, `A node has no field '${key}'.`)
      if (typeof entry['type'] !== 'string') wrong(`${place}/type`, "A node needs a 'type', such as 'filter.deadband'.")
      if (entry['version'] !== undefined && !(Number.isInteger(entry['version']) && (entry['version'] as number) > 0)) wrong(`${place}/version`, 'The version is a whole number from 1.')
      if (entry['name'] !== undefined && !(typeof entry['name'] === 'string' && entry['name'].length <= 200)) wrong(`${place}/name`, 'The name must be a text of at most 200 characters.')
      if (!isObject(entry['config'])) wrong(`${place}/config`, "A node needs a 'config' object; {} takes all defaults.")
      const at = entry['at']
      if (!Array.isArray(at) || at.length !== 2 || !at.every((v) => typeof v === 'number' && Number.isFinite(v))) wrong(`${place}/at`, 'The place is [x, y].')
    }
    const wires = of['wires'] ?? []
    if (!Array.isArray(wires)) wrong(`${prefix}/wires`, "Wires are a list of 'node.port -> node.port'.")
    else wires.forEach((w, i) => typeof w === 'string' || wrong(`${prefix}/wires/${i}`, "A wire is a text 'node.port -> node.port'."))
    return { nodes, wires }
  }
  const { nodes, wires } = body(json, '')
  const subflows = Object.fromEntries(Object.entries(part('subflows')).map(([name, sub]) => [name, readSubflow(name, sub)]))
  function readSubflow(name: string, sub: unknown): unknown {
    const place = `/subflows/${pointer(name)}`
    if (!NODE_ID.test(name)) issues.push(issue('NODE_ID', { field: place }, { id: name }))
    if (!isObject(sub)) {
      wrong(place, 'A subflow is an object.')
      return sub
    }
    for (const key of Object.keys(sub)) if (!['name', 'parameters', 'inputs', 'outputs', 'nodes', 'wires', 'groups'].includes(key)) wrong(`${place}/${pointer(key)}`, `A subflow has no field '${key}'.`)
    const title = sub['name'] ?? name
    if (typeof title !== 'string' || title.length > 200) wrong(`${place}/name`, 'The name must be a text of at most 200 characters.')
    const inputs = part('inputs', sub, place)
    const outputs = part('outputs', sub, place)
    const isEnd = (end: unknown): boolean => typeof end === 'string' && parseEnd(end) !== undefined
    for (const [port, ends] of Object.entries(inputs)) if (/\s/.test(port) || !Array.isArray(ends) || !ends.every(isEnd)) wrong(`${place}/inputs/${pointer(port)}`, "An input leads to a list of inner ports, 'node.port'.")
    for (const [port, end] of Object.entries(outputs)) if (/\s/.test(port) || !isEnd(end)) wrong(`${place}/outputs/${pointer(port)}`, "An output comes from one inner port, 'node.port'.")
    if (sub['groups'] !== undefined) for (const { field, reason } of schemaFaults(annexes.groups, sub['groups'])) wrong(`${place}/groups${field}`, reason)
    return { name: title, parameters: part('parameters', sub, place), inputs, outputs, ...body(sub, place), ...(sub['groups'] === undefined ? {} : { groups: sub['groups'] }) }
  }
  const settings = part('settings')
  for (const [key, value] of Object.entries(settings)) {
    const most = ({ idleS: 86_400, maxTags: 10_000_000, queue: 1_000_000, record: 120 } as Record<string, number>)[key]
    if (most === undefined) wrong(`/settings/${pointer(key)}`, `There is no setting '${key}' of a flow.`)
    else if (key === 'record' && value === 0) continue
    else if (typeof value !== 'number' || !(value > 0 && value <= most) || (key !== 'idleS' && key !== 'record' && !Number.isInteger(value))) wrong(`/settings/${key}`, `This must be a number above 0, at most ${most}.`)
  }
  const parameters = part('parameters')
  const kept: Record<string, unknown> = {}
  for (const [key, schema] of Object.entries(annexes)) {
    if (json[key] === undefined) continue
    for (const { field, reason } of schemaFaults(schema, json[key])) wrong(`/${key}${field}`, reason)
    kept[key] = json[key]
  }
  if (issues.length > 0) return { issues }
  return { flow: { headgate: FORMAT, id: json['id'], name: json['name'], parameters, connections, nodes, wires, ...('subflows' in json ? { subflows } : {}), ...('settings' in json ? { settings } : {}), ...kept } as unknown as Flow, issues }
}

/** The one text of a flow: the same flow gives the same bytes. Nodes and connections by id, wires in the given order. */
export function formatFlow(flow: Flow): string {
  const subflows = Object.fromEntries(
    Object.entries(flow.subflows ?? {}).map(([name, sub]) => {
      const { name: title, parameters, inputs, outputs, wires, groups: frames = {} } = sub
      const inner = Object.fromEntries(Object.entries(sub.nodes).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, n]) => [id, orderNode(n)]))
      return [name, { name: title, parameters, inputs, outputs, nodes: inner, wires, ...(Object.keys(frames).length === 0 ? {} : { groups: frames }) }]
    }),
  )
  const { settings = {}, groups = {}, tests = {}, dashboard = { widgets: [] } } = flow
  // One sample, one widget a line.
  const lines = (list: readonly unknown[], indent: string): string => (list.length === 0 ? '[]' : `[\n${list.map((x) => `${indent}  ${JSON.stringify(x)}`).join(',\n')}\n${indent}]`)
  const part = (name: string, o: object): string => (Object.keys(o).length === 0 ? '' : `,\n  "${name}": ${object(o)}`)
  const test = ({ input, expect, tolerance }: FlowTest): string =>
    `{\n      "input": ${lines(input, '      ')},\n      "expect": {${Object.keys(expect).toSorted().map((at) => `\n        ${JSON.stringify(at)}: ${lines(expect[at]!, '        ')}`).join(',')}\n      }${tolerance === undefined ? '' : `,\n      "tolerance": ${tolerance}`}\n    }`
  const testTexts = Object.keys(tests).toSorted().map((name) => `    ${JSON.stringify(name)}: ${test(tests[name]!)}`)
  const entry = (value: unknown, indent: string): string => JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`)
  const object = (o: object): string => {
    const keys = Object.keys(o).toSorted()
    return keys.length === 0 ? '{}' : `{\n${keys.map((k) => `    ${JSON.stringify(k)}: ${entry((o as Record<string, unknown>)[k], '    ')}`).join(',\n')}\n  }`
  }
  const nodes = Object.fromEntries(Object.entries(flow.nodes).map(([id, n]) => [id, orderNode(n)]))
  const connections = Object.fromEntries(Object.entries(flow.connections).map(([name, c]) => [name, { type: c.type, config: c.config }]))
  const wires = flow.wires.length === 0 ? '[]' : `[\n${flow.wires.map((w) => `    ${JSON.stringify(w)}`).join(',\n')}\n  ]`
  return `{
  "headgate": ${FORMAT},
  "id": ${JSON.stringify(flow.id)},
  "name": ${JSON.stringify(flow.name)},
  "parameters": ${object(flow.parameters)},
  "connections": ${object(connections)},
  "nodes": ${object(nodes)},
  "wires": ${wires}${part('subflows', subflows)}${part('settings', settings)}${part('groups', groups)}${testTexts.length === 0 ? '' : `,\n  "tests": {\n${testTexts.join(',\n')}\n  }`}${dashboard.widgets.length === 0 ? '' : `,\n  "dashboard": {\n    "widgets": ${lines(dashboard.widgets, '    ')}\n  }`}
}
`.replace(/"at": \[\s+(-?[\d.e+-]+),\s+(-?[\d.e+-]+)\s+\]/g, '"at": [$1, $2]')
}

function orderNode(n: NodeEntry): NodeEntry {
  return {
    type: n.type,
    ...(n.version !== undefined && n.version !== 1 ? { version: n.version } : {}),
    ...(n.name !== undefined && n.name !== '' ? { name: n.name } : {}),
    config: n.config,
    at: [Math.round(n.at[0]), Math.round(n.at[1])],
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
/** RFC 6901 escaping of one key. */
export const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

function depth(value: unknown, level = 0): number {
  if (level > MAX_DEPTH || value === null || typeof value !== 'object') return level
  let deepest = level
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depth(inner, level + 1))
  return deepest
}
