// Conflicts of the open draft that nobody chose yet, as issues: they stop a deploy, stand at their nodes and lead there.
import { issue, type Issue, type JsonValue } from '#kit'
import { equalJson, placeOf, settle, valueOf, type Flow, type Change } from '#format'
import { t } from '../language/index.ts'
import type { Clash, State } from './model.ts'

const none: readonly Clash[] = []
/** One for each flow: who asks for the draft and who asks for the open part of it must not take the other's list away. */
const cache = new WeakMap<readonly Clash[], WeakMap<Flow, { readonly open: readonly Clash[]; readonly issues: readonly Issue[] }>>()

function look(flow: Flow, all: readonly Clash[]) {
  let flows = cache.get(all)
  if (!flows) cache.set(all, (flows = new WeakMap()))
  let known = flows.get(flow)
  if (!known) {
    // Who makes it what the other made it has chosen.
    const open = all.filter((c) => !equalJson(valueOf(flow, c), c.theirs))
    flows.set(flow, (known = { open, issues: open.map((c) => clashIssue(flow, c)) }))
  }
  return known
}

/** Those of a flow that still are one; the same list for the same state. */
export const openClashes = (flow: Flow | undefined, all: readonly Clash[] | undefined): readonly Clash[] => (flow && all && all.length > 0 ? look(flow, all).open : none)
export const clashesOf = (s: Pick<State, 'document' | 'conflicts' | 'flowId'>): readonly Clash[] => openClashes(s.document?.flow, s.conflicts[s.flowId ?? ''])
export const clashIssues = (flow: Flow, all: readonly Clash[] | undefined): readonly Issue[] => (all && all.length > 0 ? look(flow, all).issues : [])

/** Nodes of the flow, or of one of its subflows, that a conflict is in. */
export const clashingNodes = (clashes: readonly Clash[], subflow?: string): readonly string[] =>
  [...new Set(clashes.flatMap(({ path }) => { const [at, id] = subflow === undefined ? [path[0], path[1]] : path[0] === 'subflows' && path[1] === subflow ? [path[2], path[3]] : []; return at === 'nodes' && id !== undefined ? [id] : [] }))]

/** What may go to the gateway: of what is not chosen, theirs. */
export const outgoing = (flow: Flow, all: readonly Clash[] | undefined): Flow => openClashes(flow, all).reduce((f, c) => settle(f, c, 'theirs'), flow)

/** By their places; a new one takes the place of the older, which keeps what both began from. */
export function joinClashes(old: readonly Clash[], fresh: readonly Clash[]): readonly Clash[] {
  const key = (c: Clash): string => JSON.stringify(c.path)
  const before = new Map(old.map((c) => [key(c), c]))
  for (const c of fresh) {
    const known = before.get(key(c))
    before.set(key(c), known ? { ...c, base: known.base } : c)
  }
  return [...before.values()]
}

const shown = (value: unknown): string => {
  if (value === undefined) return t('removed')
  const text = typeof value === 'string' ? `'${value}'` : typeof value === 'object' && value !== null && 'type' in value && 'config' in value ? t('changed') : JSON.stringify(value as JsonValue)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

const WHOLE: Readonly<Record<Change['what'], (id: string) => string>> = {
  node: (id) => t("The node '{id}'", { id }), flow: () => t("The flow's name"), wire: (id) => t("The wire '{id}'", { id }), parameter: (id) => t("The parameter '{id}'", { id }), connection: (id) => t("The connection '{id}'", { id }),
  group: (id) => t("The group '{id}'", { id }), subflow: (id) => t("The subflow '{id}'", { id }), setting: (id) => t("The setting '{id}'", { id }), test: (id) => t("The test '{id}'", { id }), dashboard: () => t("The operator's view"),
}
const OWN: Readonly<Record<string, string>> = { '@name': t('The name'), '@type': t('The type'), '@at': t('The place') }

function clashIssue(flow: Flow, c: Clash): Issue {
  const { what, id, field } = placeOf(c, flow)
  const there = what === 'node' && Object.hasOwn(flow.nodes, id)
  const name = field === undefined ? WHOLE[what](id) : field.startsWith('@') ? (OWN[field] ?? field) : `'${field.slice(1).replaceAll('/', ' › ')}'`
  return issue('DRAFT_CLASH', there ? { node: id, ...(field?.startsWith('/') ? { field } : {}) } : {}, { what: name, mine: shown(valueOf(flow, c)), theirs: shown(c.theirs), author: c.author })
}
