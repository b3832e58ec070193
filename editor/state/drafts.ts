// Drafts kept in the browser, one a flow, so that a reload or a lost gateway loses nothing. What can not be read or
// written is told, never thrown: an editor without storage still edits.
import { reasonOf } from '#kit'
import { readFlow, type Flow } from '#format'
import type { Clash } from './model.ts'

export interface Storage {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface Draft {
  readonly flow: Flow
  readonly basedOn: number | null
  /** What was the same here and on the gateway last: what both did since is told apart by it. */
  readonly synced?: { readonly revision: number; readonly flow: Flow }
  readonly conflicts?: readonly Clash[]
}

const prefix = 'headgate.draft.'

export function memoryStorage(): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (i) => [...items.keys()][i] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

/** The browser's, or memory where it is forbidden or absent. */
export function browserStorage(): Storage {
  try {
    const storage = (globalThis as { localStorage?: Storage }).localStorage
    return storage ?? memoryStorage()
  } catch (thrown) {
    if (thrown instanceof Error) return memoryStorage()
    throw thrown
  }
}

/** Undefined when there is none, or none that can be read. */
export function readDraft(storage: Storage, id: string): Draft | undefined {
  const text = storage.getItem(prefix + id)
  if (text === null) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
  const { flow: raw, basedOn, synced, conflicts } = (json ?? {}) as { flow?: unknown; basedOn?: unknown; synced?: { revision?: unknown; flow?: unknown }; conflicts?: unknown }
  const { flow } = readFlow(raw)
  if (!flow || flow.id !== id || !(basedOn === null || typeof basedOn === 'number')) return undefined
  // Left out, it is the draft itself.
  const shared = synced?.flow === undefined ? flow : readFlow(synced.flow).flow
  return {
    flow, basedOn,
    ...(shared && typeof synced?.revision === 'number' ? { synced: { revision: synced.revision, flow: shared } } : {}),
    ...(Array.isArray(conflicts) ? { conflicts: conflicts.filter((c): c is Clash => Array.isArray((c as Partial<Clash> | null)?.path)) } : {}),
  }
}

/** Undefined when it was kept, else why not (storage full). */
export function writeDraft(storage: Storage, draft: Draft): string | undefined {
  try {
    const { flow, basedOn, synced, conflicts = [] } = draft
    storage.setItem(prefix + flow.id, JSON.stringify({ flow, basedOn, ...(synced ? { synced: { revision: synced.revision, ...(synced.flow === flow ? {} : { flow: synced.flow }) } } : {}), ...(conflicts.length > 0 ? { conflicts } : {}) }))
    return undefined
  } catch (thrown) {
    return reasonOf(thrown)
  }
}

export const dropDraft = (storage: Storage, id: string): void => storage.removeItem(prefix + id)

/** Ids of all flows with a draft. */
export function draftIds(storage: Storage): string[] {
  const ids: string[] = []
  for (let i = 0; i < storage.length; i++) {
    const key = storage.key(i)
    if (key?.startsWith(prefix)) ids.push(key.slice(prefix.length))
  }
  return ids.toSorted()
}
