// What the command palette can lead to besides the commands: nodes, flows, settings, alarms, problems, connections and help.
// The first letter of the search may say which: > commands, @ nodes of this flow, # text in all flows.
import { defaultFilter } from 'cmdk'
import type { ConnectionBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { PRIORITY_WORDS, STATES } from '../state/alarms.ts'
import { familyName } from '../state/families.ts'
import { findIn, readQuery } from '../state/find.ts'
import { FLOW_STATES, isQuiet, titleOf } from '../state/status.ts'
import { actions, type State } from '../state/here.ts'
import { store as whole } from '../state/store.ts'
import { add } from './add-node.ts'
import { allowed, commands, groupTitles, isOn, runCommand, titleOfCommand } from './commands.ts'
import { keyOf } from './key-hint.ts'

export interface Entry {
  readonly id: string
  readonly group: string
  readonly title: string
  /** Where it is, of which type. */
  readonly detail?: string
  /** 'Ctrl Z' */
  readonly keys?: string
  /** More to find it by. */
  readonly words?: string
  readonly run: () => void
}
/** Shown of one group; more are found by more letters. */
const PER_GROUP = 8
const MOST_RECENT = 5
/** Less alike than this is no match: cmdk's scores run from 0 to 1. */
const ALIKE = 0.02

export const prefixes: readonly (readonly [sign: string, what: string])[] = [['>', t('commands')], ['@', t('nodes of this flow')], ['#', t('text in all flows')]]

/** Ranked, grouped, the best group first; without a search what was used last and all commands. */
export function entriesFor(search: string, s: State, connections: readonly ConnectionBody[]): readonly (readonly [group: string, entries: readonly Entry[]])[] {
  const text = search.trimStart()
  const sign = text[0]
  if (sign === '#') {
    const words = text.slice(1).trim()
    return [[t('Search'), [{ id: 'find', group: t('Search'), title: words === '' ? t('Search all flows…') : t('Search all flows for “{words}”', { words }), run: () => actions.openDialog({ kind: 'find', ...(words === '' ? {} : { text: words }) }) }]]]
  }
  const own = commandEntries(s)
  if (sign === '>') return grouped(ranked(own, text.slice(1).trim()), 40)
  if (sign === '@') return grouped(ranked(nodeEntries(s), text.slice(1).trim()), 40)
  if (text === '') {
    const recent = s.ui.commandsUsed.flatMap((id) => own.find((e) => e.id === `command ${id}`) ?? []).slice(0, MOST_RECENT).map((e) => ({ ...e, group: t('Used last') }))
    return grouped([...recent, ...flowEntries(s), ...own.filter((e) => !recent.some((r) => r.id === e.id))], 40)
  }
  const all = [...own, ...nodeEntries(s), ...flowEntries(s), ...alarmEntries(s), ...problemEntries(), ...connectionEntries(connections), ...typeEntries(s)]
  const found = ranked(all, text.trim())
  const settings = text.trim().length < 2 ? [] : settingEntries(s, text.trim())
  return [...grouped([...found, ...settings], PER_GROUP), [t('Search'), [{ id: 'find', group: t('Search'), title: t('Search all flows for “{words}”', { words: text.trim() }), keys: keyOf('find'), run: () => actions.openDialog({ kind: 'find', text: text.trim() }) }]]]
}

/** Every word of the search must be alike; the best comes first. */
export function ranked(entries: readonly Entry[], search: string): readonly Entry[] {
  const words = search.split(/\s+/).filter((w) => w !== '')
  if (words.length === 0) return entries
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > ALIKE)
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry)
}
/** What it is called counts more than what else it is known by. */
function scoreOf({ title, detail = '', words = '' }: Entry, search: readonly string[]): number {
  let least = 1
  for (const word of search) {
    // Letters of a word that are spread over a title match almost anything: a short word must stand as it is.
    const near = (text: string): number => (word.length <= 3 && !text.toLowerCase().includes(word.toLowerCase()) ? 0 : (defaultFilter as (value: string, search: string) => number)(text, word))
    least = Math.min(least, Math.max(near(title), 0.6 * near(`${words} ${detail}`)))
  }
  return least
}

function grouped(entries: readonly Entry[], most: number): readonly (readonly [string, readonly Entry[]])[] {
  const groups = new Map<string, Entry[]>()
  for (const e of entries) {
    const of = groups.get(e.group)
    if (!of) groups.set(e.group, [e])
    else if (of.length < most) of.push(e)
  }
  return [...groups]
}

// ---- what there is

const commandEntries = (s: State): readonly Entry[] =>
  commands.filter((c) => c.keyOnly !== true && isOn(c, s)).map((c): Entry => ({
    id: `command ${c.id}`, group: t('Commands'), title: titleOfCommand(c, s), detail: groupTitles[c.group], ...(c.words === undefined ? {} : { words: c.words }),
    ...(keyOf(c.id) === '' ? {} : { keys: keyOf(c.id) }), run: () => runCommand(c),
  }))

function nodeEntries(s: State): readonly Entry[] {
  const flow = s.document?.flow
  if (!flow) return []
  const only = s.document?.selection.nodes
  const plots = only?.length === 1 ? Object.keys(s.ports[only[0]!]?.outputs ?? {}).slice(0, PER_GROUP).map((port): Entry => ({ id: `plot ${port}`, group: t('The selected node'), title: t('Plot {port}', { port }), detail: titleOf(flow.nodes, s.types, only[0]!), words: t('pin tap trend chart'), run: () => void actions.pinTap(only[0]!, port) })) : []
  return [...plots, ...Object.entries(flow.nodes).map(([id, node]): Entry => ({
    id: `node ${id}`, group: t('Nodes of this flow'), title: titleOf(flow.nodes, s.types, id), detail: `${said(s.types.get(node.type)?.title) ?? node.type} · ${id}`, words: node.type, run: () => actions.show(id),
  }))]
}

function flowEntries(s: State): readonly Entry[] {
  const ids = [...new Set([...s.tabs, ...s.flows.map((f) => f.id), ...actions.localDrafts()])].filter((id) => id !== s.flowId)
  return ids.map((id): Entry => {
    const flow = s.flows.find((f) => f.id === id)
    return { id: `flow ${id}`, group: t('Flows'), title: flow?.name || actions.draftName(id), detail: `${s.tabs.includes(id) ? `${t('open')} · ` : ''}${flow ? (flow.state === 'running' ? `v${flow.version}` : FLOW_STATES[flow.state]) : t('draft')} · ${id}`, words: t('open go to tab'), run: () => void actions.openFlow(id) }
  })
}

const alarmEntries = (s: State): readonly Entry[] =>
  s.live.alarms.filter((a) => !isQuiet(a)).map((a): Entry => ({
    id: `alarm ${a.flow} ${a.node} ${a.tag}`, group: t('Alarms'), title: a.message === '' ? t('Limit passed') : a.message, detail: `${STATES[a.state]} · ${a.tag}`, words: `${t('alarm')} ${PRIORITY_WORDS[a.priority]} ${a.node}`, run: () => void actions.goTo(a.flow, { node: a.node }),
  }))

/** By the ids of the whole flow, whatever part of it is open. */
const problemEntries = (): readonly Entry[] =>
  whole.getState().issues.map((i, n): Entry => ({ id: `problem ${n}`, group: t('Problems'), title: said(i.text), detail: i.wire ?? i.node ?? '', words: `${t('problem')} ${i.level} ${i.code}`, run: () => actions.revealIssue(i) }))

const connectionEntries = (connections: readonly ConnectionBody[]): readonly Entry[] =>
  connections.map((c): Entry => ({ id: `connection ${c.name}`, group: t('Connections'), title: c.name, detail: c.type, words: t('connection'), run: () => actions.openDialog({ kind: 'connections', name: c.name }) }))

function settingEntries(s: State, search: string): readonly Entry[] {
  const flow = whole.getState().document?.flow
  if (!flow) return []
  // A setting is known by its title as well as by its value.
  const words = search.toLowerCase().split(/\s+/)
  return Object.entries(flow.nodes).flatMap(([id, node]): Entry[] => {
    const properties = (s.types.get(node.type)?.config as { readonly properties?: { readonly [key: string]: { readonly title?: string } } } | undefined)?.properties ?? {}
    const name = titleOf(flow.nodes, s.types, id)
    return Object.entries(properties).flatMap(([key, schema]): Entry[] => {
      const title = said(schema.title) ?? key
      return words.every((w) => `${title} ${name}`.toLowerCase().includes(w)) && words.some((w) => title.toLowerCase().includes(w)) ? [{ id: `setting ${id} ${key}`, group: t('Settings'), title: `${name}: ${title}`, run: () => void actions.goTo(flow.id, { node: id, field: `/${key}` }) }] : []
    })
  }).concat(findIn({ ...flow, connections: {}, parameters: {} }, s.types, readQuery(search)).flatMap((h): Entry[] => (h.field === undefined || h.node === undefined ? [] : [{ id: `value ${h.id}`, group: t('Settings'), title: `${h.place}: ${h.what}`, detail: h.text, run: () => void actions.goTo(flow.id, h) }])))
}

function typeEntries(s: State): readonly Entry[] {
  const edits = s.document !== null && allowed(s, 'edit')
  return (s.catalogue?.nodes ?? []).flatMap((node): Entry[] => {
    // Its English name finds it in every language.
    const name = said(node.title)
    const words = [node.type, ...(name === node.title ? [] : [node.title, ...node.keywords.map((k) => said(k))]), ...node.keywords].join(' ')
    const help: Entry = { id: `help ${node.type}`, group: t('Help'), title: t('Help: {name}', { name }), detail: familyName(node.type), words, run: () => actions.openDialog({ kind: 'node-help', type: node.type }) }
    return edits ? [{ id: `add ${node.type}`, group: t('Add a node'), title: t('Add {name}', { name }), detail: familyName(node.type), words: `${words} ${t('insert')}`, run: () => add(node.type) }, help] : [help]
  })
}
