// Registers to values and back. Modbus sends each 16-bit register big-endian; how larger values are laid over several
// registers is each maker's own, written here as the order of the bytes A (highest) to D (lowest) on the wire.
import { readNumber, readText, reorder, type Order } from '#math/binary'

export const registerTypes = ['bool', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64', 'string'] as const
export type RegisterType = (typeof registerTypes)[number]
export { orders, type Order } from '#math/binary'

const bytesOf: Readonly<Record<Exclude<RegisterType, 'string'>, number>> = { bool: 2, int16: 2, uint16: 2, int32: 4, uint32: 4, int64: 8, uint64: 8, float32: 4, float64: 8 }

/** Registers that `count` values take; a string's count is its characters, two in a register. */
export function registersOf(type: RegisterType, count = 1): number {
  return type === 'string' ? Math.ceil(count / 2) : (bytesOf[type] / 2) * count
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * One number from its registers. 64-bit integers above 2^53 are rounded to the nearest number. A bool is 1 or 0:
 * of `bit` (0 is the lowest), or of the whole register without one.
 */
export function decodeNumber(registers: Uint8Array, type: Exclude<RegisterType, 'string'>, order: Order, bit?: number): number {
  if (type !== 'bool') return readNumber(registers, 0, type, order)
  const word = readNumber(registers, 0, 'uint16', order)
  return (bit === undefined ? word !== 0 : ((word >> bit) & 1) === 1) ? 1 : 0
}

/** `count` numbers that lie one behind the other. */
export function decodeNumbers<T extends Float32Array | Float64Array>(registers: Uint8Array, type: Exclude<RegisterType, 'string'>, order: Order, into: T, scale = 1, offset = 0): T {
  const size = bytesOf[type]
  for (let i = 0; i < into.length; i++) into[i] = decodeNumber(registers.subarray(i * size, i * size + size), type, order) * scale + offset
  return into
}

/** Of `count` characters: ends at the first NUL; blanks at its end go. Latin-1, one character a byte. */
export function decodeText(registers: Uint8Array, count: number, order: Order): string {
  return readText(registers, order).slice(0, count).trimEnd()
}

const limits: Readonly<Partial<Record<RegisterType, readonly [number, number]>>> = {
  int16: [-32768, 32767], uint16: [0, 65535], int32: [-2147483648, 2147483647], uint32: [0, 4294967295],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], uint64: [0, Number.MAX_SAFE_INTEGER],
}

/** Registers of one number, rounded for integer types. Throws a RangeError for what the type cannot hold: nothing wraps around. */
export function encodeNumber(value: number, type: Exclude<RegisterType, 'string'>, order: Order): number[] {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written`)
  const integer = type !== 'float32' && type !== 'float64'
  const v = integer ? Math.round(value) : value
  const range = limits[type]
  if (range && (v < range[0] || v > range[1])) throw new RangeError(`${v} does not fit ${type} (${range[0]} to ${range[1]})`)
  const bytes = new Uint8Array(bytesOf[type])
  const view = viewOf(bytes)
  switch (type) {
    case 'bool': view.setUint16(0, v === 0 ? 0 : 1); break
    case 'int16': view.setInt16(0, v); break
    case 'uint16': view.setUint16(0, v); break
    case 'int32': view.setInt32(0, v); break
    case 'uint32': view.setUint32(0, v); break
    case 'int64': view.setBigInt64(0, BigInt(v)); break
    case 'uint64': view.setBigUint64(0, BigInt(v)); break
    case 'float32':
      if (!Number.isFinite(Math.fround(v))) throw new RangeError(`${v} does not fit float32`)
      view.setFloat32(0, v)
      break
    case 'float64': view.setFloat64(0, v)
  }
  const wire = viewOf(reorder(bytes, order))
  return Array.from({ length: bytes.length / 2 }, (_, i) => wire.getUint16(i * 2))
}
