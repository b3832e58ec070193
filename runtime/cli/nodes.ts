// `headgate nodes`: what a flow can be made of.
import { parseArgs } from 'node:util'
import { describeCatalogue } from '#kit'
import { drivers, nodes } from '../../nodes/index.ts'
import type { Command } from './command.ts'

export const nodesCommand: Command = {
  usage: `Usage: headgate nodes [--json]

Lists the node types of this gateway. --json prints the whole catalogue, as the editor gets it.
`,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } })
    const catalogue = describeCatalogue(nodes.values(), drivers.values())
    if (values.json) {
      process.stdout.write(`${JSON.stringify(catalogue, null, 2)}\n`)
      return 0
    }
    const rows = catalogue.nodes.map((n) => [n.type, n.title, n.effects, n.summary] as const)
    const width = (column: 0 | 1 | 2): number => Math.max(...rows.map((row) => row[column].length)) + 2
    const widths = [width(0), width(1), width(2)] as const
    for (const row of rows) process.stdout.write(`${row[0].padEnd(widths[0])}${row[1].padEnd(widths[1])}${row[2].padEnd(widths[2])}${row[3]}\n`)
    return 0
  },
}
