// What a device offers, as its driver tells it: a tree that is asked for level by level.
import type { Health, Issue, JsonValue } from '#kit'

export interface BrowseItem {
  /** What to browse for its children; null: it has none. */
  readonly path: string | null
  readonly title: string
  /** 'Double', 'holding register 40001', 'retained' */
  readonly detail: string
  /** UCUM code, where the device tells one. */
  readonly unit?: string
  readonly value?: JsonValue
  readonly quality?: string
  /** Time of the value, ms UTC. */
  readonly time?: number
  /** A row of the source node's table: what this tag is as a setting. Null: nothing to read. */
  readonly row: { readonly [name: string]: JsonValue } | null
}
/** POST /api/connections/browse `{ name } | { type, config }`, with `path` (null: the root) and `search`. */
export interface BrowseBody {
  readonly items: readonly BrowseItem[]
  /** The node that reads such rows, and its settings that take them. */
  readonly source: { readonly type: string; readonly connectionField: string; readonly rowsField: string } | null
  /** There was more than can be told. */
  readonly cut: boolean
}
/** POST /api/connections/test `{ type, config }` */
export interface ConnectionTestBody {
  readonly ok: boolean
  readonly health: Health
  readonly ms: number
  /** What was found out, a line each: the server's name, its certificate, how long an answer took. */
  readonly lines: readonly string[]
  readonly issues: readonly Issue[]
}
