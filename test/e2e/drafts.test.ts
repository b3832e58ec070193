// Drafts in a real browser: two people on one flow, a line that breaks, what both changed; tabs, links and a reload.
import { expect, test } from 'vitest'
import type { BrowserContext, Page } from 'playwright-core'
import type { DraftBody } from '#format'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { browser, gateway, stage, visit } from './stage.ts'

const BOB = { name: 'bob', password: 'another river runs', role: 'editor' }

stage()

const draftOf = async (page: Page): Promise<DraftBody | undefined> => {
  const answer = await page.request.get(`${gateway.url}/api/drafts/pump-p101`)
  return answer.ok() ? ((await answer.json()) as DraftBody) : undefined
}
const threshold = (page: Page) => page.getByLabel('Threshold', { exact: true })

/** A second person in a browser of his own, come by a link to the flow. */
async function bobs(story: (bob: { page: Page; editor: EditorPage; context: BrowserContext }) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    await page.goto(`${gateway.url}/flows/pump-p101`)
    await page.getByLabel('User').fill(BOB.name)
    await page.getByLabel('Password').fill(BOB.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const editor = new EditorPage(page, gateway)
    await editor.liveFlow()
    await story({ page, editor, context })
  } finally {
    await context.close()
  }
}

test('two people on one flow see each other, their edits come together, and what both changed is chosen', { timeout: 120_000 }, () =>
  visit('drafts-two', async ({ page }) => {
    const ada = new EditorPage(page, gateway)
    await ada.enter()
    await ada.button('Got it').click()
    await page.request.post(`${gateway.url}/api/users`, { headers: { origin: gateway.url }, data: BOB })
    await bobs(async (bob) => {
      await page.getByRole('group', { name: 'Also here: bob' }).waitFor()
      await bob.page.getByRole('group', { name: 'Also here: ada' }).waitFor()
      await bob.editor.select('spectrum')
      await page.locator('.other-sel').getByText('bob').waitFor()
      await bob.page.mouse.move(600, 300)
      await page.locator('.other-pointer').waitFor()

      await ada.select('temperature')
      await threshold(page).fill('2')
      await page.getByRole('status').getByText('Saved on the gateway').waitFor()
      await bob.editor.select('temperature')
      await until("ada's edit is with bob", async () => (await threshold(bob.page).inputValue()) === '2')
      await bob.editor.button(/^Deploy 1 change$/).waitFor()

      await bob.context.setOffline(true)
      await threshold(bob.page).fill('5')
      await bob.page.getByLabel('Name', { exact: true }).fill('Smooth')
      await bob.page.getByText('Only in this browser').waitFor()
      await threshold(page).fill('3')
      await until('it is saved', async () => (await draftOf(page))?.flow.nodes['temperature']!.config['threshold'] === 3)
      await bob.context.setOffline(false)
      await bob.page.locator('.clash-badge').waitFor({ timeout: 30_000 })
      expect(await threshold(bob.page).inputValue(), 'his own is not overwritten').toBe('5')
      await until("what only bob changed is with ada", async () => (await page.getByLabel('Name', { exact: true }).inputValue()) === 'Smooth')
      expect((await draftOf(page))!.flow.nodes['temperature']!.config['threshold'], 'nor is hers').toBe(3)
      await bob.editor.deployButton().click()
      expect(await bob.editor.button('Deploy', bob.editor.dialog()).isDisabled(), 'what is not chosen is not deployed').toBe(true)
      await bob.editor.button('Cancel', bob.editor.dialog()).click()

      await bob.page.locator('.clash-badge').click()
      const choice = bob.editor.dialog('One setting was changed by two')
      expect(await choice.innerText()).toMatch(/Threshold\s*was 2 °C[\s\S]*Yours, here\s*5 °C[\s\S]*ada\s*3 °C/)
      await bob.editor.button('Keep mine', choice).click()
      await until("bob's is with ada", async () => (await threshold(page).inputValue()) === '5')
      expect(await bob.page.locator('.clash-badge').count()).toBe(0)

      await ada.node('temperature').locator('.hd').click()
      await page.keyboard.press('Control+z')
      await until('ada undid her own and keeps his name', async () => (await page.getByLabel('Name', { exact: true }).inputValue()) === 'Smooth')
    })
    await page.getByRole('group', { name: 'Also here: bob' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Discard' }).click()
    await until('the draft is gone', async () => (await (await page.request.get(`${gateway.url}/api/drafts`)).json() as unknown[]).length === 0)
  }))

test('flows in tabs keep what they are, outlive a reload, and have an address', { timeout: 90_000 }, () =>
  visit('drafts-tabs', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const tabs = page.getByRole('navigation', { name: 'Open flows' })
    const front = async (): Promise<string | null> => await tabs.locator('[aria-current=page]').textContent()
    const path = (): string => new URL(page.url()).pathname
    expect(path()).toBe('/flows/pump-p101')

    await editor.select('temperature')
    await threshold(page).fill('4')
    for (const name of ['Tank 7', 'Mixer']) {
      await page.getByRole('button', { name: 'New flow', exact: true }).click()
      await page.keyboard.type(name)
      await page.keyboard.press('Enter')
      await until(`${name} is in front`, async () => (await front()) === name)
    }
    expect(path()).toBe('/flows/mixer')
    await page.keyboard.press('Control+PageUp')
    await until('the one before', async () => (await front()) === 'Tank 7')
    await page.keyboard.press('Alt+1')
    await editor.liveFlow()
    expect(await threshold(page).inputValue(), 'selection and edit are as they were left').toBe('4')
    await page.keyboard.press('Control+Shift+PageDown')
    expect(await tabs.getByRole('listitem').allInnerTexts()).toEqual(['Tank 7', 'Pump P-101 health', 'Mixer'])
    await page.goBack()
    await until('back is the flow before', async () => (await front()) === 'Tank 7')

    await tabs.getByRole('listitem').filter({ hasText: 'Mixer' }).click({ button: 'middle' })
    await page.reload()
    await until('the same tabs are open', async () => (await tabs.getByRole('listitem').count()) === 2)
    expect(await front()).toBe('Tank 7')
    await tabs.getByRole('button', { name: 'Pump P-101 health' }).first().click()
    await editor.liveFlow()
    await editor.button(/^Deploy 1 change$/).waitFor()

    await tabs.getByRole('button', { name: /^Tank 7/ }).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Remove this draft' }).click()
    await editor.toast("The draft 'Tank 7' is removed.").getByRole('button', { name: 'Bring it back' }).click()
    await until('it is back', async () => (await front()) === 'Tank 7')
  }))
