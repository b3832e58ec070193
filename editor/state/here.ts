// The store for what draws and edits the open part of the draft (editor/canvas, editor/inspector, the palette): the same names
// as in store.ts, and while a subflow is open that subflow in the place of the flow. Ids are those of that place. While somebody
// looks back, the moment of then stands in the place of what is live.
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { WireEnd } from '#format'
import { INPUTS } from './inside.ts'
import { engineId, here, insideOf, outputAt } from './lens.ts'
import type { State } from './model.ts'
import { seen } from './past.ts'
import { actions as all, store as whole } from './store.ts'

export { api } from './store.ts'
export * from './model.ts'
export type { Actions, Editor } from './editor.ts'

export const store = { getState: (): State => here(seen(whole.getState())), subscribe: (told: () => void): (() => void) => whole.subscribe(told) } as const

/** A selector must give the same value for the same state: take parts, make nothing new. */
export const useEditor = <T>(selector: (state: State) => T): T => useStore(whole, (s) => selector(here(seen(s))))

/** Several parts at once: drawn anew when one of them is another. */
export const useParts = <T extends readonly unknown[]>(selector: (state: State) => T): T => useStore(whole, useShallow((s) => selector(here(seen(s)))))

/** What the engine and the gateway call a node that is shown here. */
export const engineIdOf = (node: string): string => engineId(whole.getState(), node)

/** The running output behind a port that is shown here; of an input of the open subflow, what feeds it. */
export function outputHere(node: string, port: string): WireEnd {
  const state = whole.getState()
  return outputAt(state.base.flow, insideOf(state), node, port)
}

export const actions: typeof all = {
  ...all,
  pinTap: (node, port) => {
    const end = node === INPUTS ? outputHere(node, port) : { node: engineIdOf(node), port }
    return all.pinTap(end.node, end.port)
  },
  showLedger: (node) => all.showLedger(engineIdOf(node)),
  show: (node) => all.show(engineIdOf(node)),
}
