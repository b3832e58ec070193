// The tour of a first start: seven calm steps to a first change of one's own, deployed and seen. Each step waits for what the
// person really does; it can be left and taken up again at any time. Remembered in this browser. Pure but for the actions.
import { may } from '#format'
import { t } from '../language/index.ts'
import type { Core } from './editor.ts'
import type { State } from './model.ts'
import type { Screen } from './screen.ts'

export interface Step {
  readonly title: string
  readonly text: string
  /** What it points at: a CSS selector. */
  readonly at: (s: State) => string
  /** It is done: the next one comes by itself. Left out: by the button. */
  readonly done?: (s: State, before: State) => boolean
  /** It cannot be done as things are: say so. */
  readonly lost?: (s: State) => string | undefined
}

/** The node that the tour changes: a deadband of the flow in front. */
export function tourNode(s: Pick<State, 'document'>): string | undefined {
  const nodes = s.document?.flow.nodes ?? {}
  return Object.keys(nodes).find((id) => nodes[id]!.type === 'filter.deadband')
}
const card = (s: State): string => `.react-flow__node[data-id="${tourNode(s) ?? ''}"]`
const noNode = (s: State): string | undefined => (s.document === null ? t('Open a flow first: the example, by its name at the top left.') : tourNode(s) === undefined ? t('This flow has no Deadband. Open the example Pump P-101 health, by the name at the top left.') : undefined)
const chosen = (s: State): boolean => s.document?.selection.nodes.length === 1 && s.document.selection.nodes[0] === tourNode(s)
const threshold = (s: State): unknown => s.document?.flow.nodes[tourNode(s) ?? '']?.config['threshold']

export const steps: readonly Step[] = [
  { title: t('A flow, as it runs'), text: t('Sources on the left read the plant, what is wired behind them works on it, uplinks and actuators on the right tell others or write back. The numbers are live.'), at: () => '.canvas' },
  { title: t('Choose the deadband'), text: t('This node passes a temperature on only when it has moved far enough. Click it.'), at: card, done: chosen, lost: noNode },
  { title: t('Change its threshold'), text: t('Its settings are here. Type another threshold, such as 1. Nothing on the plant changes yet: you work on a draft.'), at: () => '.pane-inspector', done: (s, before) => threshold(s) !== undefined && threshold(s) !== threshold(before) && s.changes.length > 0, lost: (s) => noNode(s) ?? (chosen(s) ? undefined : t('Select the deadband again: its settings are on the right.')) },
  { title: t('See what differs'), text: t('The draft differs from what runs by this change. Press Deploy to look at it.'), at: () => '.top-bar .btn.primary', done: (s) => s.ui.dialog?.kind === 'deploy', lost: (s) => (s.changes.length === 0 ? t('The draft is what runs: change the threshold again.') : undefined) },
  { title: t('Deploy it'), text: t('This is all that will change. Deploy: unchanged nodes keep running, and the version before is one click away.'), at: () => '.dg .btn.primary', done: (s, before) => (s.base.version ?? 0) > (before.base.version ?? 0) && s.ui.dialog === null, lost: (s) => (s.changes.length === 0 ? t('It went through: this says what went on untouched and what was changed. Press Done.') : s.ui.dialog?.kind === 'deploy' ? undefined : t('Press Deploy at the top right again.')) },
  { title: t('It runs'), text: t('Your version runs now. The value on the card is what the deadband passed on last; the drawer below plots any port that you pin.'), at: card, lost: noNode },
  { title: t('Where to go on'), text: t('Ctrl K finds everything, / adds a node, ? shows the keys. Examples in the menu are flows to begin from. The tour is in the menu, too.'), at: () => '[aria-label="Menu"]' },
]

/** May it be offered by itself: a first visit of somebody who may deploy, to a flow that runs. */
export const offersTour = (s: State): boolean =>
  s.gate === 'ready' && s.view === 'editor' && s.ui.tour === null && s.ui.tourLeft === null && s.session !== null && may(s.session.role, 'edit') && s.base.version !== null && tourNode(s) !== undefined

export function tours(core: Core, screen: Screen) {
  /** What held when the step began: a change counts from there. */
  let before: State = core.get()
  const to = (step: number): void => {
    before = core.get()
    if (step >= steps.length) screen.setTour(null, steps.length)
    else screen.setTour(step)
  }
  core.store.subscribe((s) => {
    const at = s.ui.tour
    if (at === null) return
    // Who signed out, or looks at the operator's view, does not draw now.
    if (s.gate !== 'ready' || s.view !== 'editor') return screen.setTour(null, at)
    if (steps[at]?.done?.(s, before) === true) to(at + 1)
  })
  return {
    /** From where it was left, else from the beginning. */
    startTour(): void {
      const { tourLeft } = core.get().ui
      to(tourLeft !== null && tourLeft < steps.length ? tourLeft : 0)
    },
    tourNext: (): void => to((core.get().ui.tour ?? 0) + 1),
    tourBack: (): void => to(Math.max(0, (core.get().ui.tour ?? 0) - 1)),
    leaveTour: (): void => screen.setTour(null),
  }
}
