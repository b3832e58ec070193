// Tidy: the layout of all or of what is selected, found beside the page and put in place calmly, as one step.
import { useCallback, useRef } from 'react'
import { useStoreApi, type NodeChange } from 'reactflow'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { reasonOf } from '#kit'
import { t } from '../language/index.ts'
import type { Places } from '../state/arrange.ts'
import { layoutTask } from '../state/layout.ts'
import { formatCount } from '../state/numbers.ts'
import { actions, store } from '../state/here.ts'
import { useCards } from './cards.ts'
import { layOut } from './kernel.ts'

/** A layout that is quicker needs no words. */
const QUIET_MS = 300
const GLIDE_MS = 260
/** More nodes than this are put in place at once: gliding would stutter. */
const GLIDE_MOST = 200

const work = createStore<{ readonly nodes: number; readonly cancel: (() => void) | null; readonly shown: boolean }>()(() => ({ nodes: 0, cancel: null, shown: false }))

export function useTidy(): (ids?: readonly string[]) => Promise<void> {
  const cards = useCards()
  const glide = useGlide()
  const busy = useRef(false)
  return useCallback(async (ids) => {
    const { document: began } = store.getState()
    if (busy.current || !began) return
    const task = layoutTask(began.flow, cards(), ids ?? Object.keys(began.flow.nodes))
    if (!task) return void actions.toast({ level: 'info', text: ids ? t('Comments stay where they are: select nodes to tidy.') : t('There is nothing to tidy.') })
    busy.current = true
    const stop = new AbortController()
    work.setState({ nodes: task.count, cancel: () => stop.abort(), shown: false })
    const late = setTimeout(() => work.setState({ shown: true }), QUIET_MS)
    try {
      const places = task.places(await layOut(task.graph, stop.signal))
      work.setState({ cancel: null, shown: false })
      if (store.getState().document?.flow.nodes !== began.flow.nodes) return void actions.toast({ level: 'info', text: t('The flow was changed meanwhile, so it was not tidied.'), remedy: t('Tidy it again.') })
      await glide(places)
      actions.place(places)
      if (!ids) actions.reveal([])
    } catch (thrown) {
      if (!stop.signal.aborted) actions.toast({ level: 'error', text: t('The layout failed: {reason}', { reason: reasonOf(thrown) }), remedy: t('Nothing was moved. Load the page again, or align the nodes by hand.') })
    } finally {
      clearTimeout(late)
      work.setState({ cancel: null, shown: false })
      busy.current = false
    }
  }, [cards, glide])
}

export function TidyProgress() {
  const { nodes, cancel, shown } = useStore(work)
  if (!shown || !cancel) return null
  return (
    <div className="tidying" role="status">
      <span className="spin" aria-hidden="true" />
      {t('Finding places for {nodes} nodes', { nodes: formatCount(nodes) })}
      <button type="button" onClick={cancel}>{t('Cancel')}</button>
    </div>
  )
}

/** Moves the cards to their new places in React Flow alone, as a drag does: the draft is changed once, afterwards. */
function useGlide(): (places: Places) => Promise<void> {
  const drawing = useStoreApi()
  return useCallback((places) => {
    const moves = Object.entries(places).flatMap(([id, to]) => { const node = drawing.getState().nodeLookup.get(id); return node && (node.position.x !== to[0] || node.position.y !== to[1]) ? [{ id, from: node.position, to }] : [] })
    if (moves.length === 0 || moves.length > GLIDE_MOST || document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return Promise.resolve()
    const put = (part: number, dragging: boolean): void => drawing.getState().triggerNodeChanges(moves.map(({ id, from, to }): NodeChange => ({ id, type: 'position', dragging, position: { x: from.x + (to[0] - from.x) * part, y: from.y + (to[1] - from.y) * part } })))
    const began = performance.now()
    return new Promise((done) => {
      const step = (): void => {
        const t = document.hidden ? 1 : Math.min(1, (performance.now() - began) / GLIDE_MS)
        put(1 - (1 - t) ** 3, t < 1)
        if (t < 1) requestAnimationFrame(step)
        else done()
      }
      // A page that is hidden draws no frames.
      const hidden = (): void => { if (document.hidden) { put(1, false); done() } }
      document.addEventListener('visibilitychange', hidden, { once: true })
      requestAnimationFrame(step)
    })
  }, [drawing])
}
