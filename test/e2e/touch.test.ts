// Fingers on a tablet: a node is drawn out of the palette, a long press opens a node's menu, ports are large enough.
import { expect, test } from 'vitest'
import type { CDPSession } from 'playwright-core'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { browser, gateway, stage } from './stage.ts'

stage()

async function finger(cdp: CDPSession, type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0): Promise<void> {
  await cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
}

test('a finger draws a node out of the palette, and held on one it opens its menu', { timeout: 90_000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1180, height: 820 }, hasTouch: true })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const cdp = await context.newCDPSession(page)
    const before = await page.locator('.react-flow__node').count()
    const item = (await page.locator('.palette-item[data-type="filter.deadband"]').boundingBox())!
    const pane = (await page.locator('.canvas').boundingBox())!
    const [x, y] = [item.x + 40, item.y + item.height / 2]
    const [tx, ty] = [pane.x + pane.width / 2, pane.y + pane.height - 60]
    await finger(cdp, 'touchStart', x, y)
    for (const part of [0.1, 0.3, 0.6, 1]) await finger(cdp, 'touchMove', x + (tx - x) * part, part < 0.3 ? y : y + (ty - y) * part)
    await page.locator('.palette-ghost').waitFor()
    await finger(cdp, 'touchEnd')
    await until('one more node is there', async () => (await page.locator('.react-flow__node').count()) === before + 1)

    const node = (await editor.node('drive').locator('.hd').boundingBox())!
    await finger(cdp, 'touchStart', node.x + 20, node.y + 10)
    await page.getByRole('menuitem', { name: 'Duplicate' }).waitFor()
    await finger(cdp, 'touchEnd')

    const size = await editor.handle('drive', 'speed', 'source').evaluate((e) => Number.parseFloat(getComputedStyle(e, '::after').width))
    expect(size).toBeGreaterThanOrEqual(36)
  } finally {
    await context.close()
  }
})
