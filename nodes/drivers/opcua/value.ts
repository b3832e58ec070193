// OPC UA data values to ours. Pure: knows the shapes of the library, not the library. Part 6, 5.1.2 has the type codes.
import { hasKind, isBad, isFiniteValue, Quality, type Kind, type Value } from '#kit'

export interface UaDataValue {
  readonly value?: { readonly dataType: number; readonly arrayType: number; readonly value: unknown } | null
  readonly statusCode: { readonly value: number }
  readonly sourceTimestamp?: Date | null
  readonly serverTimestamp?: Date | null
}
export interface Reading {
  readonly value: Value
  /** Source time, else the server's, ms. Undefined: neither. */
  readonly time: number | undefined
  readonly quality: number
}

const INT64 = 8
const UINT64 = 9

/** The server's status code is the quality. What is not of the wanted kind is no value: BadTypeMismatch. */
export function readingOf(data: UaDataValue, kind: Kind): Reading {
  const time = (data.sourceTimestamp ?? data.serverTimestamp)?.getTime()
  const quality = data.statusCode.value >>> 0
  const value = valueOf(data.value)
  if (value === undefined || !hasKind(value, kind)) return { value: null, time, quality: isBad(quality) ? quality : value === null ? Quality.badNoData : Quality.badTypeMismatch }
  if (value === null) return { value, time, quality: isBad(quality) ? quality : Quality.badNoData }
  return { value, time, quality: isFiniteValue(value) || isBad(quality) ? quality : Quality.badSensor }
}

/** Undefined: nothing that a sample can hold. */
function valueOf(variant: UaDataValue['value']): Value | undefined {
  if (!variant || variant.dataType === 0 || variant.value === null || variant.value === undefined) return null
  const { dataType, arrayType, value } = variant
  if (arrayType === 0) return scalarOf(dataType, value)
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return undefined
  const list = Array.from(value as ArrayLike<unknown>, (v) => scalarOf(dataType, v))
  return list.every((v) => typeof v === 'number') ? Float64Array.from(list) : undefined
}

function scalarOf(dataType: number, value: unknown): Value | undefined {
  if (typeof value === 'bigint') return Number(value)
  if (dataType === INT64 || dataType === UINT64) {
    if (!Array.isArray(value)) return typeof value === 'number' ? value : undefined
    const [high, low] = value as [number, number]
    const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
    return Number(dataType === INT64 ? BigInt.asIntN(64, bits) : bits)
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  // Localized text and qualified names.
  const { text, name } = (value ?? {}) as { text?: unknown; name?: unknown }
  return typeof text === 'string' ? text : typeof name === 'string' ? name : undefined
}

/** Why a text is no node id ('ns=2;s=Tank.Level', 'i=2258', 'nsu=urn:plant;s=Level'), or undefined. Part 6, 5.3.1.10. */
export function nodeIdFault(text: string): string | undefined {
  return /^(ns=\d{1,5};|nsu=[^;]+;)?(i=\d{1,10}|s=.+|g=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|b=[A-Za-z0-9+/]+=*)$/i.test(text) ? undefined : "Write it as 'ns=2;s=Tank.Level' or 'i=2258'."
}
