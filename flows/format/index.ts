export * from './document.ts'
export * from './diff.ts'
export * from './types.ts'
export * from './protocol.ts'
