// `npm run bench:editor [-- --only PART] [--json FILE] [--assert] [--minutes N] [--profile]`: the editor in a real browser before
// a real gateway. Prints a table. Figures are those of this machine at this hour: only --assert makes a missed target an error.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machine } from '../report.ts'
import { framesOf, profileOf } from './frames.ts'
import { wideFlow } from './flows.ts'
import * as s from './scenarios.ts'
import { leaks } from './leaks.ts'
import { startWorld } from './world.ts'

const parts = ['load', 'canvas', 'far', 'edit', 'open', 'leaks'] as const
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, json: { type: 'string' }, assert: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false }, minutes: { type: 'string', default: '1' } } })
const unknown = (values.only ?? []).filter((p) => !(parts as readonly string[]).includes(p))
if (unknown.length > 0) {
  process.stderr.write(`bench: there is no part '${unknown.join("', '")}'; there are ${parts.join(', ')}.\n`)
  process.exit(2)
}
const wanted = (part: (typeof parts)[number]): boolean => !values.only || values.only.includes(part)

const before = machine()
const world = await startWorld()
const { page, browser } = world
const figures: s.Figure[] = []
const say = (f: s.Figure): void => {
  figures.push(f)
  process.stderr.write(`${line(f)}\n`)
}
const line = (f: s.Figure): string => {
  const met = f.target ? (f[f.target.of] <= f.target.value ? `ok: ${f.target.of} <= ${f.target.value}` : `MISSED: ${f.target.of} <= ${f.target.value}`) : ''
  const number = (n: number): string => (n >= 100 ? n.toFixed(0) : n.toFixed(1)).padStart(8)
  return `${f.name.padEnd(42)}${number(f.p50)}${number(f.p95)}${number(f.max)}  ${f.unit.padEnd(18)}${(f.long === undefined ? '' : `${f.long} of ${f.frames}`).padEnd(12)}${met}`
}
const measure = async (name: string, act: () => Promise<void>): Promise<void> => {
  say(s.figureOf(name, await framesOf(browser, page, act)))
  if (values.profile) process.stderr.write(`${(await profileOf(page, act)).map((l) => `      ${l}`).join('\n')}\n`)
}

try {
  if (wanted('load')) {
    await world.deploy(wideFlow('small', 20))
    for (const f of await s.firstLoad(world, 'small')) say(f)
  }
  if (wanted('canvas') || wanted('far') || wanted('edit') || wanted('leaks')) await world.deploy(wideFlow('thousand', 1000))
  if (wanted('canvas')) {
    await world.open('thousand')
    await s.zoomTo(page, 1)
    await measure('1,000 nodes at 100 %: at rest', () => s.rest(page, 3000))
    await measure('1,000 nodes at 100 %: pan', () => s.pan(page))
    await measure('1,000 nodes: zoom out and in', () => s.zoom(page))
    await measure('1,000 nodes at 100 %: drag a node', () => s.drag(page))
    await measure('1,000 nodes at 100 %: select', () => s.select(page))
  }
  if (wanted('far')) {
    await world.open('thousand')
    await s.zoomTo(page, 0.4)
    await measure('1,000 nodes at 40 %: at rest', () => s.rest(page, 3000))
    await measure('1,000 nodes at 40 %: pan', () => s.pan(page))
    await measure('1,000 nodes at 40 %: drag a node', () => s.drag(page))
    await s.fit(page)
    await measure('1,000 nodes, all in view: at rest', () => s.rest(page, 3000))
    await measure('1,000 nodes, all in view: pan', () => s.pan(page))
    await measure('1,000 nodes, all in view: zoom in and out', () => s.zoom(page))
    await measure('1,000 nodes, all in view: drag a node', () => s.drag(page))
  }
  if (wanted('edit')) {
    await world.open('thousand')
    await s.zoomTo(page, 1)
    say(s.once('1,000 nodes: a key in a field', await s.typing(page), 'ms to 2nd frame', 50))
    await page.locator('.react-flow__pane').click({ position: { x: 5, y: 300 } })
    await page.keyboard.press('Control+a')
    const moves: number[] = []
    for (let n = 0; n < 5; n++) moves.push(await s.answered(page, () => page.keyboard.press('ArrowRight')))
    say(s.once('1,000 nodes: move all of them', moves, 'ms to 2nd frame', 100))
    const undos: number[] = []
    for (let n = 0; n < 3; n++) undos.push(await s.answered(page, () => page.keyboard.press('Control+z')), await s.answered(page, () => page.keyboard.press('Control+y')))
    say(s.once('1,000 nodes: undo and redo of that', undos, 'ms to 2nd frame', 100))
    await page.keyboard.press('Control+z')
    await s.zoomTo(page, 1)
  }
  if (wanted('open')) {
    const big = wideFlow('five-thousand', 5000, 1)
    await world.deploy(big)
    const times: { readonly ms: number; readonly workMs: number }[] = []
    for (let n = 0; n < 3; n++) times.push(await world.open('five-thousand'))
    say(s.once('5,000 nodes: open', times.map((t) => t.ms), 'ms', 3000))
    say(s.once('5,000 nodes: open, work of the thread', times.map((t) => t.workMs), 'ms CPU'))
    await s.zoomTo(page, 1)
    await measure('5,000 nodes at 100 %: pan', () => s.pan(page))
    await s.fit(page)
    await measure('5,000 nodes, far out: pan', () => s.pan(page))
  }
  if (wanted('leaks')) for (const f of await leaks(world, Number(values.minutes))) say(f)
} finally {
  await world.close()
}
const after = machine()
process.stdout.write([
  `${before.cpu}, ${before.cores} cores, Node ${before.node}, ${before.date}, load ${before.loadAverage[0]} at the start and ${after.loadAverage[0]} at the end`, '',
  `${''.padEnd(42)}${'p50'.padStart(8)}${'p95'.padStart(8)}${'max'.padStart(8)}  ${'unit'.padEnd(18)}${'> 100 ms'.padEnd(12)}target`,
  ...figures.map(line), '',
].join('\n'))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: before, loadAtEnd: after.loadAverage, figures }, null, 2)}\n`)
const missed = figures.some((f) => (f.target && f[f.target.of] > f.target.value) || (f.long ?? 0) > 0)
process.exit(values.assert && missed ? 1 : 0)
