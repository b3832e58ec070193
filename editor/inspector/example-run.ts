// An example of a node as a table that can be changed and run: cells from texts and back, and what differs from what the
// example says. Pure.
import { qualityCode, type ExampleSample, type JsonValue } from '#kit'
import { equalJson } from '#format'
import { t } from '../language/index.ts'

/** An input as it stands in the table: all of it text. */
export interface Line {
  readonly at: string
  readonly tag: string
  /** s from the start. */
  readonly time: string
  readonly value: string
  readonly quality: string
}

export const lineOf = (s: ExampleSample): Line => ({ at: s.at, tag: s.tag ?? 'x', time: String(s.time / 1000), value: cellOf(s.value), quality: s.quality ?? 'Good' })
/** A text stands as it is unless it could be read as something else. */
function cellOf(value: JsonValue): string {
  if (typeof value === 'string') return readCell(value) === value ? value : JSON.stringify(value)
  if (typeof value === 'object' && value !== null && '$number' in value) return String(value['$number'])
  return JSON.stringify(value)
}
function readCell(text: string): JsonValue {
  const trimmed = text.trim()
  if (trimmed === 'NaN' || trimmed === 'Infinity' || trimmed === '-Infinity') return { $number: trimmed }
  if (trimmed === '') return null
  try {
    return JSON.parse(trimmed) as JsonValue
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return text
    throw thrown
  }
}

/** What the lines mean, oldest first as they are fed; or what is wrong with one of them. */
export function samplesOf(lines: readonly Line[]): { readonly samples: readonly ExampleSample[] } | { readonly fault: string } {
  const samples: ExampleSample[] = []
  for (const [i, l] of lines.entries()) {
    const seconds = Number(l.time.trim().replace(',', '.'))
    if (l.time.trim() === '' || !Number.isFinite(seconds)) return { fault: t("Line {line}: '{text}' is no time in seconds.", { line: i + 1, text: l.time }) }
    if (qualityCode(l.quality) === undefined) return { fault: t("Line {line}: '{text}' is no quality.", { line: i + 1, text: l.quality }) }
    samples.push({ at: l.at, ...(l.tag === 'x' || l.tag === '' ? {} : { tag: l.tag }), value: readCell(l.value), time: Math.round(seconds * 1e6) / 1000, ...(l.quality === 'Good' ? {} : { quality: l.quality }) })
  }
  return { samples }
}

/** For each line that came out, whether the example says the same at this place; true when there is nothing to compare. */
export function asSaid(out: readonly ExampleSample[], said: readonly ExampleSample[] | undefined): readonly boolean[] {
  const plain = (s: ExampleSample | undefined): unknown => s && [s.at, s.tag ?? 'x', s.value, s.time, s.quality ?? 'Good']
  return out.map((s, i) => said === undefined || equalJson(plain(s) as never, plain(said[i]) as never))
}
