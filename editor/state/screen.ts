// What is on the screen: dialogs, tabs, sizes, theme, toasts, and where to look.
import { formatIssue, type Issue } from '#kit'
import { said } from '../language/said.ts'
import { issuesFrom } from './api.ts'
import { engineIssue } from './derive.ts'
import { goInside } from './document.ts'
import type { Core } from './editor.ts'
import { subflowAt } from './inside.ts'
import { onCanvas } from './instances.ts'
import type { Dialog, DrawerTab, InspectorTab, LeftTab, Theme, Toast, Ui, View } from './model.ts'
import { placeOf, viewOf } from './lens.ts'

export const MAX_TOASTS = 4
const TOAST_MS = { success: 5000, info: 6000, warning: 10_000, error: 15_000 } as const
const KEPT = ['theme', 'leftTab', 'inspectorTab', 'drawerTab', 'drawerOpen', 'drawerHeight', 'inspectorWidth', 'foldedFamilies', 'favourites', 'recent', 'commandsUsed', 'tourLeft'] as const
/** Node types that 'recently used' remembers. */
const RECENT = 6
/** Commands that the palette shows first. */
const COMMANDS_USED = 6

export function screen(core: Core) {
  let lastToast = 0
  let mend: (i: Issue) => Toast['action'] = () => undefined
  const ui = (change: Partial<Ui>): void => {
    core.set((s) => ({ ui: { ...s.ui, ...change } }))
    if (!KEPT.some((k) => k in change)) return
    const now = core.get().ui
    try {
      core.storage.setItem('headgate.ui', JSON.stringify(Object.fromEntries(KEPT.map((k) => [k, now[k]]))))
    } catch (thrown) {
      // A full storage loses the sizes of the panels, nothing else; the draft's own message tells of the storage.
      if (!(thrown instanceof Error)) throw thrown
    }
  }
  const toast = (t: Omit<Toast, 'id'>): number => {
    const id = ++lastToast
    core.set((s) => ({ ui: { ...s.ui, toasts: [...s.ui.toasts.filter((x) => x.text !== t.text), { id, ...t }].slice(-MAX_TOASTS) } }))
    core.later(TOAST_MS[t.level], () => dismissToast(id))
    return id
  }
  const dismissToast = (id: number): void => core.set((s) => (s.ui.toasts.some((t) => t.id === id) ? { ui: { ...s.ui, toasts: s.ui.toasts.filter((t) => t.id !== id) } } : {}))
  /** For the catch of a call to the gateway: AUTH_NEEDED leads to the gate. Answers the issues. */
  const failed = (thrown: unknown): readonly Issue[] => {
    const issues = issuesFrom(thrown)
    if (issues.some((i) => i.code === 'AUTH_NEEDED') && core.get().gate === 'ready') core.set({ gate: 'login', session: null })
    return issues
  }

  return {
    /** Tabs, sizes and theme as the browser remembers them. */
    restoreScreen(): void {
      const text = core.storage.getItem('headgate.ui')
      if (text === null) return
      let kept: unknown
      try {
        kept = JSON.parse(text)
      } catch (thrown) {
        if (thrown instanceof SyntaxError) return
        throw thrown
      }
      if (typeof kept !== 'object' || kept === null) return
      const k = kept as Partial<Record<string, unknown>>
      const one = <T extends string>(value: unknown, of: readonly T[], or: T): T => (of.includes(value as T) ? (value as T) : or)
      const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((f) => typeof f === 'string') : [])
      const size = (value: unknown, or: number): number => (typeof value === 'number' && Number.isFinite(value) ? clampSize(value) : or)
      core.set((s) => ({
        ui: {
          ...s.ui,
          theme: one<Theme>(k['theme'], ['system', 'light', 'dark'], 'system'),
          leftTab: one<LeftTab>(k['leftTab'], ['nodes', 'devices'], 'nodes'),
          inspectorTab: one<InspectorTab>(k['inspectorTab'], ['settings', 'live', 'help'], 'settings'),
          drawerTab: one<DrawerTab>(k['drawerTab'], ['taps', 'ledger', 'problems', 'alarms', 'log', 'shadow', 'replay', 'tests'], 'taps'),
          drawerOpen: k['drawerOpen'] !== false,
          drawerHeight: size(k['drawerHeight'], s.ui.drawerHeight),
          inspectorWidth: size(k['inspectorWidth'], s.ui.inspectorWidth),
          foldedFamilies: texts(k['foldedFamilies']),
          favourites: texts(k['favourites']),
          recent: texts(k['recent']).slice(0, RECENT),
          commandsUsed: texts(k['commandsUsed']).slice(0, COMMANDS_USED),
          tourLeft: typeof k['tourLeft'] === 'number' ? k['tourLeft'] : null,
        },
      }))
    },
    setView: (view: View): void => core.set({ view }),
    setTheme: (theme: Theme): void => ui({ theme }),
    setLeftTab: (leftTab: LeftTab): void => ui({ leftTab }),
    setInspectorTab: (inspectorTab: InspectorTab): void => ui({ inspectorTab }),
    /** Opens the drawer at this tab. */
    setDrawerTab: (drawerTab: DrawerTab): void => ui({ drawerTab, drawerOpen: true }),
    /** The drawer's ledger, with this node's line open. */
    showLedger: (node: string): void => ui({ drawerTab: 'ledger', drawerOpen: true, ledgerOf: { node } }),
    setDrawerOpen: (drawerOpen: boolean): void => ui({ drawerOpen }),
    setDrawerHeight: (px: number): void => ui({ drawerHeight: clampSize(px) }),
    setInspectorWidth: (px: number): void => ui({ inspectorWidth: clampSize(px) }),
    foldFamily: (id: string, folded: boolean): void => ui({ foldedFamilies: [...core.get().ui.foldedFamilies.filter((f) => f !== id), ...(folded ? [id] : [])] }),
    setFavourite: (type: string, on: boolean): void => ui({ favourites: [...core.get().ui.favourites.filter((f) => f !== type), ...(on ? [type] : [])] }),
    /** A node of this type was put into a flow. */
    noteUsed: (type: string): void => ui({ recent: [type, ...core.get().ui.recent.filter((t) => t !== type)].slice(0, RECENT) }),
    noteCommand: (id: string): void => ui({ commandsUsed: [id, ...core.get().ui.commandsUsed.filter((c) => c !== id)].slice(0, COMMANDS_USED) }),
    openDialog: (dialog: Dialog): void => ui({ dialog }),
    closeDialog: (): void => ui({ dialog: null }),
    toast,
    dismissToast,
    /** What a toast of an issue offers when who shows it has nothing better (see fixes.ts). */
    mendWith: (of: typeof mend): void => void (mend = of),
    toastIssue: (i: Issue, action: Toast['action'] = mend(i)): number => toast({ level: i.level, text: said(i.text), remedy: said(i.remedy), ...(action ? { action } : {}) }),
    failed,
    /** The same, shown as toasts. */
    toastFailed(thrown: unknown): void {
      for (const i of failed(thrown)) {
        const action = mend(i)
        if (i.code !== 'AUTH_NEEDED') toast({ level: i.level, text: said(i.text), remedy: said(i.remedy), ...(action ? { action } : {}) })
      }
    },
    /** Selects what an issue points at, brings it into view and its field to the inspector; what is inside of a subflow is shown there. */
    revealIssue(at: Issue): void {
      const document = core.get().document
      if (!document) return
      const told = engineIssue(at)
      const place = told.node === undefined ? { inside: [], node: undefined } : placeOf(told.node)
      const within = subflowAt(document.flow, place.inside) !== undefined
      // Where that subflow is no more, the instance itself.
      const { field: _field, ...bare } = at
      const i: Issue = within && place.node !== undefined ? { ...told, node: place.node } : at.node === undefined || onCanvas(at.node) === at.node ? at : { ...bare, node: onCanvas(at.node) }
      const opened = goInside(document, within ? place.inside : [])
      const view = viewOf(opened).flow
      const ends = within ? [] : (i.wire?.split(' -> ').map((end) => onCanvas(end.split('.')[0]!)) ?? [])
      const nodes = (i.node !== undefined ? [i.node] : ends).filter((id) => Object.hasOwn(view.nodes, id))
      const wires = i.wire !== undefined && view.wires.includes(i.wire) ? [i.wire] : []
      core.set((s) => ({
        document: goInside(opened, opened.inside ?? [], i.node !== undefined && nodes.length > 0 ? { nodes, wires: [] } : { nodes: [], wires }),
        ui: {
          ...s.ui,
          reveal: nodes.length > 0 ? { nodes } : s.ui.reveal,
          focusField: i.node !== undefined && i.field?.startsWith('/') ? { node: i.node, field: i.field } : null,
          ...(i.field === undefined ? {} : { inspectorTab: 'settings' as const }),
        },
      }))
    },
    reveal: (nodes: readonly string[]): void => ui({ reveal: { nodes: nodes.map(onCanvas) } }),
    /** Selects a node by its id in the engine and brings it into view; one inside of a subflow is shown there. */
    show(id: string): void {
      const document = core.get().document
      if (!document) return
      const place = placeOf(id)
      const opened = goInside(document, place.inside)
      const node = (opened.inside?.length ?? 0) === place.inside.length && Object.hasOwn(viewOf(opened).flow.nodes, place.node) ? place.node : undefined
      const instead = onCanvas(id)
      if (node === undefined && !Object.hasOwn(document.flow.nodes, instead)) return
      const shown = node === undefined ? goInside(document, [], { nodes: [instead], wires: [] }) : goInside(document, place.inside, { nodes: [node], wires: [] })
      core.set((s) => ({ document: shown, ui: { ...s.ui, reveal: { nodes: [node ?? instead] } } }))
    },
    /** The step of the tour that is shown; null leaves it, and where it was is remembered. */
    setTour: (tour: number | null, left?: number): void => ui({ tour, tourLeft: left ?? tour ?? core.get().ui.tour ?? core.get().ui.tourLeft }),
    clearFocusField: (): void => ui({ focusField: null }),
    issueText: formatIssue,
  }
}

const clampSize = (px: number): number => Math.round(Math.min(900, Math.max(120, px)))
export type Screen = ReturnType<typeof screen>
