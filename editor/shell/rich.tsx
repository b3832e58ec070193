// A sentence with elements in it that a translator moves as one text: `<b>`, `<i>` and `<code>` are what they say, any other name
// stands for what `as` gives: an element at `<name/>`, or what a function makes of the words between `<name>` and `</name>`.
// What is filled into a text may hold such marks too: only names that are known here count.
import { Fragment, type ReactElement, type ReactNode } from 'react'

export type Parts = Readonly<Record<string, ReactElement | ((words: string) => ReactNode)>>

const own: Parts = { b: (words) => <b>{words}</b>, i: (words) => <i>{words}</i>, code: (words) => <code>{words}</code>, mono: (words) => <span className="mono">{words}</span> }

export function Rich({ text, as = {} }: { readonly text: string; readonly as?: Parts }): ReactElement {
  return <>{richParts(text, { ...own, ...as }).map((part, i) => <Fragment key={i}>{part}</Fragment>)}</>
}

/** Exported for its test. */
export function richParts(text: string, parts: Parts): ReactNode[] {
  const found: ReactNode[] = []
  let from = 0
  for (const mark of text.matchAll(/<(\w+)(?:\/>|>(.*?)<\/\1>)/gs)) {
    const [whole, name, words] = mark
    const part = Object.hasOwn(parts, name!) ? parts[name!] : undefined
    if (part === undefined || (typeof part === 'function') !== (words !== undefined)) continue
    found.push(text.slice(from, mark.index), typeof part === 'function' ? part(words!) : part)
    from = mark.index + whole.length
  }
  found.push(text.slice(from))
  return found.filter((part) => part !== '')
}
