// The draft on the gateway, beside the copy in this browser: saved soon after every edit, and what others save is merged
// into the open document with its history. A save names the revision that it was made from, so nothing is overwritten;
// what two people changed differently stays here only until somebody chooses. Without the gateway all goes on locally.
import { issue, type Issue } from '#kit'
import { emptyFlow, equalJson, may, settle, valueOf, type DraftBody, type DraftSummary, type Flow, type Side } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { clashesOf, joinClashes, openClashes, outgoing } from './clashes.ts'
import { changesOf } from './derive.ts'
import { commit, type Document } from './document.ts'
import { dropDraft, readDraft, writeDraft, type Draft } from './drafts.ts'
import type { Core } from './editor.ts'
import { notShared, type Clash, type Shared } from './model.ts'
import { rebased } from './rebase.ts'
import type { Screen } from './screen.ts'

export const SYNC_AFTER_MS = 800
/** When the gateway did not take it: away, or its disk full. */
const AGAIN_MS = 5000

export function sync(core: Core, screen: Screen) {
  const waiting = new Map<string, () => void>()
  const flights = new Set<string>()
  /** The last save that was told of while one was under way. */
  const heard = new Map<string, number>()

  const sharedOf = (id: string): Shared => core.get().shared[id] ?? notShared
  const patch = (id: string, change: Partial<Shared>): void => core.set((s) => ({ shared: { ...s.shared, [id]: { ...(s.shared[id] ?? notShared), ...change } } }))
  const held = (id: string) => {
    const s = core.get()
    return id === s.flowId && s.document ? { document: s.document, base: s.base, basedOn: s.basedOn } : s.parked[id]
  }
  const allowed = (): boolean => {
    const { session, gate } = core.get()
    return gate === 'ready' && session !== null && may(session.role, 'edit')
  }
  const again = (id: string, ms: number): void => {
    waiting.get(id)?.()
    waiting.set(id, core.later(ms, () => {
      waiting.delete(id)
      void push(id)
    }))
  }

  /** Into the browser, with what the gateway has. Nothing for a flow without a draft. */
  function keepHere(id: string): string | undefined {
    const mine = held(id)
    const s = core.get()
    if (!mine) return undefined
    const { flow } = mine.document
    const clashes = openClashes(flow, s.conflicts[id])
    // While the gateway has an older draft, that what runs is wanted is news too: a page that closes now would find that draft again.
    if (mine.base.flow !== null && changesOf(mine.base, flow).length === 0 && clashes.length === 0 && sharedOf(id).revision === 0) {
      dropDraft(core.storage, id)
      return undefined
    }
    const { synced, revision } = sharedOf(id)
    return writeDraft(core.storage, { flow, basedOn: mine.basedOn, ...(synced ? { synced: { revision, flow: synced } } : {}), conflicts: clashes })
  }

  /** Sends what is here, unless the gateway has it already. */
  async function push(id: string): Promise<void> {
    waiting.get(id)?.()
    waiting.delete(id)
    const mine = held(id)
    if (!mine || core.get().gate !== 'ready') return
    const before = sharedOf(id)
    if (!allowed()) return patch(id, { keeping: before.revision > 0 ? 'watched' : 'none' })
    if (flights.has(id)) return again(id, SYNC_AFTER_MS)
    const sent = mine.document.flow
    const flow = outgoing(sent, core.get().conflicts[id])
    // What runs needs no draft.
    const wanted = mine.base.flow !== null && changesOf(mine.base, flow).length === 0 ? null : flow
    if (wanted === null && before.revision === 0) return patch(id, { keeping: 'none', reason: '', synced: flow })
    if (wanted !== null && before.synced && (before.synced === wanted || equalJson(before.synced, wanted)) && before.basedOn === mine.basedOn) {
      return before.revision > 0 ? patch(id, { keeping: 'saved', reason: '' }) : undefined
    }
    flights.add(id)
    patch(id, { keeping: 'saving' })
    try {
      const answer = wanted === null ? await core.api.deleteDraft(id, before.revision) : await core.api.putDraft(id, { flow: wanted, basedOn: mine.basedOn, revision: before.revision })
      flights.delete(id)
      if ('taken' in answer) {
        // Ours, whose answer was lost, is no other's.
        if (answer.taken && wanted && equalJson(answer.taken.flow, wanted)) saved(id, wanted, answer.taken)
        else await take(id, answer.taken)
        again(id, 0)
        return
      }
      saved(id, flow, answer.saved)
      if (held(id)?.document.flow !== sent) again(id, SYNC_AFTER_MS)
      const told = heard.get(id)
      heard.delete(id)
      if (told !== undefined && told !== (answer.saved?.revision ?? 0)) void pull(id)
    } catch (thrown) {
      flights.delete(id)
      notTaken(id, screen.failed(thrown))
    }
  }

  function saved(id: string, flow: Flow, summary: Pick<DraftSummary, 'revision' | 'author' | 'time' | 'basedOn'> | null): void {
    const name = held(id)?.document.flow.name ?? id
    core.set((s) => ({ drafts: [...s.drafts.filter((d) => d.id !== id), ...(summary ? [{ id, name, revision: summary.revision, author: summary.author, time: summary.time, basedOn: summary.basedOn }] : [])] }))
    if (held(id)) {
      patch(id, { keeping: summary ? 'saved' : 'none', reason: '', revision: summary?.revision ?? 0, author: summary?.author ?? '', time: summary?.time ?? 0, basedOn: summary?.basedOn ?? null, synced: flow })
      keepHere(id)
    } else {
      // Its tab was closed meanwhile.
      const kept = readDraft(core.storage, id)
      if (kept && equalJson(kept.flow, flow)) writeDraft(core.storage, { flow, basedOn: kept.basedOn, ...(summary ? { synced: { revision: summary.revision, flow } } : {}) })
    }
  }

  function notTaken(id: string, issues: readonly Issue[]): void {
    const [first] = issues
    if (!held(id)) return
    if (!first || first.code === 'AUTH_NEEDED') return patch(id, { keeping: 'local', reason: first?.text ?? '' })
    const told = sharedOf(id).reason === first.text
    patch(id, { keeping: 'local', reason: first.text })
    if (first.code === 'GATEWAY_AWAY' || first.code === 'STORE_WRITE' || first.code === 'INTERNAL') again(id, AGAIN_MS)
    // A gateway that is away is told by the banner; what a person can do something about is told once.
    if (!told && first.code !== 'GATEWAY_AWAY') screen.toast({ level: 'warning', text: t('The draft is only in this browser: {reason}', { reason: said(first.text) }), remedy: said(first.remedy) })
  }

  /** Puts what the gateway has into what is open here; null: the draft is gone there, and what runs counts. */
  async function take(id: string, draft: DraftBody | null): Promise<void> {
    const from = sharedOf(id).synced ?? (await began(id, draft))
    const mine = held(id)
    if (!mine) return
    const theirs = draft?.flow ?? mine.base.flow
    const author = draft?.author ?? t('Somebody')
    if (!theirs) {
      // Nothing runs: what is open stays, and is sent again only when somebody works on it.
      patch(id, { keeping: 'local', reason: t('The draft was removed on the gateway.'), revision: 0, basedOn: mine.basedOn, synced: mine.document.flow })
      return
    }
    const r = rebased(mine.document, from, { ...theirs, id })
    const others = openClashes(mine.document.flow, core.get().conflicts[id]).map((c): Clash => ({ ...c, theirs: valueOf(r.theirs, c) }))
    const clashes = joinClashes(others, r.conflicts.map((c) => ({ ...c, author })))
    const basedOn = draft === null ? mine.base.version : newest(draft.basedOn, mine.basedOn)
    replace(id, r.document, basedOn)
    core.set((s) => ({ conflicts: { ...s.conflicts, [id]: openClashes(r.document.flow, clashes) } }))
    patch(id, { revision: draft?.revision ?? 0, author: draft?.author ?? '', time: draft?.time ?? 0, basedOn: draft?.basedOn ?? null, synced: r.theirs })
    if (r.conflicts.length > 0) screen.toast({ level: 'warning', text: t('{author} changed {count} settings that you changed too.', { author, count: r.conflicts.length }), remedy: t('Yours is kept here until you choose.'), action: { label: t('Choose…'), run: () => screen.openDialog({ kind: 'conflicts' }) } })
    if (id === core.get().flowId) core.touched()
    else keepHere(id)
  }

  function replace(id: string, document: Document, basedOn: number | null): void {
    core.set((s) => {
      if (id === s.flowId) return { document, basedOn }
      const parked = s.parked[id]
      return parked ? { parked: { ...s.parked, [id]: { ...parked, document, basedOn, changed: changesOf(parked.base, document.flow).length > 0 } } } : {}
    })
  }

  /** What a draft began from that was never on the gateway: the version that it names. */
  async function began(id: string, draft: DraftBody | null): Promise<Flow> {
    const mine = held(id)
    const version = mine?.basedOn ?? draft?.basedOn ?? null
    if (version !== null && version !== mine?.base.version) {
      try {
        return await core.api.version(id, version)
      } catch (thrown) {
        // Without it the running one is the nearest: more may show as changed, nothing is lost.
        screen.failed(thrown)
      }
    }
    return mine?.base.flow ?? emptyFlow(id, draft?.flow.name ?? id)
  }

  async function list(): Promise<readonly DraftSummary[]> {
    const drafts = await core.api.drafts()
    core.set({ drafts })
    return drafts
  }

  /** Looks whether somebody saved since, and takes it. */
  async function pull(id: string): Promise<void> {
    if (core.get().gate !== 'ready' || !held(id)) return
    try {
      const there = (await list()).find((d) => d.id === id)
      const known = sharedOf(id).revision
      if (!flights.has(id) && (there?.revision ?? 0) === known) return void (await push(id))
      const draft = there && !flights.has(id) ? await core.api.draft(id) : null
      if (!there && id === core.get().flowId) await running(id)
      // A save of our own went out or came back meanwhile: what was asked for may be older than that.
      if (flights.has(id)) return void heard.set(id, there?.revision ?? 0)
      if (sharedOf(id).revision !== known) return void again(id, 0)
      await take(id, draft)
      await push(id)
    } catch (thrown) {
      notTaken(id, screen.failed(thrown))
    }
  }

  /** A draft that is gone was deployed or given up: what runs now counts. */
  async function running(id: string): Promise<void> {
    if (!core.get().flows.some((f) => f.id === id && f.version !== null)) return
    const body = await core.api.flow(id)
    if (core.get().flowId === id) core.set({ base: { version: body.version, flow: body.flow } })
  }

  return {
    keepHere,
    push,
    pull,
    list,
    /** After an edit of the flow in front. */
    touched(): void {
      const { flowId } = core.get()
      if (flowId !== null) again(flowId, SYNC_AFTER_MS)
    },
    /** What the browser and the gateway have of a flow that is opened: the document to begin with is the browser's, else the gateway's. */
    begin(id: string, here: Draft | undefined, there: DraftBody | undefined): void {
      const synced = here ? here.synced : there && { revision: there.revision, flow: there.flow }
      core.set((s) => ({
        shared: { ...s.shared, [id]: { ...notShared, revision: synced?.revision ?? 0, synced: synced?.flow ?? null, ...(there && there.revision === synced?.revision ? { author: there.author, time: there.time, basedOn: there.basedOn, keeping: 'saved' as const } : { basedOn: here?.basedOn ?? null }) } },
        conflicts: { ...s.conflicts, [id]: here?.conflicts ?? [] },
      }))
    },
    /** Forgets a flow whose tab is closed. */
    forget(id: string): void {
      heard.delete(id)
      core.set((s) => {
        const { [id]: _shared, ...shared } = s.shared
        const { [id]: _conflicts, ...conflicts } = s.conflicts
        return { shared, conflicts }
      })
    },
    /** Somebody saved or removed a draft. */
    told({ flow, revision, author }: { readonly flow: string; readonly revision: number; readonly author: string }): void {
      const known = core.get().drafts.some((d) => d.id === flow)
      core.set((s) => ({ drafts: revision === 0 ? s.drafts.filter((d) => d.id !== flow) : s.drafts.map((d) => (d.id === flow ? { ...d, revision, author } : d)) }))
      if (flow === core.get().flowId) {
        if (flights.has(flow)) heard.set(flow, revision)
        else if (revision !== sharedOf(flow).revision) void pull(flow)
      } else if (!known && revision > 0) void list().catch((thrown: unknown) => screen.failed(thrown))
    },
    /** Takes one side of what two people changed. Theirs is an edit like any; mine is sent from now on. */
    choose(clashes: readonly Clash[], side: Side): void {
      const { flowId, document } = core.get()
      if (flowId === null || !document) return
      const chosen = new Set(clashes.map((c) => JSON.stringify(c.path)))
      const flow = side === 'mine' ? document.flow : clashes.reduce((f, c) => settle(f, c, 'theirs'), document.flow)
      core.set((s) => ({
        document: flow === document.flow ? document : commit(document, flow, { label: t('Take what {author} made of it', { author: clashes[0]?.author ?? t('the other') }) }),
        conflicts: { ...s.conflicts, [flowId]: (s.conflicts[flowId] ?? []).filter((c) => !chosen.has(JSON.stringify(c.path))) },
      }))
      if (clashesOf(core.get()).length === 0) screen.closeDialog()
      core.touched()
    },
    /** Removes a draft that was never deployed, here and on the gateway; for some seconds it can be brought back. */
    async removeDraft(id: string, close: (id: string) => void, reopen: (flow: Flow) => void): Promise<void> {
      const flow = held(id)?.document.flow ?? readDraft(core.storage, id)?.flow
      const revision = held(id) ? sharedOf(id).revision : (core.get().drafts.find((d) => d.id === id)?.revision ?? 0)
      try {
        const kept = flow ?? (revision > 0 ? (await core.api.draft(id)).flow : undefined)
        const answer = revision > 0 ? await core.api.deleteDraft(id, revision) : { saved: null }
        if ('taken' in answer && answer.taken) return void screen.toastIssue(issue('DRAFT_CONFLICT', { flow: id }, { author: answer.taken.author, what: 'saved' }))
        dropDraft(core.storage, id)
        close(id)
        dropDraft(core.storage, id)
        core.set((s) => ({ drafts: s.drafts.filter((d) => d.id !== id) }))
        if (kept) screen.toast({ level: 'info', text: t("The draft '{name}' is removed.", { name: kept.name || id }), action: { label: t('Bring it back'), run: () => reopen(kept) } })
      } catch (thrown) {
        screen.toastFailed(thrown)
      }
    },
  }
}

const newest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b))
export type Sync = ReturnType<typeof sync>
