// The operator's view as a part of the draft: widgets on a grid of 12 columns. Edits are pure functions from document to
// document, one step of history each; a widget that lands on others pushes them down. Widgets are named by their index.
import type { CatalogueNode, JsonValue } from '#kit'
import { formatEnd, GRID_COLUMNS, parseEnd, parseWire, type Flow, type FlowPorts, type Widget, type WidgetKind } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { changer } from './change.ts'
import { commit, seal, type Document } from './document.ts'
import type { Core } from './editor.ts'
import { hasAlarms, setterOf } from './operating.ts'
import type { Screen } from './screen.ts'

/** What a widget is called in the steps that undo names. */
const KIND_WORDS: Readonly<Record<Widget['kind'], string>> = { value: t('value'), gauge: t('gauge'), trend: t('trend'), state: t('state'), alarms: t('alarms'), setpoint: t('setpoint'), text: t('text') }

export type Place = Widget['place']
export const MAX_WIDGETS = 200
const MAX_ROW = 500
const MAX_HEIGHT = 50

/** Columns and rows of a new one. */
export const SIZES: Readonly<Record<WidgetKind, readonly [width: number, height: number]>> = { value: [3, 2], gauge: [3, 2], trend: [6, 4], state: [3, 2], alarms: [6, 4], setpoint: [3, 3], text: [6, 1] }

const none: readonly Widget[] = []
export const widgetsOf = (flow: Pick<Flow, 'dashboard'> | null | undefined): readonly Widget[] => flow?.dashboard?.widgets ?? none

// ---- places

const overlap = ([ax, ay, aw, ah]: Place, [bx, by, bw, bh]: Place): boolean => ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.round(value)))
export function clampPlace([x, y, width, height]: Place): Place {
  const w = clamp(width, 1, GRID_COLUMNS)
  return [clamp(x, 0, GRID_COLUMNS - w), clamp(y, 0, MAX_ROW), w, clamp(height, 1, MAX_HEIGHT)]
}

/** The first free place of this size, row by row. */
export function freePlace(widgets: readonly Widget[], [width, height]: readonly [number, number]): Place {
  for (let y = 0; y <= MAX_ROW; y++) {
    for (let x = 0; x + width <= GRID_COLUMNS; x++) {
      const place: Place = [x, y, width, height]
      if (!widgets.some((w) => overlap(w.place, place))) return place
    }
  }
  return [0, MAX_ROW, width, height]
}

/** None on top of another: the one at `fixed` keeps its place, the others keep theirs or go down, in reading order. */
export function settle(widgets: readonly Widget[], fixed: number): readonly Widget[] {
  const order = widgets.map((_, i) => i).toSorted((a, b) => (a === fixed ? -1 : b === fixed ? 1 : widgets[a]!.place[1] - widgets[b]!.place[1] || widgets[a]!.place[0] - widgets[b]!.place[0]))
  const next = [...widgets]
  const done: Place[] = []
  for (const i of order) {
    let place = widgets[i]!.place
    for (let under = done.find((d) => overlap(d, place)); under && place[1] < MAX_ROW; under = done.find((d) => overlap(d, place))) place = [place[0], Math.min(MAX_ROW, under[1] + under[3]), place[2], place[3]]
    done.push(place)
    if (place !== widgets[i]!.place) next[i] = { ...widgets[i]!, place }
  }
  return next
}

// ---- edits

function withWidgets(document: Document, widgets: readonly Widget[], label: string, merge?: string): Document {
  const { dashboard: _before, ...rest } = document.flow
  return commit(document, widgets.length === 0 ? rest : { ...rest, dashboard: { widgets: [...widgets] } }, { label, ...(merge === undefined ? {} : { merge }) })
}

export function addWidget(document: Document, widget: Omit<Widget, 'place'>, place?: Place): Document {
  const widgets = widgetsOf(document.flow)
  if (widgets.length >= MAX_WIDGETS) return document
  return withWidgets(document, [...widgets, { ...widget, place: place ?? freePlace(widgets, SIZES[widget.kind]) } as Widget], t("Add {kind} to the operator's view", { kind: KIND_WORDS[widget.kind] }))
}
export function removeWidget(document: Document, index: number): Document {
  const widgets = widgetsOf(document.flow)
  return widgets[index] === undefined ? document : withWidgets(document, widgets.toSpliced(index, 1), t("Remove {kind} from the operator's view", { kind: KIND_WORDS[widgets[index].kind] }))
}
export function duplicateWidget(document: Document, index: number): Document {
  const widget = widgetsOf(document.flow)[index]
  if (!widget) return document
  const { place, ...rest } = widget
  return addWidget(document, rest, freePlace(widgetsOf(document.flow), [place[2], place[3]]))
}
/** Where it is put it stays; the others make room. With `from`, the others' places before the drag began, they come back when it goes on. */
export function placeWidget(document: Document, index: number, place: Place, merge?: string, from: readonly Widget[] = widgetsOf(document.flow)): Document {
  const widget = widgetsOf(document.flow)[index]
  const to = clampPlace(place)
  if (!widget || to.every((v, i) => v === widget.place[i])) return document
  return withWidgets(document, settle(from.with(index, { ...widget, place: to }), index), t("Place {kind} of the operator's view", { kind: KIND_WORDS[widget.kind] }), merge)
}
/** Fields that are undefined go, so that what they stand for by default holds. */
export function changeWidget(document: Document, index: number, change: { readonly [K in keyof Widget]?: Widget[K] | undefined }, merge?: string): Document {
  const widgets = widgetsOf(document.flow)
  const widget = widgets[index]
  if (!widget) return document
  const next = Object.fromEntries(Object.entries({ ...widget, ...change }).filter(([, v]) => v !== undefined)) as unknown as Widget
  return withWidgets(document, widgets.with(index, next), t("Change {kind} of the operator's view", { kind: KIND_WORDS[widget.kind] }), merge)
}

// ---- what is proposed

type Drawn = { readonly flow: Flow; readonly ports: FlowPorts; readonly types: ReadonlyMap<string, CatalogueNode> }
const MOST_VALUES = 12
const MOST_TRENDS = 3
const MOST_SERIES = 4
const MOST_STATES = 4

/** The widget that shows an output best. */
export function widgetFor({ flow, ports, types }: Drawn, node: string, port?: string): Omit<Widget, 'place'> | undefined {
  const type = types.get(flow.nodes[node]?.type ?? '')
  if (port === undefined && type && setterOf(type)) return { kind: 'setpoint', node }
  if (port === undefined && type && hasAlarms(type)) return { kind: 'alarms', node }
  const name = port ?? Object.keys(ports[node]?.outputs ?? {})[0]
  const kind = name === undefined ? undefined : ports[node]?.outputs[name]?.kind
  if (name === undefined || kind === undefined) return undefined
  return { kind: kind === 'boolean' || kind === 'text' ? 'state' : 'value', ports: [formatEnd({ node, port: name })] }
}

/** A first view: alarms, what can be set, what is written, states, then what is measured with its trends. */
export function proposeDashboard({ flow, ports, types }: Drawn): readonly Widget[] {
  const widgets: Widget[] = []
  let top = 0
  const row = (list: readonly Omit<Widget, 'place'>[], size?: readonly [number, number]): void => {
    const from = top
    for (const w of list) {
      const [width, height] = size ?? SIZES[w.kind]
      const above: Widget[] = from === 0 ? [] : [{ kind: 'text', place: [0, 0, GRID_COLUMNS, from] }]
      const place = freePlace([...above, ...widgets.filter((o) => o.place[1] >= from)], [width, height])
      widgets.push({ ...w, place } as Widget)
      top = Math.max(top, place[1] + height)
    }
  }
  const of = (id: string): CatalogueNode | undefined => types.get(flow.nodes[id]!.type)
  const ids = Object.keys(flow.nodes)
  if (ids.some((id) => { const type = of(id); return type !== undefined && hasAlarms(type) })) row([{ kind: 'alarms' }], [GRID_COLUMNS, 2])
  const setpoints = ids.filter((id) => of(id)?.effects === 'none' && setterOf(of(id))?.act === 'set').map((node) => ({ kind: 'setpoint' as const, node }))
  const commands = ids.flatMap((id) => {
    const type = of(id)
    const envelope = type?.envelope === undefined ? undefined : (flow.nodes[id]!.config[type.envelope] as { readonly [name: string]: JsonValue } | undefined)
    if (envelope === undefined) return []
    const from = flow.wires.map(parseWire).find((w) => w?.to.node === id)?.from
    const number = (key: string): number | undefined => (typeof envelope[key] === 'number' ? envelope[key] : undefined)
    const [low, high] = [number('minimum'), number('maximum')]
    return from ? [{ kind: 'gauge' as const, title: t('Command to {name}', { name: flow.nodes[id]!.name ?? said(type!.title) }), ports: [formatEnd(from)], ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) }] : []
  })
  const outputs = (id: string): readonly (readonly [end: string, kind: string, unit: string])[] => Object.entries(ports[id]?.outputs ?? {}).map(([port, t]) => [formatEnd({ node: id, port }), t.kind, t.unit ?? ''] as const)
  const states = ids.filter((id) => /^(rule|inference)\./.test(flow.nodes[id]!.type) && !setterOf(of(id))).flatMap(outputs).filter(([, kind]) => kind === 'boolean' || kind === 'text').slice(0, MOST_STATES).map(([end, kind]) => {
    const alarm = kind === 'boolean' && hasAlarms(of(parseEnd(end)!.node)!)
    return { kind: 'state' as const, ports: [end], ...(alarm ? { normalHigh: 0, words: { true: t('Alarm'), false: t('Normal') } } : {}) }
  })
  row([...setpoints, ...commands, ...states])
  const measured = ids.filter((id) => of(id)?.effects === 'reads').flatMap(outputs)
  row(measured.filter(([, kind]) => kind === 'number').slice(0, MOST_VALUES).map(([end]) => ({ kind: 'value', ports: [end] })))
  const byUnit = Map.groupBy(measured.filter(([, kind]) => kind === 'number'), ([, , unit]) => unit)
  row([...byUnit.values()].slice(0, MOST_TRENDS).map((list) => ({ kind: 'trend', ports: list.slice(0, MOST_SERIES).map(([end]) => end) })))
  return widgets
}

// ---- actions

export function dashboards(core: Core, screen: Screen) {
  /** False: nothing was changed. */
  const put = changer(core, screen)
  const change = (edit: (document: Document) => Document): boolean => put(edit) !== null
  const drawn = (): Drawn | null => {
    const { document, ports, types } = core.get()
    return document ? { flow: document.flow, ports, types } : null
  }
  const add = (widget: Omit<Widget, 'place'>): boolean => change((d) => addWidget(seal(d), widget))
  return {
    addWidget: add,
    /** From a node's menu or its Live tab: the widget that suits the output, or the node when no output is named. */
    showToOperator(node: string, port?: string): void {
      const of = drawn()
      const widget = of && widgetFor(of, node, port)
      if (!widget || !add(widget)) return
      screen.toast({ level: 'success', text: t("Added to the operator's view of the draft."), remedy: t('Operators see it after the next deploy.'), action: { label: t('Open it'), run: () => screen.openDialog({ kind: 'dashboard' }) } })
    },
    removeWidget: (index: number): boolean => change((d) => removeWidget(d, index)),
    duplicateWidget: (index: number): boolean => change((d) => duplicateWidget(d, index)),
    placeWidget: (index: number, place: Place, merge?: string, from?: readonly Widget[]): boolean => change((d) => placeWidget(d, index, place, merge, from)),
    changeWidget: (index: number, edit: { readonly [K in keyof Widget]?: Widget[K] | undefined }): boolean => change((d) => changeWidget(d, index, edit, `widget:${index}:${Object.keys(edit).join()}`)),
    /** In place of what is there; undoable. False: there is nothing in the flow to show. */
    proposeDashboard(): boolean {
      const of = drawn()
      const widgets = of ? proposeDashboard(of) : none
      return widgets.length > 0 && change((d) => withWidgets(seal(d), widgets, t("Propose an operator's view")))
    },
    /** The draft's view, to edit it: from wherever one is. */
    editDashboard(): void {
      core.set({ view: 'editor' })
      screen.openDialog({ kind: 'dashboard' })
    },
  }
}
