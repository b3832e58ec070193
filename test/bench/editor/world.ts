// The gateway with its flows, and a signed-in page before it.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Flow } from '#format'
import { password, startBrowser, startGateway, user, type GatewayProcess } from '../../e2e/harness.ts'
import { keepFrames } from './frames.ts'

const LONG_MS = 180_000

export interface World {
  readonly gateway: GatewayProcess
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  deploy(flow: Flow): Promise<void>
  /** Opens a flow as a first visit does; ms until its first cards stand there, and what of it the page's thread worked. */
  open(flow: string): Promise<{ readonly ms: number; readonly workMs: number }>
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const browser = await startBrowser()
  const gateway = await startGateway(['--no-plant'])
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(LONG_MS)
  const headers = { origin: gateway.url }
  const claim = await page.request.post(`${gateway.url}/api/claim`, { headers, data: { token: gateway.token, user, password } })
  if (!claim.ok()) throw new Error(`The gateway cannot be claimed: ${await claim.text()}`)
  return {
    gateway, browser, context, page,
    async deploy(flow) {
      const answer = await page.request.post(`${gateway.url}/api/flows`, { headers, data: { flow }, timeout: LONG_MS })
      if (!answer.ok()) throw new Error(`'${flow.id}' cannot be deployed: ${(await answer.text()).slice(0, 500)}`)
    },
    async open(flow) {
      const session = await context.newCDPSession(page)
      await session.send('Performance.enable', { timeDomain: 'threadTicks' })
      const began = performance.now()
      await page.goto(`${gateway.url}/flows/${flow}`)
      await page.locator('.react-flow__node:visible').first().waitFor()
      const ms = performance.now() - began
      const { metrics } = await session.send('Performance.getMetrics')
      await session.detach()
      await keepFrames(page)
      return { ms, workMs: 1000 * (metrics.find((m) => m.name === 'TaskDuration')?.value ?? Number.NaN) }
    },
    async close() {
      await browser.close()
      await gateway.close()
    },
  }
}
