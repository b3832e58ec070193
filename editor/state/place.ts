// Addresses of flows.
import { NODE_ID } from '#format'
import type { View } from './model.ts'

export interface Place {
  readonly flow: string | null
  readonly view: View
}
export const pathOf = (flow: string | null, view: View): string => (flow === null ? '/' : `/${view === 'operator' ? 'operator' : 'flows'}/${flow}`)

/** What is no place of ours is the beginning. */
export function placeOf(path: string): Place {
  const [, head, id] = /^\/(flows|operator)\/([^/]+)\/?$/.exec(path) ?? []
  return id !== undefined && NODE_ID.test(id) ? { flow: id, view: head === 'operator' ? 'operator' : 'editor' } : { flow: null, view: 'editor' }
}
