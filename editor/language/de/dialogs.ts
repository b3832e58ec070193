import type { Words } from '../index.ts'

export const dialogs: Words = {
}
