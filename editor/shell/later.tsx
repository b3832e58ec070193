// A part that is fetched when it is first wanted. The gateway may have been updated under the open page, and the part be
// gone: then it is said, and a reload brings the new editor. The draft is kept in the browser meanwhile.
import { lazy, Suspense, type ComponentType, type ReactElement } from 'react'
import { reasonOf } from '#kit'
import { t } from '../language/index.ts'
import { actions } from '../state/store.ts'
import './away.css'

/** Waits quietly; `load` is called once, and again only by a reload. `waiting` stands there meanwhile: unless given, an empty page. */
export function later(load: () => Promise<{ readonly default: ComponentType }>, waiting: ReactElement | null = <div className="away" aria-busy="true" />): ComponentType {
  const Part = lazy(() => load().catch((thrown: unknown) => ({ default: () => <Gone reason={reasonOf(thrown)} /> })))
  return function Later(): ReactElement {
    return <Suspense fallback={waiting}><Part /></Suspense>
  }
}

function Gone({ reason }: { readonly reason: string }): ReactElement {
  return (
    <main className="away gone" role="alert">
      <h1>{t('This part of the editor could not be loaded')}</h1>
      <p>{t('The gateway was updated while this page was open, or does not answer. Load the page again to go on; the draft is kept in this browser.')}</p>
      <p className="quiet mono">{reason}</p>
      <button type="button" className="btn primary" onClick={() => { actions.flush(); location.reload() }}>{t('Load again')}</button>
    </main>
  )
}
