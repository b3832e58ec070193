// The editor as a person uses it: what is looked at, clicked, dragged and typed. Waits for conditions, never for time.
import type { Locator, Page } from 'playwright-core'
import { until } from '../io.ts'
import { password, SHOWN_MS, START_MS, user, type GatewayProcess } from './harness.ts'

export interface Ledger {
  readonly in: number
  readonly passed: number
  readonly dropped: number
}

export class EditorPage {
  readonly page: Page
  readonly gateway: GatewayProcess
  constructor(page: Page, gateway: GatewayProcess) {
    this.page = page
    this.gateway = gateway
  }

  // ---- getting in

  /** By the printed link. */
  async claim(): Promise<void> {
    await this.page.goto(`${this.gateway.url}/#claim=${this.gateway.token}`)
    await this.page.getByLabel('User').fill(user)
    await this.page.getByLabel('Password', { exact: true }).fill(password)
    await this.page.getByLabel('Password again').fill(password)
    await this.page.getByRole('button', { name: 'Claim and open' }).click()
  }

  /** Whoever came before may have claimed it. */
  async enter(): Promise<void> {
    if ((await this.gateway.health()).claimed) {
      await this.page.goto(this.gateway.url)
      await this.page.getByLabel('User').fill(user)
      await this.page.getByLabel('Password').fill(password)
      await this.page.getByRole('button', { name: 'Sign in' }).click()
    } else await this.claim()
    await this.liveFlow()
    // The tour is offered once a browser; most stories go without it.
    const offer = this.page.getByRole('button', { name: 'Not now' })
    if (await offer.isVisible()) await offer.click()
  }

  /** The flow is drawn, and what it shows comes from the gateway now. */
  async liveFlow(): Promise<void> {
    await this.node('drive').waitFor({ timeout: START_MS })
    await this.page.getByLabel('The running flow').waitFor()
    await this.changes('drive', 'vibration')
  }

  // ---- the canvas

  node(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`)
  }
  handle(node: string, port: string, side: 'source' | 'target'): Locator {
    return this.node(node).locator(`.react-flow__handle.${side}[data-handleid="${port}"]`)
  }
  /** What a port of a node shows now: '45.2 °C'. */
  async reading(node: string, port: string): Promise<string> {
    const row = this.node(node).locator('.row').filter({ has: this.page.locator(`.react-flow__handle[data-handleid="${port}"]`) }).last()
    return (await row.locator('.v').innerText()).replaceAll(/\s+/g, ' ')
  }
  async written(): Promise<number> {
    const row = this.node('setpoint').locator('.row').filter({ hasText: 'written' })
    return Number.parseFloat(await row.locator('.v').innerText())
  }
  /** Waits until a reading is another one than before. */
  async changes(node: string, port: string, ms = SHOWN_MS): Promise<void> {
    const before = await this.reading(node, port)
    await until(`${node}.${port} shows another value than ${before}`, async () => (await this.reading(node, port)) !== before, ms)
  }
  async select(node: string, tab: 'Settings' | 'Live' | 'Help' = 'Settings'): Promise<void> {
    await this.node(node).locator('.hd').click()
    await this.page.getByLabel('Inspector', { exact: true }).getByRole('tab', { name: tab }).click()
  }
  /** With the mouse, from the middle of an output to the middle of an input; `over` is called before the button is let go. */
  async drag(from: Locator, to: Locator, over: () => Promise<void>): Promise<void> {
    const a = await middle(from)
    const b = await middle(to)
    await this.page.mouse.move(a.x, a.y)
    await this.page.mouse.down()
    await this.page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 4 })
    await this.page.mouse.move(b.x, b.y, { steps: 4 })
    await over()
    await this.page.mouse.up()
  }
  wires(): Promise<number> {
    return this.page.locator('.react-flow__edge').count()
  }
  async fit(): Promise<void> {
    await this.page.getByRole('button', { name: 'Fit' }).click()
  }

  // ---- the ledger of the selected node, from its Live tab

  async ledger(): Promise<Ledger> {
    const rows = await this.page.getByLabel('Inspector', { exact: true }).locator('tr').evaluateAll((all) => all.map((tr) => [...tr.querySelectorAll('td')].map((td) => td.textContent)))
    const sum = (name: string): number => rows.filter(([title]) => title?.startsWith(name)).reduce((total, [, count]) => total + Number(count?.replaceAll(',', '')), 0)
    return { in: sum('in'), passed: sum('passed on'), dropped: sum('dropped') }
  }
  /** How many of the next `count` samples or more pass the selected node, as a share. */
  async passing(count: number): Promise<number> {
    const before = await this.ledger()
    const after = await until<Ledger | undefined>(`${count} more samples`, async () => {
      const now = await this.ledger()
      return now.in - before.in >= count ? now : undefined
    })
    return (after.passed - before.passed) / (after.in - before.in)
  }

  // ---- the shell

  async menu(item: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: 'Menu' }).click()
    await this.page.getByRole('menuitem', { name: item, ...(typeof item === 'string' ? { exact: true } : {}) }).click()
  }
  async theme(name: 'Light' | 'Dark'): Promise<void> {
    await this.page.getByRole('button', { name: 'Menu' }).click()
    await this.page.getByRole('menuitemradio', { name, exact: true }).click()
    await this.page.locator(`html[data-theme="${name.toLowerCase()}"]`).waitFor()
  }
  dialog(title?: string | RegExp): Locator {
    return this.page.getByRole('dialog', title === undefined ? {} : { name: title })
  }
  button(name: string | RegExp, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) })
  }
  drawer(tab: 'Taps' | 'Problems' | 'Alarms' | 'Log' | 'Ledger'): Promise<void> {
    return this.page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
  }
  /** The draft is what runs, here and on the gateway: the next visit begins from there. */
  async unchanged(): Promise<void> {
    await this.button(/^Deploy no changes$/).waitFor()
    await until('the gateway keeps no draft', async () => ((await (await this.page.request.get(`${this.gateway.url}/api/drafts`)).json()) as unknown[]).length === 0)
  }
  deployButton(): Locator {
    return this.page.getByRole('button', { name: /^Deploy/ }).first()
  }
  toast(text: string | RegExp): Locator {
    return this.page.locator('.toast').filter({ hasText: text })
  }
  /** The text of the flow as the menu's export gives it. */
  async exported(): Promise<string> {
    const download = this.page.waitForEvent('download')
    await this.menu('Export as file')
    const stream = await (await download).createReadStream()
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    return text
  }
  /** Opens the import with this as the chosen file. */
  async importFile(name: string, text: string): Promise<Locator> {
    await this.menu('Import…')
    const dialog = this.dialog(/^Import/)
    await dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
    await until('the text is there', async () => (await dialog.getByLabel('Text of the flow').inputValue()) === text)
    return dialog
  }
}

/** Where it is once it stands still: views glide, and messages move what is below them. */
export async function standing(of: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  let before = ''
  return until(`${String(of)} stands still`, async () => {
    const box = await of.boundingBox()
    const same = JSON.stringify(box) === before
    before = JSON.stringify(box)
    await of.page().evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    return same && box ? box : undefined
  })
}

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await standing(of)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
