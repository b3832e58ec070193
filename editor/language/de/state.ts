import type { Words } from '../index.ts'

export const state: Words = {
}
