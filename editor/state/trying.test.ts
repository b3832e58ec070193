import { describe, expect, it } from 'vitest'
import type { ShadowBody, ShadowNews, TrialBody } from '#format'
import { open, running } from './harness.ts'
import { differingAt, shadowSummary, TRIAL_KEY, usualTrial } from './trying.ts'

const port = (same: number, differ = 0, onlyLive = 0, onlyDraft = 0) => ({ same, differ, onlyLive, onlyDraft })
const news: ShadowNews = { flow: 'pump', version: 3, by: 'ada', since: 5, state: 'running', issues: [], onlyLive: [], onlyDraft: [], ports: { 'band.value': port(6, 3, 0, 1), 'temp.value': port(10), 'sub/inner.value': port(0, 1), 'bar.value': port(0) } }
const trial: TrialBody = { flow: 'pump', version: 4, previous: 3, since: 0, until: 60_000, state: 'watching', criteria: [], reason: '' }

describe('a draft beside the live flow', () => {
  it('begins with what is on the canvas, shows its page, and ends', async () => {
    const sent: unknown[] = []
    const { draft: _d, ...rest } = { ...news, draft: running }
    const f = await open({ shadow: async (id, flow) => (sent.push([id, flow]), { ...rest, draft: flow } satisfies ShadowBody), endShadow: async (id) => void sent.push(`end ${id}`) })
    f.actions.addNode('filter.deadband', [0, 0])
    expect(await f.actions.beginShadow()).toBe(true)
    expect(sent[0]).toEqual(['pump', f.s().document!.flow])
    expect(f.s()).toMatchObject({ trying: { shadow: { version: 3 }, draft: { id: 'pump' } }, ui: { drawerTab: 'shadow', drawerOpen: true } })
    await f.actions.endShadow()
    expect(sent[1]).toBe('end pump')
    expect(f.s().trying.shadow).toBeNull()
  })
  it('follows the news of the open flow, keeps the draft while it is the same one, and forgets it at another flow', async () => {
    const f = await open({ shadowOf: async () => ({ ...news, draft: running }) })
    f.actions.applyServerMessage({ type: 'shadow', flow: 'other', shadow: { ...news, flow: 'other' }, reason: '' })
    expect(f.s().trying.shadow).toBeNull()
    f.actions.applyServerMessage({ type: 'shadow', flow: 'pump', shadow: news, reason: '' })
    expect(await f.actions.shadowDraft()).toEqual(running)
    f.actions.applyServerMessage({ type: 'shadow', flow: 'pump', shadow: { ...news }, reason: '' })
    expect(f.s().trying.draft).toEqual(running)
    f.actions.applyServerMessage({ type: 'shadow', flow: 'pump', shadow: { ...news, since: 6 }, reason: '' })
    expect(f.s().trying.draft, 'another one').toBeNull()
    f.actions.newFlow('Next')
    expect(f.s().trying.shadow).toBeNull()
    f.actions.applyServerMessage({ type: 'shadow', flow: f.s().flowId!, shadow: null, reason: 'x' })
    expect(f.s().trying.shadow).toBeNull()
  })
  it('says at each node of the canvas which ports differ, with the same list for the same news', () => {
    const state = { trying: { shadow: news, draft: null, trials: {} } }
    expect(differingAt(state, 'band')).toEqual(['band.value'])
    expect(differingAt(state, 'sub'), 'inside of a subflow').toEqual(['sub/inner.value'])
    expect(differingAt(state, 'temp')).toEqual([])
    expect(differingAt(state, 'band')).toBe(differingAt(state, 'band'))
  })
  it('is summed up for a comment, the most different first', () => {
    expect(shadowSummary(news, (id) => id.toUpperCase())).toBe('Tried beside version 3: 2 of 3 compared ports differ (BAND.value in 4 of 10, SUB/INNER.value in 1 of 1).')
    expect(shadowSummary({ ...news, ports: { a: port(1) } }, String)).toBe('Tried beside version 3: all 1 compared ports gave the same.')
    expect(shadowSummary({ ...news, ports: {} }, String)).toContain('nothing could be compared')
  })
})

describe('a version under watch', () => {
  it('is followed by flow, decided, and put away once it is read', async () => {
    const asked: unknown[] = []
    const f = await open({ decideTrial: async (id, act) => (asked.push([id, act]), { ...trial, state: 'ended', reason: 'ada keeps version 4' }) })
    f.actions.applyServerMessage({ type: 'trial', trial })
    f.actions.applyServerMessage({ type: 'trial', trial: { ...trial, flow: 'tank' } })
    expect(Object.keys(f.s().trying.trials)).toEqual(['pump', 'tank'])
    await f.actions.decideTrial('pump', 'keep')
    expect(asked).toEqual([['pump', 'keep']])
    expect(f.s().trying.trials['pump']).toMatchObject({ state: 'ended' })
    f.actions.dismissTrial('pump')
    expect(Object.keys(f.s().trying.trials)).toEqual(['tank'])
  })
  it('its criteria are proposed as they were last chosen; what cannot be read is the usual', async () => {
    const f = await open()
    expect(f.actions.trialWish()).toEqual({ on: false, request: usualTrial })
    f.actions.keepTrialWish(true, { minutes: 3, freshS: 9 })
    expect(f.actions.trialWish()).toEqual({ on: true, request: { minutes: 3, freshS: 9 } })
    for (const text of ['{', '7', '{"on":true,"request":{"minutes":"x"}}']) {
      f.storage.setItem(TRIAL_KEY, text)
      expect(f.actions.trialWish().request).toEqual(usualTrial)
    }
  })
})
