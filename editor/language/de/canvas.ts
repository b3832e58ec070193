import type { Words } from '../index.ts'

export const canvas: Words = {
}
