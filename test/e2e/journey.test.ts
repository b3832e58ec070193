// One person's way through the editor, in a real browser before the real gateway with its engine and plant: the first
// visit, the pump's story, and what bad input and broken parts do. They share one gateway, whose wear grows meanwhile.
import { expect, test } from 'vitest'
import { parseFlow } from '#format'
import { until } from '../io.ts'
import { freePort, mbpollRead, mbpollWrite } from '../peers.ts'
import { EditorPage } from './editor-page.ts'
import { plantPort, user } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'

/** The example runs; its plant a little longer. */
let started = Date.now()
stage()

test('claim, watch, change, refuse a wrong wire, deploy, see the effect, roll back, export, import', { timeout: 90_000 }, () =>
  visit('journey', async ({ page }) => {
    const editor = new EditorPage(page, gateway)

    // Who is quick is there before the example is deployed: it opens as soon as it runs.
    await editor.claim()
    await editor.liveFlow()
    started = Date.now()
    expect(new URL(page.url()).hash, 'the token does not stay in the address').toBe('')
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

    await page.locator('.palette-item[data-type="flow.debug"]').dragTo(page.locator('.react-flow__pane'), { targetPosition: { x: 110, y: 480 } })
    await editor.node('debug').waitFor()
    await editor.drag(editor.handle('psi', 'value', 'source'), editor.handle('debug', 'value', 'target'), () => page.locator('.drag-reason.yes').waitFor())
    await editor.button(/^Deploy 3 changes$/).waitFor()

    await editor.select('temperature', 'Live')
    const before = await editor.ledger()
    expect(before.dropped, 'at 0.5 °C next to nothing passes').toBeGreaterThan(before.passed * 3)
    await editor.deployButton().click()
    const deploying = editor.dialog("Deploy 'Pump P-101 health'")
    expect(await deploying.innerText()).toMatch(/3 changes[\s\S]*Threshold/)
    await deploying.getByLabel('Comment').fill('every change of the temperature, the pressure in the log')
    // At 0 °C nothing is kept back, which one of the flow's tests says.
    await deploying.getByLabel('I know, and deploy it so').check()
    await editor.button('Deploy', deploying).click()
    const deployed = editor.dialog('Version 2 runs')
    expect(await deployed.innerText()).toMatch(/Went on untouched\s*14 nodes[\s\S]*New settings, state kept\s*Deadband 0\.5 °C[\s\S]*Started anew\s*Debug[\s\S]*disarmed/)
    await editor.button('Done', deployed).click()
    const { passed } = await editor.ledger()
    await until('at 0 °C every change of a tenth passes', async () => (await editor.ledger()).passed >= passed + 2, 30_000)

    await editor.drawer('Log')
    await page.getByRole('log', { name: 'Log' }).getByText('compressor.pressure = ').first().waitFor()

    await editor.menu('Versions and rollback…')
    const versions = editor.dialog("Versions of 'Pump P-101 health'")
    await versions.getByText('every change of the temperature, the pressure in the log').waitFor()
    await versions.getByRole('button', { name: /^v1/ }).click()
    await editor.button('Roll back to it…', versions).click()
    await editor.button('Roll back', editor.dialog('Roll back to version 1?')).click()
    await versions.getByText('Version 3 runs: what version 1 was.').waitFor()
    await editor.button('Close', versions).click()
    expect(await editor.node('debug').count()).toBe(0)
    await editor.select('temperature', 'Live')
    expect(await editor.passing(12), 'at 0.5 °C at most one in twelve passes').toBeLessThan(0.1)

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

test('the pump: wear raises the alarm, armed it slows the pump, hold and disarm stop the writing', { timeout: 120_000 }, () =>
  visit('pump', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const port = await plantPort(page, gateway, 'plant-modbus')
    const speed = async (): Promise<number> => (await mbpollRead(port, '3', 0))[0]! / 100
    const setpoint = async (): Promise<number> => (await mbpollRead(port, '4', 0))[0]! / 100
    // float32, low word first
    const vibration = async (): Promise<number> => {
      const [low, high] = await mbpollRead(port, '3', 4, 2)
      return new DataView(Uint8Array.of(high! >> 8, high! & 255, low! >> 8, low! & 255).buffer).getFloat32(0)
    }

    await editor.node('wear').locator('.node.alarm').waitFor({ timeout: Math.max(1000, started + 60_000 - Date.now()) })
    await editor.drawer('Alarms')
    const alarm = page.getByRole('listitem').filter({ hasText: 'P-101: bearing wear' })
    await alarm.getByText('unacknowledged').waitFor()
    await editor.button('Acknowledge', alarm).click()
    await alarm.getByText(`by ${user}`).waitFor()

    expect(await setpoint(), 'disarmed: nothing was written').toBe(45)
    expect(await speed()).toBeGreaterThan(44)
    const worn = await vibration()
    await editor.button(/^Disarmed/).click()
    const arming = editor.dialog("Arm 'Pump P-101 health'?")
    expect(await arming.innerText()).toMatch(/20 Hz to 50 Hz[\s\S]*not a safety-rated system/)
    expect(await editor.button('Arm', arming).isDisabled(), 'no arming without a reason').toBe(true)
    await arming.getByLabel('Reason').fill('the bearing is worn, maintenance is informed')
    await editor.button('Arm', arming).click()
    await editor.button('Armed').waitFor()

    const way = new Set<number>()
    await until('the setpoint goes from 45 to 25 Hz', async () => {
      way.add(await editor.written())
      return way.has(25)
    })
    expect([...way].filter((hz) => hz > 25 && hz < 45).length, 'by and by, as its envelope demands').toBeGreaterThan(2)
    await until('an independent client reads the setpoint', async () => (await setpoint()) === 25)
    await until('the drive itself turns below 30 Hz', async () => (await speed()) < 30)
    await until('the pump vibrates less than half as much', async () => (await vibration()) < worn / 2)
    await editor.changes('drive', 'vibration')

    await editor.button('Hold all outputs').click()
    await editor.button('Hold all outputs', editor.dialog()).click()
    await editor.button('Outputs held').waitFor()
    await editor.node('setpoint').getByText('armed, held').waitFor()
    await mbpollWrite(port, '4', 0, [3000])
    await editor.select('slow', 'Live')
    await editor.passing(3)
    expect(await setpoint(), 'held: a hand on the drive is not overwritten').toBe(30)
    await editor.button('Outputs held').click()
    await editor.button('Release', editor.dialog()).click()
    await until('released it writes again', async () => (await setpoint()) === 25)

    await editor.button('Armed').click()
    await editor.button('Disarm', editor.dialog("'Pump P-101 health' is armed")).click()
    await editor.button(/^Disarmed/).waitFor()
    await editor.node('setpoint').getByText('disarmed').waitFor()
    await mbpollWrite(port, '4', 0, [4500])
    await editor.passing(3)
    expect(await setpoint(), 'disarmed: nothing is written').toBe(45)
  }))

test('a new flow shows its values as soon as it is deployed, beside the one that runs', { timeout: 60_000 }, () =>
  visit('second', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const tank = JSON.stringify({
      headgate: 1, id: 'tank', name: 'Tank', parameters: {}, connections: {},
      nodes: {
        tank: { type: 'source.opcua', config: { connection: 'plant-opcua', items: [{ name: 'level', nodeId: 'ns=1;s=Tank.Level', kind: 'number', unit: 'm' }] }, at: [0, 0] },
        log: { type: 'flow.debug', config: {}, at: [300, 0] },
      },
      wires: ['tank.level -> log.value'],
    })
    const dialog = await editor.importFile('tank.flow.json', tank)
    await editor.button('Open as a new flow', dialog).click()
    await editor.deployButton().click()
    await editor.button('Deploy', editor.dialog()).click()
    await page.getByText(/Version 1 runs/).first().waitFor()
    await editor.button('Close', editor.dialog()).first().click()
    await editor.changes('tank', 'level')
    expect((await gateway.health()).flows.map((f) => [f.id, f.state]).toSorted()).toEqual([['pump-p101', 'running'], ['tank', 'running']])
    expect((await page.request.delete(`${gateway.url}/api/flows/tank`, { headers: { origin: gateway.url } })).ok()).toBe(true)
  }))

test('bad input and broken parts: a clear issue each, and what runs goes on', { timeout: 120_000 }, () =>
  visit('faults', async ({ page, expectErrors }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()

    const importing = await editor.importFile('torn.flow.json', '{ "headgate": 1, "id": "torn", ')
    await importing.locator('[data-level=error]').waitFor()
    expect(await editor.button('Open as a new flow', importing).isDisabled()).toBe(true)
    await editor.button('Close', importing).click()

    const strange = JSON.stringify({
      headgate: 1, id: 'strange', name: 'Strange', parameters: {}, connections: {},
      nodes: {
        air: { type: 'source.opcua', config: { connection: 'plant-opcua', items: [{ name: 'value', nodeId: 'ns=1;s=Tank.Temperature', kind: 'number', unit: 'Cel' }] }, at: [0, 0] },
        kalman: { type: 'filter.kalman', config: { gain: 0.25, matrix: [[1, 0], [0, 1]], note: 'keep me' }, at: [300, 0] },
        kpa: { type: 'transform.convert', config: { from: 'bar', to: 'kPa' }, at: [300, 200] },
      },
      wires: ['air.value -> kalman.value', 'air.value -> kpa.value'],
    })
    const dialog = await editor.importFile('strange.flow.json', strange)
    await dialog.getByText('This gateway does not have: filter.kalman').waitFor()
    await editor.button('Open as a new flow', dialog).click()
    await editor.node('kalman').getByText('not installed').waitFor()
    await editor.drawer('Problems')
    const problems = page.getByRole('tabpanel', { name: /^Problems/ })
    await problems.getByText(/°C.*bar/).first().waitFor()
    await problems.getByText('filter.kalman').first().waitFor()
    await editor.select('kalman')
    await page.getByLabel('Inspector', { exact: true }).getByText('keep me').waitFor()
    expect(JSON.parse(await editor.exported()).nodes.kalman).toEqual({ type: 'filter.kalman', config: { gain: 0.25, matrix: [[1, 0], [0, 1]], note: 'keep me' }, at: [300, 0] })
    await editor.deployButton().click()
    expect(await editor.button('Deploy', editor.dialog()).isDisabled(), 'errors stop a deploy').toBe(true)
    await editor.button('Cancel', editor.dialog()).click()
    await page.getByRole('button', { name: /^Flow Strange/ }).click()
    await page.getByRole('menuitem', { name: /^Pump P-101 health/ }).click()
    await editor.liveFlow()

    const port = await plantPort(page, gateway, 'plant-modbus')
    const nobody = await freePort()
    const aim = async (to: number): Promise<void> => {
      await editor.menu('Connections…')
      const connections = editor.dialog('Connections')
      await connections.getByRole('button', { name: /^plant-modbus/ }).click()
      await connections.getByRole('textbox', { name: 'Port' }).fill(String(to))
      await editor.button('Save', connections).click()
      await connections.getByText(`127.0.0.1:${to}`).waitFor()
      await editor.button('Close', connections).click()
    }
    await aim(nobody)
    await editor.node('drive').locator('.dot').and(page.getByRole('img', { name: new RegExp(`127.0.0.1:${nobody}`) })).waitFor()
    await editor.node('bearing').locator('.v.q-bad').first().waitFor()
    await editor.drawer('Problems')
    await page.getByText(new RegExp(`'plant-modbus' is not available: 127\\.0\\.0\\.1:${nobody}`)).first().waitFor()
    await editor.changes('tank', 'level')
    expect((await gateway.health()).flows).toMatchObject([{ id: 'pump-p101', state: 'running' }])
    await aim(port)
    await editor.changes('drive', 'vibration')

    const [engine] = (await gateway.health()).engines
    process.kill(engine!.pid!, 'SIGKILL')
    await page.locator('.figures.lost').getByText('flow restarting').waitFor()
    await editor.liveFlow()
    const [after] = (await gateway.health()).engines
    expect(after).toMatchObject({ state: 'running', restarts: engine!.restarts + 1 })
    expect(after!.pid).not.toBe(engine!.pid)

    const version = (await gateway.health()).flows[0]!.version
    expectErrors(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket/)
    await gateway.kill()
    await page.getByRole('alert').getByText('No connection to the gateway').waitFor()
    await gateway.restart()
    await page.getByRole('alert').getByText('No connection to the gateway').waitFor({ state: 'detached', timeout: 30_000 })
    await editor.liveFlow()
    expect((await gateway.health()).flows).toMatchObject([{ id: 'pump-p101', version, state: 'running' }])
    expect(await (await page.request.get(`${gateway.url}/api/session`)).json()).toMatchObject({ user, role: 'admin' })
    await page.reload()
    await editor.liveFlow()
  }))
