import { expect, test } from 'vitest'
import { memoryStorage } from './drafts.ts'
import { open } from './harness.ts'
import { offersTour, steps } from './tour.ts'

const title = (tour: number | null): string | undefined => (tour === null ? undefined : steps[tour]?.title)

test('the tour is offered to who may deploy, once', async () => {
  const f = await open()
  expect(offersTour(f.s())).toBe(true)
  f.actions.startTour()
  f.actions.leaveTour()
  expect(offersTour(f.s())).toBe(false)
})

test.each(['viewer', 'operator'] as const)('a %s is never offered it', async (role) => {
  const f = await open({ session: async () => ({ user: 'v', role, gateway: 'g', version: '1' }) })
  expect(offersTour(f.s())).toBe(false)
})

test('it goes on by what is really done: choose, change, look, deploy', async () => {
  const f = await open()
  f.actions.startTour()
  f.actions.tourNext()
  expect(title(f.s().ui.tour)).toBe('Choose the deadband')
  f.actions.select({ nodes: ['temp'] })
  expect(title(f.s().ui.tour)).toBe('Choose the deadband')
  f.actions.select({ nodes: ['band'] })
  expect(title(f.s().ui.tour)).toBe('Change its threshold')
  f.actions.setConfig('band', '/threshold', 1)
  expect(title(f.s().ui.tour)).toBe('See what differs')
  f.actions.openDialog({ kind: 'deploy' })
  expect(title(f.s().ui.tour)).toBe('Deploy it')
  f.actions.closeDialog()
  expect(title(f.s().ui.tour)).toBe('Deploy it')
  f.actions.openDialog({ kind: 'deploy' })
  const draft = f.s().document!.flow
  f.state.version = 4
  f.state.flow = draft
  f.actions.deployed({ version: 4, armed: false } as never, draft)
  f.actions.closeDialog()
  expect(title(f.s().ui.tour)).toBe('It runs')
})

test('it is taken up where it was left, also after the page was loaded again; when done, from the beginning', async () => {
  const storage = memoryStorage()
  const f = await open({}, storage)
  f.actions.startTour()
  f.actions.tourNext()
  f.actions.leaveTour()
  expect(f.s().ui.tour).toBeNull()
  const g = await open({}, storage)
  g.actions.restoreScreen()
  expect(offersTour(g.s())).toBe(false)
  g.actions.startTour()
  expect(g.s().ui.tour).toBe(1)
  for (let i = 1; i < steps.length; i++) g.actions.tourNext()
  expect(g.s().ui.tour).toBeNull()
  g.actions.startTour()
  expect(g.s().ui.tour).toBe(0)
})

test('what stands in the way is said: no node of that kind, nothing changed', async () => {
  const f = await open()
  const [, choose, , differs] = steps
  expect(choose!.lost!(f.s())).toBeUndefined()
  f.actions.removeNodes(['band'])
  expect(choose!.lost!(f.s())).toMatch(/no Deadband/)
  f.actions.undo()
  expect(differs!.lost!(f.s())).toMatch(/change the threshold/)
})
