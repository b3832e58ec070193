// What a command of the command line is.

export interface Command {
  /** Shown by --help. */
  readonly usage: string
  /** Resolves with the exit code. Throws UsageError when called wrongly; an IssueError or any other is exit code 1. */
  run(args: readonly string[]): Promise<number>
}

export class UsageError extends Error {
  readonly usage: string
  constructor(message: string, usage = '') {
    super(message)
    this.name = 'UsageError'
    this.usage = usage
  }
}

/** An option that must be a number in a range; undefined when it was not given. */
export function numberOption(name: string, text: string | undefined, minimum: number, maximum: number, whole: boolean): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < minimum || value > maximum || (whole && !Number.isInteger(value))) {
    throw new UsageError(`--${name} must be a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}, not '${text}'.`)
  }
  return value
}
