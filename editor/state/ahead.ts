// At a start in a browser that was signed in when it was last open, all that a start needs is asked for at once, in the place of
// one answer after the other. What is not wanted after all is forgotten; what failed is asked for again where it is needed.
import type { FlowBody } from '#format'
import type { Api } from './api.ts'
import type { Storage } from './drafts.ts'

/** Kept while somebody is signed in: the flow that was open last, if it was a deployed one. */
const KEPT = 'headgate.signed-in'

type Question = 'health' | 'session' | 'catalogue' | 'flows' | 'alarms' | 'drafts'
type Asked = { readonly [K in Question]: ReturnType<Api[K]> }

export function createAhead(api: Api, storage: Storage) {
  let asked: Partial<Asked> = {}
  let flow: { readonly id: string; readonly body: Promise<FlowBody> } | null = null
  const quietly = <T extends Promise<unknown>>(answer: T): T => {
    // Whoever takes it is told; not taken, a failure is nobody's.
    answer.catch(() => undefined)
    return answer
  }
  return {
    /** `id`: the flow that will be opened, if that is known. */
    ask(id: string | null): void {
      const kept = storage.getItem(KEPT)
      if (kept === null) return
      asked = { health: quietly(api.health()), session: quietly(api.session()), catalogue: quietly(api.catalogue()), flows: quietly(api.flows()), alarms: quietly(api.alarms()), drafts: quietly(api.drafts()) }
      flow = id !== null && id === kept ? { id, body: quietly(api.flow(id)) } : null
    },
    /** The answer that is on its way, once; else it is asked for now. */
    take<K extends Question>(what: K): Asked[K] {
      const { [what]: found, ...others } = asked
      asked = others as Partial<Asked>
      return (found ?? api[what]()) as Asked[K]
    },
    takeFlow(id: string): Promise<FlowBody> {
      const found = flow
      flow = null
      return found?.id === id ? found.body : api.flow(id)
    },
    forget(): void {
      asked = {}
      flow = null
    },
    /** Signed in, with this flow open. */
    keep(id: string | null): void {
      try {
        storage.setItem(KEPT, id ?? '')
      } catch (thrown) {
        // The next start takes a little longer.
        if (!(thrown instanceof Error)) throw thrown
      }
    },
    drop: (): void => storage.removeItem(KEPT),
  }
}
