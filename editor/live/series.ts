// What a plot draws: the lines of its taps, a tag each, and what is made of them. A line is read from its buffer when it is
// drawn.
import type { PortType } from '#kit'
import type { PlotView, Tap } from '../state/model.ts'
import type { TapBuffer } from './buffer.ts'
import type { Line } from './plot.tsx'
import { difference } from './track.ts'
import { unitText } from './values.ts'

/** A tap with what is known of it. */
export interface Pinned {
  readonly tap: Tap
  readonly buffer: TapBuffer
  readonly name: string
  readonly type: PortType | undefined
}

export function linesOf(pinned: readonly Pinned[], view: PlotView): readonly Line[] {
  const lines = pinned.flatMap(({ tap, buffer, name, type }) => {
    if (buffer.shape !== 'trend') return []
    const { tags } = buffer
    return tags.map((tag): Line => ({
      key: `${tap.node}.${tap.port}${tags.length > 1 ? ` ${tag}` : ''}`, title: `${name}.${tap.port}${tags.length > 1 ? ` ${tag}` : ''}`, unit: unitText(type),
      read: (end, windowMs) => buffer.window(end, windowMs, tag), endAt: (now) => buffer.endAt(now), revision: () => buffer.revision, last: () => buffer.lastOf(tag),
    }))
  })
  const [a, ...others] = lines
  const made = view.difference === true && a ? others.filter((b) => b.unit === a.unit).map((b): Line => ({ key: `${a.key} − ${b.key}`, title: `${a.title} − ${b.title}`, unit: a.unit, made: true, read: (end, windowMs) => difference(a.read(end, windowMs), b.read(end, windowMs)), endAt: (now) => Math.max(a.endAt(now), b.endAt(now)), revision: () => a.revision() + b.revision(), last: () => { const [x, y] = [a.last(), b.last()]; return typeof x === 'number' && typeof y === 'number' ? x - y : x === undefined || y === undefined ? undefined : null } })) : []
  const hidden = new Set(view.hidden)
  return [...lines, ...made].map((l) => (hidden.has(l.key) ? { ...l, hidden: true } : l))
}

/** Two lines of one unit can be held against each other. */
export const comparable = (lines: readonly Line[]): boolean => lines.filter((l) => l.made !== true && l.unit === lines[0]?.unit).length > 1

/** May a tap be drawn in the plot of another? Numbers with numbers, states with either, detections on a picture. */
export function fitsInto(guest: TapBuffer, host: TapBuffer): boolean {
  const drawn = (b: TapBuffer): boolean => b.shape === 'trend' || b.shape === 'states' || b.shape === 'none'
  return (drawn(guest) && drawn(host)) || (host.shape === 'image' && (guest.shape === 'other' || guest.shape === 'none'))
}
