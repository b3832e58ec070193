// English where one thing is not said like many. All other English stands in the code.
import type { Words } from './index.ts'

export const singulars: Words = {
}
