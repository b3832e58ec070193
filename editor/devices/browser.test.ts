import { expect, test } from 'vitest'
import { issue, IssueError, type BrowseItem } from '#kit'
import { AGAIN_MS, createBrowser, REFRESH_MS } from './browser.ts'
import type { Line } from '../state/device-tree.ts'

const item = (title: string, path: string | null = null): BrowseItem => ({ path, title, detail: '', row: path === null ? { name: title } : null })
function fixture() {
  const asked: string[] = []
  const timers: { ms: number; task: () => void }[] = []
  const state = { away: false, answers: new Map<string, BrowseItem[]>([['', [item('Tank', 'tank')]], ['tank', [item('Level')]]]) }
  const browser = createBrowser({
    api: {
      browse: async (of, path, search) => {
        asked.push(`${'name' in of ? of.name : ''}:${path ?? ''}${search === undefined ? '' : `?${search}`}`)
        if (state.away) throw new IssueError(issue('CONNECTION_FAILED', {}, { name: 'plc', reason: 'away' }))
        return { items: state.answers.get(path ?? '') ?? [], cut: false, source: null }
      },
    },
    failed: (thrown) => (thrown as IssueError).issues,
    later: (ms, task) => {
      const timer = { ms, task }
      timers.push(timer)
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1))
    },
  })
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  const tick = async (): Promise<number> => {
    const next = timers.shift()
    next?.task()
    await settle()
    return next?.ms ?? -1
  }
  const titles = (): string[] => browser.lines().map((l) => (l.kind === 'item' ? l.item.title : l.kind))
  return { browser, asked, state, tick, settle, timers, titles }
}

test('a device is asked when it is opened, and what is open again every two seconds, while somebody looks', async () => {
  const f = fixture()
  f.browser.open('plc')
  await f.settle()
  expect(f.asked).toEqual([])
  f.browser.watch(true)
  await f.settle()
  expect(f.titles()).toEqual(['Tank'])
  f.browser.toggle(f.browser.lines()[0] as Extract<Line, { kind: 'item' }>)
  await f.settle()
  expect(f.titles()).toEqual(['Tank', 'Level'])
  f.asked.length = 0
  expect(await f.tick()).toBe(REFRESH_MS)
  expect(f.asked).toEqual(['plc:', 'plc:tank'])
  f.browser.watch(false)
  expect(f.timers).toEqual([])
})

test('one that is away keeps what was there, says why, and is asked less often', async () => {
  const f = fixture()
  f.browser.watch(true)
  f.browser.open('plc')
  await f.settle()
  f.state.away = true
  await f.tick()
  expect(f.titles()).toEqual(['fault', 'Tank'])
  f.state.away = false
  expect(await f.tick()).toBe(AGAIN_MS)
  expect(f.titles()).toEqual(['Tank'])
})

test('a search is asked once, when typing pauses; another device forgets it', async () => {
  const f = fixture()
  f.browser.watch(true)
  f.browser.open('plc')
  await f.settle()
  f.asked.length = 0
  f.browser.search('le')
  f.browser.search('lev')
  await f.settle()
  expect(f.asked).toEqual([])
  await f.tick()
  expect(f.asked).toEqual(['plc:?lev'])
  expect(f.timers).toEqual([])
  f.browser.open('other')
  await f.settle()
  expect(f.asked.at(-1)).toBe('other:')
})
