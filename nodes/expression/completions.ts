// What an editor offers while an expression is written.
import { formatType } from '#kit'
import { fromPort, toPort } from './language.ts'
import { plainFunctions } from './functions.ts'
import { streamFunctions } from './stream.ts'
import { builtins, listFunctions, type Variables } from './compile.ts'

export interface Completion {
  readonly label: string
  readonly kind: 'variable' | 'function' | 'stream'
  /** A variable's type as people read it, a function with its parameters. */
  readonly detail: string
  readonly doc: string
}

export function completions(variables: Variables): Completion[] {
  return [
    ...Object.entries(variables).flatMap(([label, type]) => [
      { label, kind: 'variable' as const, detail: formatType(type), doc: 'Input.' },
      ...[...(fromPort(type).fields ?? [])].map(([field, inner]) => ({ label: `${label}.${field}`, kind: 'variable' as const, detail: formatType(toPort(inner) ?? { kind: 'any' }), doc: `Field of ${label}.` })),
    ]),
    ...[...builtins].map(([label, { type, doc }]) => ({ label, kind: 'variable' as const, detail: formatType(toPort(type) ?? { kind: 'any' }), doc })),
    ...[...streamFunctions.values()].map(({ name, signature, doc }) => ({ label: name, kind: 'stream' as const, detail: signature, doc })),
    ...[...plainFunctions.values(), ...listFunctions.values(), has].map(({ name, signature, doc }) => ({ label: name, kind: 'function' as const, detail: signature, doc })),
  ]
}
const has = { name: 'has', signature: 'has(record.field)', doc: 'True when the record has this field with a value.' }
