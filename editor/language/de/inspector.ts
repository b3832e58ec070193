import type { Words } from '../index.ts'

export const inspector: Words = {
}
