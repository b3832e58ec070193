// A draft that is tried beside the live flow, and a version under watch after its deploy. What the gateway says of them
// comes over the live socket; the draft itself is asked for once.
import type { ServerMessage, ShadowBody, ShadowNews, TrialBody, TrialRequest } from '#format'
import { t } from '../language/index.ts'
import type { Core } from './editor.ts'
import { onCanvas } from './instances.ts'
import type { State } from './model.ts'
import type { Screen } from './screen.ts'

export interface Trying {
  /** Beside the open flow. */
  readonly shadow: ShadowNews | null
  /** The draft that it runs; null while it is not known. */
  readonly draft: ShadowBody['draft'] | null
  /** By flow: under watch, or how it ended while this page looked. */
  readonly trials: { readonly [flow: string]: TrialBody }
}
export const noTrying: Trying = { shadow: null, draft: null, trials: {} }

export function applyTrying(state: State, message: Extract<ServerMessage, { type: 'shadow' | 'trial' }>): State {
  const { trying } = state
  if (message.type === 'trial') return { ...state, trying: { ...trying, trials: { ...trying.trials, [message.trial.flow]: message.trial } } }
  if (message.flow !== state.flowId) return state
  if (message.shadow === null) return { ...state, trying: { ...trying, shadow: null, draft: null } }
  return { ...state, trying: { ...trying, shadow: message.shadow, draft: trying.shadow?.since === message.shadow.since ? trying.draft : null } }
}

export type Differing = 'same' | 'differs' | 'silent'
/** What a compared port came to: silent: neither side gave anything. */
export function verdictOf({ same, differ, onlyLive, onlyDraft }: ShadowNews['ports'][string]): Differing {
  return differ + onlyLive + onlyDraft > 0 ? 'differs' : same > 0 ? 'same' : 'silent'
}

/** '12 of 15 outputs gave the same; Deadband.value differs in 4 of 30 readings' */
export function shadowSummary(shadow: ShadowNews, nameOf: (node: string) => string): string {
  const ports = Object.entries(shadow.ports).filter(([, p]) => verdictOf(p) !== 'silent')
  const differing = ports.filter(([, p]) => verdictOf(p) === 'differs').toSorted(([, a], [, b]) => different(b) - different(a))
  if (ports.length === 0) return t('Tried beside the live flow; nothing could be compared.')
  if (differing.length === 0) return t('Tried beside version {version}: all {count} compared ports gave the same.', { version: shadow.version, count: ports.length })
  const named = differing.slice(0, 3).map(([end, p]) => t('{port} in {differing} of {all}', { port: `${nameOf(end.slice(0, end.indexOf('.')))}.${end.slice(end.indexOf('.') + 1)}`, differing: different(p), all: different(p) + p.same }))
  return t('Tried beside version {version}: {differing} of {count} compared ports differ ({ports}).', { version: shadow.version, differing: differing.length, count: ports.length, ports: differing.length > 3 ? t('{ports} and more', { ports: named.join(', ') }) : named.join(', ') })
}
export const different = ({ differ, onlyLive, onlyDraft }: ShadowNews['ports'][string]): number => differ + onlyLive + onlyDraft

const byNode = new WeakMap<ShadowNews['ports'], ReadonlyMap<string, readonly string[]>>()
const none: readonly string[] = []
/** Ports of a node of the canvas that differ; the same list for the same news. */
export function differingAt({ trying: { shadow } }: Pick<State, 'trying'>, node: string): readonly string[] {
  if (!shadow) return none
  let map = byNode.get(shadow.ports)
  if (!map) {
    const lists = new Map<string, string[]>()
    for (const [end, port] of Object.entries(shadow.ports)) {
      if (verdictOf(port) !== 'differs') continue
      const id = onCanvas(end.slice(0, end.indexOf('.')))
      lists.set(id, [...(lists.get(id) ?? []), end])
    }
    byNode.set(shadow.ports, (map = lists))
  }
  return map.get(node) ?? none
}

export const TRIAL_KEY = 'headgate.trial'
export const usualTrial: TrialRequest = { minutes: 10, errorsPerMin: 5, ratePart: 0.5, queuePart: 0.8, freshS: 60 }

export function trying(core: Core, screen: Screen) {
  return {
    /** Runs the open draft beside the live flow. Answers whether it does. */
    async beginShadow(): Promise<boolean> {
      const flow = core.get().document?.flow
      if (!flow) return false
      const { draft, ...shadow } = await core.api.shadow(flow.id, flow)
      core.set((s) => (s.flowId === flow.id ? { trying: { ...s.trying, shadow, draft } } : {}))
      screen.setDrawerTab('shadow')
      return true
    },
    async endShadow(): Promise<void> {
      const { flowId } = core.get()
      if (flowId === null) return
      try {
        await core.api.endShadow(flowId)
        core.set((s) => ({ trying: { ...s.trying, shadow: null, draft: null } }))
      } catch (thrown) {
        screen.toastFailed(thrown)
      }
    },
    /** The draft of a shadow that somebody else began, or that was there before this page. */
    async shadowDraft(): Promise<ShadowBody['draft'] | null> {
      const { flowId, trying: now } = core.get()
      if (now.draft !== null || flowId === null) return now.draft
      const body = await core.api.shadowOf(flowId)
      if (body) core.set((s) => ({ trying: { ...s.trying, draft: body.draft } }))
      return body?.draft ?? null
    },
    async decideTrial(flow: string, act: 'keep' | 'return'): Promise<void> {
      try {
        const trial = await core.api.decideTrial(flow, act)
        if (trial) core.set((s) => ({ trying: { ...s.trying, trials: { ...s.trying.trials, [flow]: trial } } }))
      } catch (thrown) {
        screen.toastFailed(thrown)
      }
    },
    /** One that has ended and was read. */
    dismissTrial: (flow: string): void =>
      core.set((s) => {
        const { [flow]: _gone, ...trials } = s.trying.trials
        return { trying: { ...s.trying, trials } }
      }),
    /** Criteria as they were last chosen here; null: no watch. */
    trialWish(): { readonly on: boolean; readonly request: TrialRequest } {
      try {
        const kept = JSON.parse(core.storage.getItem(TRIAL_KEY) ?? 'null') as { on?: unknown; request?: unknown } | null
        const request = kept?.request as Partial<Record<keyof TrialRequest, unknown>> | undefined
        const known = Object.entries(request ?? {}).filter(([key, v]) => key in usualTrial && typeof v === 'number' && Number.isFinite(v))
        if (!known.some(([key]) => key === 'minutes')) return { on: kept?.on === true, request: usualTrial }
        return { on: kept?.on === true, request: Object.fromEntries(known) as unknown as TrialRequest }
      } catch (thrown) {
        if (thrown instanceof SyntaxError) return { on: false, request: usualTrial }
        throw thrown
      }
    },
    keepTrialWish(on: boolean, request: TrialRequest): void {
      try {
        core.storage.setItem(TRIAL_KEY, JSON.stringify({ on, request }))
      } catch (thrown) {
        // Only what is proposed the next time is lost; a full storage is told by the draft.
        if (!(thrown instanceof Error)) throw thrown
      }
    },
  }
}
