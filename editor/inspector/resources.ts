// Lists that pickers and dialogs share: fetched once, again on demand, with the last good answer kept beside a failure.
import { useEffect, useSyncExternalStore } from 'react'
import type { Issue } from '#kit'
import { may, type ConnectionBody, type ModelBody } from '#format'
import { actions, api, store, useEditor } from '../state/here.ts'

export interface Resource<T> {
  /** Null before the first answer. */
  readonly data: T | null
  readonly issues: readonly Issue[]
}
interface Entry<T> {
  readonly get: () => Resource<T>
  readonly load: () => Promise<void>
  readonly listen: (changed: () => void) => () => void
}

function resource<T>(fetch: () => Promise<T>): Entry<T> {
  let now: Resource<T> = { data: null, issues: [] }
  let under: Promise<void> | null = null
  let user: string | undefined
  const listeners = new Set<() => void>()
  const put = (next: Resource<T>): void => {
    now = next
    for (const changed of listeners) changed()
  }
  return {
    get: () => now,
    listen(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    load() {
      // Another user may see other things.
      const who = store.getState().session?.user
      if (who !== user) now = { data: null, issues: [] }
      user = who
      under ??= fetch()
        .then((data) => put({ data, issues: [] }))
        .catch((thrown: unknown) => put({ data: now.data, issues: actions.failed(thrown) }))
        .finally(() => void (under = null))
      return under
    },
  }
}

const connections = resource<readonly ConnectionBody[]>(() => api.connections())
const models = resource<readonly ModelBody[]>(() => api.models())
const secrets = resource<readonly string[]>(() => api.secrets())

function useResource<T>(entry: Entry<T>, everyMs?: number, allowed = true): Resource<T> {
  useEffect(() => {
    if (!allowed) return
    void entry.load()
    if (everyMs === undefined) return
    const timer = setInterval(() => void entry.load(), everyMs)
    return () => clearInterval(timer)
  }, [entry, everyMs, allowed])
  return useSyncExternalStore(entry.listen, entry.get)
}

/** `everyMs` asks again while the component is on the screen: health changes. */
export const useConnections = (everyMs?: number): Resource<readonly ConnectionBody[]> => useResource(connections, everyMs)
export const useModels = (): Resource<readonly ModelBody[]> => useResource(models)
/** Only an administrator may see the names; for others there is no data. */
export const useSecrets = (): Resource<readonly string[]> => useResource(secrets, undefined, useEditor((s) => s.session !== null && may(s.session.role, 'administer')))
export const reloadConnections = (): Promise<void> => connections.load()
export const reloadSecrets = (): Promise<void> => secrets.load()
