// What comes over the live socket. The socket itself is editor/live/socket.ts: it calls these, and follows `flowId` and
// `live.taps` of the store.
import type { ServerMessage } from '#format'
import type { Core } from './editor.ts'
import { applyMessage } from './live.ts'
import type { LiveState } from './model.ts'
import type { Sync } from './sync.ts'

export function watching(core: Core, refresh: () => Promise<void>, start: () => Promise<void>, sync: Sync) {
  return {
    applyServerMessage(message: ServerMessage): void {
      const { gate, flowId: open, flows } = core.get()
      core.set((s) => applyMessage(s, message))
      // Who comes before the gateway has a flow (the example needs some seconds after the first start) gets to see it.
      if (gate === 'ready' && open === null && flows.length === 0 && (message.type === 'hello' || message.type === 'flow')) return void start()
      // Somebody deployed, here or elsewhere, or may have while the line was down: what the draft is compared with has changed.
      if (message.type === 'draft') return sync.told(message)
      const { flowId, base } = core.get()
      if ((message.type === 'hello' && core.get().document !== null) || (message.type === 'flow' && message.flow.id === flowId && message.flow.version !== base.version)) void refresh().then(() => (message.type === 'hello' && flowId !== null ? sync.pull(flowId) : undefined))
    },
    /** `reason` in words when it is lost. */
    setConnection(state: LiveState, reason = ''): void {
      core.set((s) => (s.live.state === state && s.live.reason === reason ? {} : { live: { ...s.live, state, reason, since: core.now() } }))
    },
    clearLog: (): void => core.set((s) => ({ live: { ...s.live, log: [] } })),
  }
}
