// The steps that `npm run check` and `npm test` share: each is a command that passes or fails; vitest's counts add up.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Count {
  passed: number
  failed: number
}

const bin = (name: string): string => join('node_modules', '.bin', name)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

export function command(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], env })
    child.on('error', (error) => {
      say(`${file}: ${error.message}`)
      resolve(127)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 128 : 1)))
  })
}

/** One command as one check. */
async function step(name: string, file: string, args: readonly string[], count: Count): Promise<void> {
  say(`\n== ${name}`)
  const code = await command(file, args)
  if (code === 0) count.passed++
  else {
    count.failed++
    say(`${name} failed (exit code ${code}). Run it alone: ${[file, ...args].join(' ')}`)
  }
}

/** All tests that vitest finds under these filters; a run that ends without a report is one failure. */
async function tests(args: readonly string[], count: Count): Promise<void> {
  say('\n== tests')
  const folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
  const report = join(folder, 'report.json')
  try {
    const code = await command(bin('vitest'), ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`, ...args])
    const { numPassedTests, numFailedTests, numPendingTests, numTotalTests } = JSON.parse(await readFile(report, 'utf8')) as Record<string, number>
    count.passed += numPassedTests ?? 0
    count.failed += numFailedTests ?? 0
    if ((numPendingTests ?? 0) > 0) {
      count.failed++
      say(`${numPendingTests} tests were skipped; none may be.`)
    }
    if (code !== 0 && numFailedTests === 0) {
      count.failed++
      say('vitest failed outside of a test (see above).')
    }
    if ((numTotalTests ?? 0) === 0) count.failed++
  } catch (thrown) {
    count.failed++
    say(`vitest gave no report: ${String(thrown)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Types, lint, generated files. */
export async function staticSteps(count: Count): Promise<void> {
  await step('types', bin('tsc'), ['-p', '.'], count)
  await step('lint', bin('oxlint'), ['--deny-warnings'], count)
  await step('generated files', process.execPath, ['runtime/cli/main.ts', 'reference', '--check'], count)
}

/** Tests beside the code and the house rules; `all` adds browsers, independent peers and faults. */
export async function testSteps(count: Count, all: boolean): Promise<void> {
  await tests(all ? [] : ['--exclude', 'test/e2e/**', '--exclude', '**/*.peer.test.ts', '--exclude', '**/*.slow.test.ts'], count)
}

/** The plain line that ends a run, and its exit code. */
export function finish(count: Count): never {
  say(`\n${count.passed} passed, ${count.failed} failed`)
  process.exit(count.failed === 0 ? 0 : 1)
}
