// Arranging a flow in a real browser: groups, alignment, the tidy layout, comments written in place, and subflows made, opened,
// edited inside, deployed, and taken apart.
import { expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { parseFlow, type Flow } from '#format'
import { until } from '../io.ts'
import { EditorPage } from './editor-page.ts'
import { gateway, stage, visit } from './stage.ts'


stage()

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
const boxOf = async (of: Locator): Promise<Box> => {
  const box = await of.boundingBox()
  if (!box) throw new Error('It is not on the screen.')
  return box
}
/** Opens the editor with room: the drawer closed, nothing over the canvas, the draft what runs. */
async function enter(page: Page): Promise<EditorPage> {
  const editor = new EditorPage(page, gateway)
  await editor.enter()
  const callout = page.locator('.callout').getByRole('button', { name: 'Got it' })
  if ((await callout.count()) > 0) await callout.click()
  await page.getByRole('button', { name: 'Close the drawer' }).click()
  // The test before may have left its draft on the gateway: it is that of everybody.
  const discard = editor.button('Discard')
  await until('no draft is left', async () => {
    if ((await discard.count()) > 0) await discard.click()
    return page.evaluate(async () => ((await (await fetch('/api/drafts')).json()) as unknown[]).length === 0)
  })
  await editor.button(/^Deploy no changes$/).waitFor()
  await editor.fit()
  return editor
}
async function choose(editor: EditorPage, ...ids: readonly string[]): Promise<void> {
  for (const [i, id] of ids.entries()) await editor.node(id).locator('.hd').click(i === 0 ? {} : { modifiers: ['Shift'] })
  await until(`${ids.length} are selected`, async () => (await editor.page.locator('.react-flow__node.selected').count()) === ids.length)
}
/** From the head of a card by the mouse; `over` is looked at before it is let go. */
async function dragBy(page: Page, of: Locator, dx: number, dy: number, over: () => Promise<void> = async () => undefined): Promise<void> {
  const { x, y } = await boxOf(of)
  await page.mouse.move(x + 30, y + 8)
  await page.mouse.down()
  await page.mouse.move(x + 30 + dx / 2, y + 8 + dy / 2, { steps: 4 })
  await page.mouse.move(x + 30 + dx, y + 8 + dy, { steps: 4 })
  await over()
  await page.mouse.up()
}
const flowOf = async (editor: EditorPage): Promise<Flow> => {
  const { flow } = parseFlow(await editor.exported())
  if (!flow) throw new Error('The export cannot be read.')
  return flow
}

test('a group is made, named, dragged with its nodes, left and joined with a visible sign, and undone step by step', { timeout: 90_000 }, () =>
  visit('groups', async ({ page }) => {
    const editor = await enter(page)
    await choose(editor, 'drive', 'spectrum', 'temperature')
    await page.keyboard.press('Control+g')
    await page.getByLabel('Title of the group').fill('Drive signals')
    await page.keyboard.press('Enter')
    const title = page.getByRole('button', { name: /^Group Drive signals, 3 nodes$/ })
    await title.waitFor()
    await page.locator('.react-flow__minimap .map-group').waitFor()

    const before = await flowOf(editor)
    await dragBy(page, title, 0, 60)
    const moved = await flowOf(editor)
    const by = (id: string): readonly number[] => [moved.nodes[id]!.at[0] - before.nodes[id]!.at[0], moved.nodes[id]!.at[1] - before.nodes[id]!.at[1]]
    expect(by('drive')[1]).toBeGreaterThan(0)
    expect([by('spectrum'), by('temperature'), by('bearing')]).toEqual([by('drive'), by('drive'), [0, 0]])
    await page.keyboard.press('Control+z')
    expect((await flowOf(editor)).nodes).toEqual(before.nodes)

    await page.keyboard.press('Escape')
    await dragBy(page, editor.node('temperature'), 60, 290, () => page.locator('.group.leave').getByText('leaves this group').waitFor())
    await page.getByRole('button', { name: /^Group Drive signals, 2 nodes$/ }).waitFor()
    await page.keyboard.press('Escape')
    const [frame, card] = [await boxOf(page.locator('.group')), await boxOf(editor.node('temperature'))]
    await dragBy(page, editor.node('temperature'), frame.x + frame.width / 2 - card.x - card.width / 2, frame.y + frame.height / 2 - card.y - card.height / 2, () => page.locator('.group.join').getByText('joins this group').waitFor())
    await title.waitFor()

    await title.click()
    await page.keyboard.press('Control+Shift+g')
    await until('the frame is gone', async () => (await page.locator('.group').count()) === 0)
    await page.keyboard.press('Control+z')
    await title.waitFor()
    await editor.button('Discard').click()
    await editor.unchanged()
  }))

test('several nodes are aligned and distributed by keys and by the bar over them', { timeout: 60_000 }, () =>
  visit('align', async ({ page }) => {
    const editor = await enter(page)
    await choose(editor, 'wear', 'slow', 'cloud')
    const bar = page.getByRole('toolbar', { name: '3 nodes selected' })
    await bar.waitFor()
    await page.keyboard.press('Alt+ArrowUp')
    const aligned = await flowOf(editor)
    expect(new Set(['wear', 'slow', 'cloud'].map((id) => aligned.nodes[id]!.at[1])).size).toBe(1)
    await choose(editor, 'tank', 'level', 'pressure')
    await bar.getByRole('button', { name: 'Align left' }).click()
    const left = await flowOf(editor)
    expect(new Set(['tank', 'level', 'pressure'].map((id) => left.nodes[id]!.at[0])).size).toBe(1)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await editor.unchanged()
  }))

test('tidy lays out the whole flow in a worker, nothing on top of another, as one step', { timeout: 60_000 }, () =>
  visit('tidy', async ({ page }) => {
    const editor = await enter(page)
    await choose(editor, 'drive', 'spectrum')
    await page.keyboard.press('Control+g')
    await page.keyboard.press('Enter')
    const before = await flowOf(editor)
    await editor.button('Tidy').click()
    await until('it is tidied', async () => (await page.locator('.toast').count()) === 0 && JSON.stringify((await flowOf(editor)).nodes) !== JSON.stringify(before.nodes), 30_000)
    expect(page.workers().length, 'the layout kernel runs beside the page').toBeGreaterThan(0)
    const places = new Map<string, Box>()
    for (const id of Object.keys(before.nodes)) places.set(id, await boxOf(editor.node(id)))
    const on = [...places].flatMap(([a, p], i) => [...places].slice(i + 1).filter(([, q]) => p.x < q.x + q.width && q.x < p.x + p.width && p.y < q.y + q.height && q.y < p.y + p.height).map(([b]) => `${a} ${b}`))
    expect(on).toEqual([])
    expect((await flowOf(editor)).wires).toEqual(before.wires)
    await page.keyboard.press('Control+z')
    expect((await flowOf(editor)).nodes).toEqual(before.nodes)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await editor.unchanged()
  }))

test('a comment is written in place and shown with its markdown; Escape leaves it as it was', { timeout: 60_000 }, () =>
  visit('comment', async ({ page }) => {
    const editor = await enter(page)
    await page.locator('.palette-item[data-type="flow.comment"]').click()
    const comment = editor.node('comment')
    await comment.getByText('Double click to write.').dblclick()
    await page.keyboard.type('# Why\n- ask **Maria**')
    await page.keyboard.press('Control+Enter')
    await comment.getByRole('heading', { name: 'Why' }).waitFor()
    await comment.locator('li b').getByText('Maria').waitFor()
    await page.keyboard.press('F2')
    await page.keyboard.type('something else')
    await page.keyboard.press('Escape')
    await comment.getByRole('heading', { name: 'Why' }).waitFor()
    expect(await comment.innerText()).not.toContain('something else')
    const edge = await boxOf(comment.locator('.comment-edge'))
    await page.mouse.move(edge.x + edge.width / 2, edge.y + edge.height / 2)
    await page.mouse.down()
    await page.mouse.move(edge.x + 80, edge.y + edge.height / 2, { steps: 4 })
    await page.mouse.up()
    expect((await flowOf(editor)).nodes['comment']!.config['width']).toBeGreaterThan(240)
    await editor.button('Discard').click()
    await editor.unchanged()
  }))

test('a selection becomes a subflow, is opened and edited inside, runs with its values, and is expanded again', { timeout: 120_000 }, () =>
  visit('subflow', async ({ page }) => {
    const editor = await enter(page)
    const before = await flowOf(editor)
    await choose(editor, 'spectrum', 'bearing')
    await page.getByRole('toolbar').getByRole('button', { name: 'Collapse into a subflow' }).click()
    await editor.node('subflow').waitFor()
    const collapsed = await flowOf(editor)
    expect(collapsed.subflows!['subflow']).toMatchObject({ inputs: { signal: ['spectrum.signal'], speed: ['spectrum.speed'] }, outputs: { fault: 'bearing.fault' } })
    expect(collapsed.wires).toContain('drive.waveform -> subflow.signal')

    await editor.node('subflow').locator('.hd').dblclick()
    const crumbs = page.getByRole('navigation', { name: 'Where you are' })
    await crumbs.waitFor()
    await editor.node('spectrum').waitFor()
    expect(await editor.node('drive').count()).toBe(0)
    await page.getByLabel('Name of the input speed').fill('turns')
    await page.keyboard.press('Enter')
    await editor.node('spectrum').locator('.hd').click()
    await page.getByLabel('Name', { exact: true }).fill('Spectrum of the drive')
    // A new output, by a wire to the plus.
    await editor.drag(editor.handle('spectrum', 'rms', 'source'), editor.handle('@outputs', '+', 'target'), async () => undefined)
    await editor.handle('@outputs', 'rms', 'target').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await until('back outside', async () => (await crumbs.count()) === 0)
    await editor.handle('subflow', 'rms', 'source').waitFor()
    const edited = await flowOf(editor)
    expect(edited.wires).toContain('drive.speed -> subflow.turns')
    expect(edited.subflows!['subflow']!.nodes['spectrum']!.name).toBe('Spectrum of the drive')

    await editor.deployButton().click()
    await editor.button('Deploy', editor.dialog("Deploy 'Pump P-101 health'")).click()
    await editor.button('Done', editor.dialog(/^Version \d+ runs$/)).click()
    await editor.changes('subflow', 'rms', 30_000)
    await editor.node('subflow').locator('.hd').dblclick()
    await editor.changes('spectrum', 'rms')
    await until('the inputs show what comes in', async () => /^\d/.test(await editor.reading('@inputs', 'turns')))

    await crumbs.getByRole('button', { name: 'Pump P-101 health' }).click()
    await editor.node('subflow').locator('.hd').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Expand in place' }).click()
    await editor.node('spectrum').waitFor()
    const expanded = await flowOf(editor)
    expect(expanded.subflows).toBeUndefined()
    expect(expanded.wires.toSorted()).toEqual(before.wires.toSorted())
    // One history: back through both, to where each was done.
    await page.keyboard.press('Control+z')
    await editor.node('subflow').waitFor()
    await page.keyboard.press('Control+z')
    await crumbs.waitFor()
  }))

test('the view follows the keys, Space with the mouse, the middle button, and two fingers on the cards', { timeout: 60_000 }, () =>
  visit('view', async ({ page }) => {
    const editor = await enter(page)
    const zoom = async (): Promise<number> => Number.parseInt((await page.getByRole('button', { name: 'Zoom to 100%' }).innerText()).replace('%', ''), 10)
    const view = (): Promise<string | null> => page.locator('.react-flow__viewport').getAttribute('style')
    const changed = async (what: string, act: () => Promise<void>): Promise<void> => {
      const was = await view()
      await act()
      await until(`${what} moves the view`, async () => (await view()) !== was)
    }
    await page.keyboard.press('1')
    await until('at 100%', async () => (await zoom()) === 100)
    await page.keyboard.press('+')
    await until('nearer', async () => (await zoom()) > 100)
    await page.keyboard.press('f')
    await until('all in view', async () => (await zoom()) < 100)
    const all = await zoom()
    await choose(editor, 'wear')
    await changed('Shift F', () => page.keyboard.press('Shift+F'))
    expect(await zoom()).toBeGreaterThan(all)
    await page.keyboard.press('f')
    await until('all in view again', async () => (await zoom()) === all)

    const places = (await flowOf(editor)).nodes
    const drag = async (button: 'left' | 'middle'): Promise<void> => {
      const { x, y } = await boxOf(editor.node('wear'))
      await page.mouse.move(x + 40, y + 10)
      await page.mouse.down({ button })
      await page.mouse.move(x + 10, y + 40, { steps: 4 })
      await page.mouse.up({ button })
    }
    await changed('the middle button', () => drag('middle'))
    await changed('Space', async () => {
      await page.keyboard.down('Space')
      await page.locator('.canvas.panning').waitFor()
      await drag('left')
      await page.keyboard.up('Space')
    })
    const { x, y } = await boxOf(editor.node('wear'))
    const browserSide = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number | null): Promise<unknown> =>
      browserSide.send('Input.dispatchTouchEvent', { type, touchPoints: apart === null ? [] : [{ x: x + 50 - apart, y: y + 20, id: 0 }, { x: x + 50 + apart, y: y + 20, id: 1 }] })
    const near = await zoom()
    await touch('touchStart', 20)
    for (const apart of [25, 30, 35]) await touch('touchMove', apart)
    await touch('touchEnd', null)
    await until('two fingers zoom', async () => (await zoom()) > near)
    expect((await flowOf(editor)).nodes).toEqual(places)
  }))
