// Getting in and getting a flow: the gate, the session, the list of flows, opening one with the draft kept for it, and
// what happens to draft and base when something was deployed.
import { emptyFlow, may, type DeployBody, type DraftBody, type Flow, type FlowSummary, type Permission, type Session } from '#format'
import { issue, type Issue } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { freshId, replaceFlow } from './commands.ts'
import { createDocument } from './document.ts'
import { createAhead } from './ahead.ts'
import { changesOf } from './derive.ts'
import { draftIds, dropDraft, readDraft, writeDraft } from './drafts.ts'
import type { Core } from './editor.ts'
import { pruned } from './live.ts'
import { noCheck, noLive } from './model.ts'
import { landing } from './operating.ts'
import type { Screen } from './screen.ts'
import type { Sync } from './sync.ts'
import { asideOf, liveAside, withoutParked, withTab } from './tabs.ts'

const differ = (running: Flow, draft: Flow): boolean => changesOf({ version: 0, flow: running }, draft).length > 0
const AGAIN_MS = 2000
const LAST_FLOW = 'headgate.flow'

export function opening(core: Core, screen: Screen, sync: Sync, restoreTabs: (known: readonly string[]) => void) {
  let cancelRetry: (() => void) | undefined
  /** The flow that was asked for last: an answer for one before comes too late. */
  let wanted: string | null = null
  /** A link that waits for its visitor to sign in. */
  let linked: string | null = null
  const ahead = createAhead(core.api, core.storage)

  /** Finds out where we stand and gets everything: call it once at the start and after signing in. Retries while the gateway is away. */
  async function start(wish?: string | null): Promise<void> {
    cancelRetry?.()
    cancelRetry = undefined
    linked = wish ?? linked
    // Of a flow that is open already more is asked where it is refreshed.
    ahead.ask(core.get().document ? null : (wish ?? core.storage.getItem(LAST_FLOW)))
    try {
      const health = await ahead.take('health')
      core.set({ health })
      if (!health.claimed) {
        // Another gateway than the one that somebody was signed in to: all else was refused.
        ahead.forget()
        ahead.drop()
        return void core.set({ gate: 'claim', gateIssues: [] })
      }
      const session = await ahead.take('session')
      await signedIn(session, wish)
    } catch (thrown) {
      ahead.forget()
      const issues = screen.failed(thrown)
      if (issues.some((i) => i.code === 'AUTH_NEEDED')) {
        ahead.drop()
        return void core.set({ gate: 'login', gateIssues: [], session: null })
      }
      core.set({ gate: core.get().gate === 'ready' ? 'ready' : 'away', gateIssues: issues })
      cancelRetry = core.later(AGAIN_MS, () => void start(wish))
    }
  }

  /** After claim or login gave a session. Keeps the draft that is open, if any. */
  async function signedIn(session: Session, wish: string | null | undefined = linked): Promise<void> {
    linked = null
    core.set((s) => ({ session, view: landing(session, s) }))
    const [catalogue, flows, alarms, drafts] = await Promise.all([ahead.take('catalogue'), ahead.take('flows'), ahead.take('alarms'), ahead.take('drafts')])
    const types = new Map(catalogue.nodes.map((n) => [n.type, n]))
    core.set((s) => ({ catalogue, types, flows, drafts, gate: 'ready', gateIssues: [], live: { ...s.live, alarms: alarms.filter((a) => a.state !== 'normal') } }))
    if (core.get().document) {
      await refresh()
      core.touched()
      await sync.pull(core.get().flowId!)
      return
    }
    const known = [...new Set([...flows.map((f) => f.id), ...drafts.map((d) => d.id), ...draftIds(core.storage)])]
    if (core.get().tabs.length === 0) restoreTabs(known)
    if (typeof wish === 'string' && !known.includes(wish)) screen.toastIssue(issue('FLOW_UNKNOWN', {}, { id: wish }))
    const id = [wish, core.storage.getItem(LAST_FLOW), flows[0]?.id, known[0]].find((f) => typeof f === 'string' && known.includes(f))
    if (typeof id === 'string') await openFlow(id)
    ahead.forget()
    const { flowId, base } = core.get()
    ahead.keep(base.version === null ? null : flowId)
  }

  /** Opens a flow of the gateway, or a draft: in front, in its tab. What was open before waits in its own. */
  async function openFlow(id: string): Promise<boolean> {
    wanted = id
    const now = core.get()
    if (now.flowId === id && now.document) return true
    core.flush()
    const parked = now.parked[id]
    if (parked) {
      remember(id)
      core.set((s) => ({ parked: withoutParked(asideOf(s).parked, id), flowId: id, document: parked.document, base: parked.base, basedOn: parked.basedOn, refused: parked.refused, check: noCheck, people: [], live: liveAside(s.live), ui: { ...s.ui, reveal: null, focusField: null } }))
      core.touched()
      await refresh()
      await sync.pull(id)
      return true
    }
    const draft = readDraft(core.storage, id)
    let base: { version: number | null; flow: Flow | null } = { version: null, flow: null }
    const there = await gatewaysDraft(id)
    if (core.get().flows.some((f) => f.id === id)) {
      try {
        const body = await ahead.takeFlow(id)
        base = { version: body.version, flow: body.flow }
        putSummary(body)
      } catch (thrown) {
        screen.toastFailed(thrown)
        if (!draft && !there) return false
      }
    }
    if (wanted !== id) return false
    const flow = draft?.flow ?? there?.flow ?? base.flow
    if (!flow) {
      core.set((s) => ({ tabs: s.tabs.filter((t) => t !== id) }))
      screen.toastIssue(issue('FLOW_UNKNOWN', {}, { id }))
      return false
    }
    sync.begin(id, draft, there)
    show(flow, base, draft ? draft.basedOn : there ? there.basedOn : base.version)
    await sync.pull(id)
    const opened = core.get()
    if (opened.flowId === id && base.version !== null && opened.basedOn !== base.version && opened.changes.length > 0) warnBehind()
    return true
  }

  /** Undefined when there is none, or when it cannot be had now: it is asked for again when the gateway is back. */
  async function gatewaysDraft(id: string): Promise<DraftBody | undefined> {
    try {
      return (await sync.list()).some((d) => d.id === id) ? await core.api.draft(id) : undefined
    } catch (thrown) {
      screen.failed(thrown)
      return undefined
    }
  }

  function show(flow: Flow, base: { version: number | null; flow: Flow | null }, basedOn: number | null): void {
    remember(flow.id)
    ahead.keep(base.version === null ? null : flow.id)
    core.set((s) => ({
      ...asideOf(s),
      tabs: withTab(s.tabs, flow.id, s.flowId), flowId: flow.id, trying: { ...s.trying, shadow: null, draft: null }, document: createDocument(flow), base, basedOn, refused: null, check: noCheck, people: [],
      live: liveAside(s.live),
      ui: { ...s.ui, reveal: { nodes: [] }, focusField: null },
    }))
    core.touched()
  }

  function remember(id: string): void {
    try {
      core.storage.setItem(LAST_FLOW, id)
    } catch (thrown) {
      // Only which flow opens first is lost; writing the draft itself tells of a full storage.
      if (!(thrown instanceof Error)) throw thrown
    }
  }

  function warnBehind(): void {
    const { base, basedOn } = core.get()
    const conflict = issue('DEPLOY_CONFLICT', {}, { running: base.version ?? 'none', basedOn: basedOn ?? 'none' })
    screen.toast({ level: 'warning', text: said(conflict.text), remedy: said(conflict.remedy), action: { label: t('Discard draft'), run: discardDraft } })
  }

  function putSummary(body: FlowSummary): void {
    const summary: FlowSummary = { id: body.id, name: body.name, version: body.version, state: body.state, armed: body.armed, actuators: body.actuators }
    core.set((s) => ({ flows: s.flows.some((f) => f.id === body.id) ? s.flows.map((f) => (f.id === body.id ? summary : f)) : [...s.flows, summary] }))
  }

  /** Fetches what runs now and compares the draft with it. A draft without changes follows the gateway. */
  async function refresh(): Promise<void> {
    const { flowId } = core.get()
    if (flowId === null) return
    try {
      const flows = await core.api.flows()
      core.set({ flows })
      if (!flows.some((f) => f.id === flowId)) return void core.set({ base: { version: null, flow: null } })
      const body = await core.api.flow(flowId)
      if (core.get().flowId !== flowId) return
      const { document, changes, base: before } = core.get()
      const base = { version: body.version, flow: body.flow }
      if (document && changes.length === 0 && before.flow !== null && differ(body.flow, document.flow)) {
        core.set({ document: replaceFlow(document, body.flow, t('Take over v{version}', { version: body.version ?? '' })), base, basedOn: body.version })
        core.touched()
      } else core.set((s) => ({ base, basedOn: s.document && !differ(body.flow, s.document.flow) ? body.version : s.basedOn }))
      core.set((s) => ({ live: pruned(s.live, body.flow) }))
    } catch (thrown) {
      screen.toastFailed(thrown)
    }
  }

  /** The running flow in place of the draft; undoable. */
  function discardDraft(): void {
    const { document, base } = core.get()
    if (!document || !base.flow) return
    core.set({ document: replaceFlow(document, base.flow, t('Discard draft')), basedOn: base.version, conflicts: { ...core.get().conflicts, [document.flow.id]: [] } })
    dropDraft(core.storage, document.flow.id)
    core.touched()
  }

  return {
    start,
    signedIn,
    openFlow,
    refresh,
    discardDraft,
    /** A draft that is deployed knowingly on top of what somebody else deployed meanwhile. */
    rebase: (): void => {
      core.set((s) => ({ basedOn: s.base.version }))
      core.touched()
    },
    /** After a deploy of `flow`, which was the draft when it began. Edits made meanwhile stay edits. */
    deployed(body: DeployBody, flow: Flow): void {
      core.set((s) => ({
        base: { version: body.version, flow }, basedOn: body.version, refused: null,
        flows: s.flows.some((f) => f.id === flow.id)
          ? s.flows.map((f) => (f.id === flow.id ? { ...f, name: flow.name, version: body.version, armed: body.armed } : f))
          : [...s.flows, { id: flow.id, name: flow.name, version: body.version, state: 'running', armed: body.armed, actuators: 0 }],
      }))
      core.touched()
      void refresh()
    },
    /** A deploy of `flow` that did not go through: its issues stay at the nodes until they are changed. */
    refused: (flow: Flow, issues: readonly Issue[]): void => core.set({ refused: { flow, issues: issues.filter((i) => i.node !== undefined) } }),
    /** After a rollback: the draft becomes that version, undoably. */
    async rolledBack(body: DeployBody): Promise<void> {
      const { flowId } = core.get()
      if (flowId === null) return
      const running = await core.api.flow(flowId)
      putSummary(running)
      core.set((s) => (s.document && s.flowId === flowId ? { document: replaceFlow(s.document, running.flow, t('Roll back to v{version}', { version: body.version })), base: { version: running.version, flow: running.flow }, basedOn: running.version } : {}))
      core.touched()
    },
    /** A new, empty flow as a draft of this browser; the first deploy brings it to the gateway. Answers its id. */
    newFlow(name: string): string {
      core.flush()
      const id = freeFlowId(name)
      const flow = emptyFlow(id, name)
      writeDraft(core.storage, { flow, basedOn: null })
      sync.begin(id, undefined, undefined)
      show(flow, { version: null, flow: null }, null)
      return id
    },
    /** 'replace' puts it in place of the open draft (undoable, the id stays); 'new' opens it beside, under a free id. */
    importFlow(flow: Flow, mode: 'replace' | 'new'): string {
      const { document } = core.get()
      if (mode === 'replace' && document) {
        core.set({ document: replaceFlow(document, flow) , ui: { ...core.get().ui, reveal: { nodes: [] } } })
        core.touched()
        return document.flow.id
      }
      core.flush()
      const own = { ...flow, id: freeFlowId(flow.id) }
      writeDraft(core.storage, { flow: own, basedOn: null })
      sync.begin(own.id, undefined, undefined)
      show(own, { version: null, flow: null }, null)
      return own.id
    },
    /** A draft as people call it. */
    draftName: (id: string): string => readDraft(core.storage, id)?.flow.name || core.get().drafts.find((d) => d.id === id)?.name || id,
    /** Drafts of flows that were never deployed: the gateway's, and those that only this browser has. */
    localDrafts: (): string[] => [...new Set([...core.get().drafts.map((d) => d.id), ...draftIds(core.storage)])].filter((id) => !core.get().flows.some((f) => f.id === id)).toSorted(),
    async signOut(): Promise<void> {
      core.flush()
      try {
        await core.api.logout()
      } catch (thrown) {
        screen.toastFailed(thrown)
        return
      }
      ahead.drop()
      core.set({ gate: 'login', session: null, document: null, flowId: null, tabs: [], parked: {}, shared: {}, conflicts: {}, people: [], drafts: [], base: { version: null, flow: null }, basedOn: null, live: noLive, check: noCheck, refused: null, flows: [] })
    },
    /** May the signed-in user do this? */
    may: (permission: Permission): boolean => {
      const { session } = core.get()
      return session !== null && may(session.role, permission)
    },
  }

  function freeFlowId(wish: string): string {
    const taken = new Set([...core.get().flows.map((f) => f.id), ...core.get().drafts.map((d) => d.id), ...core.get().tabs, ...draftIds(core.storage)])
    return freshId((id) => taken.has(id), wish)
  }
}
