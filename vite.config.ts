// Builds the editor into dist/editor. Nothing inline and nothing as data: URL: the gateway serves it under a
// Content-Security-Policy that allows scripts, styles and fonts from itself only. The dev server's proxy is set by cli/dev.ts.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'

export default defineConfig({
  root: fileURLToPath(new URL('editor', import.meta.url)),
  base: '/',
  plugins: [react()],
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
