// Samples in the log, so many a second; what is left out is counted.
import { Type, defineNode, isImage, port, qualityName, truthful, type Sample } from '#kit'

interface Memory {
  /** The gateway's second that the count is of. */
  second: number
  lines: number
  leftOut: number
}

/** One line for a person: a long value is cut. */
function show(s: Sample): string {
  const { value } = s
  let text: string
  if (value instanceof Float64Array || value instanceof Float32Array) text = `[${Array.from(value.subarray(0, 8), (v) => Number(v.toPrecision(6))).join(', ')}${value.length > 8 ? `, … ${value.length} values` : ''}]`
  else if (value instanceof Uint8Array) text = `${value.length} bytes`
  else if (isImage(value)) text = `${value.format} image, ${value.width} × ${value.height}`
  else if (typeof value === 'object' && value !== null) text = `{${Object.keys(value).slice(0, 16).join(', ')}}`
  else text = String(value)
  if (text.length > 200) text = `${text.slice(0, 200)}…`
  return `${s.tag} = ${text}${s.quality === 0 ? '' : ` (${qualityName(s.quality)})`}`
}

export default defineNode({
  type: 'flow.debug',
  version: 1,
  title: 'Debug',
  summary: 'Shows each sample in the log.',
  help: `Writes a line with tag, value and quality for each sample, at most so many a second; the rest is counted and the count is logged. It keeps nothing and sends nothing out of the gateway. To look at a wire for a moment, pin a tap instead.

**Bad, uncertain, late, duplicate and backward-time** samples are shown like others, with their quality. **NaN and infinities** are shown as bad.`,
  keywords: ['log', 'print', 'console', 'inspect', 'sink', 'show', 'trace'],
  icon: 'scroll-text',
  effects: 'none',
  config: Type.Object(
    {
      label: Type.String({ title: 'Label', description: 'Put in front of each line.', maxLength: 100, default: '' }),
      maxPerS: Type.Integer({ title: 'Lines per second', description: 'More are counted, not shown. 0 shows none.', minimum: 0, maximum: 1000, default: 10 }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: {},
  scope: 'node',
  state: (): Memory => ({ second: Number.NEGATIVE_INFINITY, lines: 0, leftOut: 0 }),
  receive(sample, _port, ctx) {
    const { state, config } = ctx
    const second = Math.floor(ctx.now / 1000)
    if (second !== state.second) {
      state.second = second
      state.lines = 0
    }
    if (state.lines < config.maxPerS) {
      state.lines++
      ctx.log('info', `${config.label === '' ? '' : `${config.label}: `}${show(truthful(sample))}`, sample)
    } else {
      if (state.leftOut === 0) ctx.wakeAt((second + 1) * 1000)
      state.leftOut++
    }
    ctx.done()
  },
  tick(ctx) {
    const { state, config } = ctx
    if (state.leftOut > 0 && config.maxPerS > 0) ctx.log('info', `${config.label === '' ? '' : `${config.label}: `}${state.leftOut} more not shown`)
    state.leftOut = 0
  },
  examples: [
    {
      title: 'Nothing leaves by a wire; bad samples are shown too',
      config: { label: 'tank', maxPerS: 10 },
      in: [
        { at: 'value', value: 4.2, time: 0 },
        { at: 'value', value: { $number: 'NaN' }, time: 1000 },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
      ],
      out: [],
    },
  ],
})
