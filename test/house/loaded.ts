// Imports a file of the project in this process and prints, as JSON, the packages that were loaded for it: those of ESM
// and of CommonJS alike. Used by loading.test.ts in a fresh process.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const packages = new Set<string>()
registerHooks({
  load(url, context, next) {
    // The innermost: a package may have packages of its own.
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
    if (name !== undefined) packages.add(name)
    return next(url, context)
  },
})
await import(pathToFileURL(join(process.cwd(), process.argv[2]!)).href)
process.stdout.write(JSON.stringify([...packages].toSorted()), () => process.exit(0))
