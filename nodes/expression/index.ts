// Expressions: CEL with functions that remember, types and units. Pure, runs in a browser.
export { compileExpression, type CompiledExpression, type Expression, type ExpressionOptions, type Variables, builtins } from './compile.ts'
export { completions, type Completion } from './completions.ts'
export { keyExpression, NO_KEY } from './key.ts'
export { MAX_LENGTH, MAX_STEPS, MAX_WINDOW, type Evaluated, type ExpressionIssue, type ExpressionState } from './language.ts'
export { issueReason } from './reason.ts'
