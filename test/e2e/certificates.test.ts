// Certificates as a person puts them in: the wrong file is refused in words, the right ones are shown, the key goes to the
// secrets, and a broker that wants all three answers.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { makeAuthority, type Authority, type Signed } from '../certificates.ts'
import { until } from '../io.ts'
import { freePort, startMosquitto, type Mosquitto } from '../peers.ts'
import { EditorPage } from './editor-page.ts'
import { START_MS, startBrowser, startGateway, visit, type GatewayProcess } from './harness.ts'

let gateway: GatewayProcess
let browser: Browser
let authority: Authority
let client: Signed
let broker: Mosquitto
let port = 0
beforeAll(async () => {
  authority = makeAuthority('Plant authority')
  client = authority.sign('line-3', { days: 12 })
  const server = authority.sign('broker', { names: ['IP:127.0.0.1'] })
  port = await freePort()
  broker = await startMosquitto([`listener ${port} 127.0.0.1`, `cafile ${authority.certificateFile}`, `certfile ${server.certificateFile}`, `keyfile ${server.keyFile}`, 'require_certificate true', 'user root'])
  browser = await startBrowser()
  gateway = await startGateway()
}, 2 * START_MS)
afterAll(async () => {
  await browser?.close()
  await gateway?.close()
  await broker?.close()
  authority?.remove()
})

test('a broker with mutual TLS is set up by files, and its key is never shown or kept in settings', { timeout: 90_000 }, () =>
  visit('certificates', browser, gateway, async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.claim()
    await editor.liveFlow()
    await editor.menu(/^Connections/)
    const dialog = editor.dialog('Connections')
    await editor.button('MQTT broker', dialog).click()
    await dialog.getByLabel('Name', { exact: true }).fill('safe-broker')
    await dialog.getByLabel('Broker', { exact: true }).fill(`mqtts://127.0.0.1:${port}`)
    await dialog.getByRole('button', { name: /^Advanced/ }).click()

    const group = (name: string) => dialog.getByRole('group', { name, exact: true })
    const certificate = group('Certificate')
    await certificate.locator('input[type=file]').setInputFiles(client.keyFile)
    await certificate.getByText('This is a private key.').waitFor()
    await certificate.locator('input[type=file]').setInputFiles(client.certificateFile)
    await certificate.getByText('It ends in 11 days').waitFor()
    expect(await certificate.innerText()).toMatch(/CN=line-3, O=Headgate[\s\S]*CN=Plant authority, O=Headgate[\s\S]*([0-9A-F]{2}:){31}[0-9A-F]{2}/)

    const trusted = group('Trusted authority')
    await trusted.getByLabel('Trusted authority as PEM text').fill(authority.certificate)
    await dialog.getByLabel('Client id').focus()
    await trusted.getByText('itself').waitFor()

    await dialog.getByRole('button', { name: 'Store a private key' }).click()
    const key = page.getByRole('dialog', { name: 'Store a private key' })
    await key.getByLabel('Name').fill('line-3-key')
    await key.locator('input[type=file]').setInputFiles(client.keyFile)
    await key.getByText('A private key is read and not shown again.').waitFor()
    expect(await page.content()).not.toContain('PRIVATE KEY')
    await editor.button('Store and use it', key).click()
    await until('the key is chosen', async () => (await dialog.getByLabel('Private key', { exact: true }).inputValue()) === 'line-3-key')

    await editor.button('Test', dialog).click()
    await dialog.getByText('It answers.').waitFor()
    await editor.button('Add', dialog).click()
    await dialog.getByRole('heading', { name: 'safe-broker' }).waitFor()
    const stored = await page.evaluate(async () => (await fetch('/api/connections/safe-broker')).text())
    expect(JSON.parse(stored)).toMatchObject({ config: { key: 'line-3-key', certificate: client.certificate, ca: authority.certificate } })
    expect(stored).not.toContain('PRIVATE')
  }))
