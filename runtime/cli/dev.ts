#!/usr/bin/env node
// `npm run dev`: the gateway, and the editor from Vite with hot reload, on one address. The page comes from Vite, which
// hands /api and its WebSocket on to the gateway as if the browser had asked it directly.
import { resolve } from 'node:path'
import { formatIssue, IssueError, reasonOf } from '#kit'
import { startGateway } from '../main.ts'
import { UsageError } from './command.ts'
import { announce, readStart, runUntilSignal, startUsage } from './start.ts'

const args = process.argv.slice(2)
const usage = `Usage: npm run dev -- [options]

The gateway with the editor from its sources: a change shows at once in the browser.
${startUsage}`

async function dev(): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage)
    return 0
  }
  const { build: _build, ...chosen } = readStart(args)
  // The gateway gives its port to Vite and takes any other.
  const running = await startGateway({ ...chosen, port: 0 })
  try {
    const { createServer } = await import('vite')
    const target = `http://127.0.0.1:${running.port}`
    // The Host stays the browser's: the gateway compares it with the Origin.
    const server = await createServer({
      configFile: resolve(import.meta.dirname, '../../vite.config.ts'),
      clearScreen: false,
      server: { host: chosen.host, port: chosen.port, strictPort: true, proxy: { '/api': { target, ws: true, changeOrigin: false } } },
    })
    await server.listen()
    announce(running, resolve(chosen.data), `http://${chosen.host}:${server.config.server.port}`)
    return await runUntilSignal(running, () => server.close())
  } catch (thrown) {
    await running.close()
    throw thrown
  }
}

try {
  process.exitCode = await dev()
} catch (thrown) {
  const wrong = thrown instanceof UsageError || (thrown instanceof Error && String((thrown as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS'))
  process.stderr.write(thrown instanceof IssueError ? `${thrown.issues.map(formatIssue).join('\n')}\n` : `headgate: ${reasonOf(thrown)}\n${wrong ? `\n${usage}` : ''}`)
  process.exitCode = wrong ? 2 : 1
}
