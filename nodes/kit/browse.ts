// What a device offers, as its driver tells it: a tree that is asked for level by level. Each call tells the values as
// they are now: a view that is looked at asks again every few seconds.
import type { JsonValue } from './sample.ts'

export interface BrowseItem {
  /** What to browse for its children; null: it has none. */
  readonly path: string | null
  readonly title: string
  /** 'Double', 'holding register 40001', 'retained' */
  readonly detail: string
  /** More about it, where the device tells more. */
  readonly note?: string
  /** UCUM code, where the device tells one. */
  readonly unit?: string
  readonly value?: JsonValue
  readonly quality?: string
  /** Time of the value, ms UTC. */
  readonly time?: number
  /** A row of the source node's table: what this tag is as a setting. Null: nothing to read. */
  readonly row: { readonly [name: string]: JsonValue } | null
  /** Settings of the node itself that this row needs (the unit id of a Modbus device): one node's rows agree in them. */
  readonly node?: { readonly [name: string]: JsonValue }
  /** Titles from the root to here, where the item was not reached through its parents: a search. */
  readonly trail?: readonly string[]
  /** What must be told before its children can be asked for: their values, joined by '/', follow its path. */
  readonly ask?: readonly AskField[]
  /** Of no use to most: shown folded and last ('$SYS', the server's own objects). */
  readonly minor?: true
}
export type AskField =
  | { readonly name: string; readonly title: string; readonly minimum: number; readonly maximum: number; readonly default: number }
  | { readonly name: string; readonly title: string; readonly choices: readonly { readonly value: string; readonly label: string }[]; readonly default: string }

export interface BrowseRequest {
  /** Null: the root. */
  readonly path: string | null
  /** Names that contain this, from the path down; not only its children. */
  readonly search?: string
  readonly signal: AbortSignal
}
export interface Browsed {
  readonly items: readonly BrowseItem[]
  /** There was more than can be told. */
  readonly cut: boolean
}

/** The certificate that a server shows. */
export interface ServerCertificate {
  readonly subject: string
  readonly issuer: string
  /** ms UTC */
  readonly validFrom: number
  readonly validTo: number
  /** SHA-256, hex pairs with colons. */
  readonly fingerprint: string
  readonly trusted: boolean
}
/** What a driver finds out about a device beyond that it answers. */
export interface Probed {
  /** A line each: the server's name, how long an answer took. */
  readonly lines: readonly string[]
  readonly certificate?: ServerCertificate
}
