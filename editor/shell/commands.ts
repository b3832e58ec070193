// Everything that can be done by a word or a key, in one list: the shortcuts, the page of shortcuts, the menus and the
// command palette (Ctrl K) derive from it, so that a key is said here and nowhere else. `when` hides and disables; `here` is
// where a key counts, beyond that no field or dialog has it. What only some element takes (arrows in a list) is in `gestures`.
import { may, SUBFLOW, type Permission } from '#format'
import { ask, askInsert, tabInserts } from '../canvas/ask.ts'
import { viewActs } from '../canvas/view.ts'
import { focusInspector } from '../inspector/focus.ts'
import { LEAST, type Alignment, type Axis } from '../state/arrange.ts'
import { insideOf } from '../state/lens.ts'
import { pressed, type KeyPress } from '../state/keys.ts'
import { actions, store, type Dialog, type DrawerTab, type InspectorTab, type State, type Theme } from '../state/here.ts'
import { store as whole } from '../state/store.ts'
import { copyFlow, copyText, downloadFlow } from './export.ts'

export const groups = ['Editing', 'Drawing', 'Looking and arranging', 'Finding', 'Open flows', 'Flow', 'Watching', 'Looking back', 'Gateway', 'Screen'] as const
export type Group = (typeof groups)[number]

export interface Command {
  readonly id: string
  readonly group: Group
  readonly title: string | ((s: State) => string)
  /** Other words for it, for the search. */
  readonly words?: string
  /** As in state/keys.ts; the first one is shown in menus. */
  readonly keys?: readonly string[]
  /** A key that the browser acts on itself (the clipboard's): shown, and not listened for. */
  readonly shown?: string
  /** It makes sense now; unless given, always. */
  readonly when?: (s: State) => boolean
  /** The keys count here: asked at the press. */
  readonly here?: () => boolean
  /** The keys count in a text field too, and the browser's own meaning of them is taken away. */
  readonly inFields?: boolean
  /** Holding the key does it once. */
  readonly once?: boolean
  /** Not in the palette: it only makes sense as a key. */
  readonly keyOnly?: boolean
  readonly run: () => void
}

// ---- when

export const allowed = (s: State, permission: Permission): boolean => s.session !== null && may(s.session.role, permission)
const flow = (s: State): boolean => s.document !== null
const edits = (s: State): boolean => flow(s) && allowed(s, 'edit')
const chosen = (s: State): readonly string[] => s.document?.selection.nodes ?? []
const one = (s: State): boolean => chosen(s).length === 1
const some = (s: State): boolean => chosen(s).length > 0
const anything = (s: State): boolean => some(s) || (s.document?.selection.wires.length ?? 0) > 0
const tabbed = (s: State): boolean => s.tabs.length > 1
const front = (): string => store.getState().flowId ?? ''
const deployed = (s: State): boolean => s.base.version !== null
const summaryOf = (s: State) => s.flows.find((f) => f.id === s.flowId)
/** A subflow is open on the canvas. */
const inside = (): boolean => insideOf(whole.getState()).length > 0
const subflow = (s: State): boolean => one(s) && s.document?.flow.nodes[chosen(s)[0]!]?.type === SUBFLOW
const neverDeployed = (s: State): boolean => edits(s) && summaryOf(s) === undefined

const open = (dialog: Dialog) => (): void => actions.openDialog(dialog)
const copied = (text: string): void => {
  try {
    copyText(text)
  } catch (thrown) {
    actions.toastFailed(thrown)
  }
}
/** The nodes may be behind the devices: they come to the front first. */
export const searchPalette = (): void => {
  actions.setLeftTab('nodes')
  requestAnimationFrame(() => document.getElementById('palette-search')?.focus())
}
const inPalette = (): boolean => document.activeElement?.closest('.palette') != null
const inspect = (tab: InspectorTab) => (): void => {
  actions.setInspectorTab(tab)
  focusInspector()
}

// ---- what

const drawer: readonly (readonly [DrawerTab, string, string])[] = [['taps', 'taps and plots', 'trend chart curve'], ['ledger', 'the ledger', 'samples in passed dropped counts loss'], ['problems', 'problems', 'errors warnings issues'], ['alarms', 'alarms', 'acknowledge shelve'], ['log', 'the log and events', 'messages'], ['shadow', 'the draft beside what runs', 'shadow trial compare']]
const aligning: readonly (readonly [Alignment, string, string?])[] = [['left', 'Align left', 'Alt+ArrowLeft'], ['centre', 'Align centres'], ['right', 'Align right', 'Alt+ArrowRight'], ['top', 'Align top', 'Alt+ArrowUp'], ['middle', 'Align middles'], ['bottom', 'Align bottom', 'Alt+ArrowDown']]
const distributing: readonly (readonly [Axis, string, readonly string[]])[] = [['horizontally', 'Distribute horizontally', ['Alt+Shift+ArrowRight', 'Alt+Shift+ArrowLeft']], ['vertically', 'Distribute vertically', ['Alt+Shift+ArrowDown', 'Alt+Shift+ArrowUp']]]
const themes: readonly (readonly [Theme, string])[] = [['system', 'like the system'], ['light', 'light'], ['dark', 'dark']]

export const commands: readonly Command[] = [
  { id: 'undo', group: 'Editing', title: (s) => label('Undo', s.document?.past.at(-1)?.label), keys: ['Mod+Z'], when: (s) => (s.document?.past.length ?? 0) > 0, run: actions.undo },
  { id: 'redo', group: 'Editing', title: (s) => label('Redo', s.document?.future[0]?.label), keys: ['Mod+Y', 'Mod+Shift+Z'], when: (s) => (s.document?.future.length ?? 0) > 0, run: actions.redo },
  { id: 'copy', group: 'Editing', title: 'Copy the selected nodes', shown: 'Mod+C', when: some, run: () => copied(actions.copySelected()) },
  { id: 'cut', group: 'Editing', title: 'Cut the selected nodes', shown: 'Mod+X', when: (s) => edits(s) && some(s), run: () => copied(actions.cutSelected()) },
  { id: 'duplicate', group: 'Editing', title: 'Duplicate', words: 'copy again', keys: ['Mod+D'], when: (s) => edits(s) && some(s), run: actions.duplicateSelected },
  { id: 'delete', group: 'Editing', title: 'Delete what is selected', words: 'remove', keys: ['Delete'], when: (s) => edits(s) && anything(s), run: actions.removeSelected },
  { id: 'remove-join', group: 'Editing', title: 'Remove and join the neighbours', words: 'delete bypass heal', keys: ['Mod+Delete'], when: (s) => edits(s) && some(s), run: actions.removeJoined },
  { id: 'select-all', group: 'Editing', title: 'Select all', keys: ['Mod+A'], when: flow, run: actions.selectAll },
  { id: 'select-none', group: 'Editing', title: 'Select nothing', keys: ['Escape'], when: anything, run: () => actions.select({}) },
  { id: 'select-upstream', group: 'Editing', title: 'Select what feeds it', words: 'upstream sources', when: one, run: () => actions.selectConnected('upstream') },
  { id: 'select-downstream', group: 'Editing', title: 'Select what it feeds', words: 'downstream', when: one, run: () => actions.selectConnected('downstream') },

  { id: 'insert', group: 'Drawing', title: 'Insert a node at the pointer, or into the wire under it', words: 'add new', keys: ['/'], when: edits, run: () => (inPalette() ? searchPalette() : askInsert()) },
  { id: 'insert-tab', group: 'Drawing', title: 'Insert a node, with the pointer on the drawing', keys: ['Tab'], when: edits, here: () => tabInserts(document.activeElement), keyOnly: true, run: askInsert },
  { id: 'connect', group: 'Drawing', title: 'Connect the selected node…', words: 'wire link', keys: ['W'], when: (s) => edits(s) && one(s), run: () => ask({ kind: 'connect', node: chosen(store.getState())[0]! }) },
  { id: 'replace', group: 'Drawing', title: 'Replace the selected node and keep its wires…', words: 'swap exchange', keys: ['R'], when: (s) => edits(s) && one(s), run: () => ask({ kind: 'replace', node: chosen(store.getState())[0]! }) },

  { id: 'view-fit', group: 'Looking and arranging', title: 'Bring the whole flow into view', words: 'fit zoom', keys: ['F'], when: flow, run: () => viewActs()?.fit() },
  { id: 'view-selected', group: 'Looking and arranging', title: 'Bring what is selected into view', words: 'zoom focus', keys: ['Shift+F'], when: some, run: () => viewActs()?.fit(chosen(store.getState())) },
  { id: 'zoom-100', group: 'Looking and arranging', title: 'Zoom to 100%', keys: ['1'], when: flow, run: () => viewActs()?.zoomTo(1) },
  { id: 'zoom-in', group: 'Looking and arranging', title: 'Zoom in', keys: ['Plus', '='], when: flow, run: () => viewActs()?.zoomIn() },
  { id: 'zoom-out', group: 'Looking and arranging', title: 'Zoom out', keys: ['-'], when: flow, run: () => viewActs()?.zoomOut() },
  { id: 'tidy', group: 'Looking and arranging', title: 'Tidy: find places for all nodes, or for the selected ones', words: 'arrange layout order', keys: ['T'], once: true, when: edits, run: () => viewActs()?.tidy(chosen(store.getState()).length >= LEAST.align ? chosen(store.getState()) : undefined) },
  ...aligning.map(([how, title, key]): Command => ({ id: `align-${how}`, group: 'Looking and arranging', title, ...(key === undefined ? {} : { keys: [key] }), when: (s) => edits(s) && chosen(s).length >= LEAST.align, run: () => viewActs()?.align(how) })),
  ...distributing.map(([axis, title, keys]): Command => ({ id: `distribute-${axis}`, group: 'Looking and arranging', title, keys, when: (s) => edits(s) && chosen(s).length >= LEAST.distribute, run: () => viewActs()?.distribute(axis) })),
  { id: 'group', group: 'Looking and arranging', title: 'Group what is selected', words: 'frame', keys: ['Mod+G'], once: true, when: (s) => edits(s) && some(s), run: () => viewActs()?.group() },
  { id: 'ungroup', group: 'Looking and arranging', title: 'Ungroup', words: 'frame', keys: ['Mod+Shift+G'], once: true, when: (s) => edits(s) && some(s), run: () => actions.ungroup() },
  { id: 'rename', group: 'Looking and arranging', title: 'Name the group or node, write the comment', words: 'rename title', keys: ['F2'], once: true, when: (s) => edits(s) && some(s), run: () => viewActs()?.rename() },
  { id: 'collapse', group: 'Looking and arranging', title: 'Collapse what is selected into a subflow', words: 'group macro extract', when: (s) => edits(s) && some(s), run: () => void actions.collapseSelected() },
  { id: 'enter', group: 'Looking and arranging', title: 'Open the selected subflow', words: 'inside', when: subflow, run: () => actions.enter(chosen(store.getState())[0]!) },
  { id: 'expand', group: 'Looking and arranging', title: 'Expand the selected subflow in place', words: 'ungroup', when: (s) => edits(s) && subflow(s), run: () => void actions.expand(chosen(store.getState())[0]!) },
  { id: 'leave', group: 'Looking and arranging', title: 'Out of the subflow, with nothing selected', keys: ['Escape'], when: (s) => inside() && !anything(s), run: () => actions.leave() },

  { id: 'commands', group: 'Finding', title: 'All commands, nodes, flows and settings…', words: 'palette', keys: ['Mod+K'], inFields: true, keyOnly: true, run: open({ kind: 'commands' }) },
  { id: 'find', group: 'Finding', title: 'Search all flows…', words: 'find tag address comment text', keys: ['Mod+Shift+F'], inFields: true, run: open({ kind: 'find' }) },
  { id: 'palette', group: 'Finding', title: 'Search the nodes to add', words: 'palette', keys: ['P'], when: flow, run: searchPalette },
  { id: 'shortcuts', group: 'Finding', title: 'Keyboard shortcuts', words: 'keys help', keys: ['?'], run: open({ kind: 'shortcuts' }) },
  { id: 'tour', group: 'Finding', title: 'The tour: a first change, deployed', words: 'help start introduction tutorial learn', when: (s) => allowed(s, 'edit') && s.flows.length > 0, run: () => actions.startTour() },

  { id: 'next-tab', group: 'Open flows', title: 'The next tab', keys: ['Ctrl+PageDown'], inFields: true, when: tabbed, run: () => actions.stepTab(1) },
  { id: 'last-tab', group: 'Open flows', title: 'The tab before', keys: ['Ctrl+PageUp'], inFields: true, when: tabbed, run: () => actions.stepTab(-1) },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n): Command => ({ id: `tab-${n}`, group: 'Open flows', title: n === 9 ? 'The last tab' : `Tab ${n}`, keys: [`Alt+${n}`], inFields: true, keyOnly: true, when: (s) => s.tabs.length >= (n === 9 ? 1 : n), run: () => actions.tabAt(n) })),
  { id: 'tab-right', group: 'Open flows', title: 'Move the tab to the right', keys: ['Ctrl+Shift+PageDown'], inFields: true, when: tabbed, run: () => actions.moveFrontTab(1) },
  { id: 'tab-left', group: 'Open flows', title: 'Move the tab to the left', keys: ['Ctrl+Shift+PageUp'], inFields: true, when: tabbed, run: () => actions.moveFrontTab(-1) },
  { id: 'close-tab', group: 'Open flows', title: 'Close this tab; its draft is kept', when: flow, run: () => actions.closeTab(front()) },
  { id: 'close-others', group: 'Open flows', title: 'Close the other tabs', when: tabbed, run: () => actions.closeOtherTabs(front()) },
  { id: 'remove-draft', group: 'Open flows', title: 'Remove this draft', words: 'delete', when: neverDeployed, run: () => void actions.removeDraft(front()) },

  { id: 'deploy', group: 'Flow', title: 'Deploy…', words: 'run start activate publish', keys: ['Mod+S'], inFields: true, when: edits, run: open({ kind: 'deploy' }) },
  { id: 'new-flow', group: 'Flow', title: 'New flow…', words: 'create add', when: (s) => allowed(s, 'edit'), run: open({ kind: 'new-flow' }) },
  { id: 'examples', group: 'Flow', title: 'Examples…', words: 'gallery templates samples', run: open({ kind: 'examples' }) },
  { id: 'import', group: 'Flow', title: 'Import…', words: 'open file load json', when: (s) => allowed(s, 'edit'), run: open({ kind: 'import' }) },
  { id: 'export', group: 'Flow', title: 'Export as file', words: 'save download json', when: flow, run: () => void downloadFlow() },
  { id: 'export-several', group: 'Flow', title: 'Export several flows…', words: 'save bundle download backup', when: (s) => s.flows.length + s.drafts.length > 0, run: open({ kind: 'export' }) },
  { id: 'copy-json', group: 'Flow', title: 'Copy as JSON', words: 'export clipboard', when: flow, run: () => void copyFlow() },
  { id: 'versions', group: 'Flow', title: 'Versions and rollback…', words: 'history earlier', when: deployed, run: open({ kind: 'versions' }) },
  { id: 'look-back', group: 'Looking back', title: 'Look back…', words: 'replay record past history step what led to this', when: deployed, run: () => void actions.lookBack() },
  { id: 'tests', group: 'Looking back', title: 'Tests of this flow', words: 'test expected regression', when: flow, run: () => actions.setDrawerTab('tests') },
  { id: 'discard', group: 'Flow', title: 'Discard the draft: back to what runs', words: 'revert reset', when: (s) => edits(s) && deployed(s) && s.changes.length > 0, run: () => actions.discardDraft() },
  { id: 'arm', group: 'Flow', title: (s) => (summaryOf(s)?.armed === true ? 'Disarm this flow…' : 'Arm this flow…'), words: 'actuators write output enable', when: (s) => allowed(s, 'operate') && (summaryOf(s)?.actuators ?? 0) > 0, run: open({ kind: 'arm' }) },
  { id: 'hold', group: 'Flow', title: (s) => (s.live.held ? 'Release the outputs…' : 'Hold all outputs…'), words: 'stop halt freeze', when: (s) => allowed(s, 'operate'), run: open({ kind: 'hold' }) },

  { id: 'settings-tab', group: 'Watching', title: 'Settings of the selected node', words: 'inspector configure', when: one, run: inspect('settings') },
  { id: 'live-tab', group: 'Watching', title: 'Live state of the selected node', words: 'inspector ledger counters', when: one, run: inspect('live') },
  { id: 'help-tab', group: 'Watching', title: 'Help on the selected node', words: 'inspector documentation examples', when: one, run: inspect('help') },
  { id: 'to-operator', group: 'Watching', title: "Add the selected node to the operator's view", words: 'dashboard widget', when: (s) => edits(s) && one(s), run: () => actions.showToOperator(chosen(store.getState())[0]!) },
  ...drawer.map(([tab, what, words]): Command => ({ id: `drawer-${tab}`, group: 'Watching', title: `Show ${what}`, words, ...(tab === 'shadow' ? { when: deployed } : {}), run: () => actions.setDrawerTab(tab) })),
  { id: 'devices', group: 'Watching', title: 'Browse the devices', words: 'tags registers items topics discover browse', run: () => actions.setLeftTab('devices') },
  { id: 'operator', group: 'Watching', title: "Operator's view", words: 'dashboard hmi widgets', run: () => actions.setView('operator') },
  { id: 'edit-operator', group: 'Watching', title: "Edit the operator's view…", words: 'dashboard hmi widgets', when: edits, run: actions.editDashboard },

  { id: 'connections', group: 'Gateway', title: 'Connections…', words: 'broker plc server modbus mqtt opc ua', run: open({ kind: 'connections' }) },
  { id: 'secrets', group: 'Gateway', title: 'Secrets…', words: 'password key token', when: (s) => allowed(s, 'administer'), run: open({ kind: 'secrets' }) },
  { id: 'users', group: 'Gateway', title: 'Users…', words: 'people roles accounts', when: (s) => allowed(s, 'administer'), run: open({ kind: 'users' }) },
  { id: 'models', group: 'Gateway', title: 'Models…', words: 'onnx inference ai', run: open({ kind: 'models' }) },
  { id: 'sign-out', group: 'Gateway', title: (s) => `Sign out ${s.session?.user ?? ''}`, words: 'log off leave', run: () => void actions.signOut() },

  { id: 'drawer', group: 'Screen', title: (s) => (s.ui.drawerOpen ? 'Close the drawer' : 'Open the drawer'), run: () => actions.setDrawerOpen(!store.getState().ui.drawerOpen) },
  ...themes.map(([theme, what]): Command => ({ id: `theme-${theme}`, group: 'Screen', title: `Theme: ${what}`, words: 'colours appearance', when: (s) => s.ui.theme !== theme, run: () => actions.setTheme(theme) })),
]

/** Keys that some element takes by itself: for the page of shortcuts. `keys` may be words. */
export interface Gesture {
  readonly group: Group
  readonly keys: string
  readonly title: string
}
export const gestures: readonly Gesture[] = [
  { group: 'Editing', keys: 'Mod+V', title: 'Paste nodes, also from other flows and browsers, or a whole flow' },
  { group: 'Editing', keys: 'Alt and drag', title: 'Put a copy there' },
  { group: 'Editing', keys: 'Arrow keys', title: 'Move the selected nodes; with Shift five steps' },
  { group: 'Drawing', keys: 'Double click', title: 'On the drawing or on a wire: insert a node there' },
  { group: 'Drawing', keys: 'Shift+Enter', title: 'In the list: insert after the selected node, wired' },
  { group: 'Drawing', keys: 'Long press', title: 'On a touch screen: the menu of a node' },
  { group: 'Looking and arranging', keys: 'Space and drag', title: 'Move the view; also with the middle mouse button. The wheel zooms; on a touch screen one finger moves, two zoom' },
  { group: 'Finding', keys: 'Tab', title: 'Go from part to part' },
  { group: 'Finding', keys: 'Enter', title: 'Select the node or wire; again: go to its settings' },
  { group: 'Finding', keys: 'Escape', title: 'In a setting: back to the node' },
  { group: 'Open flows', keys: 'Arrow keys', title: 'On a tab: go along the tabs' },
  { group: 'Open flows', keys: 'Delete', title: 'On a tab, or middle click: close it; its draft is kept' },
  { group: 'Watching', keys: '+, −, 0, ← →', title: 'In a plot: zoom in, out, all of it; move the cursor' },
  { group: 'Watching', keys: 'Arrow keys', title: 'In the devices: walk, open and close; Space chooses, Enter takes into the flow' },
  { group: 'Looking back', keys: '← →', title: 'The step before, the next one; on the time line the moment, with Shift a range' },
  { group: 'Looking back', keys: 'Enter', title: 'On the time line: look at this moment' },
  { group: 'Looking back', keys: 'Escape', title: 'Back to live' },
  { group: 'Screen', keys: 'Alt ↑ ↓', title: 'Move a row of a table' },
  { group: 'Screen', keys: 'Arrow keys', title: 'In a number: step, with Shift ten steps. On an edge: resize inspector and drawer' },
]

function label(word: string, of: string | undefined): string {
  return of === undefined ? word : `${word}: ${of}`
}

const byId = new Map(commands.map((c) => [c.id, c]))
/** Throws for one that is not in the list: a menu names only what is there. */
export function command(id: string): Command {
  const found = byId.get(id)
  if (!found) throw new Error(`There is no command '${id}'.`)
  return found
}
export const titleOfCommand = (c: Command, s: State): string => (typeof c.title === 'string' ? c.title : c.title(s))
export const isOn = (c: Command, s: State): boolean => c.when?.(s) ?? true

/** Runs a command and remembers it as used. */
export function runCommand(c: Command): void {
  actions.noteCommand(c.id)
  c.run()
}

/** What a key press means now, and whether the browser's own meaning is to be taken away. `busy`: a field, menu or dialog has the keys. */
export function commandOf(e: KeyPress, s: State, busy: boolean): { readonly command: Command | null; readonly take: boolean } {
  const meant = commands.filter((c) => c.keys?.some((k) => pressed(k, e)))
  const found = meant.find((c) => !(c.once === true && e.repeat === true) && (!busy || c.inFields === true) && s.ui.dialog === null && isOn(c, s) && (c.here?.() ?? true))
  return { command: found ?? null, take: found !== undefined || meant.some((c) => c.inFields === true) }
}

export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.platform)
