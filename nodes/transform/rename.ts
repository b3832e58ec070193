// Tags by a rule, for whole families of them. The rule is worked out once for each tag. Patterns are RE2: linear time.
import { RE2JS } from 're2js'
import { Type, defineNode, field, port, same, sample as make, truthful, type Static } from '#kit'
import { fill, parseTemplate, type Template } from '#math/placeholders'
import { perConfig, perTag } from '#math/remember'

const Row = Type.Object(
  {
    from: Type.String({ title: 'Old tag', minLength: 1, maxLength: 500 }),
    to: Type.String({ title: 'New tag', minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    mode: field.choice(['parts', 'table', 'pattern'], { title: 'By', labels: ['Its parts', 'A table', 'A pattern'], default: 'parts' }),
    separator: Type.String({ title: 'Separator', description: 'Between the parts of a tag.', minLength: 1, maxLength: 10, default: '.', when: { field: 'mode', is: ['parts'] } }),
    pattern: Type.String({ title: 'Pattern', description: 'A regular expression (RE2). Everything in the tag that it matches is replaced. (?i) in front: capitals or not.', maxLength: 500, default: '', when: { field: 'mode', is: ['pattern'] } }),
    template: Type.String({ title: 'New', description: 'By parts, the new tag: {tag} is the present one, {1} its first part, {-1} its last. By a pattern, what replaces the match: {0} is all of it, {1} its first group, {name} a named one.', maxLength: 500, default: '{tag}', when: { field: 'mode', is: ['parts', 'pattern'] } }),
    table: Type.Array(Row, { title: 'Tags', widget: 'table', maxItems: 10_000, default: [], when: { field: 'mode', is: ['table'] } }),
    unknown: field.choice(['pass', 'drop'], { title: 'What the rule does not fit', labels: ['Passes as it is', 'Is dropped'], default: 'pass' }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

const isPart = (name: string): boolean => name === 'tag' || /^-?[1-9]\d?$/.test(name)
function part(name: string, { tag, parts }: { readonly tag: string; readonly parts: readonly string[] }): string | undefined {
  return name === 'tag' ? tag : parts.at(name.startsWith('-') ? Number(name) : Number(name) - 1)
}

interface Match {
  readonly [group: number]: string | undefined
  readonly groups?: Readonly<Record<string, string | undefined>> | undefined
}
function isGroup(re: RE2JS): (name: string) => boolean {
  const names = re.namedGroups()
  return (name) => (/^\d{1,2}$/.test(name) ? Number(name) <= re.groupCount() : Object.hasOwn(names, name))
}
/** A group that took no part is empty. */
const group = (name: string, match: Match): string => (/^\d/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''

function patternOf(config: Config): RE2JS | string {
  try {
    return RE2JS.compile(config.pattern)
  } catch (thrown) {
    return (thrown as Error).message.replace('error parsing regexp: ', '')
  }
}

/** The new tag; undefined or '' where the rule does not fit. */
function ruleOf(config: Config): (tag: string) => string | undefined {
  if (config.mode === 'table') {
    const table = new Map(config.table.map((row) => [row.from, row.to]))
    return (tag) => table.get(tag)
  }
  if (config.mode === 'parts') {
    const template = parseTemplate(config.template, isPart) as Template
    return (tag) => fill(template, part, { tag, parts: tag.split(config.separator) })
  }
  const re = RE2JS.compile(config.pattern)
  const template = parseTemplate(config.template, isGroup(re)) as Template
  return (tag) => {
    let out = ''
    let end = 0
    let found = false
    for (const match of re.matchAll(tag) as Iterable<Match & RegExpExecArray>) {
      out += tag.slice(end, match.index) + fill(template, group, match as Match)!
      end = match.index + match[0].length
      found = true
    }
    return found ? out + tag.slice(end) : undefined
  }
}
const renamed = perConfig((config: Config) => perTag(((rule) => (tag: string) => rule(tag) ?? '')(ruleOf(config))))

const base: Config = { mode: 'parts', separator: '.', pattern: '', template: '{tag}', table: [], unknown: 'pass' }

export default defineNode({
  type: 'transform.rename',
  version: 1,
  title: 'Rename',
  summary: 'Gives samples new tags by a rule: parts of the old tag, a table, or a pattern.',
  help: `**By its parts:** the tag is cut at the separator, and *New* puts it together again: \`{1}\` is the first part, \`{-1}\` the last, \`{tag}\` the whole tag. \`hall2/{tag}\` puts a prefix in front. **By a table:** row by row, letter by letter. **By a pattern:** everything in the tag that the regular expression matches is replaced by *New*, in which \`{1}\` or \`{name}\` stand for groups; empty takes it away. \`{{\` and \`}}\` are braces.

A tag that **the rule does not fit** (not in the table, no match, a part that it does not have, an empty result) passes with its old tag, or is dropped, as chosen. Two tags that get one name become one to what follows.

The value, time and quality stay. **Bad and uncertain** samples are renamed like good ones; **NaN, infinities** and missing values are bad. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered.

Source: RE2 syntax (github.com/google/re2/wiki/Syntax), which matches in linear time.`,
  keywords: ['tag', 'name', 'alias', 'prefix', 'suffix', 'regex', 'regular expression', 'map', 'asset', 'namespace', 'topic'],
  icon: 'tags',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  drops: { unknown: 'The rule does not fit its tag.' },
  receive(sample, _port, ctx) {
    const s = truthful(sample)
    const tag = renamed(ctx.config)(s.tag)
    if (tag === '' && ctx.config.unknown === 'drop') ctx.drop('unknown')
    else ctx.emit['value']!(tag === '' || tag === s.tag ? s : make(tag, s.value, s.time, s.quality))
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (config.mode === 'table') {
      if (config.table.length === 0) faults.push({ field: '/table', reason: 'It needs at least one row.' })
      const seen = new Set<string>()
      for (const [i, { from }] of config.table.entries()) {
        if (seen.has(from)) faults.push({ field: `/table/${i}/from`, reason: `'${from}' is in the table twice.` })
        seen.add(from)
      }
      return faults
    }
    const re = config.mode === 'pattern' ? patternOf(config) : undefined
    if (re !== undefined && config.pattern === '') faults.push({ field: '/pattern', reason: 'It must not be empty.' })
    else if (typeof re === 'string') faults.push({ field: '/pattern', reason: `This is no regular expression: ${re}.` })
    if (typeof re === 'string') return faults
    const template = parseTemplate(config.template, re === undefined ? isPart : isGroup(re))
    if (typeof template === 'string') faults.push({ field: '/template', reason: re === undefined ? `${template} There are {tag}, {1}, {2} ... and {-1}, {-2} ...` : `${template} There are {0}${re.groupCount() > 0 ? ` to {${re.groupCount()}}` : ''}${Object.keys(re.namedGroups()).map((n) => `, {${n}}`).join('')}.` })
    else if (re === undefined && config.template === '') faults.push({ field: '/template', reason: 'It must not be empty.' })
    return faults
  },
  examples: [
    {
      title: 'Plant, then line, then point',
      config: { ...base, separator: '/', template: 'acme.{2}.{-1}' },
      in: [
        { at: 'value', tag: 'plant/line1/press/temperature', value: 20.5, time: 0 },
        { at: 'value', tag: 'uptime', value: 17, time: 1000 },
      ],
      out: [
        { at: 'value', tag: 'acme.line1.temperature', value: 20.5, time: 0 },
        { at: 'value', tag: 'uptime', value: 17, time: 1000 },
      ],
    },
    {
      title: 'Old names by a table, all others dropped',
      config: { ...base, mode: 'table', table: [{ from: 'DB10.DBD4', to: 'TT-101' }, { from: 'DB10.DBX0', to: 'P-101.run' }], unknown: 'drop' },
      in: [
        { at: 'value', tag: 'DB10.DBD4', value: 81.25, time: 0 },
        { at: 'value', tag: 'DB10.DBX0', value: true, time: 0 },
        { at: 'value', tag: 'DB10.DBD8', value: 3, time: 0 },
      ],
      out: [
        { at: 'value', tag: 'TT-101', value: 81.25, time: 0 },
        { at: 'value', tag: 'P-101.run', value: true, time: 0 },
      ],
    },
    {
      title: 'An OPC UA node id loses its namespace',
      config: { ...base, mode: 'pattern', pattern: '^ns=\\d+;s=', template: '' },
      in: [{ at: 'value', tag: 'ns=2;s=Press.Pressure', value: 6, time: 0 }],
      out: [{ at: 'value', tag: 'Press.Pressure', value: 6, time: 0 }],
    },
    {
      title: 'Two groups change places; bad and NaN are renamed, too',
      config: { ...base, mode: 'pattern', pattern: '(?P<kind>[A-Z]+)-(?P<number>\\d+)', template: '{number}{kind}' },
      in: [
        { at: 'value', tag: 'TT-101/TT-102', value: 20, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'PT-7', value: { $number: 'NaN' }, time: 1000 },
      ],
      out: [
        { at: 'value', tag: '101TT/102TT', value: 20, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', tag: '7PT', value: { $number: 'NaN' }, time: 1000, quality: 'BadOutOfRange' },
      ],
    },
  ],
})
