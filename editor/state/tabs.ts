// Several flows open at once: the one in front is the state's document, the others are parked with their history and
// selection. Which are open outlives a reload; a tab that was not looked at since is fetched when it comes to the front.
import { noCheck, noLive, type Live, type Parked, type State } from './model.ts'
import type { Core } from './editor.ts'
import type { Sync } from './sync.ts'

const TABS = 'headgate.tabs'
/** More are closed by hand. */
export const MAX_TABS = 40

/** What of the live line goes on when another flow comes to the front: pinned taps, alarms, log. */
export const liveAside = (live: Live): Live => ({ ...live, flow: noLive.flow, version: noLive.version, nodes: noLive.nodes, trends: noLive.trends, recent: noLive.recent, marks: noLive.marks, losses: noLive.losses, zero: noLive.zero, totals: noLive.totals })

/** The flow in front put aside, as a change of the state. */
export function asideOf(s: State): { readonly parked: State['parked'] } {
  if (s.flowId === null || !s.document) return { parked: s.parked }
  const own: Parked = { document: s.document, base: s.base, basedOn: s.basedOn, refused: s.refused, changed: s.changes.length > 0 || s.base.version === null }
  return { parked: { ...s.parked, [s.flowId]: own } }
}

export function withoutParked(parked: State['parked'], id: string): State['parked'] {
  if (!Object.hasOwn(parked, id)) return parked
  const { [id]: _gone, ...rest } = parked
  return rest
}

/** Behind the one in front. */
export function withTab(tabs: readonly string[], id: string, front: string | null): readonly string[] {
  if (tabs.includes(id)) return tabs
  const at = front === null ? tabs.length - 1 : tabs.indexOf(front)
  return tabs.toSpliced(at + 1, 0, id)
}

export function tabs(core: Core, sync: Sync, open: (id: string) => Promise<boolean>) {
  const remember = (): void => {
    try {
      core.storage.setItem(TABS, JSON.stringify(core.get().tabs))
    } catch (thrown) {
      // A full storage loses which tabs were open, nothing else; the draft's own message tells of the storage.
      if (!(thrown instanceof Error)) throw thrown
    }
  }
  core.store.subscribe((now, before) => {
    if (now.tabs !== before.tabs && now.gate === 'ready') remember()
  })

  const close = (id: string): void => {
    const s = core.get()
    if (!s.tabs.includes(id)) return
    const at = s.tabs.indexOf(id)
    const left = s.tabs.filter((t) => t !== id)
    if (id === s.flowId) core.flush()
    // What is not on the gateway yet goes there; without it the browser keeps it.
    void sync.push(id)
    const next = left[at] ?? left[at - 1]
    core.set((now) => ({
      tabs: left, parked: withoutParked(now.parked, id), live: { ...now.live, taps: now.live.taps.filter((t) => t.flow !== id) },
      ...(id === now.flowId ? { flowId: null, document: null, base: { version: null, flow: null }, basedOn: null, refused: null, check: noCheck, people: [] } : {}),
    }))
    if (id === s.flowId) {
      core.set((now) => ({ live: liveAside(now.live) }))
      if (next !== undefined) void open(next)
    }
    sync.forget(id)
  }

  /** To this place among the others. */
  const moveTab = (id: string, to: number): void =>
    core.set((s) => {
      const from = s.tabs.indexOf(id)
      const at = Math.max(0, Math.min(s.tabs.length - 1, to))
      return from < 0 || from === at ? {} : { tabs: s.tabs.toSpliced(from, 1).toSpliced(at, 0, id) }
    })

  return {
    closeTab: close,
    closeOtherTabs(id: string): void {
      for (const t of core.get().tabs) if (t !== id && t !== core.get().flowId) close(t)
      const { flowId } = core.get()
      if (flowId !== null && flowId !== id) close(flowId)
    },
    moveTab,
    /** The one in front, one place on (1) or back (-1). */
    moveFrontTab(by: 1 | -1): void {
      const { flowId, tabs: all } = core.get()
      if (flowId !== null) moveTab(flowId, all.indexOf(flowId) + by)
    },
    /** The next (1) or the one before (-1), round and round. */
    stepTab(by: 1 | -1): void {
      const { tabs: all, flowId } = core.get()
      const at = flowId === null ? -1 : all.indexOf(flowId)
      const next = all[(at + by + all.length) % all.length]
      if (next !== undefined && next !== flowId) void open(next)
    },
    /** The nth from 1; 9 is the last one. */
    tabAt(n: number): void {
      const { tabs: all } = core.get()
      const id = n === 9 ? all.at(-1) : all[n - 1]
      if (id !== undefined) void open(id)
    },
    /** Those that were open in this browser, as far as they are there. */
    restoreTabs(known: readonly string[]): void {
      const text = core.storage.getItem(TABS)
      if (text === null) return
      try {
        const ids: unknown = JSON.parse(text)
        if (Array.isArray(ids)) core.set({ tabs: [...new Set(ids.filter((id): id is string => typeof id === 'string' && known.includes(id)))].slice(0, MAX_TABS) })
      } catch (thrown) {
        if (!(thrown instanceof SyntaxError)) throw thrown
      }
    },
  }
}
export type Tabs = ReturnType<typeof tabs>
