// `npm run screenshots`: the README's pictures, from the real thing: gateway, engine and plant run, the pump wears, the
// alarm comes, somebody arms the flow and the pump slows down. Takes about a minute.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { START_MS, startBrowser, startGateway, visit } from './harness.ts'

const folder = resolve(import.meta.dirname, '../../docs/images')
const ALARM_MS = 90_000
/** The plot's rise and fall. */
const TREND_MS = 14_000

const gateway = await startGateway()
const browser = await startBrowser()
try {
  await until('the example runs', async () => (await gateway.health()).flows.some((f) => f.state === 'running'), START_MS)
  await visit('screens', browser, gateway, async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    const pin = async (node: string, port: string): Promise<void> => {
      await editor.select(node, 'Live')
      await editor.button(`Pin ${port}`).click()
    }
    await editor.enter()
    await editor.button('Got it').click()
    await pin('drive', 'vibration')
    await pin('bearing', 'fault')
    await editor.node('wear').locator('.node.alarm').waitFor({ timeout: ALARM_MS })
    await editor.button(/^Disarmed/).click()
    await page.getByLabel('Reason').fill('bearing wear: slow until the shift ends')
    await editor.button('Arm', editor.dialog()).click()
    await editor.select('setpoint', 'Settings')
    const armed = Date.now()
    await until('the setpoint is 25 Hz', async () => (await editor.written()) === 25)
    await until('the plot shows it', () => Date.now() - armed > TREND_MS, 2 * TREND_MS)
    await until('nothing but the flow is shown', async () => (await page.locator('.toast').count()) === 0)
    await editor.fit()
    await until('the model is sure and the tank sensor works', async () => Number(await editor.reading('bearing', 'fault')) > 0.8 && (await page.locator('.v.q-bad').count()) === 0, ALARM_MS)
    mkdirSync(folder, { recursive: true })
    for (const theme of ['Light', 'Dark'] as const) {
      await editor.theme(theme)
      await page.mouse.move(1, 899)
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
      await page.screenshot({ path: join(folder, `editor-${theme.toLowerCase()}.png`) })
    }
    // One picture each of what the page about the editor tells, in the light theme.
    await editor.theme('Light')
    const picture = async (name: string): Promise<void> => {
      await page.mouse.move(1, 899)
      await until('no message lies over it', async () => (await page.locator('.toast').count()) === 0)
      await page.screenshot({ path: join(folder, `${name}.png`) })
    }
    await page.getByRole('tab', { name: /^Replay/ }).click()
    await editor.button('Look back…').click()
    await page.getByText('Looking back').first().waitFor()
    await picture('replay')
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Devices' }).click()
    await page.getByText('plant-modbus').first().click()
    await picture('devices')
    await page.getByRole('tab', { name: 'Nodes' }).click()
    await editor.fit()
    await editor.select('temperature', 'Settings')
    await page.getByLabel('Threshold', { exact: true }).fill('1')
    await editor.deployButton().click()
    await editor.dialog().waitFor()
    await picture('deploy')
    await page.keyboard.press('Escape')
    await page.goto(`${gateway.url}/operator/pump-p101`)
    await page.getByText('Vibration and fault').waitFor()
    await until('the trend has something to show', () => Date.now() - armed > 3 * TREND_MS, 4 * TREND_MS)
    await picture('operator')
  })
  process.stdout.write(`The pictures are in ${folder}\n`)
} finally {
  await browser.close()
  await gateway.close()
}
