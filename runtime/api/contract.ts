// What the API needs of the accounts (runtime/auth), and no more.
import type { Role } from '#format'

export interface SessionOf {
  readonly user: string
  readonly role: Role
}
export interface Auth {
  claimed(): boolean
  /** Throws CLAIM_TOKEN. `address` is the client's, for the limits on guessing. */
  claim(token: string, user: string, password: string, address?: string): Promise<SessionOf & { readonly token: string }>
  /** Throws AUTH_FAILED. */
  login(user: string, password: string, address?: string): Promise<SessionOf & { readonly token: string }>
  logout(token: string): void
  /** Undefined when the token is unknown or has run out. */
  session(token: string): SessionOf | undefined
  users(): readonly { readonly name: string; readonly role: Role }[]
  addUser(name: string, password: string, role: Role): Promise<void>
  /** Ends the user's sessions. The last administrator stays one. */
  changeUser(name: string, change: { readonly password?: string; readonly role?: Role }): Promise<void>
  removeUser(name: string): void | Promise<void>
}
