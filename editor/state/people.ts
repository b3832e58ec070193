// How the others on a flow are told apart.
import type { Person } from '#format'

export const TINTS = 6
const wish = (user: string): number => [...user].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) >>> 0, 7) % TINTS
/** A tint of their own for each as long as there are enough; who comes changes few others'. */
export function tintsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const taken = new Set<number>()
  for (const name of names) {
    let tint = wish(name)
    while (taken.size < TINTS && taken.has(tint)) tint = (tint + 1) % TINTS
    taken.add(tint)
    found.set(name, tint)
  }
  return found
}

/** 'ada lovelace' and 'ada.lovelace' are AL, 'bob' is BO. */
export function initialsOf(user: string): string {
  const words = user.split(/[\s._@-]+/).filter((w) => w !== '')
  const [first = '?', second] = words
  return (second === undefined ? [...first].slice(0, 2).join('') : [...first][0]! + [...second][0]!).toUpperCase()
}

const none: readonly string[] = []
const cache = new WeakMap<readonly Person[], readonly string[]>()
let last: readonly string[] = none
/** Each name once; the same list while the names are the same, however their pointers move. */
export function peopleByName(people: readonly Person[]): readonly string[] {
  let names = cache.get(people)
  if (!names) {
    names = [...new Set(people.map((p) => p.user))].toSorted()
    if (names.length === last.length && names.every((n, i) => n === last[i])) names = last
    last = names
    cache.set(people, names)
  }
  return names
}

/** What others have selected, by the nodes that are drawn here: of what lies deeper, the instance that it is in. */
export function seenFrom(inside: readonly string[], selection: readonly string[]): readonly string[] {
  const way = inside.map((id) => `${id}/`).join('')
  return [...new Set(selection.flatMap((id) => (id.startsWith(way) ? [id.slice(way.length).split('/')[0]!] : [])))]
}
