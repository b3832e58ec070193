import { describe, expect, test } from 'vitest'
import { IssueError, formatIssue, hasErrors, issue, issueTexts, reasonOf, type IssueCode } from './issue.ts'

describe('issues', () => {
  test.each(Object.entries(issueTexts))('%s says what is wrong and what to do', (code, { text, remedy, level }) => {
    expect(code).toMatch(/^[A-Z][A-Z_]+$/)
    expect(text).toMatch(/[.}]$|: \{\w+\}$/)
    expect(remedy.length).toBeGreaterThan(3)
    expect(['error', 'warning', 'info']).toContain(level)
  })

  test('are filled in once, and a blank that nobody filled stays visible', () => {
    expect(issue('NODE_TYPE', {}, { type: '{remedy}' }).text).toBe("No node type '{remedy}' is installed.")
    expect(issue('NODE_TYPE').text).toBe("No node type '{type}' is installed.")
  })

  test('are for a person: what a document brings is cut', () => {
    expect(issue('NODE_TYPE', {}, { type: 'x'.repeat(1e6) }).text.length).toBeLessThan(1100)
  })

  test('read as one line with code, text, place and remedy', () => {
    const i = issue('PORT_UNIT', { flow: 'p101', wire: 'drive.temperature -> press.in' }, { from: '°C', to: 'bar', hint: 'Insert a Convert node.' })
    expect(formatIssue(i)).toBe('PORT_UNIT: °C cannot feed bar. At p101: drive.temperature -> press.in. Insert a Convert node.')
    expect(formatIssue(issue('NODE_CONFIG', { node: 'a', field: '/tags/0' }, { reason: 'No.' }))).toBe('NODE_CONFIG: No. At a/tags/0. Correct this setting.')
  })

  test('stop what is under way when thrown', () => {
    const codes: IssueCode[] = ['NODE_TYPE', 'WIRE_CYCLE']
    const thrown = new IssueError(...codes.map((c) => issue(c)))
    expect(thrown.issues.map((i) => i.code)).toEqual(codes)
    expect(hasErrors(thrown.issues)).toBe(true)
    expect(hasErrors([issue('WIRE_DUPLICATE')])).toBe(false)
  })

  test('take a reason from whatever was thrown', () => {
    expect(reasonOf(new Error('one\ntwo'))).toBe('one')
    expect(reasonOf(new AggregateError([new Error('refused')]))).toBe('refused')
    expect(reasonOf(new RangeError(''))).toBe('RangeError')
    expect(reasonOf('text')).toBe('text')
    expect(reasonOf(undefined)).toBe('undefined')
  })
})
