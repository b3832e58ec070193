// The limits that what consumes an output holds it to: lines in its plot. Read from settings by what they are called, so
// that a node installed on the gateway is served like ours.
import type { JsonValue } from '#kit'
import { parseWire, withParameters, type Flow } from '#format'
import { t } from '../language/index.ts'

export interface LimitLine {
  readonly value: number
  /** 'high-high 90' reads the condition. */
  readonly label: string
  readonly level: 'alarm' | 'limit'
  /** The node that holds it. */
  readonly node: string
}

/** Conditions that are no level of the signal itself. */
const relative = new Set(['deviation', 'rate'])
const MOST = 12

export function limitsOf(flow: Flow | null | undefined, node: string, port: string): readonly LimitLine[] {
  if (!flow) return []
  const found: LimitLine[] = []
  for (const text of flow.wires) {
    const wire = parseWire(text)
    if (wire?.from.node !== node || wire.from.port !== port) continue
    const entry = Object.hasOwn(flow.nodes, wire.to.node) ? flow.nodes[wire.to.node]! : undefined
    if (!entry || !/^(rule|filter)\./.test(entry.type)) continue
    // Another input of it (a setpoint, a suppression) is not what its limits are for.
    if (wire.to.port !== 'value') continue
    found.push(...linesOf(wire.to.node, entry.type, withParameters(entry.config, flow.parameters, () => undefined) as { readonly [name: string]: JsonValue }))
  }
  return found.slice(0, MOST)
}

function linesOf(node: string, type: string, config: { readonly [name: string]: JsonValue }): LimitLine[] {
  const { limits } = config
  if (Array.isArray(limits)) {
    return (limits as readonly JsonValue[]).flatMap((row) => {
      const { limit, condition } = (typeof row === 'object' && row !== null ? row : {}) as { readonly limit?: JsonValue; readonly condition?: JsonValue }
      return typeof limit === 'number' && !relative.has(String(condition)) ? [{ value: limit, label: String(condition ?? t('limit')), level: 'alarm' as const, node }] : []
    })
  }
  if (type !== 'filter.range') return []
  return (['low', 'high'] as const).flatMap((side) => (typeof config[side] === 'number' && (limits === 'both' || limits === undefined || limits === side) ? [{ value: config[side], label: side === 'low' ? t('lowest') : t('highest'), level: 'limit' as const, node }] : []))
}
