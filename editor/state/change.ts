// The one way of an edit into the draft: who may not edit is told so and nothing changes; what changed is kept and checked.
import { issue } from '#kit'
import { may } from '#format'
import type { Document } from './document.ts'
import type { Core } from './editor.ts'
import type { State } from './model.ts'
import type { Screen } from './screen.ts'

/** What only an editor may do is not offered to others. */
export const mayEdit = ({ session }: Pick<State, 'session'>): boolean => session !== null && may(session.role, 'edit')
export const mayOperate = ({ session }: Pick<State, 'session'>): boolean => session !== null && may(session.role, 'operate')

/** Answers the document as it is now, or null when nothing changed. */
export type Changer = (edit: (document: Document) => Document) => Document | null

export function changer(core: Core, screen: Pick<Screen, 'toastIssue'>): Changer {
  return (edit) => {
    const { document, session } = core.get()
    const next = document && edit(document)
    if (!next || next === document) return null
    const edits = next.flow !== document.flow
    if (edits && session !== null && !may(session.role, 'edit')) {
      screen.toastIssue(issue('AUTH_DENIED', {}, { role: session.role }))
      return null
    }
    core.set({ document: next })
    if (edits) core.touched()
    return next
  }
}
