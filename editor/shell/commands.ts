// Everything that can be done by a word or a key, in one list: the shortcuts, the page of shortcuts, the menus and the
// command palette (Ctrl K) derive from it, so that a key is said here and nowhere else. `when` hides and disables; `here` is
// where a key counts, beyond that no field or dialog has it. What only some element takes (arrows in a list) is in `gestures`.
import { may, SUBFLOW, type Permission } from '#format'
import { ask, askInsert, tabInserts } from '../canvas/ask.ts'
import { viewActs } from '../canvas/view.ts'
import { focusInspector } from '../inspector/focus.ts'
import { language, languages, t } from '../language/index.ts'
import { LEAST, type Alignment, type Axis } from '../state/arrange.ts'
import { insideOf } from '../state/lens.ts'
import { pressed, type KeyPress } from '../state/keys.ts'
import { actions, store, type Dialog, type DrawerTab, type InspectorTab, type State, type Theme } from '../state/here.ts'
import { store as whole } from '../state/store.ts'
import { chooseLanguage } from './choose-language.ts'
import { copyFlow, copyText, downloadFlow } from './export.ts'

export const groups = ['editing', 'drawing', 'arranging', 'finding', 'tabs', 'flow', 'watching', 'past', 'gateway', 'screen'] as const
export type Group = (typeof groups)[number]
export const groupTitles: Readonly<Record<Group, string>> = {
  editing: t('Editing'), drawing: t('Drawing'), arranging: t('Looking and arranging'), finding: t('Finding'), tabs: t('Open flows'), flow: t('Flow'), watching: t('Watching'), past: t('Looking back'), gateway: t('Gateway'), screen: t('Screen'),
}

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

const drawer: readonly (readonly [DrawerTab, string, string])[] = [
  ['taps', t('Show taps and plots'), t('trend chart curve')], ['ledger', t('Show the ledger'), t('samples in passed dropped counts loss')], ['problems', t('Show problems'), t('errors warnings issues')],
  ['alarms', t('Show alarms'), t('acknowledge shelve')], ['log', t('Show the log and events'), t('messages')], ['shadow', t('Show the draft beside what runs'), t('shadow trial compare')],
]
const aligning: readonly (readonly [Alignment, string, string?])[] = [['left', t('Align left'), 'Alt+ArrowLeft'], ['centre', t('Align centres')], ['right', t('Align right'), 'Alt+ArrowRight'], ['top', t('Align top'), 'Alt+ArrowUp'], ['middle', t('Align middles')], ['bottom', t('Align bottom'), 'Alt+ArrowDown']]
const distributing: readonly (readonly [Axis, string, readonly string[]])[] = [['horizontally', t('Distribute horizontally'), ['Alt+Shift+ArrowRight', 'Alt+Shift+ArrowLeft']], ['vertically', t('Distribute vertically'), ['Alt+Shift+ArrowDown', 'Alt+Shift+ArrowUp']]]
const themes: readonly (readonly [Theme, string])[] = [['system', t('Theme: like the system')], ['light', t('Theme: light')], ['dark', t('Theme: dark')]]

export const commands: readonly Command[] = [
  { id: 'undo', group: 'editing', title: (s) => { const step = s.document?.past.at(-1)?.label; return step === undefined ? t('Undo') : t('Undo: {step}', { step }) }, keys: ['Mod+Z'], when: (s) => (s.document?.past.length ?? 0) > 0, run: actions.undo },
  { id: 'redo', group: 'editing', title: (s) => { const step = s.document?.future[0]?.label; return step === undefined ? t('Redo') : t('Redo: {step}', { step }) }, keys: ['Mod+Y', 'Mod+Shift+Z'], when: (s) => (s.document?.future.length ?? 0) > 0, run: actions.redo },
  { id: 'copy', group: 'editing', title: t('Copy the selected nodes'), shown: 'Mod+C', when: some, run: () => copied(actions.copySelected()) },
  { id: 'cut', group: 'editing', title: t('Cut the selected nodes'), shown: 'Mod+X', when: (s) => edits(s) && some(s), run: () => copied(actions.cutSelected()) },
  { id: 'duplicate', group: 'editing', title: t('Duplicate'), words: t('copy again'), keys: ['Mod+D'], when: (s) => edits(s) && some(s), run: actions.duplicateSelected },
  { id: 'delete', group: 'editing', title: t('Delete what is selected'), words: t('remove'), keys: ['Delete'], when: (s) => edits(s) && anything(s), run: actions.removeSelected },
  { id: 'remove-join', group: 'editing', title: t('Remove and join the neighbours'), words: t('delete bypass heal'), keys: ['Mod+Delete'], when: (s) => edits(s) && some(s), run: actions.removeJoined },
  { id: 'select-all', group: 'editing', title: t('Select all'), keys: ['Mod+A'], when: flow, run: actions.selectAll },
  { id: 'select-none', group: 'editing', title: t('Select nothing'), keys: ['Escape'], when: anything, run: () => actions.select({}) },
  { id: 'select-upstream', group: 'editing', title: t('Select what feeds it'), words: t('upstream sources'), when: one, run: () => actions.selectConnected('upstream') },
  { id: 'select-downstream', group: 'editing', title: t('Select what it feeds'), words: t('downstream'), when: one, run: () => actions.selectConnected('downstream') },

  { id: 'insert', group: 'drawing', title: t('Insert a node at the pointer, or into the wire under it'), words: t('add new'), keys: ['/'], when: edits, run: () => (inPalette() ? searchPalette() : askInsert()) },
  { id: 'insert-tab', group: 'drawing', title: t('Insert a node, with the pointer on the drawing'), keys: ['Tab'], when: edits, here: () => tabInserts(document.activeElement), keyOnly: true, run: askInsert },
  { id: 'connect', group: 'drawing', title: t('Connect the selected node…'), words: t('wire link'), keys: ['W'], when: (s) => edits(s) && one(s), run: () => ask({ kind: 'connect', node: chosen(store.getState())[0]! }) },
  { id: 'replace', group: 'drawing', title: t('Replace the selected node and keep its wires…'), words: t('swap exchange'), keys: ['R'], when: (s) => edits(s) && one(s), run: () => ask({ kind: 'replace', node: chosen(store.getState())[0]! }) },

  { id: 'view-fit', group: 'arranging', title: t('Bring the whole flow into view'), words: t('fit zoom'), keys: ['F'], when: flow, run: () => viewActs()?.fit() },
  { id: 'view-selected', group: 'arranging', title: t('Bring what is selected into view'), words: t('zoom focus'), keys: ['Shift+F'], when: some, run: () => viewActs()?.fit(chosen(store.getState())) },
  { id: 'zoom-100', group: 'arranging', title: t('Zoom to 100%'), keys: ['1'], when: flow, run: () => viewActs()?.zoomTo(1) },
  { id: 'zoom-in', group: 'arranging', title: t('Zoom in'), keys: ['Plus', '='], when: flow, run: () => viewActs()?.zoomIn() },
  { id: 'zoom-out', group: 'arranging', title: t('Zoom out'), keys: ['-'], when: flow, run: () => viewActs()?.zoomOut() },
  { id: 'tidy', group: 'arranging', title: t('Tidy: find places for all nodes, or for the selected ones'), words: t('arrange layout order'), keys: ['T'], once: true, when: edits, run: () => viewActs()?.tidy(chosen(store.getState()).length >= LEAST.align ? chosen(store.getState()) : undefined) },
  ...aligning.map(([how, title, key]): Command => ({ id: `align-${how}`, group: 'arranging', title, ...(key === undefined ? {} : { keys: [key] }), when: (s) => edits(s) && chosen(s).length >= LEAST.align, run: () => viewActs()?.align(how) })),
  ...distributing.map(([axis, title, keys]): Command => ({ id: `distribute-${axis}`, group: 'arranging', title, keys, when: (s) => edits(s) && chosen(s).length >= LEAST.distribute, run: () => viewActs()?.distribute(axis) })),
  { id: 'group', group: 'arranging', title: t('Group what is selected'), words: t('frame'), keys: ['Mod+G'], once: true, when: (s) => edits(s) && some(s), run: () => viewActs()?.group() },
  { id: 'ungroup', group: 'arranging', title: t('Ungroup'), words: t('frame'), keys: ['Mod+Shift+G'], once: true, when: (s) => edits(s) && some(s), run: () => actions.ungroup() },
  { id: 'rename', group: 'arranging', title: t('Name the group or node, write the comment'), words: t('rename title'), keys: ['F2'], once: true, when: (s) => edits(s) && some(s), run: () => viewActs()?.rename() },
  { id: 'collapse', group: 'arranging', title: t('Collapse what is selected into a subflow'), words: t('group macro extract'), when: (s) => edits(s) && some(s), run: () => void actions.collapseSelected() },
  { id: 'enter', group: 'arranging', title: t('Open the selected subflow'), words: t('inside'), when: subflow, run: () => actions.enter(chosen(store.getState())[0]!) },
  { id: 'expand', group: 'arranging', title: t('Expand the selected subflow in place'), words: t('ungroup'), when: (s) => edits(s) && subflow(s), run: () => void actions.expand(chosen(store.getState())[0]!) },
  { id: 'leave', group: 'arranging', title: t('Out of the subflow, with nothing selected'), keys: ['Escape'], when: (s) => inside() && !anything(s), run: () => actions.leave() },

  { id: 'commands', group: 'finding', title: t('All commands, nodes, flows and settings…'), words: t('palette'), keys: ['Mod+K'], inFields: true, keyOnly: true, run: open({ kind: 'commands' }) },
  { id: 'find', group: 'finding', title: t('Search all flows…'), words: t('find tag address comment text'), keys: ['Mod+Shift+F'], inFields: true, run: open({ kind: 'find' }) },
  { id: 'palette', group: 'finding', title: t('Search the nodes to add'), words: t('palette'), keys: ['P'], when: flow, run: searchPalette },
  { id: 'shortcuts', group: 'finding', title: t('Keyboard shortcuts'), words: t('keys help'), keys: ['?'], run: open({ kind: 'shortcuts' }) },
  { id: 'tour', group: 'finding', title: t('The tour: a first change, deployed'), words: t('help start introduction tutorial learn'), when: (s) => allowed(s, 'edit') && s.flows.length > 0, run: () => actions.startTour() },

  { id: 'next-tab', group: 'tabs', title: t('The next tab'), keys: ['Ctrl+PageDown'], inFields: true, when: tabbed, run: () => actions.stepTab(1) },
  { id: 'last-tab', group: 'tabs', title: t('The tab before'), keys: ['Ctrl+PageUp'], inFields: true, when: tabbed, run: () => actions.stepTab(-1) },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n): Command => ({ id: `tab-${n}`, group: 'tabs', title: n === 9 ? t('The last tab') : t('Tab {n}', { n }), keys: [`Alt+${n}`], inFields: true, keyOnly: true, when: (s) => s.tabs.length >= (n === 9 ? 1 : n), run: () => actions.tabAt(n) })),
  { id: 'tab-right', group: 'tabs', title: t('Move the tab to the right'), keys: ['Ctrl+Shift+PageDown'], inFields: true, when: tabbed, run: () => actions.moveFrontTab(1) },
  { id: 'tab-left', group: 'tabs', title: t('Move the tab to the left'), keys: ['Ctrl+Shift+PageUp'], inFields: true, when: tabbed, run: () => actions.moveFrontTab(-1) },
  { id: 'close-tab', group: 'tabs', title: t('Close this tab; its draft is kept'), when: flow, run: () => actions.closeTab(front()) },
  { id: 'close-others', group: 'tabs', title: t('Close the other tabs'), when: tabbed, run: () => actions.closeOtherTabs(front()) },
  { id: 'remove-draft', group: 'tabs', title: t('Remove this draft'), words: t('delete'), when: neverDeployed, run: () => void actions.removeDraft(front()) },

  { id: 'deploy', group: 'flow', title: t('Deploy…'), words: t('run start activate publish'), keys: ['Mod+S'], inFields: true, when: edits, run: open({ kind: 'deploy' }) },
  { id: 'new-flow', group: 'flow', title: t('New flow…'), words: t('create add'), when: (s) => allowed(s, 'edit'), run: open({ kind: 'new-flow' }) },
  { id: 'examples', group: 'flow', title: t('Examples…'), words: t('gallery templates samples'), run: open({ kind: 'examples' }) },
  { id: 'import', group: 'flow', title: t('Import…'), words: t('open file load json'), when: (s) => allowed(s, 'edit'), run: open({ kind: 'import' }) },
  { id: 'export', group: 'flow', title: t('Export as file'), words: t('save download json'), when: flow, run: () => void downloadFlow() },
  { id: 'export-several', group: 'flow', title: t('Export several flows…'), words: t('save bundle download backup'), when: (s) => s.flows.length + s.drafts.length > 0, run: open({ kind: 'export' }) },
  { id: 'copy-json', group: 'flow', title: t('Copy as JSON'), words: t('export clipboard'), when: flow, run: () => void copyFlow() },
  { id: 'versions', group: 'flow', title: t('Versions and rollback…'), words: t('history earlier'), when: deployed, run: open({ kind: 'versions' }) },
  { id: 'look-back', group: 'past', title: t('Look back…'), words: t('replay record past history step what led to this'), when: deployed, run: () => void actions.lookBack() },
  { id: 'tests', group: 'past', title: t('Tests of this flow'), words: t('test expected regression'), when: flow, run: () => actions.setDrawerTab('tests') },
  { id: 'discard', group: 'flow', title: t('Discard the draft: back to what runs'), words: t('revert reset'), when: (s) => edits(s) && deployed(s) && s.changes.length > 0, run: () => actions.discardDraft() },
  { id: 'arm', group: 'flow', title: (s) => (summaryOf(s)?.armed === true ? t('Disarm this flow…') : t('Arm this flow…')), words: t('actuators write output enable'), when: (s) => allowed(s, 'operate') && (summaryOf(s)?.actuators ?? 0) > 0, run: open({ kind: 'arm' }) },
  { id: 'hold', group: 'flow', title: (s) => (s.live.held ? t('Release the outputs…') : t('Hold all outputs…')), words: t('stop halt freeze'), when: (s) => allowed(s, 'operate'), run: open({ kind: 'hold' }) },

  { id: 'settings-tab', group: 'watching', title: t('Settings of the selected node'), words: t('inspector configure'), when: one, run: inspect('settings') },
  { id: 'live-tab', group: 'watching', title: t('Live state of the selected node'), words: t('inspector ledger counters'), when: one, run: inspect('live') },
  { id: 'help-tab', group: 'watching', title: t('Help on the selected node'), words: t('inspector documentation examples'), when: one, run: inspect('help') },
  { id: 'to-operator', group: 'watching', title: t("Add the selected node to the operator's view"), words: t('dashboard widget'), when: (s) => edits(s) && one(s), run: () => actions.showToOperator(chosen(store.getState())[0]!) },
  ...drawer.map(([tab, title, words]): Command => ({ id: `drawer-${tab}`, group: 'watching', title, words, ...(tab === 'shadow' ? { when: deployed } : {}), run: () => actions.setDrawerTab(tab) })),
  { id: 'devices', group: 'watching', title: t('Browse the devices'), words: t('tags registers items topics discover browse'), run: () => actions.setLeftTab('devices') },
  { id: 'operator', group: 'watching', title: t("Operator's view"), words: t('dashboard hmi widgets'), run: () => actions.setView('operator') },
  { id: 'edit-operator', group: 'watching', title: t("Edit the operator's view…"), words: t('dashboard hmi widgets'), when: edits, run: actions.editDashboard },

  { id: 'connections', group: 'gateway', title: t('Connections…'), words: t('broker plc server modbus mqtt opc ua'), run: open({ kind: 'connections' }) },
  { id: 'secrets', group: 'gateway', title: t('Secrets…'), words: t('password key token'), when: (s) => allowed(s, 'administer'), run: open({ kind: 'secrets' }) },
  { id: 'users', group: 'gateway', title: t('Users…'), words: t('people roles accounts'), when: (s) => allowed(s, 'administer'), run: open({ kind: 'users' }) },
  { id: 'models', group: 'gateway', title: t('Models…'), words: t('onnx inference ai'), run: open({ kind: 'models' }) },
  { id: 'sign-out', group: 'gateway', title: (s) => t('Sign out {user}', { user: s.session?.user ?? '' }), words: t('log off leave'), run: () => void actions.signOut() },

  { id: 'drawer', group: 'screen', title: (s) => (s.ui.drawerOpen ? t('Close the drawer') : t('Open the drawer')), run: () => actions.setDrawerOpen(!store.getState().ui.drawerOpen) },
  ...themes.map(([theme, title]): Command => ({ id: `theme-${theme}`, group: 'screen', title, words: t('colours appearance'), when: (s) => s.ui.theme !== theme, run: () => actions.setTheme(theme) })),
  // In its own language, for whoever cannot read the one that is shown; 'language' in both.
  ...languages.filter(([id]) => id !== language).map(([id, name]): Command => ({ id: `language-${id}`, group: 'screen', title: t('Language: {name}', { name }), words: t('language Sprache'), run: () => chooseLanguage(id) })),
]

/** Keys that some element takes by itself: for the page of shortcuts. `keys` may be words. */
export interface Gesture {
  readonly group: Group
  readonly keys: string
  readonly title: string
}
export const gestures: readonly Gesture[] = [
  { group: 'editing', keys: 'Mod+V', title: t('Paste nodes, also from other flows and browsers, or a whole flow') },
  { group: 'editing', keys: t('Alt and drag'), title: t('Put a copy there') },
  { group: 'editing', keys: t('Arrow keys'), title: t('Move the selected nodes; with Shift five steps') },
  { group: 'drawing', keys: t('Double click'), title: t('On the drawing or on a wire: insert a node there') },
  { group: 'drawing', keys: 'Shift+Enter', title: t('In the list: insert after the selected node, wired') },
  { group: 'drawing', keys: t('Long press'), title: t('On a touch screen: the menu of a node') },
  { group: 'arranging', keys: t('Space and drag'), title: t('Move the view; also with the middle mouse button. The wheel zooms; on a touch screen one finger moves, two zoom') },
  { group: 'finding', keys: 'Tab', title: t('Go from part to part') },
  { group: 'finding', keys: 'Enter', title: t('Select the node or wire; again: go to its settings') },
  { group: 'finding', keys: 'Escape', title: t('In a setting: back to the node') },
  { group: 'tabs', keys: t('Arrow keys'), title: t('On a tab: go along the tabs') },
  { group: 'tabs', keys: 'Delete', title: t('On a tab, or middle click: close it; its draft is kept') },
  { group: 'watching', keys: '+, −, 0, ← →', title: t('In a plot: zoom in, out, all of it; move the cursor') },
  { group: 'watching', keys: t('Arrow keys'), title: t('In the devices: walk, open and close; Space chooses, Enter takes into the flow') },
  { group: 'past', keys: '← →', title: t('The step before, the next one; on the time line the moment, with Shift a range') },
  { group: 'past', keys: 'Enter', title: t('On the time line: look at this moment') },
  { group: 'past', keys: 'Escape', title: t('Back to live') },
  { group: 'screen', keys: 'Alt ↑ ↓', title: t('Move a row of a table') },
  { group: 'screen', keys: t('Arrow keys'), title: t('In a number: step, with Shift ten steps. On an edge: resize inspector and drawer') },
]

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
