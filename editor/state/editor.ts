// The editor without a screen: one store and the actions on it. Everything outside (gateway, storage, clock, timers)
// is handed in, so that tests drive the very same editor headlessly.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { t } from '../language/index.ts'
import type { Api } from './api.ts'
import { replaceFlow } from './commands.ts'
import { derived } from './derive.ts'
import { dashboards } from './dashboard.ts'
import type { Storage } from './drafts.ts'
import { devices } from './devices.ts'
import { editing } from './editing.ts'
import { flowTests } from './flow-tests.ts'
import { inserting } from './inserting.ts'
import { finding } from './find.ts'
import { exporting } from './exporting.ts'
import { grouping } from './grouping.ts'
import { lens } from './lens.ts'
import { initialState, type State } from './model.ts'
import { opening } from './opening.ts'
import { replaying } from './replaying.ts'
import { screen } from './screen.ts'
import { sync } from './sync.ts'
import { tabs } from './tabs.ts'
import { tours } from './tour.ts'
import { trying } from './trying.ts'
import { mending, type Tools } from './fixes.ts'
import { tapping } from './taps.ts'
import { subflows } from './subflows.ts'
import { updates } from './updates.ts'
import { watching } from './watching.ts'

export interface Environment {
  readonly api: Api
  readonly storage: Storage
  readonly now: () => number
  /** Runs `task` after `ms`; the answer cancels it. */
  readonly later: (ms: number, task: () => void) => () => void
}
export type Store = StoreApi<State>

export interface Core extends Environment {
  readonly store: Store
  readonly get: () => State
  /** Sets what is given, then what follows from it. */
  readonly set: (change: Partial<State> | ((state: State) => Partial<State>)) => void
  /** Keeps the draft and asks the gateway about it, soon. Called after every edit. */
  readonly touched: () => void
  /** The same at once: before the page goes away. */
  readonly flush: () => void
}

export const CHECK_AFTER_MS = 150
const SAVE_AFTER_MS = 300
/** A check that failed for want of the gateway is asked again. */
const CHECK_AGAIN_MS = 5000

export function createEditor(environment: Environment) {
  const store = createStore<State>()(() => initialState)
  const get = store.getState
  const inputs = ['document', 'types', 'base', 'check', 'conflicts', 'flowId'] as const
  const set: Core['set'] = (change) => {
    store.setState((before) => {
      const patch = typeof change === 'function' ? change(before) : change
      // What changes nothing wakes nobody.
      if (Object.entries(patch).every(([key, value]) => Object.is(before[key as keyof State], value))) return before
      const after = { ...before, ...patch }
      const same = before.document?.flow === after.document?.flow && inputs.slice(1).every((k) => before[k] === after[k])
      return same ? after : derived(after)
    })
  }

  let cancelSave: (() => void) | undefined
  let cancelCheck: (() => void) | undefined
  let asked: AbortController | undefined

  const save = (): void => {
    cancelSave?.()
    cancelSave = undefined
    const { flowId } = get()
    const failed = flowId === null ? undefined : syncing.keepHere(flowId)
    if (failed !== undefined) actions.toast({ level: 'warning', text: t('The draft could not be kept in this browser: {reason}', { reason: failed }), remedy: t('Export it before you close this page.') })
  }

  const check = async (): Promise<void> => {
    cancelCheck = undefined
    const flow = get().document?.flow
    if (!flow || get().gate !== 'ready') return
    asked?.abort()
    const mine = (asked = new AbortController())
    try {
      const body = await environment.api.check(flow, mine.signal)
      if (asked !== mine) return
      set({ check: { of: flow, pending: get().document?.flow !== flow, body, failed: [] } })
      const { document } = get()
      // An imported flow of an older gateway: its forms are today's.
      if (body.upgraded && document?.flow === flow) {
        set({ document: replaceFlow(document, body.upgraded, t('Settings brought up to date')) })
        core.touched()
      }
    } catch (thrown) {
      if (asked !== mine || mine.signal.aborted) return
      const issues = actions.failed(thrown)
      set((s) => ({ check: { ...s.check, pending: false, failed: issues } }))
      if (issues.some((i) => i.code === 'GATEWAY_AWAY')) cancelCheck = environment.later(CHECK_AGAIN_MS, () => void check())
    }
  }

  const core: Core = {
    ...environment,
    store,
    get,
    set,
    touched() {
      cancelSave?.()
      cancelSave = environment.later(SAVE_AFTER_MS, save)
      syncing.touched()
      cancelCheck?.()
      if (!get().check.pending) set((s) => ({ check: { ...s.check, pending: true } }))
      cancelCheck = environment.later(CHECK_AFTER_MS, () => void check())
    },
    flush: () => {
      if (cancelSave) save()
    },
  }
  const screenActions = screen(core)
  const syncing = sync(core, screenActions)
  const openingActions = opening(core, screenActions, syncing, (known) => tabActions.restoreTabs(known))
  /** For actions that edit what the canvas shows: the flow, or the subflow that is open. */
  const here = lens(core)
  const tabActions = tabs(core, syncing, openingActions.openFlow)
  let tools: Tools
  const { labWork, ...replayActions } = replaying(core, screenActions)
  const actions = {
    ...replayActions, ...flowTests(core, screenActions, labWork),
    ...screenActions, ...openingActions, ...tabActions, ...editing(here, screenActions), ...updates(core), ...tours(core, screenActions), ...finding(core, screenActions, openingActions.openFlow), ...grouping(here, screenActions), ...subflows(core, here, screenActions), ...inserting(here, screenActions), ...dashboards(core, screenActions), ...devices(here, screenActions), ...exporting(core), ...trying(core, screenActions), ...mending(here, screenActions, () => tools), ...tapping(core, screenActions), ...watching(core, openingActions.refresh, () => openingActions.start(), syncing),
    chooseSide: syncing.choose,
    /** Removes a draft that was never deployed; the message offers to bring it back. */
    removeDraft: (id: string): Promise<void> => syncing.removeDraft(id, tabActions.closeTab, (flow) => openingActions.importFlow(flow, 'new')),
    flush: core.flush,
    /** Asks the gateway about the draft again: connections, secrets or models changed. */
    recheck: core.touched,
  }
  tools = actions
  return { store, actions }
}

export type Editor = ReturnType<typeof createEditor>
export type Actions = Editor['actions']
