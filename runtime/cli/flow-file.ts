// A flow read from a file and compiled without a gateway: with its own export copies of connections, the shipped models,
// and every secret taken to be there.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { issue, reasonOf, type Issue } from '#kit'
import { parseFlow, type Flow } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { compile } from '../compile/index.ts'
import type { ModelFile, Plan } from '../engine/contract.ts'
import { openRegistry, shippedModels } from '../models/registry.ts'

class AnySecret extends Set<string> {
  override has(): boolean {
    return true
  }
}

export interface CompiledFile {
  readonly flow?: Flow
  readonly plan?: Plan
  readonly issues: readonly Issue[]
  model(name: string): ModelFile | undefined
}

export async function compileFile(path: string): Promise<CompiledFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (thrown) {
    return { issues: [issue('FLOW_JSON', { flow: basename(path) }, { reason: reasonOf(thrown) })], model: () => undefined }
  }
  const { flow, issues } = parseFlow(text)
  if (!flow) return { issues: issues.map((i) => ({ ...i, flow: basename(path) })), model: () => undefined }
  const registry = await openRegistry({ folders: [shippedModels] })
  await registry.refresh()
  const resources = { model: (name: string) => registry.get(name)?.info, models: () => registry.list().map((m) => m.name), issue: (name: string) => registry.issue(name) }
  const compiled = compile(flow, { nodes, drivers, resources, connections: {}, secrets: new AnySecret(), version: 0 })
  const files = new Map(resources.models().map((name) => [name, registry.get(name)]))
  await registry.close()
  return { flow, ...(compiled.plan ? { plan: compiled.plan } : {}), issues: compiled.issues.map((i) => ({ ...i, flow: flow.id })), model: (name) => files.get(name) }
}
