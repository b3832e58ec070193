// What state is kept by, as an expression: 'tag', 'value.pump', "tag.split('.')[0]".
import { truthful, type Sample } from '#kit'
import { compileExpression } from './compile.ts'
import type { ExpressionIssue } from './language.ts'

/** The samples for which the expression gives no key are kept apart under this one. */
export const NO_KEY = '(no key)'

/** A sample's key: a text, or a number, true or false as a text. It sees value, tag, time and quality. */
export function keyExpression(text: string): ((s: Sample) => string) | readonly ExpressionIssue[] {
  const compiled = compileExpression(text, { value: { kind: 'any' } }, { stateless: true })
  if (!compiled.ok) return compiled.issues
  const { expression } = compiled
  const { kind } = expression.type
  if (kind !== 'text' && kind !== 'number' && kind !== 'boolean' && kind !== 'any') {
    return [{ from: 0, to: text.length, text: `A key cannot be a ${kind}.`, remedy: 'Give a text, a number, or true and false.' }]
  }
  const inputs: Sample[] = []
  const none: object[] = []
  return (s) => {
    inputs[0] = truthful(s)
    const { value } = expression.evaluate(inputs, s.tag, s.time, none)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : NO_KEY
  }
}
