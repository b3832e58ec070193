// Everything the editor knows, as one immutable value. Components take small selectors of it; what comes ten times a
// second (live) keeps the identity of everything that did not change.
import type { AlarmBody, Change, CheckBody, Conflict, DraftSummary, EngineStatus, Flow, FlowPorts, FlowSummary, HealthBody, Ledger, NodeStatus, Person, ServerMessage, Session, TypedFlow } from '#format'
import type { Catalogue, CatalogueNode, Issue, IssueLevel, JsonSample } from '#kit'
import type { Document } from './document.ts'
import { noReplay, type Replay } from './past.ts'
import { noTrying, type Trying } from './trying.ts'

/** loading: nothing known yet. away: the gateway does not answer. claim and login: show the gate. ready: signed in. */
export type Gate = 'loading' | 'away' | 'claim' | 'login' | 'ready'

/** What runs on the gateway, as far as the draft is concerned. */
export interface Base {
  /** Null: never deployed. */
  readonly version: number | null
  readonly flow: Flow | null
}

export interface Check {
  /** The flow that was checked: an older one while a check is pending. */
  readonly of: Flow | null
  readonly pending: boolean
  readonly body: CheckBody | null
  /** Why there is no result: network, rights. */
  readonly failed: readonly Issue[]
}

export type LiveState = 'off' | 'connecting' | 'open' | 'lost'
export interface LogLine {
  /** Increases by one a line. */
  readonly id: number
  readonly time: number
  readonly level: IssueLevel
  readonly flow?: string
  readonly node?: string
  readonly text: string
  readonly sample?: JsonSample
}
export interface Tap {
  readonly id: string
  readonly flow: string
  readonly node: string
  readonly port: string
  /** The tap in whose plot it is drawn; absent: it has a plot of its own. */
  readonly plot?: string
}
/** How the plot of a tap is looked at. What is absent is as usual. */
export interface PlotView {
  readonly windowMs?: number
  /** One axis for all, or one a unit. */
  readonly axes?: 'shared' | 'units'
  readonly log?: boolean
  /** Null or absent: follows the values. */
  readonly range?: readonly [low: number, high: number] | null
  /** The first series less each other one of its unit, as lines of their own. */
  readonly difference?: boolean
  /** Keys of series that are not drawn. */
  readonly hidden?: readonly string[]
  /** Of what has several faces: a vector as bars, a line or a waterfall, anything as raw JSON. */
  readonly face?: 'plot' | 'bars' | 'line' | 'waterfall' | 'table' | 'raw'
}
export const LOG_LIMIT = 500
export const TREND_LIMIT = 60
/** Samples of an output that a look at its wire shows. */
export const RECENT_LIMIT = 8

/** What had come and gone at one node at one moment. */
export interface Counts {
  readonly ledger: Ledger
  readonly inputs: { readonly [port: string]: number }
  readonly outputs: { readonly [port: string]: number }
}
/** All nodes at one moment: what later counts are held against. */
export interface Mark {
  /** The gateway's, ms. */
  readonly time: number
  readonly nodes: { readonly [id: string]: Counts }
}
/** Of the last minute or so. */
export interface Loss {
  readonly dropped: number
  readonly failed: number
}

export type Totals = Extract<ServerMessage, { type: 'status' }>['totals']

export interface Live {
  readonly state: LiveState
  /** Why it is lost, in words. */
  readonly reason: string
  readonly since: number
  /** The gateway's time of the last status message, cut to whole seconds: what ages are counted against. */
  readonly clock: number
  /** Flow and version that `nodes` tells of. */
  readonly flow: string | null
  readonly version: number | null
  readonly nodes: { readonly [id: string]: NodeStatus }
  /** 'node.port' -> its last numbers, oldest first, at most TREND_LIMIT: what sparklines draw. */
  readonly trends: { readonly [port: string]: readonly number[] }
  /** 'node.port' -> its last samples, oldest first, at most RECENT_LIMIT. */
  readonly recent: { readonly [port: string]: readonly JsonSample[] }
  /** Every few seconds one, oldest first, the first about a minute old. */
  readonly marks: readonly Mark[]
  /** Nodes that dropped or failed something in the last minute. */
  readonly losses: { readonly [id: string]: Loss }
  /** Since when a person counts; null: since the nodes started. */
  readonly zero: Mark | null
  readonly totals: Totals | null
  readonly engines: { readonly [id: string]: EngineStatus }
  /** Alarms that are not normal, newest change first. */
  readonly alarms: readonly AlarmBody[]
  /** Newest last. */
  readonly log: readonly LogLine[]
  readonly taps: readonly Tap[]
  /** By the tap that the plot belongs to. */
  readonly plots: { readonly [tap: string]: PlotView }
  readonly held: boolean
}

export type Theme = 'system' | 'light' | 'dark'
export type InspectorTab = 'settings' | 'live' | 'help'
/** What the left pane shows: what a flow can be made of, or what there is to read. */
export type LeftTab = 'nodes' | 'devices'
export type DrawerTab = 'taps' | 'ledger' | 'problems' | 'alarms' | 'log' | 'shadow' | 'replay' | 'tests'
export type Dialog =
  | { readonly kind: 'deploy' | 'versions' | 'arm' | 'hold' | 'secrets' | 'models' | 'users' | 'shortcuts' | 'new-flow' | 'conflicts' | 'export' | 'promote' }
  /** What `text` names, as in state/find.ts; in one flow or all. */
  | { readonly kind: 'find'; readonly text?: string }
  | { readonly kind: 'commands' | 'examples' }
  /** Of a node type, whether the flow has one or not. */
  | { readonly kind: 'node-help'; readonly type: string }
  /** The operator's view of the draft, to edit it. */
  | { readonly kind: 'dashboard' }
  /** A test of what is looked back at, or a new one or one of the flow's to edit. */
  | { readonly kind: 'save-test' }
  | { readonly kind: 'edit-test'; readonly name: string | null }
  /** `name` opens that one for editing; `type` begins a new one of that driver. `assign`: the setting of a node that takes it. */
  | { readonly kind: 'connections'; readonly name?: string; readonly type?: string; readonly assign?: { readonly node: string; readonly field: string } }
  /** `text` is what was dropped or pasted, `source` the file's name. */
  | { readonly kind: 'import'; readonly text?: string; readonly source?: string }

export interface Toast {
  readonly id: number
  readonly level: IssueLevel | 'success'
  readonly text: string
  readonly remedy?: string
  readonly action?: { readonly label: string; readonly run: () => void }
}

export interface Ui {
  readonly theme: Theme
  readonly leftTab: LeftTab
  readonly inspectorTab: InspectorTab
  readonly drawerTab: DrawerTab
  readonly drawerOpen: boolean
  /** px */
  readonly drawerHeight: number
  readonly inspectorWidth: number
  /** Families of the palette that are folded away. */
  readonly foldedFamilies: readonly string[]
  /** Node types, in the order in which they were starred. */
  readonly favourites: readonly string[]
  /** Node types put into a flow here, the last one first. */
  readonly recent: readonly string[]
  /** What was done by the command palette, the last one first. */
  readonly commandsUsed: readonly string[]
  /** The step of the tour that is shown; null: none. */
  readonly tour: number | null
  /** Where the tour was left in this browser; null: it was never shown. */
  readonly tourLeft: number | null
  readonly dialog: Dialog | null
  readonly toasts: readonly Toast[]
  /** The canvas brings this into view; a new object each time it is asked for. */
  readonly reveal: { readonly nodes: readonly string[] } | null
  /** JSON pointer of the field the inspector should focus, with the node it belongs to. */
  readonly focusField: { readonly node: string; readonly field: string } | null
  /** The node whose line the ledger opens; a new object each time it is asked for. */
  readonly ledgerOf: { readonly node: string } | null
}

/** Where a draft is kept besides this page. local: only in this browser, for `reason`. watched: this role looks on. */
export type Keeping = 'none' | 'saving' | 'saved' | 'local' | 'watched'
/** What this editor knows of a flow's draft on the gateway. */
export interface Shared {
  readonly keeping: Keeping
  /** Why it is only in this browser. */
  readonly reason: string
  /** Of the last save that is known; 0: there is none. */
  readonly revision: number
  readonly author: string
  readonly time: number
  readonly basedOn: number | null
  /** What was the same here and on the gateway last; null: never yet. Edits are merged against it. */
  readonly synced: Flow | null
}
export const notShared: Shared = { keeping: 'none', reason: '', revision: 0, author: '', time: 0, basedOn: null, synced: null }

/** A conflict of the draft, and with whom. */
export interface Clash extends Conflict {
  readonly author: string
}

/** A flow that is open in a tab which is not in front. */
export interface Parked {
  readonly document: Document
  readonly base: Base
  readonly basedOn: number | null
  readonly refused: State['refused']
  /** Its draft differs from what runs. */
  readonly changed: boolean
}

/** editor: to draw and watch. operator: the flow's dashboard, which is used and not edited. */
export type View = 'editor' | 'operator'

export interface State {
  readonly gate: Gate
  readonly view: View
  /** Why the gate is 'away'. */
  readonly gateIssues: readonly Issue[]
  /** The gateway's version, when it is another than that of this page. */
  readonly updated: string | null
  readonly health: HealthBody | null
  readonly session: Session | null
  readonly catalogue: Catalogue | null
  /** The catalogue's nodes by type. */
  readonly types: ReadonlyMap<string, CatalogueNode>
  readonly flows: readonly FlowSummary[]
  /** Drafts on the gateway. */
  readonly drafts: readonly DraftSummary[]
  readonly flowId: string | null
  /** Flows in tabs, in their order; the one in front is `flowId`. */
  readonly tabs: readonly string[]
  /** Those of the tabs that were looked at and are not in front. */
  readonly parked: { readonly [flow: string]: Parked }
  readonly shared: { readonly [flow: string]: Shared }
  /** What two people changed differently and nobody chose yet, by flow. */
  readonly conflicts: { readonly [flow: string]: readonly Clash[] }
  /** The others who have the flow in front open. */
  readonly people: readonly Person[]
  readonly document: Document | null
  readonly base: Base
  /** The version the draft was made from; a deploy names it. */
  readonly basedOn: number | null
  /** Types of the draft, at once after every edit. */
  readonly typed: TypedFlow
  /** Ports of the draft with what only the gateway knows. */
  readonly ports: FlowPorts
  /** What differs from the running version, at once after every edit. */
  readonly changes: readonly Change[]
  /** All that is wrong with the draft: the local types at once, the gateway's check when it is there. */
  readonly issues: readonly Issue[]
  readonly check: Check
  /** Why the last deploy was refused: what only shows when a node is opened. Null when the last one went through. */
  readonly refused: { readonly flow: Flow; readonly issues: readonly Issue[] } | null
  readonly live: Live
  readonly trying: Trying
  readonly replay: Replay
  readonly ui: Ui
}

export const noTypes: TypedFlow = { ports: {}, wires: [], issues: [], checked: new Set() }
export const noCheck: Check = { of: null, pending: false, body: null, failed: [] }
export const noLive: Live = {
  state: 'off', reason: '', since: 0, clock: 0, flow: null, version: null, nodes: {}, trends: {}, recent: {}, marks: [], losses: {}, zero: null, totals: null, engines: {}, alarms: [], log: [], taps: [], plots: {}, held: false,
}
export const initialState: State = {
  gate: 'loading', view: 'editor', gateIssues: [], updated: null, health: null, session: null, catalogue: null, types: new Map(), flows: [], drafts: [], flowId: null, tabs: [], parked: {}, shared: {}, conflicts: {}, people: [], document: null, base: { version: null, flow: null }, basedOn: null,
  typed: noTypes, ports: {}, changes: [], issues: [], check: noCheck, refused: null, live: noLive, trying: noTrying, replay: noReplay,
  ui: { theme: 'system', leftTab: 'nodes', inspectorTab: 'settings', drawerTab: 'taps', drawerOpen: true, drawerHeight: 232, inspectorWidth: 320, foldedFamilies: [], favourites: [], recent: [], commandsUsed: [], tour: null, tourLeft: null, dialog: null, toasts: [], reveal: null, focusField: null, ledgerOf: null },
}
