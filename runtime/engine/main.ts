// The engine process: runs flows for the gateway that forked it. Started as `node runtime/engine/main.ts FILE FOLDER`
// (journal; what drivers keep).
import { drivers, nodes } from '../../nodes/index.ts'
import { openJournal } from '../store/journal.ts'
import { serve } from './serve.ts'

const [file, folder] = process.argv.slice(2)
if (file === undefined || folder === undefined || !process.send) {
  process.stderr.write('This is the engine process of a gateway; start it with `headgate start`.\n')
  process.exit(2)
}
await serve({ nodes, drivers, journal: await openJournal(file), folder })
