// Browsing and testing a connection, as gateway and editor speak of it. What a device offers is the kit's BrowseItem.
import type { BrowseItem, Health, Issue, JsonValue, ServerCertificate } from '#kit'

export type { BrowseItem } from '#kit'

/** A connection of the gateway, or one that is not stored yet (with the name that it will have, where it has one). */
export type ConnectionOf = { readonly name: string } | { readonly name?: string; readonly type: string; readonly config: { readonly [name: string]: JsonValue } }

/** POST /api/connections/browse: ConnectionOf with `path` (null: the root) and `search`. */
export interface BrowseBody {
  readonly items: readonly BrowseItem[]
  /** The node that reads such rows, and its settings that take them. */
  readonly source: { readonly type: string; readonly connectionField: string; readonly rowsField: string } | null
  /** There was more than can be told. */
  readonly cut: boolean
}
/** POST /api/connections/test: ConnectionOf. */
export interface ConnectionTestBody {
  readonly ok: boolean
  readonly health: Health
  readonly ms: number
  /** What was found out, a line each: the server's name, how long an answer took. */
  readonly lines: readonly string[]
  /** What the server shows; POST /api/connections/:name/trust `{ fingerprint }` trusts it. */
  readonly certificate?: ServerCertificate
  readonly issues: readonly Issue[]
}
