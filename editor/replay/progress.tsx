// Work under way in the lab, and the way to end it.
import type { ReactElement } from 'react'
import { LoaderCircle, Square } from 'lucide-react'
import { t } from '../language/index.ts'
import type { Work } from '../state/past.ts'
import { actions } from '../state/store.ts'
import { WORKING } from './words.ts'

export function Working({ work: { what, done, of } }: { readonly work: Work }): ReactElement {
  return (
    <span className="rp-work" role="status">
      <LoaderCircle size={14} className="turns" aria-hidden="true" /> {WORKING[what]}{of !== undefined && of > 1 ? ` ${t('{done} of {all}', { done: done ?? 0, all: of })}` : ''}
      <button type="button" className="btn" onClick={actions.cancelWork}><Square size={12} aria-hidden="true" />{' '}{t('Cancel')}</button>
    </span>
  )
}
