// A flow of some hundred nodes in a real browser before the real gateway: what is drawn from how far, what is told of it, and
// that it is worked with from afar as from near.
import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { wideFlow } from '../bench/editor/flows.ts'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { password, user } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'

const NODES = 300
stage(['--no-plant'])

const zoomOut = async (page: Page, until_: string): Promise<void> => {
  await page.locator('.canvas').hover()
  await until(`cards are ${until_}`, async () => {
    if ((await page.locator(`.node.far.${until_}`).count()) > 0) return true
    await page.mouse.wheel(0, 100)
    return undefined
  })
}

test('whole cards near by, boxes from afar and marks from further, all of them to be selected and dragged', { timeout: 120_000 }, () =>
  visit('large', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    const headers = { origin: gateway.url }
    expect((await page.request.post(`${gateway.url}/api/claim`, { headers, data: { token: gateway.token, user, password } })).ok()).toBe(true)
    expect((await page.request.post(`${gateway.url}/api/flows`, { headers, data: { flow: wideFlow('large', NODES) } })).ok()).toBe(true)
    const said: string[] = []
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => said.push(String(payload))))
    const lookedAt = (): readonly string[] | undefined => said.filter((s) => s.includes('"watch"')).map((s) => (JSON.parse(s) as { nodes?: string[] }).nodes).at(-1)
    await page.goto(`${gateway.url}/flows/large`)
    await page.locator('.react-flow__node').first().waitFor()

    await page.getByRole('button', { name: 'Zoom to 100%' }).click()
    await page.locator('.node:not(.far) .num').first().waitFor()
    expect(await page.locator('.react-flow__node').count(), 'only what is in view is drawn').toBeLessThan(80)
    await until('the wires from afar have given way', async () => ((await page.locator('.far-wires').count()) === 0 ? true : undefined))
    const whole = await page.locator('.react-flow__node').first().getAttribute('data-id')
    await until('the cards in view are told at once', () => (lookedAt()?.includes(whole!) === true ? true : undefined))
    expect(lookedAt()!.length).toBeLessThan(150)
    // A wire is drawn as long as its two ends are, also to a card that was never drawn.
    expect(await page.locator('.react-flow__edge').count()).toBeGreaterThan(0)
    await editor.changes(whole!, 'value')

    await zoomOut(page, 'box')
    expect(await page.locator('.react-flow__edge').count()).toBe(0)
    expect((await page.locator('.far-wires path').first().getAttribute('d'))!.length).toBeGreaterThan(100)
    await until('no values are asked for', () => (lookedAt()?.length === 0 ? true : undefined))
    const box = page.locator('.react-flow__node').filter({ has: page.locator('.far.box') }).nth(20)
    const id = (await box.getAttribute('data-id'))!
    const before = (await box.boundingBox())!
    await page.mouse.move(before.x + 20, before.y + 10)
    await page.mouse.down()
    await page.mouse.move(before.x + 60, before.y + 50, { steps: 5 })
    await page.mouse.up()
    await editor.button(/^Deploy 1 change$/).waitFor()
    await editor.node(id).locator('.far.sel').waitFor()
    expect((await editor.node(id).boundingBox())!.x).toBeGreaterThan(before.x + 20)
    await page.keyboard.press('Control+z')
    await editor.button(/^Deploy no changes$/).waitFor()
    await until('it is back', async () => (Math.abs((await editor.node(id).boundingBox())!.x - before.x) < 2 ? true : undefined))

    await zoomOut(page, 'mark')
    await page.locator('canvas.overview-map').waitFor()
    await page.getByRole('button', { name: 'Zoom to 100%' }).click()
    await page.locator('.node:not(.far) .num').first().waitFor()
    await until('wires are drawn one by one again', async () => ((await page.locator('.react-flow__edge-path').count()) > 0 ? true : undefined))
    await until('the wires from afar have given way again', async () => ((await page.locator('.far-wires').count()) === 0 ? true : undefined))
  }))

test('from afar a wire is pointed at, selected and cut, and pulled from the port of one card onto another', { timeout: 90_000 }, () =>
  visit('large-wires', async ({ page }) => {
    const headers = { origin: gateway.url }
    await page.request.post(`${gateway.url}/api/login`, { headers, data: { user, password } })
    expect((await page.request.post(`${gateway.url}/api/flows`, { headers, data: { flow: wideFlow('afar', 200, 5) } })).ok()).toBe(true)
    await page.goto(`${gateway.url}/flows/afar`)
    await page.locator('.react-flow__node').first().waitFor()
    await page.getByRole('button', { name: 'Zoom to 100%' }).click()
    await page.locator('.node:not(.far)').first().waitFor()
    await zoomOut(page, 'box')
    const editor = new EditorPage(page, gateway)
    const view = (await page.locator('.canvas').boundingBox())!
    const inside = await page.evaluate(({ x, y, width, height }) => [...document.querySelectorAll<HTMLElement>('.react-flow__node')].filter((e) => {
      const b = e.getBoundingClientRect()
      return /^n\d+_[1-7]$/.test(e.dataset['id']!) && b.left > x + 60 && b.right < x + width - 260 && b.top > y + 80 && b.bottom < y + height - 120
    }).map((e) => e.dataset['id']!), view)
    const id = inside[0]!
    const next = id.replace(/\d+$/, (n) => String(Number(n) + 1))
    const wire = `${id}.value -> ${next}.value`
    const card = (await editor.node(id).boundingBox())!

    await until('the pointer is on the wire', async () => {
      for (let y = card.y; y < card.y + card.height; y += 2) {
        await page.mouse.move(card.x + card.width + 8, y)
        if ((await page.locator('.react-flow__edge').count()) > 0) return true
      }
      return undefined
    })
    await page.mouse.down()
    await page.mouse.up()
    await page.getByText(wire).waitFor()
    await page.keyboard.press('Delete')
    await editor.button(/^Deploy 1 change$/).waitFor()
    await page.keyboard.press('Control+z')
    await editor.button(/^Deploy no changes$/).waitFor()
    await page.keyboard.press('Escape')

    // Onto a card of another row, which has an input of that name, too.
    const other = inside.find((n) => n.split('_')[0] !== id.split('_')[0])!
    await editor.node(id).hover()
    await page.locator('.far-port.output .port').first().hover()
    await page.mouse.down()
    const to = (await editor.node(other).boundingBox())!
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 })
    await page.locator('.far-port.input .port.mark-ok').first().waitFor()
    await page.mouse.up()
    await page.locator('.banner').getByText('1 wire added').waitFor()
  }))

test('a value that comes at one card changes nothing else that is drawn', { timeout: 60_000 }, () =>
  visit('large-one', async ({ page }) => {
    const headers = { origin: gateway.url }
    await page.request.post(`${gateway.url}/api/login`, { headers, data: { user, password } })
    const still = wideFlow('still', 200)
    // One row goes on; of all others the source gave its one value long ago.
    const nodes = Object.fromEntries(Object.entries(still.nodes).map(([id, n]) => [id, id.startsWith('s') && id !== 's10' ? { ...n, config: { ...n.config, count: 1 } } : n]))
    expect((await page.request.post(`${gateway.url}/api/flows`, { headers, data: { flow: { ...still, nodes } } })).ok()).toBe(true)
    await page.goto(`${gateway.url}/flows/still`)
    await page.locator('.react-flow__node').first().waitFor()
    await page.getByRole('button', { name: 'Zoom to 100%' }).click()
    const editor = new EditorPage(page, gateway)
    await editor.node('n10_4').locator('.num').first().waitFor()
    expect(await page.locator('.react-flow__node:not([data-id^="n10_"]) .num').count(), 'others are in view, too').toBeGreaterThan(3)
    for (let n = 0; n < 3; n++) await editor.changes('n10_4', 'value')
    const seen = await page.evaluate(() => new Promise<Record<string, number>>((done) => {
      const counts: Record<string, number> = {}
      new MutationObserver((all, observer) => {
        for (const { target } of all) {
          const element = target instanceof Element ? target : target.parentElement
          const id = element?.closest<HTMLElement>('.react-flow__node')?.dataset['id']
          // How old a value is by now goes on at all of them.
          if (id !== undefined && element?.closest('.age') === null) counts[id] = (counts[id] ?? 0) + 1
        }
        if ((counts['n10_4'] ?? 0) < 20) return
        observer.disconnect()
        done(counts)
      }).observe(document.querySelector('.react-flow__nodes')!, { subtree: true, childList: true, characterData: true, attributes: true })
    }))
    expect(Object.keys(seen).filter((id) => !id.startsWith('n10_'))).toEqual([])
  }))
