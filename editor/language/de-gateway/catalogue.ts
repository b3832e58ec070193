import type { Words } from '../index.ts'

export const catalogue: Words = {
}
