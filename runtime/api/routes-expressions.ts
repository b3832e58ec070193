// Expressions while they are written: type, issues, what can be written, and the result for values that the editor has.
import { issue, IssueError, reasonOf, qualityCode, qualityName, sample, truthful, Type, valueFromJson, valueToJson, type JsonValue, type Kind, type PortType, type Sample, type TSchema } from '#kit'
import { MAX_FLOW_BYTES } from '#format'
import { compileExpression, completions, MAX_LENGTH, type Completion, type ExpressionIssue } from '#expression'
import type { Gateway } from '../gateway.ts'
import { ErrorSchema, FlowDocument } from './schemas.ts'
import type { ApiApp } from './server.ts'

const closed = { additionalProperties: false } as const
const kinds = ['number', 'boolean', 'text', 'bytes', 'vector', 'series', 'image', 'record', 'event', 'any'] as const satisfies readonly Kind[]
/** A port's type; records in records down to this depth. */
const portSchema = (depth: number): TSchema =>
  Type.Object(
    {
      kind: Type.Unsafe<Kind>({ type: 'string', enum: [...kinds] }),
      unit: Type.Optional(Type.String({ maxLength: 100 })),
      length: Type.Optional(Type.Integer({ minimum: 0 })),
      labels: Type.Optional(Type.Array(Type.String())),
      periodMs: Type.Optional(Type.Number()),
      ...(depth > 0 ? { fields: Type.Optional(Type.Record(Type.String(), portSchema(depth - 1))) } : {}),
    },
    closed,
  )
const name = '^[a-z][A-Za-z0-9_]{0,31}$'
const Request = Type.Object(
  {
    text: Type.String({ maxLength: 2 * MAX_LENGTH, description: 'The expression' }),
    variables: Type.Optional(Type.Unsafe<Readonly<Record<string, PortType>>>({ ...Type.Record(Type.String({ pattern: name }), portSchema(3)), maxProperties: 64, description: 'Inputs by name; the first is the one whose quality counts' })),
    flow: Type.Optional(FlowDocument),
    node: Type.Optional(Type.String({ maxLength: 1100, description: "With a flow: the inputs are those of this node, as its wires type them; 'instance/node' inside of a subflow" })),
    wants: Type.Optional(Type.Unsafe<Kind>({ type: 'string', enum: [...kinds], description: 'What the result must be' })),
    samples: Type.Optional(
      Type.Unsafe<Readonly<Record<string, { readonly value: JsonValue; readonly quality?: string }>>>(
        Type.Record(Type.String({ pattern: name }), Type.Object({ value: Type.Unknown(), quality: Type.Optional(Type.String({ maxLength: 100 })) }, closed), { description: 'Values of the inputs, for a result' }),
      ),
    ),
    tag: Type.Optional(Type.String({ maxLength: 1000 })),
    time: Type.Optional(Type.Number({ description: 'ms since the Unix epoch, UTC' })),
  },
  closed,
)

interface Answer {
  /** Null when it does not compile. */
  readonly type: PortType | null
  readonly issues: readonly ExpressionIssue[]
  readonly completions: readonly Completion[]
  /** Null without samples. */
  readonly result: { readonly value: JsonValue; readonly quality: string; readonly reason: string } | null
}
const Answer = Type.Unsafe<Answer>(
  Type.Object({
    type: Type.Union([Type.Object({ kind: Type.String() }, { additionalProperties: true }), Type.Null()]),
    issues: Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer(), text: Type.String(), remedy: Type.String() })),
    completions: Type.Array(Type.Object({ label: Type.String(), kind: Type.String(), detail: Type.String(), doc: Type.String() })),
    result: Type.Union([Type.Object({ value: Type.Unknown(), quality: Type.String(), reason: Type.String() }), Type.Null()]),
  }),
)

function given(field: string, json: { readonly value: JsonValue; readonly quality?: string }, tag: string, time: number): Sample {
  const quality = qualityCode(json.quality)
  if (quality === undefined) throw new IssueError(issue('REQUEST', { field: `${field}/quality` }, { reason: `'${json.quality}' is no quality.` }))
  try {
    return truthful(sample(tag, valueFromJson(json.value), time, quality))
  } catch (thrown) {
    throw new IssueError(issue('REQUEST', { field: `${field}/value` }, { reason: reasonOf(thrown) }))
  }
}

export function expressionRoutes(app: ApiApp, gateway: Pick<Gateway, 'check'>): void {
  app.post(
    '/api/expressions/check',
    {
      config: { permission: 'view' },
      bodyLimit: MAX_FLOW_BYTES,
      schema: { summary: 'What an expression gives, and what is wrong with it', description: 'Inputs are stated, or taken from a node of a draft. Nothing is stored; functions that remember see one sample.', body: Request, response: { 200: Answer, default: ErrorSchema } },
    },
    (request): Answer => {
      const { text, flow, node, wants, samples, tag = 'x', time = 0 } = request.body
      let variables = request.body.variables ?? { value: { kind: 'any' as const } }
      if (flow !== undefined && node !== undefined) {
        const { ports } = gateway.check(flow)
        if (!Object.hasOwn(ports, node)) throw new IssueError(issue('REQUEST', { field: '/node' }, { reason: `The flow has no node '${node}' of a known type.` }))
        variables = ports[node]!.inputs
      }
      const compiled = compileExpression(text, variables, wants === undefined ? {} : { wants })
      const common = { completions: completions(variables) }
      if (!compiled.ok) return { type: null, issues: compiled.issues, ...common, result: null }
      const { expression } = compiled
      if (samples === undefined) return { type: expression.type, issues: [], ...common, result: null }
      const inputs = Object.keys(variables).map((input) => (Object.hasOwn(samples, input) ? given(`/samples/${input}`, samples[input]!, tag, time) : undefined))
      const { value, quality, reason } = expression.evaluate(inputs, tag, time, expression.newState())
      return { type: expression.type, issues: [], ...common, result: { value: valueToJson(value), quality: qualityName(quality), reason } }
    },
  )
}
