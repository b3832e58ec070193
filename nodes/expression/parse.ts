// The grammar is the library's (CEL, the Common Expression Language); its complaints in words for a plant engineer.
import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js'
import { reasonOf } from '#kit'
import { MAX_LENGTH, type ExpressionIssue } from './language.ts'

const environment = new Environment({ limits: { maxAstNodes: 2000, maxDepth: 50, maxListElements: 1000, maxMapEntries: 100, maxCallArguments: 32 } })

const tokens: Readonly<Record<string, string>> = { RPAREN: "A ')' is missing.", RBRACKET: "A ']' is missing.", RBRACE: "A '}' is missing.", COLON: "A ':' is missing.", IDENTIFIER: 'A name is missing after the dot.' }
const instead: Readonly<Record<string, string>> = {
  '=': 'Write == to compare.', '&': 'Write && for and.', '|': 'Write || for or.', and: 'Write && for and.', or: 'Write || for or.', not: 'Write ! for not.', '^': 'Write pow(x, y) for a power.', '**': 'Write pow(x, y) for a power.',
}

export function parse(text: string): ASTNode | ExpressionIssue {
  const whole = { from: 0, to: text.length }
  if (text.trim() === '') return { ...whole, text: 'The expression is empty.', remedy: "Write one, such as 'value * 2'." }
  if (text.length > MAX_LENGTH) return { ...whole, text: `The expression has ${text.length} characters.`, remedy: `Keep it below ${MAX_LENGTH}; split it over several nodes.` }
  try {
    return environment.parse(text).ast
  } catch (thrown) {
    // A row of thousands of '!' is nested deeper than the stack.
    if (thrown instanceof RangeError) return { ...whole, text: 'The expression is nested too deeply.', remedy: 'Split it over several nodes.' }
    if (!(thrown instanceof ParseError)) throw thrown
    return inWords(text, thrown)
  }
}

function inWords(text: string, error: ParseError): ExpressionIssue {
  const from = Math.min(error.range?.start ?? 0, text.length)
  const to = Math.min(Math.max(error.range?.end ?? from, from + 1), Math.max(text.length, from))
  const found = text.slice(from, to)
  const at = { from, to }
  const remedy = (Object.hasOwn(instead, found) ? instead[found] : undefined) ?? 'Correct this place.'
  switch (error.code) {
    case 'limit_exceeded': return { ...at, text: 'The expression is too large or nested too deeply.', remedy: 'Split it over several nodes.' }
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string': return { ...at, text: 'This text has no closing quote.', remedy: `Close it with ${text[from] === '"' ? '"' : "'"}.` }
    case 'newline_in_string': return { ...at, text: 'A text ends on the line where it begins.', remedy: 'Close the quote, or write \\n for a new line.' }
    case 'reserved_identifier': return { ...at, text: `'${found}' is reserved by the language.`, remedy: "For a choice write 'condition ? this : that'." }
    case 'invalid_macro_argument': return { ...at, text: 'This must be a plain name.', remedy: "Write a name for the element first, such as 'list.exists(x, x > 3)'." }
    case 'expected_token': {
      const wanted = /^Expected (\w+)/.exec(error.summary)?.[1] ?? ''
      return { ...at, text: (Object.hasOwn(tokens, wanted) ? tokens[wanted] : undefined) ?? reasonOf(error), remedy: Object.hasOwn(instead, found) ? instead[found]! : 'Add it here.' }
    }
    case 'unexpected_token':
      if (error.summary.endsWith('EOF')) return { ...at, text: 'The expression ends too early.', remedy: 'Complete it: a value is missing at the end.' }
      return { ...at, text: `'${found}' cannot stand here.`, remedy: remedy === 'Correct this place.' ? 'A value is missing in front of it.' : remedy }
    case 'unexpected_character': return { ...at, text: `'${found}' cannot stand here.`, remedy }
    default: return { ...at, text: `${error.summary.replace(/\.$/, '')}.`, remedy }
  }
}
