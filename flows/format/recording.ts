// What came into a flow while it ran, and the tests that are made of it: kept with the flow, run by the editor and by
// `headgate test`.
import { Type, type JsonSample, type JsonValue, type Static } from '#kit'

/**
 * One thing that came from outside. A sample at 'node.port': of a source's output it stands in for the source, at an input
 * it is taken directly. Or an operator's act.
 */
export type Recorded = RecordedSample | RecordedAct
export interface RecordedSample extends JsonSample {
  readonly at: string
  /** The gateway's clock when it came, ms UTC; the sample's own time when left out. */
  readonly now?: number
}
export interface RecordedAct {
  readonly act: string
  readonly node: string
  readonly now: number
  readonly tag?: string
  readonly arguments?: { readonly [name: string]: JsonValue }
}

const sampleFields = { tag: Type.String(), value: Type.Unsafe<JsonValue>({}), time: Type.Number(), quality: Type.Optional(Type.String()) }
export const RecordedSchema = Type.Unsafe<Recorded>(
  Type.Union([
    Type.Object({ at: Type.String(), now: Type.Optional(Type.Number()), ...sampleFields }, { additionalProperties: false }),
    Type.Object({ act: Type.String(), node: Type.String(), now: Type.Number(), tag: Type.Optional(Type.String()), arguments: Type.Optional(Type.Record(Type.String(), Type.Unsafe<JsonValue>({}))) }, { additionalProperties: false }),
  ]),
)

/** More is a recording for a file (`headgate run`), not for the flow's document. */
export const MAX_TEST_SAMPLES = 5000

export const FlowTestSchema = Type.Object(
  {
    /** In the order of `now`. The flow begins without state. */
    input: Type.Array(RecordedSchema, { maxItems: MAX_TEST_SAMPLES }),
    /** By 'node.port': all samples that must leave there, in order. */
    expect: Type.Record(Type.String(), Type.Array(Type.Unsafe<JsonSample>(Type.Object(sampleFields, { additionalProperties: false })), { maxItems: MAX_TEST_SAMPLES })),
    /** Numbers may differ by this part of the expected one; 1e-9 unless given. */
    tolerance: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  { additionalProperties: false },
)
export type FlowTest = Static<typeof FlowTestSchema>
