// The buffers of the pinned taps, one each, gone with its tap. Who asks for a tap that is gone gets an empty one that
// nobody keeps: a view that is just going away must not bring it back.
import { TapBuffer } from './buffer.ts'

export interface Buffers {
  of(tap: string): TapBuffer
  /** Those of other taps go; what a view opened for itself stays until the view lets it go. */
  keep(taps: ReadonlySet<string>): void
  delete(tap: string): void
  /** The line was down. */
  gap(): void
  readonly size: number
}

/** How the ids begin of what a view opens for itself (the operator's trends): they are no pinned taps. */
const VIEW = 'view:'

export function createBuffers(isPinned: (tap: string) => boolean): Buffers {
  const buffers = new Map<string, TapBuffer>()
  return {
    of(tap) {
      const known = buffers.get(tap)
      if (known) return known
      const made = new TapBuffer()
      if (isPinned(tap) || tap.startsWith(VIEW)) buffers.set(tap, made)
      return made
    },
    keep(taps) {
      for (const id of buffers.keys()) if (!taps.has(id) && !id.startsWith(VIEW)) buffers.delete(id)
    },
    delete: (tap) => void buffers.delete(tap),
    gap() {
      for (const buffer of buffers.values()) buffer.gap()
    },
    get size() {
      return buffers.size
    },
  }
}
