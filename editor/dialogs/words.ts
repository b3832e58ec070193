// Changes of a flow in a plant engineer's words: which node, which setting, from what to what. Pure.
import { displayUnit, type CatalogueNode, type JsonValue } from '#kit'
import { parseWire, type Change, type Flow, type FlowPorts } from '#format'
import { BECAME } from '../state/derive.ts'
import { formatNumber } from '../state/format.ts'
import { fieldAt, fieldsOf, keysOf, showValue, valueAt, wordsOf, type Json } from '../inspector/form.ts'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'

export interface ChangeWords {
  readonly how: Change['how']
  /** The node, wire or parameter. */
  readonly where: string
  /** What of it; '' when it is the whole. */
  readonly what: string
  readonly from?: string
  readonly to?: string
  /** To bring into view, when the draft has it. */
  readonly node?: string
}

export interface WordContext {
  /** Null: there was none. */
  readonly before: Flow | null
  readonly after: Flow
  readonly types: ReadonlyMap<string, CatalogueNode>
  readonly ports?: FlowPorts
}

const nodeOf = (flow: Flow | null, id: string) => (flow && Object.hasOwn(flow.nodes, id) ? flow.nodes[id]! : undefined)

export function nodeName(id: string, { before, after, types }: WordContext): string {
  const node = nodeOf(after, id) ?? nodeOf(before, id)
  return node?.name ?? (node && said(types.get(node.type)?.title)) ?? id
}

/** One line a change; moves of nodes come together as one at the end. */
export function changesInWords(changes: readonly Change[], context: WordContext): ChangeWords[] {
  const moved = changes.filter((c) => c.how === 'moved')
  const words = changes.filter((c) => c.how !== 'moved').map((c) => oneChange(c, context))
  if (moved.length > 0) words.push({ how: 'moved', where: moved.length === 1 ? nodeName(moved[0]!.id, context) : t('{count} nodes', { count: moved.length }), what: t('place on the canvas') })
  return words
}

function oneChange(c: Change, context: WordContext): ChangeWords {
  const { after, types } = context
  switch (c.what) {
    case 'wire': {
      const wire = parseWire(c.id)
      return { how: c.how, where: wire ? `${nodeName(wire.from.node, context)}.${wire.from.port} → ${nodeName(wire.to.node, context)}.${wire.to.port}` : c.id, what: t('wire') }
    }
    case 'parameter': return { how: c.how, where: t('Parameter {name}', { name: c.id }), what: '', ...sides(c.from as Json, c.to as Json) }
    case 'connection': return { how: c.how, where: t('Connection {name}', { name: c.id }), what: t('copy in the flow') }
    case 'subflow': return { how: c.how, where: t('Subflow {name}', { name: ((c.to ?? c.from) as { readonly name?: string } | undefined)?.name ?? c.id }), what: c.how === 'changed' ? t('its nodes, wires, ports or parameters') : '' }
    case 'setting': return { how: c.how, where: t('Flow'), what: t('setting {name}', { name: said(wordsOf(c.id)) }), ...sides(c.from as Json, c.to as Json) }
    case 'group': return { how: c.how, where: t('Group {name}', { name: ((c.to ?? c.from) as { readonly title?: string } | undefined)?.title || c.id }), what: '' }
    case 'test': return { how: c.how, where: t('Test {name}', { name: c.id }), what: '' }
    case 'dashboard': return { how: c.how, where: t("Operator's view"), what: '' }
    case 'flow': return { how: c.how, where: t('Flow'), what: c.id === 'name' ? t('name') : c.id, ...sides(c.from as Json, c.to as Json) }
    case 'node': break
  }
  const node = nodeOf(after, c.id) ?? nodeOf(context.before, c.id)
  const here = { where: nodeName(c.id, context), ...(nodeOf(after, c.id) ? { node: c.id } : {}) }
  const title = (type: unknown): string => said(types.get(String(type))?.title) ?? String(type)
  if (c.how !== 'changed') return { how: c.how, ...here, what: title(c.to ?? c.from ?? node?.type) }
  if (c.field === '@name') return { how: 'changed', ...here, what: t('name'), from: (c.from as string | undefined) ?? title(node?.type), to: (c.to as string | undefined) ?? title(node?.type) }
  if (c.field === '@type') return { how: 'changed', ...here, what: t('type'), from: title(c.from), to: title(c.to) }
  const type = node && types.get(node.type)
  const path = c.field ?? ''
  const fields = type ? fieldsOf(type.config) : []
  const field = fieldAt(fields, path)
  const exact = field !== undefined && field.path.split('/').at(-1) === path.split('/').at(-1)
  const code = exact ? (field.unit ?? (field.unitOf === undefined ? undefined : context.ports?.[c.id]?.inputs[field.unitOf]?.unit)) : undefined
  const unit = displayUnit(code)
  const show = (value: Json): string => `${exact ? showValue(value, field) : showValue(value)}${unit !== '' && typeof value === 'number' ? ` ${unit}` : ''}`
  const fallback = exact ? field.default : undefined
  return { how: 'changed', ...here, what: pathInWords(path, fields, node?.config as Json), ...sides(c.from as Json, c.to as Json, show, fallback) }
}

/** '/tags/2/address' reads 'Tags › speed › Address'. */
function pathInWords(path: string, fields: ReturnType<typeof fieldsOf>, config: Json): string {
  const keys = keysOf(path)
  const words: string[] = []
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    const upto = keys.slice(0, i + 1).map((k) => `/${k.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    if (/^\d+$/.test(key)) {
      const row = valueAt(config, upto) as { readonly [name: string]: JsonValue } | undefined
      const name = typeof row === 'object' && row !== null ? Object.values(row).find((v) => typeof v === 'string') : undefined
      words.push(typeof name === 'string' && name !== '' ? name : t('row {row}', { row: Number(key) + 1 }))
    } else words.push(said(fieldAt(fields, upto)?.title) ?? key)
  }
  return words.join(' › ')
}

function sides(from: Json, to: Json, show: (value: Json) => string = showValue, fallback?: Json): { from: string; to: string } {
  const one = (value: Json): string => {
    if (value === undefined) return fallback === undefined || typeof fallback === 'object' ? t('default') : t('{value} (default)', { value: show(fallback) })
    const text = show(value)
    return text === '' ? t('empty') : text.length > 80 ? `${text.slice(0, 79)}…` : text
  }
  return { from: one(from), to: one(to) }
}

/** What an actuator may do, as one sentence. */
export function envelopeInWords(envelope: unknown, unit: string): string {
  if (typeof envelope !== 'object' || envelope === null) return t('It has no envelope yet.')
  const e = envelope as Record<string, unknown>
  const n = (key: string): string => (typeof e[key] === 'number' ? `${formatNumber(e[key])}${unit === '' ? '' : ` ${unit}`}` : typeof (e[key] as { $parameter?: unknown } | undefined)?.$parameter === 'string' ? t('parameter {name}', { name: (e[key] as { $parameter: string }).$parameter }) : t('not set'))
  const stale = typeof e['staleAfterMs'] === 'number' ? `${formatNumber(e['staleAfterMs'] / 1000)} s` : t('its limit')
  const values = { minimum: n('minimum'), maximum: n('maximum'), rate: n('maxRatePerS'), safe: n('safe'), stale }
  return e['onBad'] === 'hold'
    ? t('{minimum} to {maximum}, at most {rate} a second. On bad input or none for {stale}: the last value is held. When the flow stops: {safe}.', values)
    : t('{minimum} to {maximum}, at most {rate} a second. On bad input or none for {stale}: {safe} is written. When the flow stops: {safe}.', values)
}

/** What a comment could say, from the changes: the one or two that matter; '' where they are too many to say anything. */
export function suggested(words: readonly ChangeWords[]): string {
  const told = words.filter((w) => w.how !== 'moved' && w.what !== t('wire'))
  if (told.length === 0 || told.length > 3) return ''
  return told.map((w) => {
    const what = w.where === t('Flow') ? w.what : w.what === '' || w.how !== 'changed' ? w.where : `${w.where}: ${w.what}`
    return w.how === 'changed' ? (w.to === undefined ? BECAME.changed(what) : `${what} ${w.from} → ${w.to}`) : BECAME[w.how](what)
  }).join('; ')
}
