// Trying a change on the running plant, in a real browser before the real gateway: beside the live flow, promoted from
// there, under watch after a deploy with nobody looking, and afterwards in the history and in a file of several flows.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { Flow, FlowBody, TrialBody } from '#format'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { gateway, stage, visit } from './stage.ts'

stage()

const get = async <T>(page: Page, path: string): Promise<T> => (await (await page.request.get(`${gateway.url}/api${path}`)).json()) as T

test('a draft beside the live flow shows where it differs, and is promoted with what was found as its comment', { timeout: 90_000 }, () =>
  visit('trial-shadow', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await editor.button('Got it').click()
    await editor.select('temperature')
    await page.getByLabel('Threshold', { exact: true }).fill('0')
    await editor.button(/^Deploy 1 change$/).waitFor()
    await editor.deployButton().click()
    const dialog = editor.dialog(/^Deploy 'Pump/)
    await dialog.getByText('What it will take').waitFor()
    expect(await dialog.innerText()).toMatch(/of a core[\s\S]*of plant-modbus/)
    await editor.button('Try it beside the live flow', dialog).click()
    const panel = page.getByRole('tabpanel', { name: /^Shadow/ })
    await panel.getByText(/A draft runs beside version 1/).waitFor()
    await panel.locator('tr').filter({ hasText: 'Deadband' }).filter({ hasText: 'value' }).waitFor({ timeout: 30_000 })
    await editor.node('temperature').locator('.shadowed').waitFor()
    expect((await get<FlowBody>(page, '/flows/pump-p101')).version, 'nothing was deployed').toBe(1)

    await panel.getByRole('columnheader', { name: /^Port/ }).getByRole('button').click()
    await panel.getByRole('button', { name: /Deadband.*value/ }).first().click()
    await editor.node('temperature').locator('.node.sel').waitFor()
    await editor.button('Promote…', panel).click()
    const promote = editor.dialog(/^Promote what was tried/)
    expect(await promote.getByLabel('Comment').inputValue()).toMatch(/^Tried beside version 1: \d+ of \d+ compared ports differ \(.*Deadband/)
    await promote.getByLabel('I know, and deploy it so').check()
    await editor.button('Deploy', promote).click()
    const done = editor.dialog('Version 2 runs')
    await editor.button('Done', done).click()
    await page.getByRole('tab', { name: /^Shadow/ }).waitFor({ state: 'detached' })
    await editor.button(/^Deploy no changes$/).waitFor()
  }))

test('a version under watch goes back by itself, also with no editor open, and the next one says so', { timeout: 120_000 }, async () => {
  const broken = (flow: Flow): Flow => {
    const drive = flow.nodes['drive']!
    const tags = (drive.config['tags'] as readonly object[]).map((tag) => ({ ...tag, address: 60_000 }))
    return { ...flow, nodes: { ...flow.nodes, drive: { ...drive, config: { ...drive.config, tags } } } }
  }
  let version = 0
  await visit('trial-watch', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const before = await get<FlowBody>(page, '/flows/pump-p101')
    version = before.version!
    const answer = await page.request.post(`${gateway.url}/api/flows/pump-p101/deploy`, { headers: { origin: gateway.url }, data: { flow: broken(before.flow), basedOn: version, comment: 'wrong registers', watch: { minutes: 5, freshS: 4 } } })
    expect(answer.status(), await answer.text()).toBe(200)
    const strip = page.getByRole('region', { name: `Version ${version + 1} is under watch` })
    await strip.getByText(/longest silent source/).waitFor()
    await editor.button('Keep it', strip).waitFor()
  })
  // The editor is gone.
  const { flows } = await until('the gateway itself went back', async () => {
    const health = await gateway.health()
    return health.flows.some((f) => f.id === 'pump-p101' && f.version === version + 2) ? health : undefined
  }, 60_000)
  expect(flows).toMatchObject([{ id: 'pump-p101', state: 'running' }])
  await visit('trial-returned', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    expect(await get<TrialBody>(page, '/flows/pump-p101/trial')).toMatchObject({ state: 'returned', version: version + 1, previous: version })
    await editor.menu('Versions and rollback…')
    const versions = editor.dialog(/^Versions of/)
    await versions.getByText(new RegExp(`Back to version ${version}: the longest silent source \\(drive\\)`)).waitFor()

    await editor.button('Compare two versions…', versions).click()
    await versions.getByLabel('From', { exact: true }).selectOption(String(version))
    await versions.getByLabel('To', { exact: true }).selectOption(String(version + 1))
    await versions.getByText(/Address/).first().waitFor()
    await versions.getByRole('tab', { name: 'Drawn' }).click()
    await versions.getByRole('img', { name: /Both versions drawn as one: 1 changed/ }).waitFor()
    await versions.getByRole('tab', { name: 'As text' }).click()
    await versions.getByText(/^\+.*"address": 60000/).first().waitFor()
  })
})

test('several flows in one file go out and come in, a taken id is asked about', { timeout: 60_000 }, () =>
  visit('trial-bundle', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await editor.menu('New flow…')
    await editor.dialog('New flow').getByLabel('Name').fill('Second')
    await editor.button('Create', editor.dialog('New flow')).click()
    await page.locator('.empty').waitFor()
    await editor.menu('Export several…')
    const exporting = editor.dialog('Export flows')
    const downloading = page.waitForEvent('download')
    await editor.button('Export', exporting).click()
    const text = readFileSync(await (await downloading).path(), 'utf8')
    expect((JSON.parse(text) as { flows: Flow[] }).flows.map((f) => f.id)).toEqual(['pump-p101', 'second'])
    expect(text).toContain('"drive.waveform -> spectrum.signal"')

    const importing = await editor.importFile('line-3.flows.json', text)
    expect(await importing.getByLabel("'pump-p101' is here already").inputValue(), 'what is here is not overwritten unasked').toBe('skip')
    expect(await editor.button('Import 0 flows', importing).isDisabled()).toBe(true)
    await importing.getByLabel("'pump-p101' is here already").selectOption('new')
    await editor.button('Import 1 flow', importing).click()
    await editor.node('drive').waitFor()
    await page.getByText('1 flow is imported as a draft.').waitFor()
    expect((await gateway.health()).flows.map((f) => f.id), 'nothing runs of it').toEqual(['pump-p101'])
  }))
