// What a jail process may: read its own code. Node's permission model bars files, children, workers and (for QuickJS) addons,
// but not the network: that takes a namespace of its own (unshare), where the machine has it. No environment, low priority,
// the first to go when memory runs out; no core files, no files written. Linux has all of it, other systems Node's part.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import type { Interpreter } from './messages.ts'

const PAGE_BYTES = 4096
const require = createRequire(import.meta.url)
const run = promisify(execFile)
let prefix: Promise<readonly string[]> | undefined

/** Whether jails have no network here: then `unshare` gives each one of its own, without a device in it. */
export async function cutOff(): Promise<boolean> {
  return (await wrapped()).includes('--net')
}

/** Commands in front of node's: no network, an end with the engine's, where this machine has them (Linux). */
function wrapped(): Promise<readonly string[]> {
  prefix ??= (async () => {
    if (process.platform !== 'linux') return []
    const parts = [['unshare', '--user', '--net', '--'], ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--'], ['prlimit', '--core=0', '--nofile=256', '--fsize=0', '--']]
    const works = (command: readonly string[]): Promise<boolean> => run(command[0]!, [...command.slice(1), 'true'], { timeout: 5000 }).then(() => true, () => false)
    const usable = await Promise.all(parts.map(works))
    return parts.filter((_, i) => usable[i]).flat()
  })()
  return prefix
}

/** The command of a jail. It may read the code that it runs, and nothing else of this machine. */
export async function confined(name: Interpreter): Promise<{ command: string; args: string[]; env: Record<string, string> }> {
  const native = name === 'isolated-vm'
  const files = native ? [require.resolve('isolated-vm')] : [esm('quickjs-emscripten-core'), esm('@jitl/quickjs-ng-wasmfile-release-sync')]
  const needed = createRequire(files[0]!).resolve(native ? 'node-gyp-build' : '@jitl/quickjs-ffi-types')
  // The last one is how node-gyp-build tells musl from glibc.
  const readable = [`${import.meta.dirname}${sep}`, ...[...files, needed].map(packageFolder), ...(native ? ['/etc/alpine-release'] : [])]
  const node = [
    process.execPath, '--permission', ...readable.map((path) => `--allow-fs-read=${path}`),
    // isolated-vm is an addon, and does not bear the snapshot that Node.js starts from.
    ...(native ? ['--allow-addons', '--no-node-snapshot', '--disable-warning=PERM0001'] : ['--disallow-code-generation-from-strings']),
    '--disable-proto=delete', '--frozen-intrinsics', '--max-old-space-size=64', '--max-semi-space-size=2', '--no-warnings',
    join(import.meta.dirname, 'jail.ts'), name, ...files,
  ]
  const [command, ...args] = [...(await wrapped()), ...node]
  return { command: command!, args, env: { TZ: 'UTC' } }
}
/** The entry of a package for import. */
const esm = (name: string): string => join(packageFolder(require.resolve(name)), 'dist/index.mjs')
function packageFolder(file: string): string {
  const parts = file.split(sep)
  const at = parts.lastIndexOf('node_modules')
  return `${parts.slice(0, at + (parts[at + 1]!.startsWith('@') ? 3 : 2)).join(sep)}${sep}`
}

/** The engine comes first for the processor, and the jail first when memory runs out. */
export function yieldTo(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown // it is gone already, which its exit tells
  }
  if (process.platform === 'linux') writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => undefined) // as for the priority
}

export function residentMb(pid: number): number {
  if (process.platform !== 'linux') return 0
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES) / 1048576
  } catch {
    return 0 // it is gone, which its exit tells
  }
}
