// What a node or a driver is granted, for tests of one node: collects what leaves, and waits for conditions.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { issue, withDefaults, type AnyDriver, type AnyNode, type Connection, type DriverIo, type Io, type Issue, type Model, type Opened, type Sample, type Script } from '#kit'

export interface Emitted {
  readonly port: string
  readonly sample: Sample
}
export interface Delivery extends Emitted {
  /** Commits, or with an error refuses, what an acknowledging source handed over. */
  readonly settle: (error?: Error) => void
}

export class TestIo implements Io {
  readonly flow = 'test'
  readonly node: string
  readonly emitted: Emitted[] = []
  readonly delivered: Delivery[] = []
  readonly fails: Issue[] = []
  readonly logs: string[] = []
  /** Deliveries wait for settle() instead of committing at once. */
  holdDeliveries = false
  now: () => number = () => Date.now()
  readonly #connections: { readonly [name: string]: Connection }

  constructor(node: string, connections: { readonly [name: string]: Connection } = {}) {
    this.node = node
    this.#connections = connections
  }
  emit(port: string, sample: Sample): void {
    this.emitted.push({ port, sample })
  }
  deliver(port: string, sample: Sample): Promise<void> {
    return new Promise((resolve, reject) => {
      this.delivered.push({ port, sample, settle: (error) => (error ? reject(error) : resolve()) })
      if (!this.holdDeliveries) resolve()
    })
  }
  async connection<T extends Connection>(name: string): Promise<T> {
    const found = this.#connections[name]
    if (!found) throw new Error(`no connection '${name}'`)
    return found as T
  }
  secret(name: string): string {
    return `secret of ${name}`
  }
  async model(): Promise<Model> {
    throw new Error('no models here')
  }
  async script(): Promise<Script> {
    throw new Error('no scripts here')
  }
  fail(i: Issue | string): void {
    this.fails.push(typeof i === 'string' ? issue('NODE_FAILED', {}, { reason: i }) : i)
  }
  log(_level: string, text: string): void {
    this.logs.push(text)
  }
  /** Samples of one output, oldest first. */
  of(port: string): Sample[] {
    return this.emitted.filter((e) => e.port === port).map((e) => e.sample)
  }
}

export interface TestDriverIo extends DriverIo {
  readonly logs: string[]
  /** Removes the folder. */
  remove(): void
}
export function driverIo(secrets: { readonly [name: string]: string } = {}): TestDriverIo {
  const folder = mkdtempSync(path.join(tmpdir(), 'headgate-test-'))
  const logs: string[] = []
  return {
    folder, logs,
    now: () => Date.now(),
    secret: (name) => {
      if (!Object.hasOwn(secrets, name)) throw new Error(`no secret '${name}'`)
      return secrets[name]!
    },
    log: (_level, text) => void logs.push(text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Opens a driver with its defaults filled in. */
export const openDriver = async <C extends Connection>(driver: AnyDriver, config: object, io: DriverIo): Promise<C> => (await driver.open(withDefaults(driver.config, config) as never, io)) as C
/** Opens a node with its defaults filled in. */
export const openNode = async (node: AnyNode, config: object, io: Io): Promise<Opened> => node.open!(withDefaults(node.config, config) as never, io)

/** Waits until it holds; says what was waited for when it does not within `ms`. */
export async function until<T>(what: string, condition: () => T | Promise<T>, ms = 15_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms
  for (;;) {
    const value = await condition()
    if (value) return value as NonNullable<T>
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
