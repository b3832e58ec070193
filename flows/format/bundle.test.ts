import { describe, expect, it } from 'vitest'
import { formatBundle, isBundleText, parseBundle } from './bundle.ts'
import { emptyFlow, formatFlow, type Flow } from './document.ts'

const flow = (id: string, at = 0): Flow => ({ ...emptyFlow(id, `Flow ${id}`), nodes: { a: { type: 'source.x', config: { text: 'one\ntwo' }, at: [at, 0] } }, connections: { plc: { type: 'modbus', config: { host: 'h' } } } })

describe('a file of several flows', () => {
  it('comes back as it went, and the same flows give the same bytes in whatever order', () => {
    const text = formatBundle([flow('b'), flow('a')])
    expect(text).toBe(formatBundle([flow('a'), flow('b')]))
    const { entries, issues, bundle } = parseBundle(text)
    expect([issues, bundle]).toEqual([[], true])
    expect(entries.map((e) => e.flow)).toEqual([flow('a'), flow('b')])
    expect(formatBundle(entries.map((e) => e.flow!))).toBe(text)
  })
  it('a change of one flow is a change of its lines only', () => {
    const lines = (at: number): string[] => formatBundle([flow('a'), flow('b', at), flow('c')]).split('\n')
    const [before, after] = [lines(0), lines(7)]
    expect(before.filter((line, i) => line !== after[i])).toEqual(['          "at": [0, 0]'])
  })
  it('a flow that is wrong does not take the others with it; the same id twice is told', () => {
    const bad = formatBundle([flow('a')]).replace('"flows": [\n', '"flows": [\n    { "headgate": 1, "name": "Torn", "wires": 3 },\n    {"headgate": 9},\n').replace(/\n {2}\]\n\}\n$/, `,\n${formatFlow(flow('a'))}]}`)
    const { entries } = parseBundle(bad)
    expect(entries.map((e) => [e.name, e.flow?.id, e.issues.length > 0])).toEqual([['Torn', undefined, true], ['flow 2', undefined, true], ['Flow a', 'a', false], ['Flow a', undefined, true]])
  })
  it('reads one flow as what it is, and says why a text is none', () => {
    expect(parseBundle(formatFlow(flow('a')))).toMatchObject({ bundle: false, entries: [{ flow: { id: 'a' } }] })
    expect(isBundleText(formatFlow(flow('a')))).toBe(false)
    expect(parseBundle('{ "headgate": 1, "kind": "bundle", "flows": [').issues[0]).toMatchObject({ code: 'FLOW_JSON' })
    expect(parseBundle('{ "headgate": 2, "kind": "bundle", "flows": [] }').issues[0]).toMatchObject({ code: 'FLOW_VERSION' })
    expect(parseBundle('{ "headgate": 1, "kind": "bundle", "flows": {} }').issues[0]).toMatchObject({ code: 'FLOW_FORMAT' })
    expect(parseBundle(formatBundle([])).entries).toEqual([])
  })
})
