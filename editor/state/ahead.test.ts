// A start of a signed-in browser asks for everything at once; any other asks step by step, so that nothing is refused.
import { expect, test } from 'vitest'
import { issue, IssueError } from '#kit'
import { fixture, open } from './harness.ts'
import { memoryStorage, type Storage } from './drafts.ts'

/** What was asked for before the gateway said a word. */
async function askedFirst(storage: Storage): Promise<readonly string[]> {
  const asked: string[] = []
  const f = fixture({}, storage)
  const note = <T>(name: string, call: () => Promise<T>) => () => (asked.push(name), call())
  const health = Promise.withResolvers<void>()
  const { api } = f
  const slow = fixture({
    health: note('health', async () => { await health.promise; return api.health() }), session: note('session', api.session), catalogue: note('catalogue', api.catalogue),
    flows: note('flows', api.flows), alarms: note('alarms', api.alarms), drafts: note('drafts', api.drafts), flow: (id) => (asked.push(`flow ${id}`), api.flow(id)),
  }, storage)
  const started = slow.actions.start()
  const first = [...asked]
  health.resolve()
  await started
  expect(slow.s().gate).toBe('ready')
  return [...first, '|', ...asked.slice(first.length)]
}

test('a browser that was never signed in asks for the health alone first', async () => {
  expect((await askedFirst(memoryStorage())).slice(0, 2)).toEqual(['health', '|'])
})
test('one that was asks for all at once, the flow with it, and for nothing of it twice but the list of drafts', async () => {
  const storage = memoryStorage()
  const { s } = await open({}, storage)
  const asked = await askedFirst(storage)
  expect(asked.slice(0, asked.indexOf('|')).toSorted()).toEqual(['alarms', 'catalogue', 'drafts', `flow ${s().flowId}`, 'flows', 'health', 'session'])
  expect(asked.slice(asked.indexOf('|') + 1).filter((a) => a !== 'drafts')).toEqual([])
})
test('a session that has ended leads to the login, and the next start asks step by step again', async () => {
  const storage = memoryStorage()
  await open({}, storage)
  const ended = async (): Promise<never> => { throw new IssueError(issue('AUTH_NEEDED')) }
  const f = await open({ session: ended, catalogue: ended, flows: ended, alarms: ended, drafts: ended, flow: ended }, storage)
  expect(f.s().gate).toBe('login')
  expect((await askedFirst(storage)).slice(0, 2)).toEqual(['health', '|'])
})
test('who signs out is not asked for at the next start', async () => {
  const storage = memoryStorage()
  const { actions } = await open({}, storage)
  await actions.signOut()
  expect((await askedFirst(storage)).slice(0, 2)).toEqual(['health', '|'])
})
test('after the line was lost and came back, a flow that is opened anew is asked for anew', async () => {
  const f = await open()
  const id = f.s().flowId!
  await f.actions.start(id)
  await f.pass(1000)
  f.state.version = 4
  f.actions.closeTab(id)
  expect(await f.actions.openFlow(id)).toBe(true)
  expect(f.s().base.version).toBe(4)
})
test('a gateway that is new under the same address is claimed, whatever was refused before', async () => {
  const storage = memoryStorage()
  const known = await open({}, storage)
  const session = await known.api.session!()
  let claimed = false
  const guarded = <T,>(call: () => Promise<T>) => async (): Promise<T> => { if (!claimed) throw new IssueError(issue('AUTH_NEEDED')); return call() }
  const { api } = known
  const f = await open({ health: async () => ({ ...(await api.health!()), claimed }), session: guarded(api.session!), catalogue: guarded(api.catalogue!), flows: guarded(api.flows!), alarms: guarded(api.alarms!), drafts: guarded(api.drafts!) }, storage)
  expect(f.s().gate).toBe('claim')
  claimed = true
  await f.actions.signedIn(session)
  expect(f.s().gate).toBe('ready')
})
