// What is done to the editor, one measurement each: as a person does it, with the mouse, the wheel and the keyboard.
import type { Page } from 'playwright-core'
import { quantile, type Frames } from './frames.ts'
import type { World } from './world.ts'

export interface Figure {
  readonly name: string
  /** ms of script a frame, or what `unit` says. */
  readonly p50: number
  readonly p95: number
  readonly max: number
  readonly unit: string
  /** Frames longer than 100 ms. */
  readonly long?: number
  readonly frames?: number
  /** What it must not exceed, and in which of the columns. */
  readonly target?: { readonly of: 'p50' | 'p95' | 'max'; readonly value: number }
}

/** A frame that takes longer is seen as a halt, ms. */
const LONG_MS = 100
export const SCRIPT_MS = 8

export const figureOf = (name: string, { script, between }: Frames): Figure => ({
  name, unit: 'ms script/frame', p50: quantile(script, 0.5), p95: quantile(script, 0.95), max: Math.max(...script),
  long: between.filter((ms) => ms > LONG_MS).length, frames: script.length, target: { of: 'p95', value: SCRIPT_MS },
})
export const once = (name: string, ms: readonly number[], unit: string, limit?: number): Figure => ({ name, unit, p50: quantile(ms, 0.5), p95: quantile(ms, 0.95), max: Math.max(...ms), ...(limit === undefined ? {} : { target: { of: 'p50', value: limit } as const }) })

const centre = async (page: Page): Promise<{ x: number; y: number }> => {
  const box = (await page.locator('.canvas').boundingBox())!
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
const frame = (page: Page): Promise<void> => page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => done())))

/** With the middle button, there and back. */
export async function pan(page: Page, rounds = 2): Promise<void> {
  const { x, y } = await centre(page)
  for (let round = 0; round < rounds; round++) {
    await page.mouse.move(x, y)
    await page.mouse.down({ button: 'middle' })
    for (let step = 1; step <= 60; step++) {
      const part = step <= 30 ? step : 60 - step
      await page.mouse.move(x - part * 12, y - part * 5)
      await frame(page)
    }
    await page.mouse.up({ button: 'middle' })
  }
}
/** With the wheel, out and in again. */
export async function zoom(page: Page): Promise<void> {
  const { x, y } = await centre(page)
  await page.mouse.move(x, y)
  for (const by of [120, -120]) {
    for (let step = 0; step < 30; step++) {
      await page.mouse.wheel(0, by * 0.5)
      await frame(page)
    }
  }
}
export const zoomTo = async (page: Page, part: number): Promise<void> => {
  await page.locator('.zoom button').nth(1).click()
  const { x, y } = await centre(page)
  await page.mouse.move(x, y)
  for (let n = 0; n < 40; n++) {
    const now = Number.parseInt(await page.locator('.zoom button').nth(1).innerText(), 10) / 100
    if (now <= part * 1.1) break
    await page.mouse.wheel(0, 60)
    await frame(page)
  }
  await page.waitForTimeout(300)
}
export const fit = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Fit' }).click()
  await page.waitForTimeout(500)
}
/** The card nearest to the middle of the canvas, by its head. */
const middleCard = async (page: Page): Promise<{ id: string; x: number; y: number }> => {
  const at = await centre(page)
  return page.evaluate(({ x, y }) => {
    const cards = [...document.querySelectorAll<HTMLElement>('.react-flow__node')].map((e) => ({ id: e.dataset['id']!, box: e.getBoundingClientRect() }))
    const far = (b: DOMRect): number => Math.hypot(b.x + b.width / 2 - x, b.y + b.height / 2 - y)
    const { id, box } = cards.toSorted((a, b) => far(a.box) - far(b.box))[0]!
    return { id, x: box.x + box.width / 2, y: box.y + Math.min(14, box.height / 3) }
  }, at)
}
export async function drag(page: Page): Promise<void> {
  const { x, y } = await middleCard(page)
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let step = 1; step <= 60; step++) {
    await page.mouse.move(x + Math.sin(step / 10) * 120, y + step * 2)
    await frame(page)
  }
  await page.mouse.up()
  await frame(page)
  await page.keyboard.press('Control+z')
  await frame(page)
}
export async function select(page: Page): Promise<void> {
  const { x, y } = await middleCard(page)
  for (let n = 0; n < 12; n++) {
    await page.mouse.click(x + (n % 2) * 3, y)
    await frame(page)
    await frame(page)
  }
  await page.keyboard.press('Escape')
}
export async function rest(page: Page, ms: number): Promise<void> {
  const { x, y } = await centre(page)
  await page.mouse.move(x, y)
  await page.waitForTimeout(ms)
}
/** ms from a key to the frame after it, in the name of the card in the middle. */
export async function typing(page: Page): Promise<readonly number[]> {
  const { x, y } = await middleCard(page)
  await page.mouse.click(x, y)
  const field = page.getByLabel('Inspector', { exact: true }).locator('input').first()
  await field.click()
  const took: number[] = []
  for (const key of 'A name as long as a plant') took.push(await answered(page, () => page.keyboard.press(key === ' ' ? 'Space' : key)))
  await page.keyboard.press('Escape')
  return took
}
/** ms of main thread from an act to the second frame after it. */
export async function answered(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(() => {
    const w = window as unknown as { answered: Promise<number> }
    w.answered = new Promise((done) => {
      const began = (): void => {
        const t = performance.now()
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - t)))
      }
      for (const type of ['keydown', 'pointerdown'] as const) addEventListener(type, began, { once: true, capture: true })
    })
  })
  await act()
  return page.evaluate(() => (window as unknown as { answered: Promise<number> }).answered)
}

/** Bytes that the first load took over the line, those of scripts alone, and ms until the flow can be used. */
export async function firstLoad(world: World, flow: string): Promise<readonly Figure[]> {
  const times: number[] = []
  let scripts = 0
  let all = 0
  for (let n = 0; n < 5; n++) {
    const context = await world.browser.newContext({ viewport: { width: 1440, height: 900 }, storageState: await world.context.storageState() })
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    const kinds = new Map<string, string>()
    const sizes = new Map<string, number>()
    session.on('Network.responseReceived', (e) => kinds.set(e.requestId, e.type))
    session.on('Network.loadingFinished', (e) => sizes.set(e.requestId, e.encodedDataLength))
    const began = performance.now()
    await page.goto(`${world.gateway.url}/flows/${flow}`)
    await page.locator('.react-flow__node:visible').first().waitFor()
    times.push(performance.now() - began)
    await page.waitForTimeout(300)
    all = [...sizes.values()].reduce((a, b) => a + b, 0)
    scripts = [...sizes].filter(([id]) => kinds.get(id) === 'Script').reduce((a, [, b]) => a + b, 0)
    await context.close()
  }
  return [once('first load: scripts', [scripts / 1000], 'kB over the line', 500), once('first load: all', [all / 1000], 'kB over the line'), once('first load: usable', times, 'ms', 1000)]
}

/** MB of the page's heap after collecting, and its DOM nodes. */
export async function heap(page: Page): Promise<{ readonly mb: number; readonly nodes: number; readonly listeners: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  await session.detach()
  const of = (name: string): number => metrics.find((m) => m.name === name)?.value ?? Number.NaN
  return { mb: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') }
}
