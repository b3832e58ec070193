// Texts with places to fill: '{tag}.{field}'. '{{' and '}}' are braces. Prepared once, filled for each sample.

export interface Template {
  /** One more than names: what stands before, between and behind them. */
  readonly texts: readonly string[]
  readonly names: readonly string[]
}

/** Of `known` names; a name that is not known, or a brace that is not closed, is the text of the fault. */
export function parseTemplate(text: string, known: (name: string) => boolean): Template | string {
  const texts: string[] = []
  const names: string[] = []
  let before = ''
  for (const [piece, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (name !== undefined) {
      if (!known(name)) return `'{${name}}' is not known here.`
      texts.push(before)
      names.push(name)
      before = ''
    } else if (piece === '{' || piece === '}') return `'${piece}' stands alone: write '${piece}${piece}' for a brace.`
    else before += piece === '{{' ? '{' : piece === '}}' ? '}' : piece
  }
  return { texts: [...texts, before], names }
}

/** Undefined where one of its places has nothing to fill it. */
export function fill<T>({ texts, names }: Template, value: (name: string, from: T) => string | undefined, from: T): string | undefined {
  let out = texts[0]!
  for (let i = 0; i < names.length; i++) {
    const found = value(names[i]!, from)
    if (found === undefined) return undefined
    out += found + texts[i + 1]!
  }
  return out
}
