// The stage of a file of journeys: one gateway and one browser that its tests share. Each file has its own, since vitest
// loads modules anew for each.
import { afterAll, beforeAll } from 'vitest'
import type { Browser } from 'playwright-core'
import { START_MS, startBrowser, startGateway, visit as visitOf, type GatewayProcess, type Visit } from './harness.ts'

export let gateway: GatewayProcess
export let browser: Browser

/** Starts both before the file's first test, and ends them after the last. */
export function stage(options: readonly string[] = []): void {
  beforeAll(async () => {
    browser = await startBrowser()
    gateway = await startGateway(options)
  }, 2 * START_MS)
  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
  })
}

/** Chromium reports every answer of 400 and above: the first question of somebody who is not signed in gets one. */
const SIGNED_OUT = /401 .*\/api\/session/

/** Runs one story in a fresh browser profile; see harness.ts. */
export const visit = (name: string, story: (visit: Visit) => Promise<void>): Promise<void> =>
  visitOf(name, browser, gateway, async (v) => {
    v.expectErrors(SIGNED_OUT)
    await story(v)
  })
