// Drafts that the gateway keeps, one a flow, shared by all who may edit. A save names the revision that it was made from:
// whoever comes late gets the present one and merges. Revisions are never used twice, also not after a removal.
import { issue, IssueError } from '#kit'
import { equalJson, type DraftBody, type DraftSummary, type Flow, type ServerMessage } from '#format'

export interface DraftStore {
  drafts(): readonly DraftSummary[]
  draft(id: string): DraftBody | undefined
  /** Answers its revision, above all before. */
  putDraft(id: string, draft: Omit<DraftBody, 'revision'>): number
  removeDraft(id: string): void
}

export const MAX_DRAFTS = 200

/** A save or removal that was made from another revision; null: there is no draft now. */
export class DraftTaken extends IssueError {
  readonly draft: DraftBody | null
  constructor(id: string, draft: DraftBody | null) {
    super(issue('DRAFT_CONFLICT', { flow: id }, { author: draft?.author ?? 'Somebody', what: draft ? 'saved' : 'removed' }))
    this.draft = draft
  }
}

export type Drafts = ReturnType<typeof createDrafts>

export function createDrafts({ store, read, now, tell }: { readonly store: DraftStore; read(input: unknown): Flow; now(): number; tell(message: ServerMessage): void }) {
  /** Throws DraftTaken unless this revision is the present one; 0: none. */
  const at = (id: string, revision: number): DraftBody | undefined => {
    const known = store.draft(id)
    if ((known?.revision ?? 0) !== revision) throw new DraftTaken(id, known ?? null)
    return known
  }
  const remove = (id: string, author: string): void => {
    store.removeDraft(id)
    tell({ type: 'draft', flow: id, revision: 0, author })
  }
  return {
    list: (): readonly DraftSummary[] => store.drafts(),
    get(id: string): DraftBody {
      const found = store.draft(id)
      if (!found) throw new IssueError(issue('DRAFT_UNKNOWN', { flow: id }, { id }))
      return found
    },
    save(id: string, { flow: input, basedOn, revision }: { readonly flow: unknown; readonly basedOn: number | null; readonly revision: number }, author: string): DraftSummary {
      const flow = read(input)
      if (flow.id !== id) throw new IssueError(issue('REQUEST', { field: '/flow/id' }, { reason: `The flow's id is '${flow.id}', the address says '${id}'.` }))
      const known = at(id, revision)
      if (!known && store.drafts().length >= MAX_DRAFTS) throw new IssueError(issue('DRAFT_LIMIT', { flow: id }, { limit: MAX_DRAFTS }))
      const time = now()
      const saved = store.putDraft(id, { flow, basedOn, author, time })
      tell({ type: 'draft', flow: id, revision: saved, author })
      return { id, name: flow.name, basedOn, revision: saved, author, time }
    },
    remove(id: string, revision: number, author: string): void {
      if (at(id, revision)) remove(id, author)
    },
    /** What was deployed is no draft any more; one that went on meanwhile stays. */
    deployed(id: string, flow: Flow, author: string): void {
      const known = store.draft(id)
      if (known && equalJson(known.flow, flow)) remove(id, author)
    },
  }
}
