// The editor of this page: its store, the React hook on it, and its actions.
import { useStore } from 'zustand'
import { createApi } from './api.ts'
import { browserStorage } from './drafts.ts'
import { createEditor } from './editor.ts'
import type { State } from './model.ts'

export const api = createApi()

export const { store, actions } = createEditor({
  api,
  storage: browserStorage(),
  now: () => Date.now(),
  later: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
})

/** A selector must give the same value for the same state: take parts, make nothing new. */
export const useEditor = <T>(selector: (state: State) => T): T => useStore(store, selector)

export * from './model.ts'
export type { Actions, Editor } from './editor.ts'
