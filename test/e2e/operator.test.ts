// The operator's view in a real browser before the real gateway: an editor makes one and deploys it, an operator uses it and
// cannot edit, and what is old looks old. And the forms of the inspector, where its controls go beyond plain fields.
import { expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import type { AuditBody, Flow, FlowBody, FlowSummary } from '#format'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { START_MS } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'

const otto = { name: 'otto', password: 'the gate stays open', role: 'operator' }

stage()

const get = async <T>(page: Page, path: string): Promise<T> => (await (await page.request.get(`${gateway.url}/api/${path}`)).json()) as T
const post = (page: Page, path: string, data: object): ReturnType<Page['request']['post']> => page.request.post(`${gateway.url}/api/${path}`, { headers: { origin: gateway.url }, data })
const widget = (page: Page, title: string): Locator => page.locator('.op-cell').filter({ has: page.getByRole('heading', { name: title, exact: true }) })

test('an editor has a view proposed, arranges it by keys and pointer, undoes, and deploys it', { timeout: 90_000 }, () =>
  visit('operator-edit', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.claim()
    await editor.liveFlow()
    await page.locator('.callout').getByRole('button', { name: 'Got it' }).click()

    // A speed that a person sets, in the place of the rule.
    const [{ id }] = (await get<FlowSummary[]>(page, 'flows')) as [FlowSummary]
    const { flow: shipped, version } = await get<FlowBody>(page, `flows/${id}`)
    // The demo comes with a view: this story begins without one.
    const { dashboard, ...flow } = shipped
    expect(dashboard).toBeDefined()
    const hand: Flow['nodes'][string] = { type: 'source.operator', name: 'Target speed', config: { unit: 'Hz', minimum: 20, maximum: 50, initial: 45, step: 0.5, repeatS: 1 }, at: [0, 900] }
    const wires = [...flow.wires.filter((w) => !w.endsWith('-> setpoint.value')), 'hand.value -> setpoint.value']
    expect((await post(page, `flows/${id}/deploy`, { flow: { ...flow, nodes: { ...flow.nodes, hand }, wires }, basedOn: version, comment: '' })).status()).toBe(200)
    expect((await post(page, 'users', otto)).status()).toBe(200)
    await editor.node('hand').waitFor()

    await editor.menu("Operator's view")
    await page.getByText("This flow has no operator's view yet").waitFor()
    await editor.button('Make a view').click()
    const pane = editor.dialog(/^Operator's view of/)
    await pane.getByRole('button', { name: 'Propose from this flow' }).first().click()
    for (const title of ['Alarms', 'Target speed', 'Command to P-101 setpoint', 'P-101 drive vibration']) await widget(page, title).first().waitFor()

    const speed = widget(page, 'Target speed').first()
    const place = (): Promise<string | null> => speed.getAttribute('aria-label')
    await speed.focus()
    const before = (await place())!
    await page.keyboard.press('Shift+ArrowRight')
    expect(await place()).toContain('columns 1 to 4')
    await page.keyboard.press('Control+z')
    expect(await place()).toBe(before)

    const gauge = widget(page, 'Command to P-101 setpoint')
    const from = (await gauge.boundingBox())!
    await page.mouse.move(from.x + 60, from.y + 20)
    await page.mouse.down()
    await page.mouse.move(from.x + 60 + from.width * 2, from.y + 20, { steps: 6 })
    await page.mouse.up()
    expect((await gauge.boundingBox())!.x).toBeGreaterThan(from.x + from.width)
    await pane.getByLabel('Title').fill('Speed command')
    await widget(page, 'Speed command').waitFor()
    await pane.getByRole('button', { name: 'Undo: Change gauge of the operator\'s view' }).click()
    await widget(page, 'Command to P-101 setpoint').waitFor()

    await editor.button('Deploy…', pane).click()
    await editor.button('Deploy', editor.dialog("Deploy 'Pump P-101 health'")).click()
    await editor.button('Done', editor.dialog(/^Version \d+ runs/)).click()
    await until('the view is part of what runs', async () => ((await get<FlowBody>(page, `flows/${id}`)).flow.dashboard?.widgets.length ?? 0) > 5)
  }))

test('an operator lands in the view, sets a value knowing what it drives, holds the outputs, and cannot edit', { timeout: 90_000 }, () =>
  visit('operator-use', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await page.goto(gateway.url)
    await page.getByLabel('User').fill(otto.name)
    await page.getByLabel('Password').fill(otto.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const speed = widget(page, 'Target speed').first()
    await speed.getByText('45.0').waitFor()

    await editor.button('Change…', speed).click()
    const dialog = editor.dialog('Set Target speed')
    expect(await dialog.innerText()).toMatch(/In force now\s*45\.0 Hz[\s\S]*It drives P-101 setpoint\. The flow is disarmed/)
    await dialog.getByLabel('New value, Hz').fill('51')
    await dialog.getByText('The highest is 50 Hz.').waitFor()
    expect(await editor.button('Set', dialog).isDisabled()).toBe(true)
    await dialog.getByLabel('New value, Hz').fill('30')
    await editor.button('Set to 30.0 Hz', dialog).dblclick()
    await editor.toast('Target speed: 30.0 Hz is in force.').waitFor()
    await speed.getByText('30.0').waitFor()

    await editor.button('Hold all outputs').click()
    await editor.button('Hold all outputs', editor.dialog()).click()
    await editor.button('Outputs held').waitFor()
    await editor.button('Release outputs').click()
    await editor.button('Release', editor.dialog()).click()
    await editor.button('Hold all outputs').waitFor()

    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'See the flow' }).waitFor()
    expect(await page.getByRole('menuitem', { name: /Edit/ }).count()).toBe(0)
    await page.keyboard.press('Escape')

    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing is cut off on a phone').toBeLessThanOrEqual(320)
    await speed.scrollIntoViewIfNeeded()
    expect((await speed.boundingBox())!.width).toBeGreaterThan(250)
  }))

test('who set it is in the audit trail, once; a gateway that goes away makes every value look old', { timeout: 90_000 }, () =>
  visit('operator-lost', async ({ page, expectErrors }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const sets = (await get<AuditBody[]>(page, 'audit')).filter((a) => a.act === 'set')
    expect(sets).toMatchObject([{ user: 'otto', subject: expect.stringMatching(/\.hand$/), detail: expect.stringContaining('{"value":30}') }])

    await editor.menu("Operator's view")
    const vibration = widget(page, 'P-101 drive vibration').first()
    await vibration.locator('output b').waitFor()
    expectErrors(/ERR_CONNECTION|WebSocket|Failed to load/)
    await gateway.kill()
    await page.getByText('No connection to the gateway since').waitFor()
    await vibration.locator('output s').waitFor()
    await vibration.getByText('Not current').waitFor()
    expect(await page.locator('.op-grid output b').filter({ hasNotText: '—' }).count(), 'no value looks present').toBe(0)
    expect(await widget(page, 'Target speed').first().getByRole('button', { name: 'Change…' }).isDisabled()).toBe(true)
    await gateway.restart()
    await vibration.locator('output b').waitFor({ timeout: START_MS })
    await widget(page, 'Target speed').first().getByText('30.0').waitFor()
  }))

test('a part that is gone with an update of the gateway offers a reload, and the reload helps', { timeout: 60_000 }, () =>
  visit('operator-gone', async ({ page, expectErrors }) => {
    const editor = new EditorPage(page, gateway)
    expectErrors(/Failed to load resource/)
    await editor.enter()
    await page.route(/operator-view-.*\.js$/, (route) => route.fulfill({ status: 404, body: '' }))
    await editor.menu("Operator's view")
    await page.getByText('This part of the editor could not be loaded').waitFor()
    await page.unrouteAll()
    await editor.button('Load again').click()
    // It comes back to the view that was asked for.
    await widget(page, 'Alarms').waitFor()
  }))

test('settings take units and times as they are typed, show the week and the curve, and go back to their defaults by a key', { timeout: 60_000 }, () =>
  visit('forms', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const flow = {
      headgate: 1, id: 'forms', name: 'Forms', parameters: {}, connections: {}, wires: [],
      nodes: {
        week: { type: 'rule.schedule', config: { zone: 'Europe/Berlin', rows: [{ days: 'weekdays', from: '06:00', to: '18:00', value: 21 }] }, at: [0, 0] },
        curve: { type: 'transform.lookup', config: { points: [{ x: 0, y: 0 }, { x: 50, y: 10 }, { x: 100, y: 20 }] }, at: [300, 0] },
        hand: { type: 'source.operator', config: {}, at: [600, 0] },
      },
    }
    const dialog = await editor.importFile('forms.flow.json', JSON.stringify(flow))
    await editor.button('Open as a new flow', dialog).click()
    const config = async (node: string): Promise<Flow['nodes'][string]['config']> => (JSON.parse(await editor.exported()) as Flow).nodes[node]!.config

    await editor.select('hand')
    const repeat = page.getByRole('textbox', { name: 'Repeat every' })
    await repeat.fill('1.5 min')
    await page.getByText('= 90', { exact: true }).waitFor()
    await page.getByRole('textbox', { name: 'Tag', exact: true }).focus()
    expect(await repeat.inputValue()).toBe('90')
    expect(await config('hand')).toEqual({ repeatS: 90 })
    await repeat.focus()
    await page.keyboard.press('Alt+Backspace')
    expect(await config('hand')).toEqual({})

    await editor.select('week')
    await until('the next five times are shown', async () => (await page.locator('.in-next li').count()) === 5)
    expect(await page.locator('.in-next li').first().innerText()).toMatch(/06:00\s*value 21/)
    const week = (await page.locator('.in-week').boundingBox())!
    // Saturday and Sunday, from about 6 to about 12 o'clock.
    await page.mouse.move(week.x + week.width * 0.3, week.y + week.height * 0.69)
    await page.mouse.down()
    await page.mouse.move(week.x + week.width * 0.53, week.y + week.height * 0.8, { steps: 4 })
    await page.mouse.up()
    expect((await config('week'))['rows']).toEqual([{ days: 'weekdays', from: '06:00', to: '18:00', value: 21 }, { days: 'weekend', from: expect.stringMatching(/^0[4-7]:[03]0$/), to: expect.stringMatching(/^1[0-3]:[03]0$/) }])
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Mars/Base')
    await page.getByText("'Mars/Base' is not a time zone").waitFor()

    await editor.select('curve')
    const point = page.getByRole('button', { name: /^Point 2: 50 gives 10/ })
    await point.focus()
    await page.keyboard.press('ArrowUp')
    const [, second] = (await config('curve'))['points'] as unknown as { x: number; y: number }[]
    expect(second!.x).toBe(50)
    expect(second!.y).toBeGreaterThan(10)
  }))
