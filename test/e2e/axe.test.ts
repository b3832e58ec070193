// Every main state of the editor before axe-core, in both themes: nothing that keeps somebody out (serious, critical), contrast
// included. What is shown is the real thing, with live values and an alarm's colours in it.
import { expect, test } from 'vitest'
import { axeFaults } from './axe.ts'
import { EditorPage } from './editor-page.ts'
import { gateway, stage, visit } from './stage.ts'

stage()

test('axe finds nothing serious in any main state, light and dark', { timeout: 240_000 }, () =>
  visit('axe', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    const found: string[] = []
    const look = async (state: string): Promise<void> => void found.push(...(await axeFaults(page)).map((fault) => `${state}: ${fault}`))
    await page.goto(gateway.url)
    await page.getByLabel('User').waitFor()
    await look('gate')
    await page.goto('about:blank')
    await editor.enter()
    await look('the first visit')
    await editor.button('Got it').click()
    const dialog = async (open: () => Promise<void>, state: string): Promise<void> => {
      await open()
      await editor.dialog().waitFor()
      await look(state)
      await page.keyboard.press('Escape')
      await editor.dialog().waitFor({ state: 'detached' })
    }
    for (const theme of ['Light', 'Dark'] as const) {
      const of = (state: string): string => `${state}, ${theme.toLowerCase()}`
      await editor.theme(theme)
      await editor.fit()
      await look(of('the flow'))
      await editor.select('wear')
      await look(of('settings'))
      await editor.select('wear', 'Live')
      await look(of('live'))
      await editor.select('wear', 'Help')
      await look(of('help'))
      for (const tab of ['Problems', 'Alarms', 'Log', 'Taps', 'Ledger'] as const) {
        await editor.drawer(tab)
        await look(of(tab))
      }
      await dialog(() => page.keyboard.press('Control+k'), of('command palette'))
      await dialog(() => page.keyboard.press('Control+Shift+f'), of('search'))
      await dialog(() => page.keyboard.press('?'), of('shortcuts'))
      for (const item of ['Examples…', 'Connections…', 'Secrets…', 'Users…', 'Models…', 'Versions and rollback…', 'Import…']) await dialog(() => editor.menu(item), of(item))
      await dialog(() => page.keyboard.press('Control+s'), of('deploy'))
      await dialog(() => editor.button('Hold all outputs').click(), of('hold'))
      await page.getByRole('tab', { name: 'Devices', exact: true }).click()
      await page.locator('.dv-device').first().waitFor()
      await look(of('devices'))
      await page.getByRole('tab', { name: 'Nodes', exact: true }).click()
      await editor.menu('Look back…')
      const strip = page.getByRole('region', { name: 'Looking back' })
      await strip.waitFor()
      await page.getByText(/^step [\d,]+ of [\d,]+$/).waitFor()
      await look(of('looking back'))
      await editor.button(/^Back to live/, strip).click()
      await strip.waitFor({ state: 'detached' })
      await editor.menu('Tests of this flow')
      await page.getByRole('tabpanel').first().waitFor()
      await look(of('tests'))
      await editor.menu("Operator's view")
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
      await look(of("operator's view"))
      await page.goBack()
      await editor.liveFlow()
    }
    expect(found).toEqual([])
  }))
