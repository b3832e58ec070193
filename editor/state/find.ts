// Search across flows: names, ids, tags, addresses, settings, comments, parameters and connections of the open drafts and of
// all flows of the gateway. Also 'where used': 'connection:plant-mqtt' finds who names it. Flows are fetched when they are
// first searched and kept by their version; the words are looked for in the browser.
import { SUBFLOW, type Flow, type FlowSummary, type NodeEntry } from '#format'
import { displayUnit, issue, type CatalogueDriver, type CatalogueNode, type JsonValue, type TSchema } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { issuesFrom } from './api.ts'
import type { Core } from './editor.ts'
import type { State } from './model.ts'
import type { Screen } from './screen.ts'

/** What a node type's setting names: 'connection:x' asks for it. */
export const uses = ['connection', 'secret', 'model', 'subflow', 'parameter', 'type'] as const
export type Use = (typeof uses)[number]

export interface Hit {
  /** Unique among a flow's hits. */
  readonly id: string
  /** What it lies in: a node's name, 'Parameters', 'Connection plant-mqtt', 'Subflow Watch › Scale'. */
  readonly place: string
  /** Which part of it: a setting's title, 'name', 'id'. */
  readonly what: string
  /** The text that has the words. */
  readonly text: string
  /** The words in `text`, from and to, in order. */
  readonly marks: readonly (readonly [from: number, to: number])[]
  /** By its id in the engine: what lies in a subflow is shown in its first instance. */
  readonly node?: string
  /** JSON pointer of the setting. */
  readonly field?: string
  readonly connection?: string
}
export interface Found {
  readonly flow: string
  readonly name: string
  /** A draft with changes, or never deployed; else as it runs. */
  readonly draft: boolean
  readonly hits: readonly Hit[]
  /** Hits beyond the limit. */
  readonly more: number
}
export const MAX_HITS = 60
/** Texts longer than this are cut around the first word. */
const SHOWN = 120

export interface Query {
  readonly words: readonly string[]
  readonly use?: { readonly of: Use; readonly name: string }
}
/** 'connection:plant-mqtt' asks where it is used; everything else is words that must all be there. */
export function readQuery(text: string): Query {
  const asked = /^\s*(connection|secret|model|subflow|parameter|type):\s*(.*?)\s*$/i.exec(text)
  if (asked) return { words: [], use: { of: asked[1]!.toLowerCase() as Use, name: asked[2]! } }
  return { words: text.toLowerCase().split(/\s+/).filter((w) => w !== '') }
}
export const isEmpty = (q: Query): boolean => q.words.length === 0 && (q.use === undefined || q.use.name === '')

export function findIn(flow: Flow, types: ReadonlyMap<string, CatalogueNode>, query: Query, drivers: readonly CatalogueDriver[] = []): Hit[] {
  if (isEmpty(query)) return []
  return [...candidates(flow, types, drivers)].flatMap((c): Hit[] => {
    if (query.use) return c.uses?.of === query.use.of && c.uses.name === query.use.name ? [hitOf(c, [])] : []
    const marks = marksOf(c.text, query.words)
    return marks === null ? [] : [hitOf(c, marks)]
  })
}

interface Candidate extends Omit<Hit, 'marks'> {
  readonly uses?: { readonly of: Use; readonly name: string }
}

function* candidates(flow: Flow, types: ReadonlyMap<string, CatalogueNode>, drivers: readonly CatalogueDriver[]): Generator<Candidate> {
  yield { id: 'name', place: t('Flow'), what: t('name'), text: flow.name }
  yield { id: 'id', place: t('Flow'), what: 'id', text: flow.id }
  for (const [name, value] of Object.entries(flow.parameters)) yield { id: `parameter ${name}`, place: t('Parameters'), what: name, text: `${name} = ${words(value)}` }
  for (const [name, { type, config }] of Object.entries(flow.connections)) {
    yield { id: `connection ${name}`, place: t('Connection {name}', { name }), what: t('name'), text: `${name} (${type})`, connection: name }
    const schema = drivers.find((d) => d.type === type)?.config
    for (const { path, text } of leaves(config)) {
      const of = useOf(schemaAt(schema, path), type, path)
      yield { id: `connection ${name} ${path}`, place: t('Connection {name}', { name }), what: titleAt(schema, path), text, connection: name, ...(of === undefined ? {} : { uses: { of, name: text } }) }
    }
  }
  for (const [id, group] of Object.entries(flow.groups ?? {})) yield { id: `group ${id}`, place: t('Group'), what: t('title'), text: group.title, ...(group.nodes[0] === undefined ? {} : { node: group.nodes[0] }) }
  for (const [id, node] of Object.entries(flow.nodes)) yield* ofNode(id, node, types, { node: id })
  for (const [name, sub] of Object.entries(flow.subflows ?? {})) {
    const instance = Object.entries(flow.nodes).find(([, n]) => n.type === SUBFLOW && n.config['subflow'] === name)?.[0]
    yield { id: `subflow ${name}`, place: t('Subflow'), what: t('name'), text: sub.name || name, ...(instance === undefined ? {} : { node: instance }) }
    for (const [id, node] of Object.entries(sub.nodes)) yield* ofNode(id, node, types, instance === undefined ? {} : { node: `${instance}/${id}` }, `${sub.name || name} › `, `${name}/`)
  }
}

/** `inside` is the subflow it lies in, in words. */
function* ofNode(id: string, node: NodeEntry, types: ReadonlyMap<string, CatalogueNode>, at: { readonly node?: string }, inside = '', prefix = ''): Generator<Candidate> {
  const type = types.get(node.type)
  const title = said(type?.title) ?? node.type
  const place = `${inside}${node.name ?? title}`
  const key = `${prefix}${id}`
  yield { id: `${key} name`, place, what: t('name'), text: node.name ?? title, ...at, uses: { of: 'type', name: node.type } }
  yield { id: `${key} id`, place, what: 'id', text: id, ...at }
  if (node.name !== undefined) yield { id: `${key} type`, place, what: t('type'), text: title, ...at }
  const tags = typeof node.config['tagPrefix'] === 'string' && node.config['tagPrefix'] !== '' ? node.config['tagPrefix'] : undefined
  for (const { path, text, parameter } of leaves(node.config)) {
    const schema = schemaAt(type?.config, path)
    const of = parameter === undefined ? useOf(schema, node.type, path) : 'parameter'
    // The row of a source's table is known by its tag.
    const shown = tags !== undefined && /^\/[^/]+\/\d+\/name$/.test(path) ? `${tags}.${text}` : parameter === undefined ? text : t('{text} (parameter)', { text })
    const unit = typeof schema?.['unit'] === 'string' && schema['unit'] !== '' && parameter === undefined ? ` ${displayUnit(schema['unit'])}` : ''
    yield { id: `${key} ${path}`, place, what: titleAt(type?.config, path), text: `${shown}${unit}`, ...at, ...(at.node === undefined ? {} : { field: path }), ...(of === undefined ? {} : { uses: { of, name: parameter ?? text } }) }
  }
}

/** What a setting of this schema names. */
function useOf(schema: Schema | undefined, type: string, path: string): Use | undefined {
  if (type === SUBFLOW && path === '/subflow') return 'subflow'
  const widget = schema?.['widget']
  return widget === 'connection' || widget === 'secret' || widget === 'model' ? widget : undefined
}

interface Leaf {
  readonly path: string
  readonly text: string
  /** It stands for this parameter's value. */
  readonly parameter?: string
}
function* leaves(value: JsonValue | undefined, path = ''): Generator<Leaf> {
  if (value === null || value === undefined || value === '') return
  if (typeof value !== 'object') return yield { path, text: String(value) }
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[]
    // A long list of numbers is no text to search.
    if (list.length > 200 && list.every((v) => typeof v === 'number')) return
    for (const [i, v] of list.entries()) yield* leaves(v, `${path}/${i}`)
    return
  }
  const object = value as { readonly [key: string]: JsonValue }
  const parameter = object['$parameter']
  if (typeof parameter === 'string' && Object.keys(object).length === 1) return yield { path, text: parameter, parameter }
  for (const [key, v] of Object.entries(object)) yield* leaves(v, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
}
const words = (value: JsonValue): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

type Schema = { readonly [key: string]: unknown }
const parts = (path: string): string[] => path.slice(1).split('/').map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
function* schemasOn(schema: TSchema | undefined, path: string): Generator<readonly [part: string, schema: Schema | undefined]> {
  let at = schema as Schema | undefined
  for (const part of parts(path)) {
    const any = (at?.['anyOf'] as readonly Schema[] | undefined)?.find((v) => v['type'] !== 'null')
    const of = at?.['properties'] || at?.['items'] ? at : (any ?? at)
    at = /^\d+$/.test(part) && of?.['items'] ? (of['items'] as Schema) : ((of?.['properties'] as { readonly [name: string]: Schema } | undefined)?.[part])
    yield [part, at]
  }
}
const schemaAt = (schema: TSchema | undefined, path: string): Schema | undefined => [...schemasOn(schema, path)].at(-1)?.[1]
/** 'Tags › 3 › Address' */
function titleAt(schema: TSchema | undefined, path: string): string {
  return [...schemasOn(schema, path)].map(([part, s]) => (/^\d+$/.test(part) ? String(Number(part) + 1) : typeof s?.['title'] === 'string' ? s['title'] : part)).join(' › ')
}

/** Where all the words are; null when one is missing. */
function marksOf(text: string, search: readonly string[]): [number, number][] | null {
  const lower = text.toLowerCase()
  const marks: [number, number][] = []
  for (const word of search) {
    const at = lower.indexOf(word)
    if (at < 0) return null
    marks.push([at, at + word.length])
  }
  // Overlapping ones are one.
  const joined: [number, number][] = []
  for (const [from, to] of marks.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

function hitOf({ uses: _uses, ...c }: Candidate, marks: readonly (readonly [number, number])[]): Hit {
  const flat = c.text.replaceAll(/\s/g, ' ')
  if (flat.length <= SHOWN) return { ...c, text: flat, marks }
  const from = Math.max(0, Math.min((marks[0]?.[0] ?? 0) - 30, flat.length - SHOWN))
  const text = `${from > 0 ? '…' : ''}${flat.slice(from, from + SHOWN)}${from + SHOWN < flat.length ? '…' : ''}`
  const shift = from - (from > 0 ? 1 : 0)
  return { ...c, text, marks: marks.flatMap(([a, b]) => (b - shift <= text.length && a >= from ? [[a - shift, b - shift] as const] : [])) }
}

// ---- over all flows

export interface Search {
  readonly found: readonly Found[]
  /** Flows that could not be read. */
  readonly missing: readonly string[]
}

export function finding(core: Core, screen: Screen, openFlow: (id: string) => Promise<boolean>) {
  /** As they run, by version. */
  const known = new Map<string, { readonly version: number; readonly flow: Flow }>()
  /** Drafts of the gateway that are not open, by revision. */
  const drafts = new Map<string, { readonly revision: number; readonly flow: Flow }>()

  const deployed = async (summary: FlowSummary): Promise<Flow> => {
    const kept = known.get(summary.id)
    if (kept && kept.version === summary.version) return kept.flow
    const body = await core.api.flow(summary.id)
    if (body.version !== null) known.set(summary.id, { version: body.version, flow: body.flow })
    return body.flow
  }
  const draftOf = async (id: string, revision: number): Promise<Flow> => {
    const kept = drafts.get(id)
    if (kept?.revision === revision) return kept.flow
    const body = await core.api.draft(id)
    drafts.set(id, { revision: body.revision, flow: body.flow })
    return body.flow
  }

  return {
    /** Opens the flow in its tab, selects what was found, brings it into view and its setting to the inspector. */
    async goTo(flow: string, { node, field, connection }: Pick<Hit, 'node' | 'field' | 'connection'>): Promise<void> {
      if (core.get().view !== 'editor') screen.setView('editor')
      if (!(await openFlow(flow))) return
      if (connection !== undefined) return screen.openDialog({ kind: 'connections', name: connection })
      if (node === undefined) return core.set((s) => (s.document ? { document: { ...s.document, selection: { nodes: [], wires: [] } } } : {}))
      if (field === undefined) return screen.show(node)
      // The text of a comment is written where it stands and has no form of its own: what cannot be focused is selected.
      screen.revealIssue({ ...issue('REQUEST', { node, field }, { reason: '' }) })
    },
    /** All that has the words, the flow in front first. A flow that cannot be fetched is named. */
    async findAll(text: string): Promise<Search> {
      const s = core.get()
      const query = readQuery(text)
      if (isEmpty(query)) return { found: [], missing: [] }
      const ids = [...new Set([...(s.flowId === null ? [] : [s.flowId]), ...s.tabs, ...s.flows.map((f) => f.id), ...s.drafts.map((d) => d.id)])]
      for (const id of known.keys()) if (!ids.includes(id)) known.delete(id)
      for (const id of drafts.keys()) if (!ids.includes(id)) drafts.delete(id)
      const missing: string[] = []
      const found = await Promise.all(ids.map(async (id): Promise<Found | null> => {
        try {
          const open = openHere(s, id)
          const draft = s.drafts.find((d) => d.id === id)
          const summary = s.flows.find((f) => f.id === id)
          const flow = open ?? (draft ? await draftOf(id, draft.revision) : summary ? await deployed(summary) : null)
          if (!flow) return null
          const hits = findIn(flow, s.types, query, s.catalogue?.drivers)
          return { flow: id, name: flow.name || id, draft: open ? isDraft(s, id) : draft !== undefined, hits: hits.slice(0, MAX_HITS), more: Math.max(0, hits.length - MAX_HITS) }
        } catch (thrown) {
          // Only an answer that is none: a fault of ours is not hidden.
          const issues = issuesFrom(thrown)
          if (issues.some((i) => i.code === 'INTERNAL')) throw thrown
          missing.push(summaryName(s, id))
          return null
        }
      }))
      return { found: found.filter((f): f is Found => f !== null && f.hits.length > 0), missing }
    },
  }
}

const openHere = (s: State, id: string): Flow | undefined => (id === s.flowId ? s.document : s.parked[id]?.document)?.flow
const isDraft = (s: State, id: string): boolean => (id === s.flowId ? s.base.version === null || s.changes.length > 0 : (s.parked[id]?.changed ?? false))
const summaryName = (s: State, id: string): string => (s.flows.find((f) => f.id === id) ?? s.drafts.find((d) => d.id === id))?.name ?? id
