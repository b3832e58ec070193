// Builds the editor into dist/editor. Nothing inline and nothing as data: URL: the gateway serves it under a
// Content-Security-Policy that allows scripts, styles and fonts from itself only. The dev server's proxy is set by cli/dev.ts.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'
import react from '@vitejs/plugin-react'

/** Each text beside its .br and .gz, which the gateway sends as they are: no gateway compresses for every visit. Browsers take Brotli over TLS or from this machine only. */
const compressed = (): Plugin => ({
  name: 'headgate-compressed',
  apply: 'build',
  async writeBundle({ dir }) {
    const files = (await readdir(dir!, { recursive: true })).filter((f) => /\.(js|css|html|svg|json)$/.test(f))
    await Promise.all(files.map(async (file) => {
      const text = await readFile(join(dir!, file))
      const [br, gz] = await Promise.all([promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }), promisify(gzip)(text, { level: 9 })])
      await Promise.all([writeFile(join(dir!, `${file}.br`), br), writeFile(join(dir!, `${file}.gz`), gz)])
    }))
  },
})

export default defineConfig({
  root: fileURLToPath(new URL('editor', import.meta.url)),
  base: '/',
  plugins: [react(), compressed()],
  build: {
    outDir: fileURLToPath(new URL('dist/editor', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|zustand)[\\/]/ },
            { name: 'canvas', test: /node_modules[\\/](reactflow|@xyflow|d3-[a-z]+|classcat)[\\/]/ },
            { name: 'schema', test: /node_modules[\\/]typebox[\\/]/ },
            { name: 'plot', test: /node_modules[\\/]uplot[\\/]/ },
          ],
        },
      },
    },
  },
})
