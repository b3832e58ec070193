import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberTypes, orders, readBcd, readBits, readNumber, readText, reorder, sizes } from './binary.ts'

const order = fc.constantFrom(...orders)
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

describe('binary', () => {
  test('lays the bytes as makers name the orders', () => {
    const laid = (o: (typeof orders)[number]): string => Buffer.from(reorder(hex('0a0b0c0d'), o)).toString('hex')
    expect(orders.map(laid)).toEqual(['0a0b0c0d', '0c0d0a0b', '0b0a0d0c', '0d0c0b0a'])
    expect(Buffer.from(reorder(hex('0102030405060708'), 'CDAB')).toString('hex')).toBe('0708050603040102')
    expect(Buffer.from(reorder(hex('010203'), 'DCBA')).toString('hex')).toBe('030201')
  })

  test('an order is its own inverse and leaves what it was given', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }).map((b) => Uint8Array.from([...b, ...b])), order, (bytes, o) => {
      const before = bytes.slice()
      expect(reorder(reorder(bytes, o), o)).toEqual(before)
      expect(bytes).toEqual(before)
    }))
  })

  test('reads what Node.js writes, in every type', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 9, maxLength: 20 }), fc.nat(1), (bytes, offset) => {
      const b = Buffer.from(bytes)
      const naive: Record<(typeof numberTypes)[number], [number, number]> = {
        int8: [b.readInt8(offset), b.readInt8(offset)], uint8: [b.readUInt8(offset), b.readUInt8(offset)],
        int16: [b.readInt16BE(offset), b.readInt16LE(offset)], uint16: [b.readUInt16BE(offset), b.readUInt16LE(offset)],
        int24: [b.readIntBE(offset, 3), b.readIntLE(offset, 3)], uint24: [b.readUIntBE(offset, 3), b.readUIntLE(offset, 3)],
        int32: [b.readInt32BE(offset), b.readInt32LE(offset)], uint32: [b.readUInt32BE(offset), b.readUInt32LE(offset)],
        int64: [Number(b.readBigInt64BE(offset)), Number(b.readBigInt64LE(offset))], uint64: [Number(b.readBigUInt64BE(offset)), Number(b.readBigUInt64LE(offset))],
        float32: [b.readFloatBE(offset), b.readFloatLE(offset)], float64: [b.readDoubleBE(offset), b.readDoubleLE(offset)],
      }
      for (const type of numberTypes) {
        if (offset + sizes[type] > bytes.length) continue
        expect([readNumber(bytes, offset, type, 'ABCD'), readNumber(bytes, offset, type, 'DCBA')], type).toEqual(naive[type])
      }
    }))
  })

  test('takes bits out of a word as shifts do', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat(31), fc.integer({ min: 1, max: 32 }), (bytes, bit, count) => {
      const word = BigInt(Buffer.from(bytes).readUInt32BE())
      expect(readBits(bytes, 'ABCD', bit, count)).toBe(Number((word >> BigInt(bit)) & ((1n << BigInt(count)) - 1n)))
    }))
    expect(readBits(hex('ffffffffffff'), 'ABCD', 40, 8)).toBe(255)
    expect(readBits(hex('0180'), 'DCBA', 15, 1)).toBe(1)
  })

  test('reads packed BCD, and none where there is none', () => {
    expect(readBcd(hex('1234'), 'ABCD')).toBe(1234)
    expect(readBcd(hex('3412'), 'DCBA')).toBe(1234)
    expect(readBcd(hex('99999999999999'), 'ABCD')).toBe(99_999_999_999_999)
    expect(readBcd(hex('1a'), 'ABCD')).toBeUndefined()
    expect(readBcd(hex('f1'), 'ABCD')).toBeUndefined()
  })

  test('reads texts up to the NUL, without blanks at the end', () => {
    expect(readText(hex('50313031200000'), 'ABCD')).toBe('P101')
    expect(readText(hex('3150313041'), 'BADC')).toBe('P101A')
    expect(readText(hex('4142004344'), 'ABCD')).toBe('AB')
    expect(readText(hex('b043'), 'CDAB')).toBe('°C')
  })
})
