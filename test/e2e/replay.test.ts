// Looking back, what-if and the flow's tests in a real browser before the real gateway, its engine, its lab and the plant.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { START_MS, startBrowser, startGateway, visit, type GatewayProcess } from './harness.ts'

const SIGNED_OUT = /401 .*\/api\/session/

let gateway: GatewayProcess
let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
  gateway = await startGateway()
}, 2 * START_MS)
afterAll(async () => {
  await browser?.close()
  await gateway?.close()
})

test('a moment of the recording is on the canvas, step by step back and forth, with the path of a sample and what a node keeps', { timeout: 90_000 }, () =>
  visit('replay look', browser, gateway, async ({ page, expectErrors }) => {
    expectErrors(SIGNED_OUT)
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await page.locator('.callout').getByRole('button', { name: 'Got it' }).click()
    await editor.select('temperature', 'Live')
    await until('some readings were kept back', async () => (await editor.ledger()).dropped > 8, 30_000)
    await editor.menu('Look back…')
    const strip = page.getByRole('region', { name: 'Looking back' })
    await strip.waitFor()

    // It stands, though the plant goes on.
    const steps = page.getByText(/^step [\d,]+ of [\d,]+$/)
    const at = async (): Promise<number> => Number((await steps.innerText()).split(' ')[1]!.replaceAll(',', ''))
    const end = await at()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await until('two steps back', async () => (await at()) === end - 2)
    await editor.button('Forward', page.getByRole('toolbar', { name: 'Go through the steps' })).click()
    await until('and one on', async () => (await at()) === end - 1)
    expect(await page.locator('.node.step-here').count(), 'one node is where the step is').toBe(1)

    // A sample that the deadband kept back: its way, and why it ended there.
    const list = page.getByRole('group', { name: 'Steps' })
    await list.getByRole('button').filter({ hasText: 'It has not moved by more than the threshold' }).last().click()
    await editor.button('Path of this sample').click()
    const path = page.getByRole('group', { name: 'The path of this sample' })
    await until('from the drive to the deadband', async () => (await path.getByRole('button').count()) === 2)
    expect(await path.getByRole('button').allInnerTexts()).toEqual([expect.stringMatching(/P-101 drive[\s\S]*came from outside/), expect.stringMatching(/Deadband[\s\S]*dropped: It has not moved/)])
    expect(await page.locator('.react-flow__edge .wire.on-path').count()).toBe(1)
    const inspector = page.getByLabel('Inspector', { exact: true })
    await inspector.getByText('Keeps', { exact: false }).first().waitFor()
    await inspector.locator('.keeps').getByText(/P-101\.temperature/).waitFor()
    await path.getByRole('button').first().click()
    await until('the drive is where the step is', () => editor.node('drive').locator('.step-here').isVisible())

    // On time line and keys too; Escape leads back, and the values go on.
    const line = page.getByRole('slider', { name: 'Time line of the recording' })
    const before = await line.getAttribute('aria-valuetext')
    await line.focus()
    await page.keyboard.press('ArrowDown')
    await until('ten seconds earlier', async () => (await line.getAttribute('aria-valuetext')) !== before)
    await page.keyboard.press('Escape')
    await strip.waitFor({ state: 'detached' })
    await editor.changes('drive', 'vibration')
  }))

test('what-if shows where the draft differs; the time becomes a test; a change that breaks it is seen at the port and before the deploy', { timeout: 120_000 }, () =>
  visit('replay what-if and tests', browser, gateway, async ({ page, expectErrors }) => {
    expectErrors(SIGNED_OUT)
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await editor.menu('Look back…')
    await page.getByRole('region', { name: 'Looking back' }).waitFor()
    await editor.select('temperature')
    const threshold = page.getByLabel('Threshold', { exact: true })
    await threshold.fill('0')
    await editor.button('What if my draft ran?').click()
    const what = page.getByRole('region', { name: 'What if' })
    await what.getByText(/ports would have given something else/).waitFor()
    await what.getByRole('table', { name: /Samples of .*Deadband/ }).getByText('P-101.temperature').first().waitFor()
    await threshold.fill('0.5')
    await what.getByRole('button', { name: 'The draft has changed: run it again' }).click()
    await what.getByText(/Your draft gives the same/).waitFor()

    await editor.button('Save as test…').click()
    const saving = editor.dialog('Save as test')
    await saving.getByLabel('Name').fill('a quiet time')
    for (const port of ['Bearing wear.active', 'Bearing wear.event', 'P-101 setpoint.value', 'To the cloud.value']) await saving.getByRole('checkbox', { name: port }).uncheck()
    await saving.getByRole('checkbox', { name: /Deadband .*\.value/ }).check()
    expect(await saving.getByRole('checkbox', { name: 'P-101 drive.temperature' }).isChecked(), 'what feeds the port is proposed').toBe(true)
    expect(await saving.getByRole('checkbox', { name: 'Compressed air.value' }).isChecked()).toBe(false)
    await editor.button('Work out what leaves', saving).click()
    await saving.getByText(/^What it will hold the flow to: \d+ samples?$/).waitFor()
    await editor.button('Save test', saving).click()
    await editor.button('Run all 4').click()
    await page.getByText('4 passed', { exact: true }).waitFor()
    await page.getByRole('region', { name: 'Looking back' }).getByRole('button', { name: /^Back to live/ }).click()

    // A draft that breaks it.
    await editor.select('temperature')
    await threshold.fill('0')
    await page.getByText('4 to run again: the draft has changed').waitFor()
    await editor.deployButton().click()
    const deploying = editor.dialog("Deploy 'Pump P-101 health'")
    await deploying.getByText(/Tests: 2 of 4 pass\./).waitFor()
    expect(await editor.button('Deploy', deploying).isDisabled(), 'it waits for somebody to take note').toBe(true)
    await deploying.getByRole('checkbox', { name: 'I know, and deploy it so' }).check()
    expect(await editor.button('Deploy', deploying).isDisabled()).toBe(false)
    await editor.button('Show the tests', deploying).click()

    await page.getByText('2 passed, 2 failed', { exact: true }).waitFor()
    await page.getByRole('list', { name: 'Tests' }).getByRole('button', { name: /a quiet time/ }).click()
    const one = page.getByRole('region', { name: 'Test a quiet time' })
    await one.getByRole('table', { name: 'Differences of a quiet time' }).getByText('nothing').first().waitFor()
    await editor.button('Show on the canvas', one).click()
    await editor.node('temperature').getByLabel('What the test expected').getByText(/expected nothing/).waitFor()
    await editor.button('Accept new result', one).click()
    await one.getByText('✓ Passed').waitFor()
    expect(await editor.node('temperature').getByLabel('What the test expected').count()).toBe(0)
    await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } })
    await page.keyboard.press('Control+z')
    await one.getByText('The draft has changed').waitFor()
  }))

test('a test is written by hand and pasted, renamed, and removed with a way back', { timeout: 60_000 }, () =>
  visit('replay hand-made test', browser, gateway, async ({ page, expectErrors }) => {
    expectErrors(SIGNED_OUT)
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await page.getByRole('tab', { name: /^Tests/ }).click()
    await editor.button('New test…').click()
    const editing = editor.dialog('New test')
    await editing.getByLabel('Name').fill('by hand')
    await editor.button('Paste CSV…', editing).click()
    await editing.getByLabel('Rows of CSV or of a spreadsheet').fill('at,tag,value,time\npressure.value,c,6.1,0\nnowhere.value,c,7,1000')
    await editor.button('Add 2 rows', editing).click()
    await editing.getByText("Row 2: The flow has no port 'nowhere.value'.").waitFor()
    await editing.getByLabel('Comes in at, row 2').fill('pressure.value')
    await editing.getByRole('checkbox', { name: 'Air pressure low?.low' }).check()
    await editor.button('Save and run', editing).click()
    const list = page.getByRole('list', { name: 'Tests' })
    await list.getByRole('button', { name: /^failed by hand/ }).click()
    const one = page.getByRole('region', { name: 'Test by hand' })
    await one.getByText('610').waitFor()
    await editor.button('Accept new result', one).click()
    await editor.button('Rename the test', one).click()
    await page.getByLabel('Name of the test').fill('low at 6.2 bar')
    await page.keyboard.press('Enter')
    await editor.button('Remove the test', page.getByRole('region', { name: 'Test low at 6.2 bar' })).click()
    await until('it is gone', async () => (await list.getByText('low at 6.2 bar').count()) === 0)
    await page.locator('.react-flow__pane').click({ position: { x: 20, y: 20 } })
    await page.keyboard.press('Control+z')
    await list.getByText('low at 6.2 bar').waitFor()
  }))
