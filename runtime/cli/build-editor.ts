// Builds the editor with Vite when its sources are not those of dist/editor. In a process of its own: the bundler's memory
// is not the gateway's.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const output = join(root, 'dist/editor')
/** Beside the output, which Vite empties and the gateway serves. */
const stamp = join(root, 'dist/editor.sources')
const sources = ['editor', 'nodes/kit', 'flows/format']
const single = ['vite.config.ts', 'package-lock.json', 'tsconfig.json']

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true })
  return entries.filter((e) => e.isFile() && !/\.test\.tsx?$/.test(e.name)).map((e) => join(e.parentPath, e.name))
}

/** By content: a fresh clone has fresh times, the same sources and a wanted build. */
async function sourcesHash(): Promise<string> {
  const files = [...(await Promise.all(sources.map(filesIn))).flat(), ...single.map((f) => join(root, f)).filter((f) => existsSync(f))].toSorted()
  const contents = await Promise.all(files.map((f) => readFile(f)))
  const hash = createHash('sha256')
  for (const [i, file] of files.entries()) hash.update(`${file.slice(root.length)}\0${contents[i]!.byteLength}\0`).update(contents[i]!)
  return hash.digest('hex')
}

/** Undefined when dist/editor is up to date now; else why not. */
export async function buildEditor(): Promise<string | undefined> {
  const built = existsSync(join(output, 'index.html'))
  // An installation without the sources or the bundler serves what it has.
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  if (!existsSync(join(root, 'vite.config.ts')) || !existsSync(vite)) return built ? undefined : 'vite is not installed (npm ci)'
  const hash = await sourcesHash()
  if (built && existsSync(stamp) && (await readFile(stamp, 'utf8')).trim() === hash) return undefined
  process.stdout.write('Building the editor ...\n')
  try {
    // Whatever the caller's own mode is: what is kept in dist is the real thing.
    await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, env: { ...process.env, NODE_ENV: 'production' }, maxBuffer: 16 * 1024 * 1024 })
  } catch (thrown) {
    const { stderr, message } = thrown as Error & { stderr?: string }
    return (stderr?.trim() || message).split('\n').slice(0, 12).join('\n')
  }
  await mkdir(join(root, 'dist'), { recursive: true })
  await writeFile(stamp, `${hash}\n`)
  return undefined
}
