// A fault of the editor itself: the draft is kept in the browser, so a reload loses nothing.
import { Component, type ReactNode } from 'react'
import { reasonOf } from '#kit'
import { t } from '../language/index.ts'
import { actions } from '../state/store.ts'
import './away.css'

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly reason: string | null }> {
  override state = { reason: null as string | null }
  static getDerivedStateFromError(thrown: unknown): { reason: string } {
    return { reason: reasonOf(thrown) }
  }
  override componentDidCatch(): void {
    actions.flush()
  }
  override render(): ReactNode {
    if (this.state.reason === null) return this.props.children
    return (
      <main className="away" role="alert">
        <h1>{t('The editor failed')}</h1>
        <p className="mono">{this.state.reason}</p>
        <p>{t('The draft is kept in this browser. What runs on the gateway is not affected.')}</p>
        <button type="button" className="btn primary" onClick={() => location.reload()}>{t('Load the editor again')}</button>
      </main>
    )
  }
}
