// Drawing without going far: the list at the pointer, a node on a wire, a wire into the open, another node in the place of
// one, out of a chain; with the mouse and by keyboard, in a real browser before the real gateway.
import { expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { parseFlow, type Flow } from '#format'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { gateway, stage, visit } from './stage.ts'


stage()

/** Of its own for each test: what the one drew is kept on the gateway. */
const sketch = (id: string): string => JSON.stringify({
  headgate: 1, id, name: 'Sketch', parameters: {}, connections: {},
  nodes: {
    gen: { type: 'flow.generate', config: { shape: 'constant', value: '4', tag: 'P', unit: 'bar', periodS: 1 }, at: [0, 100] },
    band: { type: 'filter.deadband', config: {}, at: [420, 100] },
    log: { type: 'flow.debug', config: {}, at: [840, 100] },
    loose: { type: 'transform.clamp', config: {}, at: [420, 400] },
  },
  wires: ['gen.value -> band.value', 'band.value -> log.value'],
})

interface Drawing {
  readonly page: Page
  readonly editor: EditorPage
  readonly list: Locator
  flow(): Promise<Flow>
  /** What the flow's wires are now, in the order of the file. */
  become(what: string, wires: readonly string[]): Promise<void>
  /** The middle of what a wire's path covers. */
  wire(text: string): Promise<{ x: number; y: number }>
}

const drawing = (name: string, story: (d: Drawing) => Promise<void>): Promise<void> =>
  visit(name, async ({ page }) => {
    const editor = new EditorPage(page, gateway)
    await editor.enter()
    const dialog = await editor.importFile('sketch.flow.json', sketch(name))
    await editor.button('Open as a new flow', dialog).click()
    await editor.node('loose').waitFor()
    await editor.fit()
    const kept = async (): Promise<Flow> => parseFlow(JSON.stringify(JSON.parse((await page.evaluate((key) => localStorage.getItem(key), `headgate.draft.${name}`)) ?? '{}').flow)).flow!
    await until('the draft is kept', async () => (await kept())?.wires.length === 2)
    await story({
      page, editor, list: page.getByRole('dialog', { name: /^Insert a node|^Replace/ }), flow: kept,
      become: async (what, wires) => {
        await until(`${what}: ${wires.join(', ')}`, async () => JSON.stringify((await kept()).wires) === JSON.stringify(wires))
      },
      wire: async (text) => {
        const box = (await page.locator(`.react-flow__edge[data-id="${text}"] path`).first().boundingBox())!
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
      },
    })
  })

test('the list at the pointer: typed, inserted there; after the selected node, wired; undone as one step', { timeout: 60_000 }, () =>
  drawing('quick-list', async ({ page, editor, list, flow, become }) => {
    const before = ['gen.value -> band.value', 'band.value -> log.value']
    const pane = (await page.locator('.react-flow__pane').boundingBox())!
    await page.mouse.move(pane.x + 300, pane.y + 60)
    await page.keyboard.press('/')
    await page.keyboard.type('smooth')
    await list.getByRole('option', { name: /^Smooth/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    const box = (await editor.node('smooth').boundingBox())!
    expect(Math.abs(box.x + box.width / 2 - pane.x - 300), 'at the pointer').toBeLessThan(20)
    await become('nothing is wired', before)

    await editor.node('gen').locator('.hd').click()
    await page.keyboard.press('/')
    await page.keyboard.type('smooth')
    await list.getByText('after Generate').first().waitFor()
    await page.keyboard.press('Shift+Enter')
    await become('after the node', [...before, 'gen.value -> smooth-2.value'])
    const { nodes } = await flow()
    expect(nodes['smooth-2']!.at[0]).toBeGreaterThan(nodes['gen']!.at[0] + 200)
    await page.keyboard.press('Control+z')
    await become('undone', before)

    await page.mouse.click(pane.x + 300, pane.y + pane.height - 40)
    await page.keyboard.press('Tab')
    await list.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    await page.mouse.dblclick(pane.x + 300, pane.y + pane.height - 40)
    await list.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    await editor.node('gen').locator('.hd').click()
    await page.keyboard.press('Tab')
    expect(await list.count(), 'from a node, Tab goes on').toBe(0)
  }))

test('a node on a wire comes between: from the palette, by moving one that is there; what does not fit says why', { timeout: 60_000 }, () =>
  drawing('on-a-wire', async ({ page, editor, list, flow, become, wire }) => {
    const item = async (type: string): Promise<{ x: number; y: number }> => {
      const at = page.locator(`.palette-item[data-type="${type}"]`)
      await at.scrollIntoViewIfNeeded()
      const box = (await at.boundingBox())!
      return { x: box.x + 30, y: box.y + box.height / 2 }
    }
    const carry = async (from: { x: number; y: number }, to: { x: number; y: number }, over: () => Promise<void>): Promise<void> => {
      await page.mouse.move(from.x, from.y)
      await page.mouse.down()
      await page.mouse.move(to.x - 30, to.y - 30, { steps: 5 })
      await page.mouse.move(to.x - 1, to.y)
      // A browser tells of what is dragged over a thing from the second move on it.
      await page.mouse.move(to.x, to.y)
      await over()
      await page.mouse.up()
    }
    const lit = page.locator('.react-flow__edge .wire.takes')
    await carry(await item('source.mqtt'), await wire('gen.value -> band.value'), async () => {
      await page.locator('.drag-reason.no').getByText('MQTT has no input.').waitFor()
      expect(await lit.count()).toBe(0)
    })
    await editor.node('mqtt').waitFor()
    await become('it lies beside', ['gen.value -> band.value', 'band.value -> log.value'])
    await page.keyboard.press('Control+z')
    await carry(await item('filter.range'), await wire('gen.value -> band.value'), () => lit.waitFor({ state: 'attached' }))
    await become('between', ['gen.value -> range.value', 'range.value -> band.value', 'band.value -> log.value'])

    const loose = (await editor.node('loose').locator('.hd').boundingBox())!
    await carry({ x: loose.x + 60, y: loose.y + 8 }, await wire('band.value -> log.value'), () => lit.waitFor({ state: 'attached' }))
    await become('moved between', ['gen.value -> range.value', 'range.value -> band.value', 'band.value -> loose.value', 'loose.value -> log.value'])
    await page.keyboard.press('Control+z')
    await until('one step takes back both', async () => (await flow()).nodes['loose']!.at[1] === 400 && (await flow()).wires.length === 3)

    const again = (await editor.node('loose').locator('.hd').boundingBox())!
    await page.keyboard.down('Alt')
    await carry({ x: again.x + 60, y: again.y + 8 }, { x: again.x - 120, y: again.y + 60 }, async () => undefined)
    await page.keyboard.up('Alt')
    await editor.node('loose-2').waitFor()
    expect((await editor.node('loose').locator('.hd').boundingBox())!.x, 'the original stays').toBeCloseTo(again.x, 0)
    const over = await wire('gen.value -> range.value')
    await page.mouse.move(over.x, over.y)
    await page.keyboard.press('/')
    await list.getByText(/^Into the wire/).waitFor()
    await page.keyboard.type('rate limit')
    await page.keyboard.press('Enter')
    await become('by the list at the wire', ['gen.value -> rate-limit.value', 'rate-limit.value -> range.value', 'range.value -> band.value', 'band.value -> log.value'])
  }))

test('a wire into the open asks for what fits and wires it; on a body it takes the first port that fits', { timeout: 60_000 }, () =>
  drawing('into-the-open', async ({ page, editor, list, become }) => {
    const before = ['gen.value -> band.value', 'band.value -> log.value']
    const pull = async (from: Locator, to: { x: number; y: number }): Promise<void> => {
      const box = (await from.boundingBox())!
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await page.mouse.down()
      await page.mouse.move(to.x - 20, to.y - 20, { steps: 5 })
      await page.mouse.move(to.x, to.y, { steps: 2 })
      await page.mouse.up()
    }
    const pane = (await page.locator('.react-flow__pane').boundingBox())!
    const open = { x: pane.x + 120, y: pane.y + pane.height - 200 }
    await pull(editor.handle('gen', 'value', 'source'), open)
    await list.getByText(/After Generate, value.*bar/).waitFor()
    expect(await list.getByRole('option', { name: 'MQTT', exact: true }).count()).toBe(0)
    await page.keyboard.type('outlier')
    await page.keyboard.press('Enter')
    await become('wired', [...before, 'gen.value -> outlier.value'])
    await page.keyboard.press('Control+z')

    await pull(editor.handle('loose', 'value', 'target'), open)
    await list.getByText(/Before Clamp, value/).waitFor()
    await page.keyboard.type('generate')
    await page.keyboard.press('Enter')
    await become('wired from behind', [...before, 'generate.value -> loose.value'])
    await page.keyboard.press('Control+z')

    const body = (await editor.node('loose').locator('.hd').boundingBox())!
    await pull(editor.handle('gen', 'value', 'source'), { x: body.x + body.width / 2, y: body.y + 10 })
    await become('on a body', [...before, 'gen.value -> loose.value'])
  }))

test('another node in the place of one keeps its wires; out of a chain its neighbours are joined; both by key', { timeout: 60_000 }, () =>
  drawing('in-place', async ({ page, editor, list, flow, become }) => {
    const before = ['gen.value -> band.value', 'band.value -> log.value']
    await editor.node('band').locator('.hd').click()
    await page.keyboard.press('r')
    await list.getByText('keeps all 2 wires').first().waitFor()
    await page.keyboard.type('debug')
    await list.getByText('keeps 1 of 2 wires').waitFor()
    await page.keyboard.press('Enter')
    await become('one does not fit', ['gen.value -> band.value'])
    await editor.toast('A wire does not fit Debug and was removed.').getByRole('button', { name: 'Undo' }).click()
    await become('undone', before)
    await editor.node('band').locator('.hd').click()
    await page.keyboard.press('r')
    await page.keyboard.type('swinging')
    await page.keyboard.press('Enter')
    await until('replaced', async () => (await flow()).nodes['band']!.type === 'filter.swinging-door')
    await become('with its wires', before)
    await page.keyboard.press('Control+Delete')
    await become('joined', ['gen.value -> log.value'])
    await page.keyboard.press('Control+z')
    await editor.node('log').locator('.hd').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Select what feeds it' }).click()
    await until('the chain is selected', async () => (await page.locator('.react-flow__node.selected').count()) === 3)
  }))

test('a star keeps a node on top, for the next visit of this browser too', { timeout: 60_000 }, () =>
  drawing('favourites', async ({ page, editor }) => {
    await page.locator('.palette-item[data-type="filter.range"]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    const shelf = page.getByRole('region', { name: 'Favourites' })
    await shelf.getByRole('button', { name: /^Add Range gate/ }).click()
    await editor.node('range').waitFor()
    await page.getByRole('region', { name: 'Recently used' }).getByRole('button', { name: /^Add Range gate/ }).waitFor()
    await page.reload()
    await shelf.getByRole('button', { name: /^Add Range gate/ }).waitFor()
  }))
