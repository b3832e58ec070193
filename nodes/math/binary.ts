// Numbers and texts in bytes, as devices lay them out. A value's bytes are named A (most significant) to D; an order
// says how they come. Pure: what is too short is the caller's to see first.

export const orders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const
/** ABCD: big-endian. CDAB: 16-bit words swapped. BADC: bytes of each word swapped. DCBA: little-endian. */
export type Order = (typeof orders)[number]

export const numberTypes = ['int8', 'uint8', 'int16', 'uint16', 'int24', 'uint24', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'] as const
export type NumberType = (typeof numberTypes)[number]

/** Bytes of one number. */
export const sizes: Readonly<Record<NumberType, number>> = { int8: 1, uint8: 1, int16: 2, uint16: 2, int24: 3, uint24: 3, int32: 4, uint32: 4, int64: 8, uint64: 8, float32: 4, float64: 8 }

/** The bytes of one value, most significant first, out of an order or into it: it is its own inverse. Words need an even length. */
export function reorder(bytes: Uint8Array, order: Order): Uint8Array {
  if (order === 'ABCD') return bytes
  const out = Uint8Array.from(bytes)
  if (order === 'DCBA') return out.reverse()
  if (order === 'BADC') for (let i = 0; i + 1 < out.length; i += 2) [out[i], out[i + 1]] = [out[i + 1]!, out[i]!]
  else {
    for (let i = 0, k = out.length - 2; i < k; i += 2, k -= 2) {
      ;[out[i], out[k]] = [out[k]!, out[i]!]
      ;[out[i + 1], out[k + 1]] = [out[k + 1]!, out[i + 1]!]
    }
  }
  return out
}

/** The number that begins at `offset`. 64-bit integers above 2^53 are rounded to the nearest number. */
export function readNumber(bytes: Uint8Array, offset: number, type: NumberType, order: Order): number {
  const ordered = reorder(bytes.subarray(offset, offset + sizes[type]), order)
  const view = new DataView(ordered.buffer, ordered.byteOffset, ordered.byteLength)
  switch (type) {
    case 'int8': return view.getInt8(0)
    case 'uint8': return view.getUint8(0)
    case 'int16': return view.getInt16(0)
    case 'uint16': return view.getUint16(0)
    case 'int24': return view.getInt8(0) * 65_536 + view.getUint16(1)
    case 'uint24': return view.getUint8(0) * 65_536 + view.getUint16(1)
    case 'int32': return view.getInt32(0)
    case 'uint32': return view.getUint32(0)
    case 'int64': return Number(view.getBigInt64(0))
    case 'uint64': return Number(view.getBigUint64(0))
    case 'float32': return view.getFloat32(0)
    case 'float64': return view.getFloat64(0)
  }
}

/** `count` bits from `bit` on (0 is the lowest) of an unsigned integer of up to 6 bytes. */
export function readBits(bytes: Uint8Array, order: Order, bit: number, count: number): number {
  let all = 0
  for (const byte of reorder(bytes, order)) all = all * 256 + byte
  return Math.floor(all / 2 ** bit) % 2 ** count
}

/** Packed BCD, two digits a byte, up to 7 bytes. Undefined where a half byte is no digit. */
export function readBcd(bytes: Uint8Array, order: Order): number | undefined {
  let all = 0
  for (const byte of reorder(bytes, order)) {
    const high = byte >> 4
    const low = byte & 15
    if (high > 9 || low > 9) return undefined
    all = all * 100 + high * 10 + low
  }
  return all
}

/** Text ends at the first NUL; blanks at its end go. Latin-1, one character a byte; the orders are those of a 16-bit word. */
export function readText(bytes: Uint8Array, order: Order): string {
  const swapped = order === 'BADC' || order === 'DCBA' ? reorder(bytes, 'BADC') : bytes
  let text = ''
  for (const byte of swapped) {
    if (byte === 0) break
    text += String.fromCharCode(byte)
  }
  return text.trimEnd()
}
