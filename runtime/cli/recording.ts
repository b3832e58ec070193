// A recording: one JSON sample a line, `{"at":"node.port","tag","value","time","quality"?}`; empty lines are skipped.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { issue, IssueError, reasonOf, sampleFromJson, type JsonSample } from '#kit'
import type { RecordedSample } from '../engine/replay.ts'

/** '-' is the standard input. Throws an IssueError that names the line; times must not go backwards. */
export async function* readRecording(file: string): AsyncGenerator<RecordedSample> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8')
  let number = 0
  // A stream that fails to open says so by an event, which readline does not pass on.
  const failed = new Promise<never>((_resolve, reject) => input.once('error', (thrown: Error) => reject(new IssueError(issue('REQUEST', {}, { reason: `${file} cannot be read: ${reasonOf(thrown)}` })))))
  failed.catch(() => undefined)
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([lines.next(), failed])
    if (next.done) return
    number++
    if (next.value.trim() !== '') yield readLine(next.value, `${file}, line ${number}`)
  }
}

export function readLine(line: string, where: string): RecordedSample {
  const wrong = (reason: string): IssueError => new IssueError(issue('REQUEST', {}, { reason: `${where}: ${reason}` }))
  let json: { readonly at?: unknown } & JsonSample
  try {
    json = JSON.parse(line) as typeof json
  } catch (thrown) {
    throw wrong(`this is not JSON (${reasonOf(thrown)}).`)
  }
  if (typeof json !== 'object' || json === null || typeof json.at !== 'string') throw wrong("'at' must name a port, such as \"drive.speed\".")
  try {
    return { at: json.at, sample: sampleFromJson(json) }
  } catch (thrown) {
    throw wrong(`${reasonOf(thrown)}.`)
  }
}
