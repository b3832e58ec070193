// The one device whose tree is open: asks the gateway level by level, and again every two seconds while it is looked at.
// A question that fails leaves what was there, and is asked less often.
import { createStore } from 'zustand/vanilla'
import type { Api } from '../state/api.ts'
import { linesOf, noTree, ROOT, toggled, told, wanted, withBranch, withFault, type Line, type Tree } from '../state/device-tree.ts'
import type { Issue } from '#kit'

export const REFRESH_MS = 2000
export const AGAIN_MS = 10_000
const TYPED_MS = 250

export interface Browsing {
  /** Null: no device is open. */
  readonly connection: string | null
  readonly search: string
  readonly tree: Tree
}
export interface BrowserParts {
  readonly api: Pick<Api, 'browse'>
  readonly failed: (thrown: unknown) => readonly Issue[]
  readonly later: (ms: number, task: () => void) => () => void
}

export function createBrowser({ api, failed, later }: BrowserParts) {
  const store = createStore<Browsing>()(() => ({ connection: null, search: '', tree: noTree }))
  let cancel: (() => void) | undefined
  let stop = new AbortController()
  let watched = false
  const lines = (): readonly Line[] => linesOf(store.getState().tree)
  const put = (tree: Tree): void => {
    if (tree !== store.getState().tree) store.setState({ tree })
  }

  async function ask(at: string): Promise<void> {
    const { connection, search } = store.getState()
    if (connection === null) return
    const { signal } = stop
    try {
      const body = await api.browse({ name: connection }, at === ROOT ? null : at, at === ROOT && search !== '' ? search : undefined, signal)
      if (!signal.aborted) put(withBranch(store.getState().tree, at, body.items, body.cut))
    } catch (thrown) {
      if (!signal.aborted) put(withFault(store.getState().tree, at, failed(thrown)))
    }
  }

  /** All that is open, one after the other: a device is asked gently. */
  async function round(): Promise<void> {
    cancel?.()
    cancel = undefined
    const { signal } = stop
    for (const at of wanted(lines())) {
      if (signal.aborted || !watched) return
      await ask(at)
      // A device that is away answers no other question either.
      if (at === ROOT && (store.getState().tree.branches.get(ROOT)?.issues.length ?? 0) > 0) break
    }
    if (signal.aborted || !watched) return
    const away = (store.getState().tree.branches.get(ROOT)?.issues.length ?? 0) > 0
    // A search goes through the whole device: its answer stands until it is asked for again.
    if (store.getState().search === '') cancel = later(away ? AGAIN_MS : REFRESH_MS, () => void round())
  }

  function begin(change: Partial<Browsing>): void {
    stop.abort()
    stop = new AbortController()
    cancel?.()
    store.setState({ tree: noTree, ...change })
    if (watched && store.getState().connection !== null) void round()
  }

  return {
    store,
    lines,
    /** Null closes it. */
    open: (connection: string | null): void => begin({ connection, search: '' }),
    again: (): void => begin({}),
    search(text: string): void {
      if (text === store.getState().search) return
      stop.abort()
      stop = new AbortController()
      cancel?.()
      store.setState({ search: text, tree: noTree })
      cancel = later(TYPED_MS, () => void round())
    },
    toggle(line: Extract<Line, { kind: 'item' }>, open?: boolean): void {
      if (line.asks === null) return
      const { tree } = store.getState()
      const next = toggled(tree, line.key, open)
      put(next)
      if (next.open.has(line.key) && !tree.open.has(line.key)) void ask(line.asks)
    },
    /** Other values for a line that asks. */
    tell(path: string, values: readonly string[]): void {
      put(told(store.getState().tree, path, values))
      void ask([path, ...values].join('/'))
    },
    change: (edit: (tree: Tree) => Tree): void => put(edit(store.getState().tree)),
    /** Whether somebody looks: nothing is asked for an unseen pane. */
    watch(now: boolean): void {
      if (now === watched) return
      watched = now
      if (now && store.getState().connection !== null) void round()
      else cancel?.()
    },
  }
}
export type Browser = ReturnType<typeof createBrowser>
