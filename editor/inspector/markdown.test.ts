import { describe, expect, it } from 'vitest'
import { parseInline, parseMarkdown } from './markdown.ts'

describe('markdown of helps', () => {
  it('reads paragraphs, lists, headings and code', () => {
    expect(parseMarkdown('# Rules\n\nOne\ntwo.\n- first\n- second\n  goes on\n\n1. a\n2. b\n\n```\nx < 1\n```')).toEqual([
      { as: 'heading', level: 1, inline: [{ as: 'text', text: 'Rules' }] },
      { as: 'paragraph', inline: [{ as: 'text', text: 'One two.' }] },
      { as: 'list', ordered: false, items: [[{ as: 'text', text: 'first' }], [{ as: 'text', text: 'second goes on' }]] },
      { as: 'list', ordered: true, items: [[{ as: 'text', text: 'a' }], [{ as: 'text', text: 'b' }]] },
      { as: 'code', text: 'x < 1' },
    ])
  })
  it('reads bold, emphasis, code and links', () => {
    expect(parseInline('**Bad** is *held* by `hold()`, see [ISA](https://isa.org).')).toEqual([
      { as: 'bold', text: 'Bad' }, { as: 'text', text: ' is ' }, { as: 'emphasis', text: 'held' }, { as: 'text', text: ' by ' }, { as: 'code', text: 'hold()' },
      { as: 'text', text: ', see ' }, { as: 'link', text: 'ISA', href: 'https://isa.org' }, { as: 'text', text: '.' },
    ])
  })
  it('leaves HTML and other links as text', () => {
    expect(parseInline('<img src=x onerror=alert(1)>')).toEqual([{ as: 'text', text: '<img src=x onerror=alert(1)>' }])
    expect(parseInline('[x](javascript:alert)')).toEqual([{ as: 'text', text: '[x](javascript:alert)' }])
  })
  it('leaves lone stars and unclosed code alone', () => {
    expect(parseInline('2 * 3 * 4 and `open')).toEqual([{ as: 'text', text: '2 * 3 * 4 and `open' }])
    expect(parseMarkdown('```\nnever closed')).toEqual([{ as: 'code', text: 'never closed' }])
  })
})
