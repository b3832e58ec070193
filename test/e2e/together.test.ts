// What the parts of the editor make together: a subflow that is open while somebody else saves and while the gateway is away,
// and what those see who may only look on.
import { expect, test } from 'vitest'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { gateway, stage, visit } from './stage.ts'

const vera = { name: 'vera', password: 'the gate stays shut', role: 'viewer' }

stage()

test('in an open subflow: the bar is not covered, the edge shows what feeds it, no value looks live without a gateway', { timeout: 90_000 }, () =>
  visit('together-subflow', async ({ page, expectErrors }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    await page.request.post(`${gateway.url}/api/users`, { headers: { origin: gateway.url }, data: vera })
    await page.locator('.callout').getByRole('button', { name: 'Got it' }).click()
    await editor.fit()
    // The banner stands there by now.
    await editor.node('drive').locator('.hd').click()
    await page.keyboard.press('ArrowLeft')
    await editor.button('Discard').waitFor()
    await editor.node('temperature').locator('.hd').click()
    await editor.node('psi').locator('.hd').click({ modifiers: ['Shift'] })
    await page.getByRole('toolbar', { name: '2 nodes selected' }).getByRole('button', { name: 'Collapse into a subflow' }).click()
    await editor.node('subflow').waitFor()
    await editor.deployButton().click()
    await editor.button('Deploy', editor.dialog(/^Deploy/)).click()
    await editor.button('Done', editor.dialog(/runs$/)).click()
    await editor.node('subflow').locator('.hd').dblclick()
    const edge = page.locator('.ports-node.inputs .v').first()
    await until('the edge shows its value', async () => /\d.*°C/.test(await edge.innerText()))
    expect(await edge.getAttribute('class')).not.toContain('stale')

    expectErrors(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket/)
    await gateway.kill()
    await page.getByRole('alert').getByText('No connection to the gateway').waitFor()
    // What never came says so, and is no value.
    expect(await page.locator('.ports-node .v:not(.none)').count()).toBeGreaterThan(0)
    for (const value of await page.locator('.ports-node .v:not(.none)').all()) expect(await value.getAttribute('class')).toContain('stale')
    await gateway.restart()
    await page.getByRole('alert').getByText('No connection to the gateway').waitFor({ state: 'detached', timeout: 30_000 })
    await page.getByRole('navigation', { name: 'Where you are' }).waitFor()
  }))

test('who only looks on is offered nothing that the role refuses', { timeout: 60_000 }, () =>
  visit('together-viewer', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await page.goto(gateway.url)
    await page.getByLabel('User').fill(vera.name)
    await page.getByLabel('Password').fill(vera.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await editor.node('drive').locator('.hd').click()
    for (const key of ['r', 'w', '/', 'Delete', 'Control+d', 't', 'Control+g', 'Control+s']) await page.keyboard.press(key)
    expect(await page.locator('dialog[open], [role="dialog"], .toast').count()).toBe(0)
    for (const name of [/^Deploy/, 'Tidy', 'New flow', 'Hold all outputs', /Arm…/, /^Add /]) expect(await page.getByRole('button', { name }).filter({ hasNotText: 'Add a tap' }).count(), String(name)).toBe(0)
    await editor.node('drive').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Settings' }).waitFor()
    expect(await page.getByRole('menuitem', { name: /Connect|Replace|Cut|Duplicate|Delete|Remove|Group|Add to/ }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await editor.button('Menu').click()
    expect(await page.getByRole('menuitem', { name: /New flow|Import|Edit|Undo/ }).count()).toBe(0)
  }))
