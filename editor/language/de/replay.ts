import type { Words } from '../index.ts'

export const replay: Words = {
}
