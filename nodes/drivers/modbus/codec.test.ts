import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { plan, requestLimit, requests, split, type Span } from './batch.ts'
import { decodeNumber, decodeNumbers, decodeText, encodeNumber, orders, registersOf, type RegisterType } from './codec.ts'

const bytesOf = (registers: readonly number[]): Uint8Array => Uint8Array.from(registers.flatMap((r) => [r >> 8, r & 0xff]))
const order = fc.constantFrom(...orders)

const values: Readonly<Record<Exclude<RegisterType, 'string'>, fc.Arbitrary<number>>> = {
  bool: fc.constantFrom(0, 1),
  int16: fc.integer({ min: -32768, max: 32767 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  int32: fc.integer({ min: -2147483648, max: 2147483647 }),
  uint32: fc.integer({ min: 0, max: 4294967295 }),
  int64: fc.maxSafeInteger(),
  uint64: fc.maxSafeNat(),
  float32: fc.float({ noNaN: true, noDefaultInfinity: true }),
  float64: fc.double({ noNaN: true, noDefaultInfinity: true }),
}

describe('register codec', () => {
  it('gives back what it wrote, in every type and order', () => {
    for (const [type, arbitrary] of Object.entries(values) as [Exclude<RegisterType, 'string'>, fc.Arbitrary<number>][]) {
      fc.assert(
        fc.property(arbitrary, order, (value, o) => {
          const registers = encodeNumber(value, type, o)
          expect(registers).toHaveLength(registersOf(type))
          expect(decodeNumber(bytesOf(registers), type, o) + 0).toBe(value + 0)
        }),
        { numRuns: 60 },
      )
    }
  })

  it('lays the bytes as makers name the orders', () => {
    // 123456.789 as float32 is 0x47F12065 (A=47 B=F1 C=20 D=65).
    const value = Math.fround(123456.789)
    expect(encodeNumber(value, 'float32', 'ABCD')).toEqual([0x47f1, 0x2065])
    expect(encodeNumber(value, 'float32', 'CDAB')).toEqual([0x2065, 0x47f1])
    expect(encodeNumber(value, 'float32', 'BADC')).toEqual([0xf147, 0x6520])
    expect(encodeNumber(value, 'float32', 'DCBA')).toEqual([0x6520, 0xf147])
    expect(encodeNumber(258, 'uint16', 'BADC')).toEqual([0x0201])
    expect(encodeNumber(258, 'uint16', 'CDAB')).toEqual([0x0102])
  })

  it('never wraps around: what a type cannot hold is an error in words', () => {
    expect(() => encodeNumber(70000, 'uint16', 'ABCD')).toThrow('70000 does not fit uint16 (0 to 65535)')
    expect(() => encodeNumber(-1, 'uint32', 'ABCD')).toThrow(/does not fit/)
    expect(() => encodeNumber(1e300, 'float32', 'ABCD')).toThrow(/does not fit/)
    expect(() => encodeNumber(Number.NaN, 'float64', 'ABCD')).toThrow(/cannot be written/)
  })

  it('reads blocks, bits and texts', () => {
    expect(Array.from(decodeNumbers(bytesOf([10, 65535, 3]), 'int16', 'ABCD', new Float32Array(3), 0.5, 1))).toEqual([6, 0.5, 2.5])
    expect(decodeNumber(bytesOf([0b1000]), 'bool', 'ABCD', 3)).toBe(1)
    expect(decodeNumber(bytesOf([0b1000]), 'bool', 'ABCD', 2)).toBe(0)
    expect(decodeNumber(bytesOf([0b1000]), 'bool', 'ABCD')).toBe(1)
    expect(decodeText(bytesOf([0x5031, 0x3031, 0x2000]), 6, 'ABCD')).toBe('P101')
    expect(decodeText(bytesOf([0x3150, 0x3130]), 3, 'BADC')).toBe('P10')
  })
})

describe('batches', () => {
  const span = fc.record({ table: fc.constantFrom('holding' as const, 'input' as const, 'coil' as const), address: fc.integer({ min: 0, max: 600 }), length: fc.integer({ min: 1, max: 300 }) })

  it('hold every span, and every request stays within its limit', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), fc.integer({ min: 0, max: 20 }), (spans, gap) => {
        const batches = plan(spans, gap)
        expect(batches.flatMap((b) => [...b.spans])).toHaveLength(spans.length)
        for (const b of batches) {
          for (const s of b.spans) expect(s.table === b.table && s.address >= b.address && s.address + s.length <= b.address + b.length).toBe(true)
          if (b.spans.length > 1) expect(b.length).toBeLessThanOrEqual(requestLimit(b.table))
          const parts = requests(b)
          expect(parts.reduce((sum, r) => sum + r.length, 0)).toBe(b.length)
          for (const r of parts) expect(r.length).toBeLessThanOrEqual(requestLimit(b.table))
          for (const half of split(b, gap) ?? []) expect(half.spans.length).toBeLessThan(b.spans.length)
        }
      }),
    )
  })

  it('join neighbours, and not what lies far apart', () => {
    const at = (address: number, length = 1): Span => ({ table: 'holding', address, length })
    expect(plan([at(0), at(1, 2), at(11)], 8).map((b) => [b.address, b.length])).toEqual([[0, 12]])
    expect(plan([at(0), at(12)], 8).map((b) => [b.address, b.length])).toEqual([[0, 1], [12, 1]])
    expect(requests(at(100, 1024)).map((r) => r.length)).toEqual([...Array.from({ length: 8 }, () => 125), 24])
  })
})
