// The store for what draws the flow (editor/canvas, the inspector's Live tab): the same names as in store.ts, and while somebody
// looks back the moment of then in the place of what is live.
import { useStore } from 'zustand'
import type { State } from './model.ts'
import { seen } from './past.ts'
import { store as whole } from './store.ts'

export { actions, api } from './store.ts'
export * from './model.ts'
export type { Actions, Editor } from './editor.ts'

export const store = { getState: (): State => seen(whole.getState()), subscribe: (told: () => void): (() => void) => whole.subscribe(told) } as const

/** A selector must give the same value for the same state: take parts, make nothing new. */
export const useEditor = <T>(selector: (state: State) => T): T => useStore(whole, (s) => selector(seen(s)))
