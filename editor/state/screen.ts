// What is on the screen: dialogs, tabs, sizes, theme, toasts, and where to look.
import { formatIssue, type Issue } from '#kit'
import { issuesFrom } from './api.ts'
import type { Core } from './editor.ts'
import { onCanvas } from './instances.ts'
import type { Dialog, DrawerTab, InspectorTab, LeftTab, Theme, Toast, Ui, View } from './model.ts'

export const MAX_TOASTS = 4
const TOAST_MS = { success: 5000, info: 6000, warning: 10_000, error: 15_000 } as const
const KEPT = ['theme', 'leftTab', 'inspectorTab', 'drawerTab', 'drawerOpen', 'drawerHeight', 'inspectorWidth', 'foldedFamilies', 'favourites', 'recent'] as const
/** Node types that 'recently used' remembers. */
const RECENT = 6

export function screen(core: Core) {
  let lastToast = 0
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
          drawerTab: one<DrawerTab>(k['drawerTab'], ['taps', 'problems', 'alarms', 'log', 'shadow', 'replay', 'tests'], 'taps'),
          drawerOpen: k['drawerOpen'] !== false,
          drawerHeight: size(k['drawerHeight'], s.ui.drawerHeight),
          inspectorWidth: size(k['inspectorWidth'], s.ui.inspectorWidth),
          foldedFamilies: texts(k['foldedFamilies']),
          favourites: texts(k['favourites']),
          recent: texts(k['recent']).slice(0, RECENT),
        },
      }))
    },
    setView: (view: View): void => core.set({ view }),
    setTheme: (theme: Theme): void => ui({ theme }),
    setLeftTab: (leftTab: LeftTab): void => ui({ leftTab }),
    setInspectorTab: (inspectorTab: InspectorTab): void => ui({ inspectorTab }),
    /** Opens the drawer at this tab. */
    setDrawerTab: (drawerTab: DrawerTab): void => ui({ drawerTab, drawerOpen: true }),
    setDrawerOpen: (drawerOpen: boolean): void => ui({ drawerOpen }),
    setDrawerHeight: (px: number): void => ui({ drawerHeight: clampSize(px) }),
    setInspectorWidth: (px: number): void => ui({ inspectorWidth: clampSize(px) }),
    foldFamily: (id: string, folded: boolean): void => ui({ foldedFamilies: [...core.get().ui.foldedFamilies.filter((f) => f !== id), ...(folded ? [id] : [])] }),
    setFavourite: (type: string, on: boolean): void => ui({ favourites: [...core.get().ui.favourites.filter((f) => f !== type), ...(on ? [type] : [])] }),
    /** A node of this type was put into a flow. */
    noteUsed: (type: string): void => ui({ recent: [type, ...core.get().ui.recent.filter((t) => t !== type)].slice(0, RECENT) }),
    openDialog: (dialog: Dialog): void => ui({ dialog }),
    closeDialog: (): void => ui({ dialog: null }),
    toast,
    dismissToast,
    toastIssue: (i: Issue, action?: Toast['action']): number => toast({ level: i.level, text: i.text, remedy: i.remedy, ...(action ? { action } : {}) }),
    failed,
    /** The same, shown as toasts. */
    toastFailed(thrown: unknown): void {
      for (const i of failed(thrown)) if (i.code !== 'AUTH_NEEDED') toast({ level: i.level, text: i.text, remedy: i.remedy })
    },
    /** Selects what an issue points at, brings it into view and its field to the inspector. */
    revealIssue(at: Issue): void {
      const document = core.get().document
      if (!document) return
      // What is inside of a subflow is shown at its instance, whose fields are others.
      const { field: _field, ...place } = at
      const i: Issue = at.node === undefined || onCanvas(at.node) === at.node ? at : { ...place, node: onCanvas(at.node) }
      const ends = i.wire?.split(' -> ').map((end) => onCanvas(end.split('.')[0]!)) ?? []
      const nodes = (i.node !== undefined ? [i.node] : ends).filter((id) => Object.hasOwn(document.flow.nodes, id))
      const wires = i.wire !== undefined && document.flow.wires.includes(i.wire) ? [i.wire] : []
      core.set((s) => ({
        document: { ...document, selection: i.node !== undefined && nodes.length > 0 ? { nodes, wires: [] } : { nodes: [], wires } },
        ui: {
          ...s.ui,
          reveal: nodes.length > 0 ? { nodes } : s.ui.reveal,
          focusField: i.node !== undefined && i.field?.startsWith('/') ? { node: i.node, field: i.field } : null,
          ...(i.field === undefined ? {} : { inspectorTab: 'settings' as const }),
        },
      }))
    },
    reveal: (nodes: readonly string[]): void => ui({ reveal: { nodes: nodes.map(onCanvas) } }),
    /** Selects a node, the instance of one inside of a subflow, and brings it into view. */
    show(id: string): void {
      const document = core.get().document
      const node = onCanvas(id)
      if (!document || !Object.hasOwn(document.flow.nodes, node)) return
      core.set((s) => ({ document: { ...document, selection: { nodes: [node], wires: [] } }, ui: { ...s.ui, reveal: { nodes: [node] } } }))
    },
    clearFocusField: (): void => ui({ focusField: null }),
    issueText: formatIssue,
  }
}

const clampSize = (px: number): number => Math.round(Math.min(900, Math.max(120, px)))
export type Screen = ReturnType<typeof screen>
