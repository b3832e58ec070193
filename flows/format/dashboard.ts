// The operator's view of a flow: widgets on a grid of 12 columns. It is part of the document, as it goes with the flow.
import { Type, type Static } from '#kit'

export const widgetKinds = ['value', 'gauge', 'trend', 'state', 'alarms', 'setpoint', 'text'] as const
export type WidgetKind = (typeof widgetKinds)[number]

export const GRID_COLUMNS = 12
export const WidgetSchema = Type.Object(
  {
    kind: Type.Unsafe<WidgetKind>({ type: 'string', enum: [...widgetKinds] }),
    /** The port's name when left out. */
    title: Type.Optional(Type.String({ maxLength: 200 })),
    /** 'node.port', outputs: one, of a trend up to eight. */
    ports: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 8 })),
    /** Of a setpoint: the node whose act it calls. */
    node: Type.Optional(Type.String({ maxLength: 64 })),
    /** Column from 0, row from 0, columns wide, rows high. */
    place: Type.Unsafe<readonly [x: number, y: number, width: number, height: number]>(Type.Tuple([Type.Integer({ minimum: 0, maximum: GRID_COLUMNS - 1 }), Type.Integer({ minimum: 0, maximum: 500 }), Type.Integer({ minimum: 1, maximum: GRID_COLUMNS }), Type.Integer({ minimum: 1, maximum: 50 })])),
    /** Ends of a gauge or of a trend's axis. */
    low: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
    /** The normal band: outside of it a value is marked. */
    normalLow: Type.Optional(Type.Number()),
    normalHigh: Type.Optional(Type.Number()),
    decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
    /** Of a trend, s. */
    windowS: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })),
    /** Words for states: 'true' -> 'running'. */
    words: Type.Optional(Type.Record(Type.String(), Type.String())),
    text: Type.Optional(Type.String({ maxLength: 5000 })),
  },
  { additionalProperties: false },
)
export type Widget = Static<typeof WidgetSchema>
export const DashboardSchema = Type.Object({ widgets: Type.Array(WidgetSchema, { maxItems: 200 }) }, { additionalProperties: false })
export type Dashboard = Static<typeof DashboardSchema>
