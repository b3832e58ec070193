import type { Words } from '../index.ts'

export const shell: Words = {
}
