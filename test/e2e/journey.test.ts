// One person's way through the editor, in a real browser before the real gateway with its engine and plant: the first
// visit, the pump's story, and what bad input and broken parts do. The three share one gateway, whose wear grows meanwhile.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { parseFlow } from '#format'
import { until } from '../io.ts'
import { freePort, mbpollRead, mbpollWrite } from '../peers.ts'
import { EditorPage } from './editor-page.ts'
import { plantPort, startBrowser, startGateway, user, visit, type GatewayProcess } from './harness.ts'

let gateway: GatewayProcess
let browser: Browser
let started = 0
beforeAll(async () => {
  browser = await startBrowser()
  gateway = await startGateway()
  started = Date.now()
  await until('the example runs', async () => (await gateway.health()).flows.some((f) => f.state === 'running'))
}, 90_000)
afterAll(async () => {
  await browser?.close()
  await gateway?.close()
})

test('claim, watch, change, refuse a wrong wire, deploy, see the effect, roll back, export, import', { timeout: 90_000 }, () =>
  visit('journey', browser, gateway, async ({ page }) => {
    const editor = new EditorPage(page, gateway)

    await editor.claim()
    expect(new URL(page.url()).hash, 'the token does not stay in the address').toBe('')
    await editor.liveFlow()
    await page.locator('.callout').getByText('This flow is disarmed').waitFor()
    await editor.button(/^Disarmed/).waitFor()
    await page.locator('.callout').getByRole('button', { name: 'Got it' }).click()

    await editor.fit()
    for (const [node, port] of [['pressure', 'value'], ['tank', 'level'], ['spectrum', 'rms']] as const) await editor.changes(node, port)
    await until('wires show their rate', async () => (await page.locator('.wire-label').allInnerTexts()).filter((t) => /\d\/s$/.test(t)).length >= 5)

    const wires = await editor.wires()
    await editor.drag(editor.handle('bearing', 'probabilities_label', 'source'), editor.handle('wear', 'value', 'target'), () => page.locator('.drag-reason.no').getByText('text cannot feed number').waitFor())
    await editor.toast('text cannot feed number').waitFor()
    await editor.drag(editor.handle('drive', 'temperature', 'source'), editor.handle('spectrum', 'speed', 'target'), () => page.locator('.drag-reason.no').getByText('°C').waitFor())
    await editor.toast(/°C.*Hz/).waitFor()
    expect(await editor.wires()).toBe(wires)

    await editor.select('temperature')
    const threshold = page.getByLabel('Threshold', { exact: true })
    await threshold.fill('0')
    await editor.button(/^Deploy 1 change$/).waitFor()
    await editor.node('temperature').locator('.hd').click()
    await page.keyboard.press('Control+z')
    await until('undone', async () => (await threshold.inputValue()) === '0.5')
    await editor.button(/^Deploy no changes$/).waitFor()
    await page.keyboard.press('Control+y')
    await until('done again', async () => (await threshold.inputValue()) === '0')

    await editor.select('temperature', 'Live')
    expect(await editor.passing(8), 'share that passes at 0.5 °C').toBeLessThan(0.3)
    await editor.deployButton().click()
    const deploying = editor.dialog("Deploy 'Pump P-101 health'")
    expect(await deploying.innerText()).toMatch(/Deadband 0\.5 °C[\s\S]*Threshold[\s\S]*0\.5[\s\S]*0/)
    await deploying.getByLabel('Comment').fill('every change of the temperature')
    await editor.button('Deploy', deploying).click()
    const deployed = editor.dialog('Version 2 runs')
    expect(await deployed.innerText()).toMatch(/Went on untouched\s*14 nodes[\s\S]*Started anew\s*Deadband 0\.5 °C[\s\S]*disarmed/)
    await editor.button('Done', deployed).click()
    expect(await editor.passing(8), 'share that passes at 0 °C').toBeGreaterThan(0.5)

    await editor.menu('Versions and rollback…')
    const versions = editor.dialog("Versions of 'Pump P-101 health'")
    await versions.getByText('every change of the temperature').waitFor()
    await versions.getByRole('button', { name: /^v1/ }).click()
    await editor.button('Roll back to it…', versions).click()
    await editor.button('Roll back', editor.dialog('Roll back to version 1?')).click()
    await versions.getByText('Version 3 runs: what version 1 was.').waitFor()
    await editor.button('Close', versions).click()
    expect(await editor.passing(8), 'share that passes after the rollback').toBeLessThan(0.3)

    const text = await editor.exported()
    expect(parseFlow(text).issues).toEqual([])
    expect(text).toContain('"drive.waveform -> spectrum.signal"')
    const importing = await editor.importFile('pump.flow.json', text)
    await editor.button('Replace the open draft', importing).click()
    await editor.button(/^Deploy no changes$/).waitFor()
    expect(await editor.exported()).toBe(text)

    const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await editor.theme('Dark')
    expect(await background()).not.toBe(light)
    await page.reload()
    await editor.liveFlow()
    await page.locator('html[data-theme="dark"]').waitFor()
    await editor.theme('Light')
    expect(await background()).toBe(light)
  }))
