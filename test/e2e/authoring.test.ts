// What is written rather than drawn, in a real browser before the real gateway: expressions, code, subflows, and what an
// operator does with a running node. No plant: the flow makes its own readings.
import { expect, test } from 'vitest'
import type { Locator } from 'playwright-core'
import type { FlowBody } from '#format'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { gateway, stage, visit } from './stage.ts'

/** Questions that a refused deploy and a first visit answer with 4xx. */
const REFUSED = /422 .*\/deploy/

stage()

const bench = JSON.stringify({
  headgate: 1, id: 'bench', name: 'Bench', parameters: {}, connections: {},
  nodes: {
    signal: { type: 'flow.generate', config: { shape: 'constant', value: '4', tag: 'S-1', unit: 'bar', periodS: 0.2 }, at: [0, 0] },
    watch: { type: 'flow.subflow', name: 'Watch', config: { subflow: 'watch', parameters: {} }, at: [300, 0] },
    twice: { type: 'transform.expression', config: { expression: 'value * 2' }, at: [300, 200] },
    own: { type: 'transform.function', config: { code: 'emit(sample.value)', outputs: [{ name: 'value', kind: 'number', unit: '' }] }, at: [300, 400] },
    control: { type: 'rule.pid', config: {}, at: [600, 200] },
  },
  wires: ['signal.value -> watch.value', 'signal.value -> twice.value', 'signal.value -> own.value', 'signal.value -> control.value', 'watch.result -> control.setpoint'],
  subflows: {
    watch: {
      name: 'Watch a pressure', parameters: { factor: 2 }, inputs: { value: ['scale.value'] }, outputs: { result: 'scale.value' },
      nodes: { scale: { type: 'transform.scale', config: { factor: { $parameter: 'factor' } }, at: [0, 0] } }, wires: [],
    },
  },
})

test('a subflow, an expression and code: written, deployed, refused where they are wrong, and acted on', { timeout: 90_000 }, () =>
  visit('authoring', async ({ page, expectErrors }) => {
    const editor = new EditorPage(page, gateway)
    const inspector = page.getByLabel('Inspector', { exact: true })
    const deploy = async (): Promise<Locator> => {
      await editor.deployButton().click()
      const dialog = editor.dialog(/^Deploy/)
      await dialog.getByRole('button', { name: 'Deploy', exact: true }).click()
      return dialog
    }
    await editor.enter()
    const importing = await editor.importFile('bench.flow.json', bench)
    await editor.button('Open as a new flow', importing).click()

    await editor.select('watch')
    expect(await inspector.getByLabel('Subflow').locator('option:checked').innerText()).toBe('Watch a pressure')
    await inspector.getByLabel('factor').fill('2.5')
    await deploy()
    await page.getByText(/Version 1 runs/).first().waitFor()
    await editor.button('Done', editor.dialog()).click()
    await until('the instance shows what leaves it', async () => /^10 ?bar$/.test(await editor.reading('watch', 'result')))
    const { flow } = (await (await page.request.get(`${gateway.url}/api/flows/bench`)).json()) as FlowBody
    expect(flow.nodes['watch']!.config).toEqual({ subflow: 'watch', parameters: { factor: 2.5 } })

    await editor.select('twice')
    const expression = inspector.getByRole('combobox', { name: 'Expression' })
    await inspector.getByText(/Gives number.*now 8/).waitFor()
    await expression.fill('value * 2 + ')
    await expression.press('Control+ ')
    await inspector.getByRole('option', { name: /^value/ }).first().waitFor()
    await expression.pressSequentially('abs')
    await inspector.getByRole('option', { name: /^abs/, selected: true }).waitFor()
    await expression.press('Tab')
    expect(await expression.inputValue()).toBe('value * 2 + abs()')
    await expression.pressSequentially('valeu')
    await inspector.getByRole('alert').getByText(/'valeu' is not known here/).first().waitFor()
    expect(await inspector.locator('mark').innerText()).toBe('valeu')
    await expression.press('Escape')
    await expression.fill('value * 2 + abs(value)')
    await inspector.getByText(/Gives number.*now 12/).waitFor()

    await editor.select('own')
    const code = inspector.getByRole('textbox', { name: 'Code' })
    await code.fill('const limit = 3')
    await code.press('End')
    await code.press('Enter')
    await code.pressSequentially('let = = 4')
    expectErrors(REFUSED)
    const dialog = await deploy()
    await dialog.getByText(/Line 2, column \d+/).waitFor()
    await dialog.getByRole('button', { name: 'own' }).click()
    await inspector.getByRole('alert').getByText(/Line 2, column \d+/).waitFor()
    expect(await inspector.locator('.in-gutter .bad').innerText()).toBe('2')
    await code.fill('emit(sample.value * 10)')
    await inspector.getByText(/Line 2, column/).waitFor({ state: 'detached' })
    const again = await deploy()
    await again.waitFor({ state: 'detached' })
    await page.getByText(/Version 2 runs/).first().waitFor()
    await editor.button('Done', editor.dialog()).click()
    await until('both give what they say now', async () => (await editor.reading('own', 'value')).startsWith('40') && (await editor.reading('twice', 'value')).startsWith('12'))

    await editor.select('control', 'Live')
    await editor.button('Manual…').click()
    await page.getByRole('dialog', { name: 'Manual' }).getByLabel('Output').fill('12.5')
    await page.getByRole('dialog', { name: 'Manual' }).getByRole('button', { name: 'Manual' }).click()
    await until('the controller holds it', async () => (await editor.reading('control', 'output')).startsWith('12.5'))
  }))
