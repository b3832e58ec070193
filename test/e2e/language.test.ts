// The editor in German, in a real browser: chosen before signing in, kept over a change, a deploy, an alarm and the operator's
// view, and given back to English with the draft as it was.
import { expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { axeFaults } from './axe.ts'
import { EditorPage } from './editor-page.ts'
import { password, START_MS, user } from './harness.ts'
import { gateway, stage, visit } from './stage.ts'

stage()

/** Words of buttons, tabs and headings that would be left of English; a flow's own texts may begin with one of them. */
const ENGLISH = /^(Deploy\b.*|Cancel|Close|Done|Menu|Arm|Disarm|Armed|Disarmed|Hold all outputs|Taps|Ledger|Problems|Alarms|Log|Replay|Nodes|Devices|Settings|Help|Fit|Tidy|Undo|Redo|Search|All commands|New flow|Filters|Sources|Comment|No changes|What changed|Acknowledge|Full screen|Sign out)[\s\d…]*$/
const leftInEnglish = async (page: Page): Promise<string[]> =>
  (await page.evaluate(() => [...document.querySelectorAll('button, [role="tab"], [role="menuitem"], h1, h2, h3, label')].filter((e) => e.checkVisibility()).map((e) => e.getAttribute('aria-label') ?? (e as HTMLElement).innerText))).filter((text) => ENGLISH.test(text.trim()))
const languageOf = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.lang)

test('German is chosen before signing in, deployed in, and given back to English with the draft as it was', { timeout: 120_000 }, () =>
  visit('language', async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await page.goto(`${gateway.url}/#claim=${gateway.token}`)
    await page.getByRole('heading', { name: 'Claim this gateway' }).waitFor()
    expect(await languageOf(page)).toBe('en')
    await editor.button('Deutsch').click()
    await page.getByRole('heading', { name: 'Dieses Gateway übernehmen' }).waitFor()
    expect(await languageOf(page)).toBe('de')
    expect(await page.getByLabel('Kennwort zur Übernahme').inputValue(), 'the token of the link is there still').toBe(gateway.token)
    expect(await axeFaults(page)).toEqual([])
    await page.getByLabel('Benutzer').fill(user)
    await page.getByLabel('Passwort', { exact: true }).fill(password)
    await page.getByLabel('Passwort wiederholen').fill(password)
    await editor.button('Übernehmen und öffnen').click()
    await editor.node('drive').waitFor({ timeout: START_MS })
    await page.getByLabel('Der laufende Flow').waitFor()
    await editor.button('Nicht jetzt').click()
    await page.locator('.callout').getByText('Dieser Flow ist unscharf').waitFor()
    await editor.button('Verstanden').click()

    // A number as a German types it, deployed.
    await editor.node('temperature').locator('.hd').click()
    const threshold = page.locator('.pane-inspector input[inputmode="decimal"]').first()
    expect(await threshold.inputValue()).toBe('0,5')
    await threshold.fill('1.024')
    await page.locator('.pane-inspector').getByText('1024 oder 1,024?').waitFor()
    await threshold.fill('0,25')
    await editor.button(/^Einspielen 1 Änderung$/).click()
    const deploying = editor.dialog('„Pump P-101 health“ einspielen')
    expect(await deploying.innerText()).toMatch(/1 Änderung[\s\S]*0,5 °C[\s\S]*0,25 °C[\s\S]*Kommentar/)
    expect(await leftInEnglish(page)).toEqual([])
    expect(await axeFaults(page)).toEqual([])
    // One of the flow's tests holds the threshold that it had.
    await deploying.getByLabel('Mir bekannt; trotzdem einspielen').check()
    await editor.button('Einspielen', deploying).click()
    const deployed = editor.dialog('Version 2 läuft')
    expect(await deployed.innerText()).toMatch(/Lief unberührt weiter\s*14 Knoten/)
    await editor.button('Fertig', deployed).click()

    // The command palette knows German words and the English names.
    await page.keyboard.press('Control+k')
    await page.locator('[cmdk-input]').fill('> aufräumen')
    await page.locator('[cmdk-item]').getByText('Aufräumen: Plätze für alle Knoten finden').waitFor()
    await page.locator('[cmdk-input]').fill('Deadband')
    await page.locator('[cmdk-item]').getByText(/hinzufügen$/).first().waitFor()
    await page.keyboard.press('Escape')

    // The pump's bearing wears: its alarm waits, in words.
    await editor.node('wear').getByText(/unquitt\./).waitFor({ timeout: START_MS })
    expect(await leftInEnglish(page)).toEqual([])
    expect(await axeFaults(page)).toEqual([])

    await page.goto(`${gateway.url}/operator/pump-p101`)
    await editor.button(/Alle Ausgänge halten/).waitFor()
    expect(await languageOf(page)).toBe('de')
    expect(await leftInEnglish(page)).toEqual([])
    expect(await axeFaults(page)).toEqual([])

    // Back to English: what was drawn meanwhile is there, and reads in English.
    await page.goto(`${gateway.url}/flows/pump-p101`)
    await editor.node('temperature').locator('.hd').click()
    await threshold.fill('0,75')
    await editor.button(/^Einspielen 1 Änderung$/).waitFor()
    await page.locator('.top-bar [aria-haspopup="menu"]').last().click()
    await page.getByRole('menuitem', { name: 'Sprache: English' }).click()
    await editor.button(/^Deploy 1 change$/).waitFor()
    expect(await languageOf(page)).toBe('en')
    await editor.node('temperature').locator('.hd').click()
    expect(await threshold.inputValue()).toBe('0.75')
  }))
