// An issue of an expression as one line, for a setting of a node: what, where, what to do.
import type { ExpressionIssue } from './language.ts'

export function issueReason(text: string, { from, to, text: what, remedy }: ExpressionIssue): string {
  const found = text.slice(from, Math.min(to, from + 40))
  const whole = from === 0 && to >= text.length
  return whole || found === '' ? `${what} ${remedy}` : `${what} At character ${from + 1}, '${found}'. ${remedy}`
}
