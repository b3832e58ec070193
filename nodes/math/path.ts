// Paths into records, vectors and series: 'motor.speed', 'values[3]', 'values.3', and '["a key with a dot"]'.

/** The keys of a path; [] for '', which is the whole. Undefined: it is no path. */
export function parsePath(path: string): readonly string[] | undefined {
  const keys: string[] = []
  const step = /(?:^|(?<=.)\.)([^.[\]"]+)|\[(\d+)\]|\["([^"\]]+)"\]/y
  while (step.lastIndex < path.length) {
    const found = step.exec(path)
    if (!found) return undefined
    keys.push(found[1] ?? found[2] ?? found[3]!)
  }
  return keys
}

/** What lies there. Undefined: nothing does; a field of a prototype is nothing, too. */
export function readPath(root: unknown, keys: readonly string[]): unknown {
  let value = root
  for (let i = 0; i < keys.length; i++) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, keys[i]!)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[keys[i]!]
  }
  return value
}
