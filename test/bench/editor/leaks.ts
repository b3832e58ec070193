// What is done again and again must leave nothing behind: the page's heap, its DOM nodes and listeners after collecting.
import { once, heap, type Figure } from './scenarios.ts'
import { wideFlow } from './flows.ts'
import type { World } from './world.ts'

const TIMES = 200
const TAPS = 20

export async function leaks(world: World, minutes: number): Promise<readonly Figure[]> {
  const { page } = world
  const figures: Figure[] = []
  await world.deploy(wideFlow('taps', 40))
  await world.open('taps')
  const repeat = async (name: string, times: number, act: () => Promise<void>): Promise<void> => {
    // What is made once and kept (a menu's code, a cache) is no leak.
    for (let n = 0; n < 10; n++) await act()
    const from = await heap(page)
    for (let n = 0; n < times; n++) await act()
    const to = await heap(page)
    figures.push(once(`${name}, ${times} times: heap`, [(to.mb - from.mb) * 1000], 'kB more', 2000), once(`${name}, ${times} times: DOM nodes`, [to.nodes - from.nodes], 'more', 500), once(`${name}, ${times} times: listeners`, [to.listeners - from.listeners], 'more', 100))
  }
  const pin = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Add a tap' }).click()
    await page.locator('.dr-pick .in-popitem:not([data-disabled])').first().click()
  }
  const unpin = (): Promise<void> => page.getByRole('button', { name: /^Remove the tap/ }).first().click()
  await repeat('pin and unpin', TIMES, async () => {
    await pin()
    await unpin()
    await page.getByRole('button', { name: /^Remove the tap/ }).waitFor({ state: 'detached' })
  })
  await repeat('a dialog', TIMES, async () => {
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
  // Twenty plots that draw ten times a second. Their buffers fill for half an hour: only an hour tells a leak from that, by its
  // second half.
  for (let n = 0; n < TAPS; n++) await pin()
  await page.waitForTimeout(minutes * 30_000)
  const from = await heap(page)
  await page.waitForTimeout(minutes * 30_000)
  const to = await heap(page)
  figures.push(once(`${TAPS} live taps: heap`, [((to.mb - from.mb) * 2000) / minutes], 'kB a minute more', minutes >= 60 ? 100 : undefined), once(`${TAPS} live taps: DOM nodes`, [((to.nodes - from.nodes) * 2) / minutes], 'a minute more', 50))
  return figures
}
