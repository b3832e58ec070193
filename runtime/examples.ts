// The flows to begin from (flows/examples), in the order of about.json: read when they are first asked for, then kept.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { IssueError } from '#kit'
import { parseFlow, type ExampleFlow } from '#format'

export const examplesFolder = resolve(import.meta.dirname, '../flows/examples')

/** Throws an IssueError for an example that is no flow: they come with the gateway, and a test holds them good. */
export function exampleFlows(folder: string = examplesFolder): () => Promise<readonly ExampleFlow[]> {
  let read: Promise<readonly ExampleFlow[]> | undefined
  const load = async (): Promise<readonly ExampleFlow[]> => {
    const about = JSON.parse(await readFile(join(folder, 'about.json'), 'utf8')) as readonly Omit<ExampleFlow, 'flow'>[]
    return await Promise.all(about.map(async (one) => {
      const { flow, issues } = parseFlow(await readFile(join(folder, `${one.id}.flow.json`), 'utf8'))
      if (!flow) throw new IssueError(...issues)
      return { ...one, flow }
    }))
  }
  return () => {
    // A failure is not kept: the next one asks anew.
    read ??= load().catch((thrown: unknown) => {
      read = undefined
      throw thrown
    })
    return read
  }
}
