// Which requests read a table of tags: adjacent registers together, long blocks in several requests. Pure.

export type Table = 'holding' | 'input' | 'coil' | 'discrete'
/** A run of registers (or of coils) that one tag needs. */
export interface Span {
  readonly table: Table
  readonly address: number
  /** Registers, or bits. */
  readonly length: number
}
/** One request, and the spans whose data it brings. A span longer than a request's limit has a batch of its own, in several requests. */
export interface Batch<T extends Span> extends Span {
  readonly spans: readonly T[]
}

/** Modbus Application Protocol 1.1b3, 6.1 to 6.4. */
export const requestLimit = (table: Table): number => (table === 'holding' || table === 'input' ? 125 : 2000)

/** Spans joined while at most `maxGap` unused registers lie between them and the request stays within its limit. */
export function plan<T extends Span>(spans: readonly T[], maxGap: number): Batch<T>[] {
  const batches: { table: Table; address: number; length: number; spans: T[] }[] = []
  for (const span of spans.toSorted((a, b) => a.table.localeCompare(b.table) || a.address - b.address || a.length - b.length)) {
    const last = batches.at(-1)
    const end = span.address + span.length
    if (last && last.table === span.table && span.address <= last.address + last.length + maxGap && Math.max(end, last.address + last.length) - last.address <= requestLimit(span.table)) {
      last.length = Math.max(last.length, end - last.address)
      last.spans.push(span)
    } else batches.push({ table: span.table, address: span.address, length: span.length, spans: [span] })
  }
  return batches
}

/** Two halves of a batch that the device refused, so that a wrong address does not take its neighbours down. Undefined: it is one span. */
export function split<T extends Span>(batch: Batch<T>, maxGap: number): readonly Batch<T>[] | undefined {
  if (batch.spans.length < 2) return undefined
  const middle = batch.spans.length >> 1
  return [...plan(batch.spans.slice(0, middle), maxGap), ...plan(batch.spans.slice(middle), maxGap)]
}

/** The requests of one span or batch: at most the limit each. */
export function requests(span: Span): Span[] {
  const limit = requestLimit(span.table)
  const out: Span[] = []
  for (let at = 0; at < span.length; at += limit) out.push({ table: span.table, address: span.address + at, length: Math.min(limit, span.length - at) })
  return out
}
