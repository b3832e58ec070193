// What the gateway and its catalogue say, in German. The help pages are long and fetched when one is opened (said.ts).
import { catalogue } from './de-gateway/catalogue.ts'
import { issues } from './de-gateway/issues.ts'
import { runtime } from './de-gateway/runtime.ts'
import type { Words } from './index.ts'

export const words: Words = { ...issues, ...catalogue, ...runtime }
