// From a device to live values without a manual: test a connection, look into each of the plant's three devices, drag
// tags out of their trees, deploy, and see what they give.
import { expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { START_MS } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'

stage()

class Devices {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }
  device(name: string): Locator {
    return this.page.locator('.dv-device').filter({ has: this.page.locator('.dv-head b', { hasText: name }) })
  }
  async open(name: string): Promise<Locator> {
    await this.device(name).locator('.dv-head').click()
    const tree = this.device(name).getByRole('tree')
    await tree.getByRole('treeitem').first().waitFor({ timeout: START_MS })
    return tree
  }
  item(tree: Locator, title: string): Locator {
    return tree.getByRole('treeitem').filter({ has: this.page.locator('.dv-name b', { hasText: new RegExp(`^${title}$`) }) })
  }
  async unfold(tree: Locator, title: string): Promise<void> {
    await this.item(tree, title).first().locator('.dv-fold').click()
  }
  /** What a tag shows now. */
  async value(item: Locator): Promise<string> {
    return (await item.locator('.dv-v').innerText()).replaceAll(/\s+/g, ' ')
  }
}

test('tags of three devices are looked at, dragged out, deployed and live', { timeout: 150_000 }, () =>
  visit('devices', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    const devices = new Devices(page)
    await editor.claim()
    await editor.liveFlow()
    await page.locator('.callout').getByRole('button', { name: 'Got it' }).click()
    await editor.fit()
    await page.getByRole('tab', { name: 'Devices' }).click()
    const canvas = page.locator('.react-flow__pane')

    // OPC UA: a folder with values that move, two tags chosen, dragged as one node.
    const tank = await devices.open('plant-opcua')
    await devices.unfold(tank, 'Tank')
    const temperature = devices.item(tank, 'Temperature')
    await temperature.waitFor()
    expect(await devices.value(temperature)).toMatch(/^[\d.]+ ?°C$/)
    const before = await devices.value(temperature)
    await until('the tree shows the value as it is now', async () => (await devices.value(temperature)) !== before)
    await devices.item(tank, 'Level').click()
    await temperature.click({ modifiers: ['Shift'] })
    await page.locator('.dv-bar').getByText('2 tags').waitFor()
    await devices.item(tank, 'Level').dragTo(canvas, { targetPosition: { x: 120, y: 30 } })
    await editor.node('tank-2').waitFor()
    expect(await editor.node('tank-2').innerText()).toMatch(/Tank[\s\S]*Level[\s\S]*Temperature/)
    // A third one onto it.
    await devices.item(tank, 'Valve').dragTo(editor.node('tank-2'))
    await until('it is a row of the node', async () => /Valve/.test(await editor.node('tank-2').innerText()))
    await page.keyboard.press('Control+z')
    await until('one step back', async () => !/Valve/.test(await editor.node('tank-2').innerText()))
    await page.keyboard.press('Control+y')

    // MQTT: found by name, added by the keyboard.
    const topics = await devices.open('plant-mqtt')
    await devices.device('plant-mqtt').getByLabel('Search the tags of plant-mqtt').fill('temperature')
    const hall = devices.item(topics, 'temperature')
    await hall.getByText('plant / hall').waitFor()
    // A field of its JSON is a tag of its own.
    await hall.focus()
    await page.keyboard.press('ArrowRight')
    const field = devices.item(topics, 'value')
    await field.waitFor()
    await page.keyboard.press('ArrowDown')
    await until('the field has the focus', () => field.evaluate((e) => e === document.activeElement))
    await page.keyboard.press('Enter')
    await editor.node('temperature-2').waitFor()

    // Modbus: a test, a range read as another type, one register.
    const drive = await devices.open('plant-modbus')
    await page.getByRole('button', { name: 'Test plant-modbus' }).click()
    await page.locator('.dv-test').getByText('Unit 1 answers').waitFor()
    await page.getByRole('button', { name: 'Close the result' }).click()
    await devices.unfold(drive, 'Unit 1')
    await devices.unfold(drive, 'Input registers')
    await drive.getByLabel('Read as').selectOption('int16')
    await until('the speed in hundredths', async () => /^4,[3-6]\d\d$/.test(await devices.value(devices.item(drive, '0'))))
    await devices.item(drive, '0').dragTo(canvas, { targetPosition: { x: 300, y: 480 } })
    await editor.node('unit-1').waitFor()

    await editor.deployButton().click()
    const dialog = editor.dialog(/^Deploy/)
    await editor.button('Deploy', dialog).click()
    await editor.button('Done', editor.dialog(/runs$/)).click()
    for (const [node, output] of [['tank-2', 'Temperature'], ['unit-1', 'input_0'], ['temperature-2', 'temperature']] as const) {
      await until(`${node}.${output} is live`, async () => /\d/.test(await editor.reading(node, output)), 30_000)
    }
    // The tree knew the units: of the server's EUInformation, of the JSON beside the value.
    for (const [node, output] of [['tank-2', 'Temperature'], ['temperature-2', 'temperature']] as const) expect(await editor.reading(node, output)).toContain('°C')
  }))

test('what is away says why with a remedy; a test needs no saving; a field without a connection offers a new one', { timeout: 90_000 }, () =>
  visit('devices-away', async ({ page, expectErrors }) => {
    expectErrors(/50[23] .*\/api\/connections\/browse|422 .*\/api\/connections\/browse/)
    const editor = new EditorPage(page, gateway)
    const devices = new Devices(page)
    await editor.enter()
    await page.getByRole('tab', { name: 'Devices' }).click()
    await page.getByRole('button', { name: 'New connection…' }).click()
    const dialog = editor.dialog('Connections')
    await editor.button('OPC UA server', dialog).click()
    await dialog.getByLabel('Name').fill('boiler')
    await dialog.getByLabel('Endpoint').fill('opc.tcp://127.0.0.1:9')
    await dialog.getByRole('radio', { name: 'None' }).click()
    await editor.button('Test', dialog).click()
    await dialog.getByText("'boiler' is not available: 127.0.0.1:9 refuses the connection").waitFor({ timeout: 30_000 })
    await editor.button('Add', dialog).click()
    await dialog.getByRole('heading', { name: 'boiler' }).waitFor()
    await editor.button('Close', dialog).click()
    await devices.device('boiler').locator('.dv-head').click()
    const fault = devices.device('boiler').getByRole('alert')
    await fault.getByText('refuses the connection').waitFor({ timeout: 30_000 })
    expect(await fault.innerText()).toContain('Check address, cable and power.')
    // The tab is remembered, and the search of nodes leads back from it.
    await page.reload()
    await devices.device('boiler').waitFor({ timeout: START_MS })
    await page.getByRole('tab', { name: 'Nodes' }).click()
    await page.locator('.palette-item[data-type="source.modbus"]').waitFor()

    // As on a gateway without a Modbus device: the field itself leads to a new one, and takes it.
    await page.route('**/api/connections', async (route) => {
      const answer = await route.fetch()
      const all = (await answer.json()) as { name: string; type: string }[]
      await route.fulfill({ response: answer, json: all.filter((c) => c.type !== 'modbus' || c.name === 'press') })
    })
    // Who has just claimed is shown where to arm, in front of the inspector.
    await page.evaluate(() => sessionStorage.clear())
    await page.reload()
    await editor.liveFlow()
    await editor.select('drive')
    await page.getByLabel('Inspector', { exact: true }).getByRole('button', { name: 'New connection…' }).click()
    await dialog.getByRole('heading', { name: 'New Modbus TCP device connection' }).waitFor()
    await dialog.getByLabel('Name').fill('press')
    await dialog.getByLabel('Host').fill('127.0.0.1')
    await editor.button('Add', dialog).click()
    await dialog.getByRole('heading', { name: 'press', exact: true }).waitFor()
    await editor.button('Close', dialog).click()
    await until('the field has it', async () => (await page.getByLabel('Connection', { exact: true }).inputValue()) === 'press')
  }))
