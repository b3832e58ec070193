// A gateway that was updated under the open page: the editor in the browser is the old one until it is loaded again.
import type { Core } from './editor.ts'

/** Keeps `updated` of the state: the gateway's version, once it is another than the one that this page came from. */
export function updates(core: Core): Record<never, never> {
  let mine: string | undefined
  core.store.subscribe((s) => {
    const now = s.session?.version
    if (now === undefined) return
    mine ??= now
    const updated = now === mine ? null : now
    if (s.updated !== updated) core.set({ updated })
  })
  return {}
}
