import type { Words } from '../index.ts'

export const operator: Words = {
}
