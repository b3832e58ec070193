// The lab's process: runs one job after another for the gateway that forked it. It opens no connection and knows no
// secret; what hangs or grows here is ended from outside, and no flow that runs notices.
import { nodes } from '../../nodes/index.ts'
import { serveLab } from './serve.ts'

if (!process.send) {
  process.stderr.write('This is the lab process of a gateway; start it with `headgate start`.\n')
  process.exit(2)
}
serveLab(nodes)
