import { expect, test } from 'vitest'
import { issue, IssueError } from '#kit'
import { createApi } from './api.ts'
import { memoryStorage } from './drafts.ts'
import { fixture, open, running } from './harness.ts'

test('it opens the running flow, without changes, and checks it', async () => {
  const { s, state } = await open()
  expect(s().gate).toBe('ready')
  expect(s().document?.flow).toBe(running)
  expect(s().changes).toEqual([])
  expect(s().basedOn).toBe(3)
  expect(state.checks).toEqual([running])
})

test('an unclaimed gateway shows the claim, a missing session the login', async () => {
  const unclaimed = await open({ health: async () => ({ version: '1', claimed: false, uptimeS: 0, engines: [], flows: [] }) })
  expect(unclaimed.s().gate).toBe('claim')
  const signedOut = await open({ session: async () => { throw new IssueError(issue('AUTH_NEEDED')) } })
  expect(signedOut.s().gate).toBe('login')
})

test('a gateway that is away is tried again until it answers', async () => {
  let calls = 0
  const f = await open({
    health: async () => {
      if (++calls < 3) throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'no route' }))
      return { version: '1', claimed: true, uptimeS: 0, engines: [], flows: [] }
    },
  })
  expect(f.s().gate).toBe('away')
  expect(f.s().gateIssues[0]!.code).toBe('GATEWAY_AWAY')
  await f.pass(10_000)
  expect(f.s().gate).toBe('ready')
})

test('a reload loses nothing: the draft comes back with the version it was made from', async () => {
  const storage = memoryStorage()
  const first = await open({}, storage)
  first.actions.setName('band', 'Mine')
  first.actions.flush()
  const again = await open({}, storage)
  expect(again.s().document!.flow.nodes['band']!.name).toBe('Mine')
  expect(again.s().changes).toHaveLength(1)
  expect(again.s().basedOn).toBe(3)
})

test('a draft made from an older version keeps saying so, and can be discarded and brought back', async () => {
  const storage = memoryStorage()
  const first = await open({}, storage)
  first.actions.setName('band', 'Mine')
  first.actions.flush()
  const again = fixture({}, storage)
  again.state.version = 5
  await again.actions.start()
  expect(again.s().basedOn).toBe(3)
  expect(again.s().base.version).toBe(5)
  expect(again.s().ui.toasts[0]!.text).toMatch(/Version 5 is running/)
  again.actions.discardDraft()
  expect(again.s().changes).toEqual([])
  expect(again.s().basedOn).toBe(5)
  again.actions.undo()
  expect(again.s().document!.flow.nodes['band']!.name).toBe('Mine')
})

test('a draft that can not be read is passed over', async () => {
  const storage = memoryStorage()
  storage.setItem('headgate.draft.pump', '{"flow":')
  expect((await open({}, storage)).s().document!.flow).toBe(running)
})

test('a full storage is told once, and editing goes on', async () => {
  const storage = { ...memoryStorage(), length: 0, setItem: () => { throw new Error('quota exceeded') } }
  const { actions, s, pass } = await open({}, storage)
  actions.setName('band', 'B')
  await pass(1000)
  expect(s().document!.flow.nodes['band']!.name).toBe('B')
  expect(s().ui.toasts.map((t) => t.text)).toEqual([expect.stringMatching(/could not be kept.*quota/)])
})

test('edits made while a deploy is under way stay edits', async () => {
  const { actions, s, state } = await open()
  actions.setName('band', 'Deployed')
  const sent = s().document!.flow
  actions.setName('temp', 'Later')
  state.version = 4
  state.flow = sent
  actions.deployed({ version: 4, changes: [], kept: [], carried: [], restarted: [], gaps: [], armed: false, issues: [] }, sent)
  expect(s().base.version).toBe(4)
  expect(s().basedOn).toBe(4)
  expect(s().changes).toMatchObject([{ id: 'temp', field: '@name' }])
})

test('a lost session leads to the login, and the draft is there after it', async () => {
  let signedIn = true
  const f = await open({ check: async () => { if (!signedIn) throw new IssueError(issue('AUTH_NEEDED')); return { issues: [], ports: {}, changes: [] } } })
  f.actions.setName('band', 'Mine')
  signedIn = false
  await f.pass(1000)
  expect(f.s().gate).toBe('login')
  await f.actions.signedIn({ user: 'anna', role: 'admin', gateway: 'line-3', version: '1' })
  expect(f.s().gate).toBe('ready')
  expect(f.s().document!.flow.nodes['band']!.name).toBe('Mine')
})

test('a new flow and an imported one are drafts of this browser until they are deployed', async () => {
  const { actions, s } = await open()
  expect(actions.newFlow('Tank 7')).toBe('tank-7')
  expect(s().base).toEqual({ version: null, flow: null })
  expect(actions.localDrafts()).toEqual(['tank-7'])
  expect(actions.draftName('tank-7')).toBe('Tank 7')
  expect(actions.importFlow(running, 'new')).toBe('pump-2')
  expect(s().changes.filter((c) => c.what === 'node')).toHaveLength(4)
  await actions.openFlow('tank-7')
  expect(s().document!.flow.name).toBe('Tank 7')
})

test("the gateway's issues, a proxy's page and a cut line each become issues", async () => {
  const answer = (status: number, body: string) => createApi(async () => new Response(body, { status })).flows()
  const codes = async (p: Promise<unknown>): Promise<readonly string[]> => p.then(() => [], (e: IssueError) => e.issues.map((i) => i.code))
  expect(await codes(answer(409, JSON.stringify({ issues: [issue('DEPLOY_CONFLICT', {}, { running: 2, basedOn: 1 })] })))).toEqual(['DEPLOY_CONFLICT'])
  expect(await codes(answer(502, '<html>bad gateway</html>'))).toEqual(['GATEWAY_AWAY'])
  expect(await codes(answer(401, ''))).toEqual(['AUTH_NEEDED'])
  expect(await codes(answer(500, 'oops'))).toEqual(['INTERNAL'])
  expect(await codes(answer(200, '<html>'))).toEqual(['GATEWAY_AWAY'])
  expect(await codes(createApi(async () => { throw new TypeError('Failed to fetch') }).flows())).toEqual(['GATEWAY_AWAY'])
})
