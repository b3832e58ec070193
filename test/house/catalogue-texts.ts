// The texts of the catalogue that a person reads in the editor, each with where it stands; help pages apart.
import type { Catalogue } from '#kit'

export interface CatalogueTexts {
  /** Text to place. */
  readonly short: ReadonlyMap<string, string>
  readonly help: ReadonlyMap<string, string>
}

/** What JSON Schema and our own forms show of a schema (nodes/kit/schema.ts). */
function* ofSchema(schema: unknown): Generator<string> {
  if (Array.isArray(schema)) {
    for (const s of schema) yield* ofSchema(s)
    return
  }
  if (typeof schema !== 'object' || schema === null) return
  for (const [key, value] of Object.entries(schema)) {
    if ((key === 'title' || key === 'description') && typeof value === 'string') yield value
    else if (key === 'labels' && Array.isArray(value)) yield* (value as string[])
    else if (!['default', 'examples', 'const', 'enum', 'pattern'].includes(key)) yield* ofSchema(value)
  }
}

export function catalogueTexts({ nodes, drivers }: Catalogue): CatalogueTexts {
  const short = new Map<string, string>()
  const help = new Map<string, string>()
  const add = (at: string, text: string | undefined): void => void (text !== undefined && /[A-Za-z]{2}/.test(text) && !short.has(text) && short.set(text, at))
  for (const node of nodes) {
    add(node.type, node.title)
    add(node.type, node.summary)
    for (const text of ofSchema(node.config)) add(node.type, text)
    for (const text of ofSchema(node.actArguments)) add(node.type, text)
    for (const ports of [node.inputs, node.outputs]) for (const port of Object.values(ports)) add(node.type, 'title' in port ? port.title : undefined)
    for (const words of Object.values(node.drops)) add(node.type, words)
    for (const example of node.examples) add(node.type, example.title)
    if (node.help.trim() !== '') help.set(node.help, node.type)
  }
  for (const driver of drivers) {
    add(driver.type, driver.title)
    add(driver.type, driver.summary)
    for (const text of ofSchema(driver.config)) add(driver.type, text)
  }
  return { short, help }
}
