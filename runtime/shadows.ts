// Drafts that are tried beside their live flows, as the gateway knows them: who began which, and what the engine says of
// them, told about once a second. One a flow; a deploy, a removal or a restart of the engine ends it.
import { issue, IssueError, reasonOf } from '#kit'
import type { Flow, ServerMessage, ShadowBody } from '#format'
import type { EngineDeploy, Engines, ShadowReport } from './engine/contract.ts'

interface Begun {
  readonly draft: Flow
  /** That runs meanwhile. */
  readonly version: number
  readonly by: string
  readonly since: number
  report: ShadowReport
  /** The engine is asked; the next question waits for its answer. */
  asking: boolean
}

export interface ShadowParts {
  readonly engines: Engines
  now(): number
  tell(message: ServerMessage): void
  note(user: string, act: string, subject: string, detail: string): void
  say(level: 'error' | 'warning' | 'info', text: string, thrown?: unknown): void
}

const ASK_MS = 1000
const nothing: ShadowReport = { state: 'running', issues: [], ports: {}, onlyLive: [], onlyDraft: [] }

export function createShadows({ engines, now, tell, note, say }: ShadowParts) {
  const begun = new Map<string, Begun>()
  let timer: NodeJS.Timeout | undefined

  const bodyOf = (flow: string, { draft, version, by, since, report }: Begun): ShadowBody => ({ flow, draft, version, by, since, ...report })
  function news(flow: string, shadow: Begun): void {
    const { draft: _draft, ...rest } = bodyOf(flow, shadow)
    tell({ type: 'shadow', flow, shadow: rest, reason: '' })
  }

  async function ask(flow: string, shadow: Begun): Promise<void> {
    if (shadow.asking) return
    shadow.asking = true
    try {
      const report = await engines.shadowReport(flow)
      if (begun.get(flow) !== shadow) return
      if (report === null) return ended(flow, 'the engine does not have it any more')
      if (report.state === 'failed' && shadow.report.state === 'running') say('warning', `'${flow}': ${report.issues[0]?.text ?? 'the draft is not tried any more.'}`)
      shadow.report = report
      news(flow, shadow)
    } catch (thrown) {
      // A restart of the engine has its own message, which ends it; a flow that is gone, too.
      if (!(thrown instanceof IssueError)) say('error', `The draft beside '${flow}' cannot be read: ${reasonOf(thrown)}`, thrown)
    } finally {
      shadow.asking = false
    }
  }

  /** It is gone in the engine already, or goes with it. */
  function ended(flow: string, reason: string): void {
    if (!begun.delete(flow)) return
    if (begun.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    tell({ type: 'shadow', flow, shadow: null, reason })
  }

  return {
    async begin(flow: string, draft: Flow, version: number, request: EngineDeploy, user: string): Promise<ShadowBody> {
      await engines.shadow(request)
      const shadow: Begun = { draft, version, by: user, since: now(), report: nothing, asking: false }
      begun.set(flow, shadow)
      timer ??= setInterval(() => {
        for (const [id, one] of begun) void ask(id, one)
      }, ASK_MS).unref()
      note(user, 'shadow', flow, `a draft beside version ${version}`)
      await ask(flow, shadow)
      return bodyOf(flow, shadow)
    },
    async end(flow: string, user: string): Promise<void> {
      if (!begun.has(flow)) throw new IssueError(issue('SHADOW_NONE', { flow }, { id: flow }))
      await engines.unshadow(flow)
      ended(flow, `${user} ended it`)
      note(user, 'shadow.end', flow, '')
    },
    ended,
    get: (flow: string): ShadowBody | null => {
      const shadow = begun.get(flow)
      return shadow ? bodyOf(flow, shadow) : null
    },
    close: (): void => clearInterval(timer),
  }
}
