// Pinned taps: which outputs are drawn, in whose plot and how. Kept in the browser, a list a flow, so that they are there
// again after a reload; a deploy does not touch them.
import type { JsonValue } from '#kit'
import { t } from '../language/index.ts'
import type { Core } from './editor.ts'
import { runningOutput } from './instances.ts'
import { markOf } from './ledger.ts'
import type { PlotView, State, Tap } from './model.ts'
import type { Screen } from './screen.ts'

/** A client may have 32 at the gateway; some are left for other views. */
export const MAX_TAPS = 24
const KEY = 'headgate.taps.'

interface Kept {
  readonly node: string
  readonly port: string
  /** The place in this list of the tap in whose plot it is. */
  readonly in?: number
  readonly view?: PlotView
}

/** The taps that are drawn in one plot, its own first. */
export const tapsIn = (taps: readonly Tap[], id: string): readonly Tap[] => taps.filter((t) => t.id === id || t.plot === id).toSorted((a, b) => Number(b.id === id) - Number(a.id === id))
/** The taps that have plots of their own. */
export const plotsOf = (taps: readonly Tap[], flow: string | null): readonly Tap[] => taps.filter((t) => t.flow === flow && t.plot === undefined)

export function tapping(core: Core, screen: Screen) {
  let last = 0
  /** Flows whose taps were read back in this session: only those are written. */
  const restored = new Set<string>()

  const keep = (flow: string): void => {
    if (!restored.has(flow)) return
    const { taps, plots } = core.get().live
    const own = taps.filter((t) => t.flow === flow)
    const kept: Kept[] = own.map((t) => ({ node: t.node, port: t.port, ...(t.plot === undefined ? {} : { in: own.findIndex((o) => o.id === t.plot) }), ...(plots[t.id] === undefined ? {} : { view: plots[t.id]! }) }))
    try {
      if (kept.length === 0) core.storage.removeItem(KEY + flow)
      else core.storage.setItem(KEY + flow, JSON.stringify(kept))
    } catch (thrown) {
      // A full storage loses which plots were open, nothing else; the draft's own message tells of the storage.
      if (!(thrown instanceof Error)) throw thrown
    }
  }

  const restore = (flow: string): void => {
    restored.add(flow)
    const kept = readKept(core.storage.getItem(KEY + flow))
    const known = core.get().live.taps
    if (kept.length === 0 || known.some((t) => t.flow === flow)) return
    const made = kept.slice(0, Math.max(0, MAX_TAPS - known.length)).map((k): Tap => ({ id: `tap-${++last}`, flow, node: k.node, port: k.port }))
    const taps = made.map((t, i): Tap => { const host = kept[i]!.in === undefined ? undefined : made[kept[i]!.in]; return host && host !== t && kept[kept[i]!.in!]!.in === undefined ? { ...t, plot: host.id } : t })
    const views = Object.fromEntries(made.flatMap((t, i) => (kept[i]!.view === undefined ? [] : [[t.id, kept[i]!.view]])))
    core.set((s) => ({ live: { ...s.live, taps: [...s.live.taps, ...taps], plots: { ...s.live.plots, ...views } } }))
  }

  core.store.subscribe((now: State, before: State) => {
    if (now.flowId !== null && !restored.has(now.flowId)) restore(now.flowId)
    if (now.live.taps === before.live.taps && now.live.plots === before.live.plots) return
    for (const flow of new Set([...now.live.taps, ...before.live.taps].map((t) => t.flow))) keep(flow)
  })

  const change = (edit: (taps: readonly Tap[]) => readonly Tap[]): void =>
    core.set((s) => {
      const taps = edit(s.live.taps)
      if (taps === s.live.taps) return {}
      const plots = Object.fromEntries(Object.entries(s.live.plots).filter(([id]) => taps.some((t) => t.id === id)))
      return { live: { ...s.live, taps, plots } }
    })

  return {
    /** Pins a port: its samples are plotted and logged. Answers the tap's id, '' when there are too many. */
    pinTap(onCanvas: string, output: string): string {
      const { flowId, live, base, document } = core.get()
      const { node, port } = runningOutput(base.flow ?? document?.flow, onCanvas, output)
      const known = live.taps.find((t) => t.flow === flowId && t.node === node && t.port === port)
      if (known || flowId === null) {
        if (known) screen.setDrawerTab('taps')
        return known?.id ?? ''
      }
      if (live.taps.length >= MAX_TAPS) {
        screen.toast({ level: 'warning', text: t('{most} taps are pinned already.', { most: MAX_TAPS }), remedy: t('Remove one of them first; those of other open flows count too.') })
        return ''
      }
      const tap: Tap = { id: `tap-${++last}`, flow: flowId, node, port }
      change((taps) => [...taps, tap])
      screen.setDrawerTab('taps')
      return tap.id
    },
    /** Taps that were drawn in its plot get their own again. */
    unpinTap: (id: string): void =>
      change((taps) => {
        if (!taps.some((t) => t.id === id)) return taps
        const guests = taps.filter((t) => t.plot === id)
        const heir = guests[0]?.id
        return taps.filter((t) => t.id !== id).map((t) => (t.plot !== id ? t : t.id === heir ? alone(t) : { ...t, plot: heir! }))
      }),
    unpinAll: (flow: string): void => change((taps) => taps.filter((t) => t.flow !== flow)),
    /** Draws a tap, with what is in its plot, in the plot of another; null: in one of its own. */
    plotIn(id: string, host: string | null): void {
      change((taps) => {
        const tap = taps.find((t) => t.id === id)
        const at = host === null ? undefined : taps.find((t) => t.id === host)
        const to = at?.plot ?? at?.id
        if (!tap || to === id || (host !== null && at?.flow !== tap.flow) || tap.plot === to) return taps
        return taps.map((t) => (t.id === id ? (to === undefined ? alone(t) : { ...t, plot: to }) : t.plot === id ? (to === undefined ? t : { ...t, plot: to }) : t))
      })
    },
    setPlotView: (id: string, view: Partial<PlotView>): void => core.set((s) => (s.live.taps.some((t) => t.id === id) ? { live: { ...s.live, plots: { ...s.live.plots, [id]: { ...s.live.plots[id], ...view } } } } : {})),
    /** The ledger counts from now. */
    countFromNow: (): void => core.set((s) => ({ live: { ...s.live, zero: markOf(s.live.clock, s.live.nodes) } })),
  }
}

const alone = ({ plot: _plot, ...tap }: Tap): Tap => tap

/** What another version or another hand wrote is passed over. */
function readKept(text: string | null): readonly Kept[] {
  if (text === null) return []
  let json: JsonValue
  try {
    json = JSON.parse(text) as JsonValue
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return []
    throw thrown
  }
  if (!Array.isArray(json)) return []
  const list = json as readonly JsonValue[]
  return list.every((k) => typeof k === 'object' && k !== null && !Array.isArray(k) && typeof (k as { node?: unknown }).node === 'string' && typeof (k as { port?: unknown }).port === 'string')
    ? (list as unknown as readonly Kept[]).map((k) => ({ node: k.node, port: k.port, ...(Number.isInteger(k.in) && k.in! >= 0 && k.in! < list.length ? { in: k.in! } : {}), ...(readView(k.view)) }))
    : []
}

const FACES = ['plot', 'bars', 'line', 'waterfall', 'table', 'raw'] as const
function readView(view: unknown): { view?: PlotView } {
  if (typeof view !== 'object' || view === null) return {}
  const v = view as Partial<Record<keyof PlotView, unknown>>
  const range = Array.isArray(v.range) && v.range.length === 2 && v.range.every((n) => typeof n === 'number' && Number.isFinite(n)) && (v.range[0] as number) < (v.range[1] as number) ? ([v.range[0], v.range[1]] as [number, number]) : undefined
  return {
    view: {
      ...(typeof v.windowMs === 'number' && v.windowMs >= 1000 && v.windowMs <= 3_600_000 ? { windowMs: v.windowMs } : {}),
      ...(v.axes === 'shared' || v.axes === 'units' ? { axes: v.axes } : {}),
      ...(v.log === true ? { log: true } : {}),
      ...(range === undefined ? {} : { range }),
      ...(v.difference === true ? { difference: true } : {}),
      ...(Array.isArray(v.hidden) ? { hidden: v.hidden.filter((h): h is string => typeof h === 'string').slice(0, 100) } : {}),
      ...(FACES.includes(v.face as never) ? { face: v.face as (typeof FACES)[number] } : {}),
    },
  }
}
