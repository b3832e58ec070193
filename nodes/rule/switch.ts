// Routing by conditions. A value of bad quality meets none that is about its value: no branch may take it for a normal one.
import { Type, defineNode, each, field, hasKind, isUsable, port, same, severity, truthful, type Sample } from '#kit'

const KINDS = ['number', 'boolean', 'text', 'bytes', 'vector', 'series', 'image', 'record'] as const

const Rule = Type.Object(
  {
    name: Type.String({ title: 'Output', description: 'The name of its output.', minLength: 1, maxLength: 40, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' }),
    when: field.choice(['>', '>=', '<', '<=', '=', '!=', 'between', 'true', 'false', 'text', 'tag', 'kind', 'quality'], {
      title: 'When it is',
      labels: ['above', 'at least', 'below', 'at most', 'equal to', 'not equal to', 'between', 'true', 'false', 'the text', 'of the tag', 'of the kind', 'of quality'],
      default: '>',
    }),
    value: Type.Optional(Type.Number({ title: 'Value', unitOf: 'value', default: 0, when: { field: 'when', is: ['>', '>=', '<', '<=', '=', '!='] } })),
    low: Type.Optional(Type.Number({ title: 'From', unitOf: 'value', default: 0, when: { field: 'when', is: ['between'] } })),
    high: Type.Optional(Type.Number({ title: 'To', unitOf: 'value', default: 100, when: { field: 'when', is: ['between'] } })),
    text: Type.Optional(Type.String({ title: 'Text', default: '', maxLength: 1000, when: { field: 'when', is: ['text'] } })),
    tag: Type.Optional(Type.String({ title: 'Tag', description: '* stands for any letters, ? for one: P-10?.*', default: '*', maxLength: 200, when: { field: 'when', is: ['tag'] } })),
    kind: Type.Optional(field.choice(KINDS, { title: 'Kind', default: 'number', when: { field: 'when', is: ['kind'] } })),
    quality: Type.Optional(field.choice(['good', 'uncertain', 'bad'], { title: 'Quality', default: 'bad', when: { field: 'when', is: ['quality'] } })),
  },
  { additionalProperties: false },
)
type Rule = { readonly when: string; readonly value?: number; readonly low?: number; readonly high?: number; readonly text?: string; readonly tag?: string; readonly kind?: (typeof KINDS)[number]; readonly quality?: string }

/** Goes back to the last star only, so that no pattern and no tag take long: at most their lengths multiplied. */
function fits(tag: string, pattern: string): boolean {
  let t = 0
  let p = 0
  let star = -1
  let from = 0
  while (t < tag.length) {
    if (pattern[p] === '*') {
      star = p++
      from = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === tag[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++from
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** A bad value is neither above nor below anything: only a rule on quality takes it. */
function matches(rule: Rule, s: Sample): boolean {
  const { value } = s
  switch (rule.when) {
    case '>': return isUsable(s) && s.value > rule.value!
    case '>=': return isUsable(s) && s.value >= rule.value!
    case '<': return isUsable(s) && s.value < rule.value!
    case '<=': return isUsable(s) && s.value <= rule.value!
    case '=': return isUsable(s) && s.value === rule.value
    case '!=': return isUsable(s) && s.value !== rule.value
    case 'between': return isUsable(s) && s.value >= rule.low! && s.value <= rule.high!
    case 'true': return value === true && severity(s.quality) !== 'bad'
    case 'false': return value === false && severity(s.quality) !== 'bad'
    case 'text': return value === rule.text && severity(s.quality) !== 'bad'
    case 'tag': return fits(s.tag, rule.tag!)
    case 'kind': return value !== null && severity(s.quality) !== 'bad' && hasKind(value, rule.kind!)
    default: return severity(s.quality) === rule.quality
  }
}

const first = { matches: 'first' } as const

export default defineNode({
  type: 'rule.switch',
  version: 1,
  title: 'Switch',
  summary: 'Sends each sample to the output whose condition it meets: by value, text, tag, kind or quality.',
  help: `Rules are tried in order. Each has an output of its own name; what meets none leaves by **otherwise**. *First match* sends a sample to one output, *all matches* to every rule that it meets.

\`between\` includes both ends. \`=\` compares numbers exactly; use \`between\` for measured values. Conditions on numbers take numbers only, \`true\` and \`false\` take booleans only, \`the text\` compares letter by letter. *Of the tag* compares the tag's name, in which \`*\` stands for any letters and \`?\` for one.

**Bad** samples meet no condition on their value, not even "not equal to": they go to a rule *of quality bad*, else to *otherwise*, and stay bad. A rule *of the tag* takes them too: it is not about the value. **NaN and infinities** are bad. **Uncertain** values are compared like good ones. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered. Samples pass as they are.`,
  keywords: ['route', 'router', 'if', 'else', 'case', 'condition', 'filter', 'branch', 'compare', 'wildcard', 'demultiplex', 'by tag'],
  icon: 'split',
  effects: 'none',
  config: Type.Object(
    {
      rules: Type.Array(Rule, { title: 'Rules', widget: 'table', minItems: 1, maxItems: 50, default: [] }),
      matches: field.choice(['first', 'all'], { title: 'Send to', labels: ['First match', 'All matches'], default: 'first' }),
    },
    { additionalProperties: false },
  ),
  starter: { rules: [{ name: 'high', when: '>', value: 0 }], matches: 'first' },
  inputs: { value: port.any() },
  outputs: { '*': each('rules', 'name', same('value')), otherwise: same('value', { title: 'Otherwise', help: 'What meets no rule.' }) },
  receive(sample, _port, ctx) {
    const s = truthful(sample)
    const { rules, matches: how } = ctx.config
    let met = false
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!
      if (!matches(rule, s)) continue
      ctx.emit[rule.name]!(s)
      met = true
      if (how === 'first') return
    }
    if (!met) ctx.emit['otherwise']!(s)
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const names = new Set(['otherwise'])
    for (const [i, rule] of config.rules.entries()) {
      const at = `/rules/${i}`
      if (names.has(rule.name)) faults.push({ field: `${at}/name`, reason: `There is an output '${rule.name}' already.` })
      names.add(rule.name)
      if (['>', '>=', '<', '<=', '=', '!='].includes(rule.when) && rule.value === undefined) faults.push({ field: `${at}/value`, reason: 'This rule needs a value.' })
      if (rule.when === 'text' && rule.text === undefined) faults.push({ field: `${at}/text`, reason: 'This rule needs a text.' })
      if (rule.when === 'quality' && rule.quality === undefined) faults.push({ field: `${at}/quality`, reason: 'This rule needs a quality.' })
      if (rule.when === 'tag' && (rule.tag ?? '') === '') faults.push({ field: `${at}/tag`, reason: 'This rule needs a tag.' })
      if (rule.when === 'kind' && rule.kind === undefined) faults.push({ field: `${at}/kind`, reason: 'This rule needs a kind.' })
      if (rule.when !== 'between') continue
      if (rule.low === undefined || rule.high === undefined) faults.push({ field: `${at}/${rule.low === undefined ? 'low' : 'high'}`, reason: 'This rule needs both ends.' })
      else if (rule.low > rule.high) faults.push({ field: `${at}/high`, reason: "'To' must not be below 'From'." })
    }
    return faults
  },
  examples: [
    {
      title: 'Three ranges of a level',
      config: { ...first, rules: [{ name: 'full', when: '>=', value: 90 }, { name: 'empty', when: '<', value: 10 }] },
      in: [
        { at: 'value', value: 95, time: 0 },
        { at: 'value', value: 50, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
      ],
      out: [
        { at: 'full', value: 95, time: 0 },
        { at: 'otherwise', value: 50, time: 1000 },
        { at: 'empty', value: 3, time: 2000 },
      ],
    },
    {
      title: 'Bad readings have a way of their own',
      config: { ...first, rules: [{ name: 'faulty', when: 'quality', quality: 'bad' }, { name: 'normal', when: 'between', low: 0, high: 100 }] },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 20, time: 1000, quality: 'BadTimeout' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 300, time: 3000 },
      ],
      out: [
        { at: 'normal', value: 20, time: 0 },
        { at: 'faulty', value: 20, time: 1000, quality: 'BadTimeout' },
        { at: 'faulty', value: { $number: 'NaN' }, time: 2000, quality: 'BadOutOfRange' },
        { at: 'otherwise', value: 300, time: 3000 },
      ],
    },
    {
      title: 'Bad is not "not equal"',
      config: { ...first, rules: [{ name: 'moving', when: '!=', value: 0 }] },
      in: [
        { at: 'value', value: 5, time: 0 },
        { at: 'value', value: 5, time: 1000, quality: 'Bad' },
        { at: 'value', value: 0, time: 2000 },
      ],
      out: [
        { at: 'moving', value: 5, time: 0 },
        { at: 'otherwise', value: 5, time: 1000, quality: 'Bad' },
        { at: 'otherwise', value: 0, time: 2000 },
      ],
    },
    {
      title: 'All matches: a sample may leave by several outputs',
      config: { matches: 'all', rules: [{ name: 'warm', when: '>', value: 50 }, { name: 'hot', when: '>', value: 80 }] },
      in: [
        { at: 'value', value: 85, time: 0 },
        { at: 'value', value: 60, time: 1000 },
      ],
      out: [
        { at: 'warm', value: 85, time: 0 },
        { at: 'hot', value: 85, time: 0 },
        { at: 'warm', value: 60, time: 1000 },
      ],
    },
    {
      title: 'By tag and by kind; a bad sample keeps its tag',
      config: { ...first, rules: [{ name: 'pumps', when: 'tag', tag: 'P-1??.*' }, { name: 'words', when: 'kind', kind: 'text' }] },
      in: [
        { at: 'value', tag: 'P-101.speed', value: 45, time: 0 },
        { at: 'value', tag: 'P-101.speed', value: 45, time: 1000, quality: 'BadTimeout' },
        { at: 'value', tag: 'P-11.speed', value: 40, time: 2000 },
        { at: 'value', tag: 'T-7.state', value: 'full', time: 3000 },
      ],
      out: [
        { at: 'pumps', tag: 'P-101.speed', value: 45, time: 0 },
        { at: 'pumps', tag: 'P-101.speed', value: 45, time: 1000, quality: 'BadTimeout' },
        { at: 'otherwise', tag: 'P-11.speed', value: 40, time: 2000 },
        { at: 'words', tag: 'T-7.state', value: 'full', time: 3000 },
      ],
    },
    {
      title: 'Booleans and texts',
      config: { ...first, rules: [{ name: 'on', when: 'true' }, { name: 'fault', when: 'text', text: 'outer race' }] },
      in: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: 'outer race', time: 1000 },
        { at: 'value', value: 'healthy', time: 2000 },
      ],
      out: [
        { at: 'on', value: true, time: 0 },
        { at: 'fault', value: 'outer race', time: 1000 },
        { at: 'otherwise', value: 'healthy', time: 2000 },
      ],
    },
  ],
})
