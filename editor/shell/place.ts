// The page's address names the flow in front and how it is looked at: /flows/pump, /operator/pump. Back and forward lead
// through the flows that were looked at; a link opens its flow, after signing in if need be.
import { actions, store, type State, type View } from '../state/store.ts'
import { pathOf, placeOf } from '../state/place.ts'

const current = (s: State): string => pathOf(s.flowId, s.view)

/** Follows address and state both ways from now on. Answers the flow that the address asks for. */
export function followPlace(): string | null {
  const asked = placeOf(location.pathname)
  const look = (view: View): void => {
    if (store.getState().view !== view) actions.setView(view)
  }
  look(asked.view)
  store.subscribe((now, before) => {
    if (now.document?.flow.name !== before.document?.flow.name || now.session !== before.session) document.title = [...new Set([now.document?.flow.name, now.session?.gateway, 'Headgate'])].filter(Boolean).join(' · ')
    if (now.gate !== 'ready' || (now.flowId === before.flowId && now.view === before.view) || current(now) === location.pathname) return
    // The first flow of a visit is the place where it began, not a step from it.
    if (before.flowId === null) history.replaceState(null, '', current(now))
    else history.pushState(null, '', current(now))
  })
  addEventListener('popstate', () => {
    const { flow, view } = placeOf(location.pathname)
    look(view)
    if (flow === null || flow === store.getState().flowId) return
    void actions.openFlow(flow).then(() => {
      const s = store.getState()
      // It is gone: the address says what is shown instead.
      if (s.gate === 'ready' && s.flowId !== flow) history.replaceState(null, '', current(s))
    })
  })
  return asked.flow
}
