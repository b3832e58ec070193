// Finding one's way: the command palette, the search over all flows, the examples, the tour of a first change, a gateway that
// goes away and comes back, the keyboard alone, and fingers.
import { expect, test } from 'vitest'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { START_MS } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'

/** Questions that a first visit and a gateway that was ended answer so. */
const AWAY = /ERR_CONNECTION_REFUSED|WebSocket connection|401|502/

stage()

test('commands, nodes and the text of all flows are found by words; a hit leads to its setting', { timeout: 90_000 }, () =>
  visit('find', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const palette = editor.dialog('All commands, nodes, flows and settings')
    await page.keyboard.press('Control+k')
    await palette.getByRole('combobox').fill('bearing wear')
    await palette.getByRole('option', { name: /^Bearing wear/ }).first().waitFor()
    await page.keyboard.press('Enter')
    await palette.waitFor({ state: 'detached' })
    expect(await editor.node('wear').getAttribute('class')).toContain('selected')

    await page.keyboard.press('Control+k')
    await palette.getByRole('combobox').fill('theme dark')
    await page.keyboard.press('Enter')
    await page.locator('html[data-theme="dark"]').waitFor()

    await page.keyboard.press('Control+Shift+f')
    const search = editor.dialog('Search all flows')
    await search.getByRole('searchbox').fill('compressor/pressure')
    await search.getByRole('button', { name: /plant\/compressor\/pressure/ }).click()
    await search.waitFor({ state: 'detached' })
    await until('the topic has the focus', async () => (await page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.value)) === 'plant/compressor/pressure')

    await editor.menu('Connections…')
    await editor.dialog('Connections').getByRole('button', { name: /^plant-opcua/ }).click()
    await editor.button('Where it is used', editor.dialog('Connections')).click()
    await search.getByText(/^One place in one flow|places in one flow/).waitFor()
    expect(await search.getByRole('button', { name: /Tank T-7/ }).count()).toBe(1)
  }))

test('an example is opened as a draft that has no problem', { timeout: 90_000 }, () =>
  visit('examples', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await editor.menu('Examples…')
    const gallery = editor.dialog('Examples')
    await gallery.getByRole('searchbox').fill('peak')
    await until('one has it', async () => (await gallery.getByRole('listitem').count()) === 1)
    await editor.button('Open as draft', gallery).click()
    await editor.node('quarter').waitFor()
    await editor.drawer('Problems')
    await page.getByText('No problems in the draft.').waitFor()
  }))

test('the tour waits for what is really done, ends with a change that runs, and is offered once', { timeout: 90_000 }, () =>
  visit('tour', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    // Beside an open dialog, which has the page to itself for a screen reader.
    const tour = page.locator('.tour-card')
    const step = (title: string): Promise<void> => tour.locator('h2', { hasText: title }).waitFor()
    const palette = editor.dialog('All commands, nodes, flows and settings')
    await page.keyboard.press('Control+k')
    await palette.getByRole('combobox').fill('tour')
    await palette.getByRole('option', { name: /^The tour/ }).waitFor()
    await page.keyboard.press('Enter')
    await step('A flow, as it runs')
    await page.keyboard.press('Escape')
    await tour.waitFor({ state: 'detached' })
    await editor.menu('Take the tour')
    await editor.button('Next', tour).click()
    await step('Choose the deadband')
    await editor.node('temperature').locator('.hd').click()
    await step('Change its threshold')
    await page.getByLabel('Inspector', { exact: true }).getByLabel('Threshold', { exact: true }).fill('1')
    await step('See what differs')
    await editor.deployButton().click()
    await step('Deploy it')
    await editor.button('Deploy', editor.dialog(/^Deploy/)).click()
    await editor.button('Done', editor.dialog(/^Version/)).click()
    await step('It runs')
    await editor.button('Next', tour).click()
    await editor.button('Done', tour).click()
    await tour.waitFor({ state: 'detached' })
    await page.reload()
    await editor.liveFlow()
    expect(await editor.button('Take the tour').count()).toBe(0)
  }))

test('a gateway that ends is missed, and the page heals by itself when it is back', { timeout: 120_000 }, () =>
  visit('heal', async ({ page, expectErrors }) => {
    const editor = new EditorPage(page, gateway)
    expectErrors(AWAY)
    await editor.enter()
    await gateway.kill()
    await page.getByText('No connection to the gateway', { exact: true }).waitFor()
    await editor.select('temperature')
    await gateway.restart()
    await page.getByText('No connection to the gateway', { exact: true }).waitFor({ state: 'detached', timeout: START_MS })
    await editor.changes('drive', 'vibration', START_MS)
  }))

test('a flow is built, wired and set without the mouse, and the focus comes back from dialogs', { timeout: 90_000 }, () =>
  visit('keys', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const keys = async (...all: readonly string[]): Promise<void> => {
      for (const k of all) await page.keyboard.press(k)
    }
    const palette = editor.dialog('All commands, nodes, flows and settings').getByRole('combobox')
    const command = async (text: string, option: RegExp): Promise<void> => {
      await keys('Control+k')
      await palette.waitFor()
      await page.keyboard.type(text)
      await page.getByRole('option', { name: option }).first().waitFor()
      await keys('Enter')
    }
    await command('new flow', /^New flow/)
    await editor.dialog('New flow').waitFor()
    await page.keyboard.type('By keys')
    await keys('Enter')
    await page.getByText('This flow is empty').waitFor()
    for (const type of ['add generate', 'add deadband']) {
      await command(type, type === 'add generate' ? /^Add Generate/ : /^Add Deadband/)
      await editor.dialog().waitFor({ state: 'detached' })
    }
    await until('there are two nodes', async () => (await page.locator('.react-flow__node').count()) === 2)
    await editor.node('generate').focus()
    await keys('Enter', 'w')
    await page.getByRole('listbox').getByRole('option').first().waitFor()
    await keys('Enter')
    await until('they are wired', async () => (await editor.wires()) === 1)
    await editor.node('deadband').focus()
    await keys('Enter', 'Enter')
    expect(await page.evaluate(() => document.activeElement?.closest('.pane-inspector') !== null)).toBe(true)
    await keys('Control+s')
    const deploy = editor.dialog(/^Deploy/)
    await deploy.waitFor()
    await keys('Escape')
    await deploy.waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.closest('.pane-inspector') !== null)).toBe(true)
    await keys('Control+s')
    await editor.button('Deploy', deploy).focus()
    await keys('Enter')
    await editor.dialog(/^Version 1/).waitFor()
    await keys('Escape')
    await until('it runs', async () => (await gateway.health()).flows.some((f) => f.id === 'by-keys' && f.state === 'running'))
    // What a screen reader hears of the wire.
    await page.locator('.react-flow__edge').focus()
    expect(await page.locator('.react-flow__edge').getAttribute('aria-label')).toBe('wire from generate.value to deadband.value')
    await until('its value and quality are said', async () => { await page.locator('.react-flow__edge').blur(); await page.locator('.react-flow__edge').focus(); return (await page.locator('.canvas > .sr-only[role="status"]').innerText()).endsWith(', good') })
  }))
