import type { Words } from '../index.ts'

export const runtime: Words = {
}
