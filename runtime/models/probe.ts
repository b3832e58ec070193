// A process of its own that opens one model file and runs it once on zeros, before any engine does: `node probe.ts FILE`.
// Prints one line of JSON, { inputs, outputs } or { reason }, and exits 0. Anything else (a crash, a signal, silence) is
// for the caller to read as a failure: that is what the process is for. It works in an empty folder, because onnxruntime
// resolves the other files a model names against the working folder.
import { readFileSync } from 'node:fs'
import { reasonOf } from '#kit'
import { openSession, zeros } from './session.ts'

async function probe(file: string): Promise<unknown> {
  try {
    const session = await openSession(readFileSync(file))
    const feeds = zeros(session.inputs)
    let note = ''
    // A model may refuse zeros (an index out of range); that it did not crash is what counts.
    if (feeds) note = await session.run(feeds).then(() => '', reasonOf)
    return { inputs: session.inputs, outputs: session.outputs, note }
  } catch (thrown) {
    return { reason: reasonOf(thrown) }
  }
}

process.stdout.write(`${JSON.stringify(await probe(process.argv[2]!))}\n`, () => process.exit(0))
