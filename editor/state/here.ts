// The store for what draws and edits the open part of the draft (editor/canvas, editor/inspector, the palette): the same names
// as in store.ts, and while a subflow is open that subflow in the place of the flow. Ids are those of that place. While somebody
// looks back, the moment of then stands in the place of what is live.
import { useStore } from 'zustand'
import { engineId, here } from './lens.ts'
import type { State } from './model.ts'
import { seen } from './past.ts'
import { actions as all, store as whole } from './store.ts'

export { api } from './store.ts'
export * from './model.ts'
export type { Actions, Editor } from './editor.ts'

export const store = { getState: (): State => here(seen(whole.getState())), subscribe: (told: () => void): (() => void) => whole.subscribe(told) } as const

/** A selector must give the same value for the same state: take parts, make nothing new. */
export const useEditor = <T>(selector: (state: State) => T): T => useStore(whole, (s) => selector(here(seen(s))))

/** What the engine and the gateway call a node that is shown here. */
export const engineIdOf = (node: string): string => engineId(whole.getState(), node)

export const actions: typeof all = {
  ...all,
  pinTap: (node, port) => all.pinTap(engineIdOf(node), port),
  showLedger: (node) => all.showLedger(engineIdOf(node)),
  show: (node) => all.show(engineIdOf(node)),
}
