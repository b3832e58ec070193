// Several flows in one file, for a backup, for git and for another gateway: each is written as it would be alone, so that a
// change of one flow is a change of its lines. Copies of connections travel with their flows, secrets never.
import { issue, type Issue } from '#kit'
import { FORMAT, formatFlow, MAX_FLOW_BYTES, parseFlow, readFlow, type Flow } from './document.ts'

export const MAX_BUNDLE_BYTES = 8 * MAX_FLOW_BYTES

/** By id, so that the same flows give the same bytes. */
export function formatBundle(flows: readonly Flow[]): string {
  const texts = flows.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((flow) => formatFlow(flow).trimEnd().replaceAll(/^(?=.)/gm, '    '))
  return `{\n  "headgate": ${FORMAT},\n  "kind": "bundle",\n  "flows": ${texts.length === 0 ? '[]' : `[\n${texts.join(',\n')}\n  ]`}\n}\n`
}

export interface BundleEntry {
  /** As the file calls it, also when it cannot be read. */
  readonly name: string
  readonly flow?: Flow
  readonly issues: readonly Issue[]
}

/** Reads a bundle, or one flow as a bundle of one. A flow that is wrong does not take the others with it. */
export function parseBundle(text: string): { readonly entries: readonly BundleEntry[]; readonly issues: readonly Issue[]; readonly bundle: boolean } {
  if (!isBundleText(text)) {
    const { flow, issues } = parseFlow(text)
    return { entries: flow ? [{ name: flow.name, flow, issues }] : [], issues, bundle: false }
  }
  if (text.length > MAX_BUNDLE_BYTES) return { entries: [], issues: [issue('FLOW_JSON', {}, { reason: `it is larger than ${MAX_BUNDLE_BYTES / 1024 / 1024} MB` })], bundle: true }
  let json: unknown
  try {
    json = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (thrown) {
    return { entries: [], issues: [issue('FLOW_JSON', {}, { reason: (thrown as Error).message })], bundle: true }
  }
  const { headgate, flows } = json as { readonly headgate?: unknown; readonly flows?: unknown }
  if (headgate !== FORMAT) return { entries: [], issues: [issue('FLOW_VERSION', { field: '/headgate' }, { found: JSON.stringify(headgate) ?? 'none', known: FORMAT })], bundle: true }
  if (!Array.isArray(flows)) return { entries: [], issues: [issue('FLOW_FORMAT', { field: '/flows' }, { reason: 'A bundle has a list of flows.' })], bundle: true }
  const seen = new Set<string>()
  const entries = flows.map((one: unknown, i): BundleEntry => {
    const { flow, issues } = readFlow(one)
    const name = flow?.name ?? String((one as { readonly name?: unknown } | null)?.name ?? `flow ${i + 1}`)
    if (!flow) return { name, issues }
    if (seen.has(flow.id)) return { name, issues: [issue('FLOW_FORMAT', { field: `/flows/${i}/id` }, { reason: `The id '${flow.id}' is there twice.` })] }
    seen.add(flow.id)
    return { name, flow, issues }
  })
  return { entries, issues: [], bundle: true }
}

/** Cheap: whether it is worth being read as one. */
export const isBundleText = (text: string): boolean => /^\s*\uFEFF?\s*\{\s*"headgate"\s*:\s*\S+?\s*,\s*"kind"\s*:\s*"bundle"/.test(text.slice(0, 200))
