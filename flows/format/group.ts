// A frame around nodes, with a title: for those who read the flow; the engine knows nothing of it. Its place follows from
// its nodes'.
import { Type, type Static } from '#kit'

/** Quiet tints: strong colour means abnormal (ISA-101). */
export const groupColours = ['grey', 'blue', 'teal', 'green', 'sand', 'violet'] as const
export type GroupColour = (typeof groupColours)[number]

export const GroupSchema = Type.Object(
  { title: Type.String({ maxLength: 200 }), colour: Type.Optional(Type.Unsafe<GroupColour>({ type: 'string', enum: [...groupColours] })), nodes: Type.Array(Type.String({ maxLength: 64 }), { description: "The nodes' ids; a node is in one group at most" }) },
  { additionalProperties: false },
)
export type Group = Static<typeof GroupSchema>
