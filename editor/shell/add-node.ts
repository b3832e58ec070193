// A node put into the flow without the mouse: in the middle of the view, where nothing lies.
import { viewCentre } from '../canvas/view.ts'
import { clearPlace } from '../state/commands.ts'
import { actions, store } from '../state/here.ts'

export function add(type: string): void {
  const [x, y] = viewCentre()
  actions.addNode(type, clearPlace(store.getState().document?.flow.nodes ?? {}, [x - 100, y - 60]))
}
