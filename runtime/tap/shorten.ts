// What a status shows of a large value: 64 elements of a vector or waveform, of bytes their number.
import type { Sample } from '#kit'

export function shorten(s: Sample): Sample {
  const v = s.value
  if ((v instanceof Float32Array || v instanceof Float64Array) && v.length > 64) return { ...s, value: v.slice(0, 64) }
  if (v instanceof Uint8Array) return { ...s, value: `${v.length} bytes` }
  return s
}
