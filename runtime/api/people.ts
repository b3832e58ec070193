// Who has which flow open, what they have selected, and where they point. Kept by socket and in memory only; told to those
// who have the same flow open, at most ten times a second a flow.
import type { ClientMessage, Person, ServerMessage } from '#format'

export type Here = Extract<ClientMessage, { type: 'here' }>
type People = Extract<ServerMessage, { type: 'people' }>

const TELL_MS = 100
/** What one message may name. */
export const MAX_SELECTED = 200

/** `send` answers false where it would only add to a queue: that client gets the next telling. */
export function createPeople<Client extends object>(send: (client: Client, message: People) => boolean, userOf: (client: Client) => string) {
  const here = new Map<Client, { readonly id: string; readonly flow: string; readonly selection: readonly string[]; readonly pointer: Here['pointer'] }>()
  const waiting = new Map<string, NodeJS.Timeout>()
  const told = new Map<string, number>()
  let lastId = 0

  function tell(flow: string): void {
    waiting.delete(flow)
    const present = [...here].filter(([, h]) => h.flow === flow)
    if (present.length === 0) told.delete(flow)
    else told.set(flow, performance.now())
    const people = present.map(([client, { id, selection, pointer }]): Person => ({ id, user: userOf(client), selection, pointer }))
    // Nobody needs to be told of themselves.
    const sent = present.map(([client], i) => send(client, { type: 'people', flow, people: people.toSpliced(i, 1) }))
    if (sent.includes(false)) soon(flow)
  }
  function soon(flow: string): void {
    if (waiting.has(flow)) return
    const rest = TELL_MS - (performance.now() - (told.get(flow) ?? -TELL_MS))
    waiting.set(flow, setTimeout(() => tell(flow), Math.max(0, rest)).unref())
  }
  function leave(client: Client): void {
    const before = here.get(client)
    if (here.delete(client) && before) soon(before.flow)
  }

  return {
    at(client: Client, { flow, selection, pointer }: Here): void {
      const before = here.get(client)
      if (before && before.flow !== flow) leave(client)
      if (flow === null) return
      here.set(client, { id: before?.id ?? `p${++lastId}`, flow, selection, pointer })
      soon(flow)
    },
    leave,
    close(): void {
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
      here.clear()
    },
  }
}
