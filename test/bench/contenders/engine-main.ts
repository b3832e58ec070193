// The engine process as runtime/engine/main.ts starts it, with the bench's nodes beside the catalogue.
import type { AnyNode } from '#kit'
import { drivers } from '../../../nodes/index.ts'
import { serve } from '../../../runtime/engine/serve.ts'
import { openJournal } from '../../../runtime/store/journal.ts'
import { benchSink, benchSource, withBenchNodes } from '../nodes.ts'

const [file, folder] = process.argv.slice(2)
const nothing = (): void => undefined
await serve({ nodes: withBenchNodes([benchSource(nothing) as AnyNode, benchSink(nothing) as AnyNode]), drivers, journal: await openJournal(file!), folder: folder! })
