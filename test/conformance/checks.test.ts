// What nodes refuse beyond their schema, and that nothing is made anew where nothing changes.
import { describe, expect, test } from 'vitest'
import { sample, type AnyNode, type Sample } from '#kit'
import { nodes } from '../../nodes/index.ts'

const resources = { model: () => undefined }
const check = (type: string, config: Record<string, unknown>) => {
  const node: AnyNode = nodes.get(type)!
  return (node.check!(config, resources) as readonly { field: string }[]).map((f) => f.field)
}

describe('settings that do not go together', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['transform.convert', { from: 'Cel', to: 'K' }, []],
    ['transform.convert', { from: 'Cel', to: 'bar' }, ['/to']],
    ['transform.convert', { from: '°C', to: 'degrees' }, ['/from', '/to']],
    ['transform.scale', { mode: 'points', inLow: 4, inHigh: 4 }, ['/inHigh']],
    ['transform.scale', { mode: 'factor', inLow: 4, inHigh: 4 }, []],
    ['filter.deadband', { mode: 'percent', low: 100, high: 0 }, ['/high']],
    ['filter.deadband', { mode: 'absolute', low: 100, high: 0 }, []],
    ['rule.switch', { rules: [{ name: 'a', when: '>' }, { name: 'a', when: 'true' }, { name: 'otherwise', when: 'false' }] }, ['/rules/0/value', '/rules/1/name', '/rules/2/name']],
    ['rule.switch', { rules: [{ name: 'a', when: 'between', low: 5, high: 1 }, { name: 'b', when: 'between', low: 5 }, { name: 'c', when: 'text' }, { name: 'd', when: 'quality' }] }, ['/rules/0/high', '/rules/1/high', '/rules/2/text', '/rules/3/quality']],
    ['rule.switch', { rules: [{ name: 'a', when: '=', value: 0 }, { name: 'b', when: 'quality', quality: 'bad' }] }, []],
  ])('%s %o', (type, config, fields) => {
    expect(check(type, config)).toEqual(fields)
  })
})

describe('a sample that does not change', () => {
  const config: Record<string, Record<string, unknown>> = {
    'filter.deadband': { mode: 'absolute', threshold: 0, maxSilenceS: 0 },
    'transform.scale': { mode: 'factor', factor: 1, offset: 0, unit: '' },
    'transform.convert': { from: 'L', to: 'l' },
    'transform.set': { tag: '{tag}', value: 'number', number: 5 },
    'rule.switch': { rules: [{ name: 'value', when: '=', value: 5 }], matches: 'first' },
  }
  test.each(Object.keys(config))('passes %s as the very same object', (type) => {
    const node = nodes.get(type)!
    const out: Sample[] = []
    const s = sample('x', 5, 0)
    node.receive!(s, 'value', { config: config[type], state: node.state?.(config[type]), emit: { value: (o: Sample) => void out.push(o) } } as unknown as Parameters<NonNullable<AnyNode['receive']>>[2])
    expect(out).toHaveLength(1)
    expect(out[0]).toBe(s)
  })
})
