// What is worked out once and kept: for a config (it lives as long as its node) and for a tag. Not state: the same
// always comes out, so nothing of it travels in a checkpoint.

export function perConfig<C extends object, T extends object>(make: (config: C) => T): (config: C) => T {
  const known = new WeakMap<C, T>()
  return (config) => {
    let found = known.get(config)
    if (found === undefined) known.set(config, (found = make(config)))
    return found
  }
}

/** A text made of a tag stays one and the same, which what follows knows at a glance. At `limit` tags all are forgotten. */
export function perTag<T>(make: (tag: string) => T, limit = 10_000): (tag: string) => T {
  const known = new Map<string, T>()
  return (tag) => {
    let found = known.get(tag)
    if (found === undefined) {
      if (known.size >= limit) known.clear()
      known.set(tag, (found = make(tag)))
    }
    return found
  }
}
