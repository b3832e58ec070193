// Watching a running flow in a real browser: looks at wires, pinned taps as plots and files, the ledger, the alarm list,
// the events, and problems that are mended where they are told.
import { expect, test } from 'vitest'
import type { Download, Locator, Page } from 'playwright-core'
import { until } from '../io.ts'
import { EditorPage, standing } from './editor-page.ts'
import { user } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'


stage()

const card = (page: Page, name: string): Locator => page.getByRole('region', { name: new RegExp(`^Tap ${name}`) })
async function choose(page: Page, name: string, item: string): Promise<void> {
  await card(page, name).getByRole('button', { name: /^More for/ }).click()
  await page.locator('.dr-pick .in-popitem').filter({ hasText: item }).first().click()
}
async function textOf(download: Promise<Download>): Promise<string> {
  let text = ''
  for await (const chunk of await (await download).createReadStream()) text += String(chunk)
  return text
}
/** The middle of a wire's label. */
async function overWire(page: Page, wire: string): Promise<void> {
  const place = await page.locator(`.react-flow__edge[data-id="${wire}"] path`).first().evaluate((path) => {
    const p = (path as SVGPathElement).getPointAtLength((path as SVGPathElement).getTotalLength() / 2)
    const m = (path as SVGPathElement).getScreenCTM()!
    return { x: p.x * m.a + m.e, y: p.y * m.d + m.f }
  })
  await page.mouse.move(place.x - 3, place.y)
  await page.mouse.move(place.x, place.y)
}

test('a look at a wire follows its values and pins it; taps merge, compare, zoom, go into files and survive a reload', { timeout: 120_000 }, () =>
  visit('watching-taps', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await editor.button('Got it').click()
    await editor.fit()
    await overWire(page, 'pressure.value -> psi.value')
    const look = page.locator('.look')
    await look.getByText('Compressed air').waitFor()
    await until('it has a few values', async () => (await look.locator('tr').count()) >= 3)
    const first = await look.locator('tr').first().innerText()
    await until('it goes on with the values', async () => (await look.locator('tr').first().innerText()) !== first)
    await editor.button('Pin', look).click()
    await look.getByRole('button', { name: 'Unpin' }).waitFor()
    await page.mouse.move(700, 5)
    await look.waitFor({ state: 'detached' })
    await card(page, 'Compressed air.value').waitFor()

    for (const [node, port] of [['drive', 'vibration'], ['spectrum', 'rms'], ['bearing', 'fault'], ['spectrum', 'bands']] as const) {
      await editor.select(node, 'Live')
      await editor.button(`Pin ${port}`).click()
    }
    await until('numbers came', async () => (await card(page, 'Spectrum.rms').locator('output').innerText()).includes('m/s²'))
    await choose(page, 'Spectrum.rms', 'Bearing model.fault')
    await card(page, 'Bearing model.fault and 1 more').getByRole('list', { name: 'Series' }).getByText('Spectrum.rms').waitFor()
    await card(page, 'P-101 drive.vibration').locator('header').dragTo(card(page, 'Compressed air.value').locator('header'), { sourcePosition: { x: 30, y: 8 }, targetPosition: { x: 30, y: 8 } })
    await card(page, 'Compressed air.value and 1 more').getByRole('list', { name: 'Series' }).getByText('P-101 drive.vibration').waitFor()
    const plot = card(page, 'Bearing model.fault and 1 more')

    const canvas = plot.getByRole('application')
    await canvas.scrollIntoViewIfNeeded()
    const box = await standing(canvas.locator('.u-over'))
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 4 })
    await until('the stretch is marked', async () => ((await canvas.locator('.u-select').boundingBox())?.width ?? 0) > 20)
    await page.mouse.up()
    await plot.getByRole('button', { name: /^zoomed/ }).waitFor()
    await canvas.focus()
    await page.keyboard.press('0')
    await plot.getByRole('button', { name: /^zoomed/ }).waitFor({ state: 'detached' })
    await page.keyboard.press('+')
    await plot.getByRole('button', { name: /^zoomed/ }).click()

    const csv = page.waitForEvent('download')
    await choose(page, 'Bearing model.fault', 'CSV')
    const lines = (await textOf(csv)).trim().split('\r\n')
    expect(lines[0]).toBe('time,Bearing model.fault,Bearing model.fault quality,Spectrum.rms [m/s²],Spectrum.rms [m/s²] quality')
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines.slice(1)) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z(,[-\d.e]*,(good|uncertain|bad)?){2}$/)
    const png = page.waitForEvent('download')
    await choose(page, 'Bearing model.fault', 'PNG')
    expect((await png).suggestedFilename()).toMatch(/^Bearing-model\.fault .*\.png$/)

    await choose(page, 'Spectrum.bands', 'Waterfall over time')
    await until('the waterfall has rows', async () => Number(/last (\d+) vectors/.exec((await card(page, 'Spectrum.bands').getByRole('img', { name: /^Waterfall/ }).getAttribute('aria-label')) ?? '')?.[1]) >= 3)

    await page.reload()
    await editor.liveFlow()
    await card(page, 'Bearing model.fault and 1 more').waitFor()
    await card(page, 'Spectrum.bands').getByRole('img', { name: /^Waterfall/ }).waitFor()
    await page.getByRole('button', { name: 'Remove the tap spectrum.rms' }).click()
    await until('it is alone again', async () => (await card(page, 'Bearing model.fault and').count()) === 0)
  }))

test('the ledger says where samples went, in the words of the node, and balances', { timeout: 60_000 }, () =>
  visit('watching-ledger', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await until('the deadband shows what it dropped', async () => (await editor.node('temperature').locator('.loss').count()) === 1, 30_000)
    await editor.node('temperature').locator('.loss').click()
    const ledger = page.getByRole('table', { name: 'Ledger of the flow' })
    const row = ledger.locator('[data-node="temperature"]')
    await row.getByText('Dropped, because').waitFor()
    const [, into, passed, , , dropped] = await row.locator('.lg-row').getByRole('cell').allInnerTexts()
    expect(Number(dropped!.replaceAll(',', ''))).toBeGreaterThan(0)
    expect(Number(into!.replaceAll(',', ''))).toBe(Number(passed!.replaceAll(',', '')) + Number(dropped!.replaceAll(',', '')))
    expect(await ledger.getByText('balances').count(), 'every node that takes something').toBeGreaterThan(5)
    await page.getByRole('checkbox', { name: 'Only where something was lost' }).check()
    await until('the others are left out', async () => (await ledger.locator('[data-node="psi"]').count()) === 0)
    await page.getByRole('radio', { name: 'Since now' }).click()
    await page.getByRole('checkbox', { name: 'Only where something was lost' }).uncheck()
    const count = async (): Promise<number> => Number((await ledger.locator('[data-node="psi"]').getByRole('cell').nth(1).innerText()).replaceAll(',', ''))
    const before = await count()
    expect(before).toBeLessThan(20)
    await until('it counts on', async () => (await count()) > before)
    await row.getByRole('button', { name: 'Deadband 0.5 °C', exact: true }).click()
    await page.getByLabel('Inspector', { exact: true }).getByText('temperature').first().waitFor()
  }))

test('an alarm is commented, shelved with a reason and acknowledged among others; the events tell who did it', { timeout: 120_000 }, () =>
  visit('watching-alarms', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await editor.node('wear').locator('.node.alarm').waitFor({ timeout: 90_000 })
    await editor.drawer('Alarms')
    const alarm = page.getByRole('listitem').filter({ hasText: 'P-101: bearing wear' }).and(page.locator('.al-row'))
    await alarm.getByText('unacknowledged').waitFor()
    await alarm.getByText('high', { exact: true }).waitFor()
    await page.locator('.al-figures').getByText(/\d+ new in 10 min · 1 standing · 1 waiting/).waitFor()
    await page.getByRole('searchbox', { name: 'Find an alarm' }).fill('nothing like this')
    await page.getByText('No alarm is like that').waitFor()
    await page.getByRole('searchbox', { name: 'Find an alarm' }).fill('')

    await alarm.getByRole('button', { name: /^Comment/ }).click()
    await page.getByRole('dialog').getByLabel('Comment').fill('Bearing is on order, PO 4711')
    await page.getByRole('dialog').getByRole('button', { name: 'Comment' }).click()
    await editor.toast('Comment: done').waitFor()

    await page.getByRole('button', { name: 'Acknowledge all shown…' }).click()
    const asked = editor.dialog('Acknowledge 1 alarm?')
    await asked.getByText('P-101: bearing wear').waitFor()
    await editor.button('Acknowledge', asked).click()
    await alarm.getByText(`by ${user}`).waitFor()

    await alarm.getByRole('button', { name: /^Shelve/ }).click()
    const form = page.getByRole('dialog')
    await form.getByRole('button', { name: '1 h' }).click()
    await form.getByLabel('Reason').fill('spare part comes tomorrow')
    await form.getByRole('button', { name: 'Shelve' }).click()
    await alarm.getByText(/shelved until/).waitFor()

    await editor.drawer('Log')
    await page.getByRole('radio', { name: 'Events' }).click()
    const events = page.getByRole('group', { name: 'Events', exact: true })
    await events.locator('.ev-row').filter({ hasText: user }).filter({ hasText: 'PO 4711' }).waitFor()
    await events.locator('.ev-row').filter({ hasText: user }).filter({ hasText: 'spare part comes tomorrow' }).waitFor()
    await events.locator('.ev-row').filter({ hasText: 'alarm unacknowledged' }).first().waitFor()
    await page.getByRole('button', { name: 'Deploys' }).click()
    await until('only deploys are left', async () => (await events.locator('.ev-row:not([data-kind="deploy"])').count()) === 0 && (await events.locator('.ev-row').count()) > 0)
  }))

test('a problem is mended where it is told, in one step that can be undone', { timeout: 60_000 }, () =>
  visit('watching-problems', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const flow = JSON.stringify({
      headgate: 1, id: 'mend', name: 'Mend', parameters: {}, connections: {},
      nodes: {
        air: { type: 'source.opcua', config: { connection: 'plant-opcua', items: [{ name: 'value', nodeId: 'ns=1;s=Tank.Level', kind: 'number', unit: 'm' }] }, at: [0, 0] },
        mm: { type: 'transform.convert', config: { from: 'mm', to: 'km' }, at: [320, 0] },
        band: { type: 'filter.deadband', config: {}, at: [320, 200] },
      },
      wires: ['air.value -> mm.value'],
    })
    const dialog = await editor.importFile('mend.flow.json', flow)
    await editor.button('Open as a new flow', dialog).click()
    await editor.drawer('Problems')
    const problems = page.getByRole('tabpanel', { name: /^Problems/ })
    await problems.getByRole('button', { name: 'Show what fits' }).click()
    await page.getByRole('menuitem', { name: /value.*number · m/ }).first().click()
    await until('the input has its wire', async () => (await editor.wires()) === 2)
    await problems.getByRole('button', { name: 'Insert Convert' }).click()
    await until('a converter stands between', async () => (await editor.wires()) === 3)
    await page.locator('.react-flow__pane').click({ position: { x: 30, y: 30 } })
    await page.keyboard.press('Control+z')
    await until('undone in one step', async () => (await editor.wires()) === 2)
  }))
