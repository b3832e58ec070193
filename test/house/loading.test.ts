import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build, type Rolldown } from 'vite'
import { describe, expect, test } from 'vitest'
import { heavy } from './directions.ts'
import { filesIn, root } from './sources.ts'

const run = promisify(execFile)

/** Packages that a fresh process loads when it imports a file. */
async function loaded(file: string): Promise<string[]> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'loaded.ts'), file], { cwd: root, maxBuffer: 1 << 26 })
  return JSON.parse(stdout) as string[]
}

describe('what is loaded', () => {
  test('the catalogue loads no protocol library and no model runtime', async () => {
    const packages = await loaded('nodes/index.ts')
    expect(packages).toContain('typebox')
    expect(packages.filter((name) => heavy.includes(name) || name.startsWith('node-opcua'))).toEqual([])
  })

  test('the gateway, too, loads none of them before a flow needs it', async () => {
    expect((await loaded('runtime/main.ts')).filter((name) => heavy.includes(name) || name.startsWith('node-opcua'))).toEqual([])
  })

  test('a library that is loaded is noticed, also one that a require reaches', async () => {
    expect(await loaded('nodes/drivers/mqtt/connection.ts')).toContain('mqtt')
    const packages = await loaded('nodes/drivers/modbus/connection.ts')
    expect(packages).toContain('modbus-serial')
  })
})

/** Bundles for a browser; names what the browser has not. */
async function bundle(entry: string): Promise<{ readonly foreign: string[]; readonly bytes: number }> {
  const foreign: string[] = []
  const result = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'foreign',
        enforce: 'pre',
        resolveId(id, importer) {
          if (id.startsWith('node:')) foreign.push(`${importer} imports ${id}`)
        },
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: join(root, entry), preserveEntrySignatures: 'strict', output: { format: 'es' } } },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  const chunks = outputs.flatMap((o) => o.output).filter((o) => o.type === 'chunk')
  for (const { imports: left } of chunks) foreign.push(...left.filter((id) => !chunks.some((c) => c.fileName === id)))
  return { foreign, bytes: chunks.reduce((a, c) => a + c.code.length, 0) }
}

describe('what runs in a browser', () => {
  test.each(['nodes/kit/index.ts', 'flows/format/index.ts', ...filesIn('nodes/math', ['.ts']).filter((f) => !f.endsWith('.test.ts'))])('%s bundles for it', async (entry) => {
    const { foreign, bytes } = await bundle(entry)
    expect(foreign).toEqual([])
    expect(bytes).toBeGreaterThan(100)
  })

  test('a file that needs Node.js is noticed', async () => {
    expect((await bundle('nodes/drivers/mqtt/connection.ts')).foreign.join()).toContain('node:crypto')
  })
})
