// Looking back: a stretch of the recording is run again in the lab, then gone through step by step. What-if runs the draft over
// the same inputs beside it. One run at a time is asked for; another one, or the way back to live, ends it.
import { issue, IssueError } from '#kit'
import type { Flow, RecordingBody } from '#format'
import { t } from '../language/index.ts'
import { compareRuns } from './compare-runs.ts'
import type { Core } from './editor.ts'
import { standInStatuses } from './instances.ts'
import { noReplay, pastOf, type Past, type Replay, type Span } from './past.ts'
import type { Screen } from './screen.ts'
import { momentAt, placeAt, placeWhere, strideFrom, viewOf, type Moment, type Stride, type TraceView, type Wanted } from './trace.ts'

/** Around a moment that is looked at. */
const BEFORE_MS = 45_000
const AFTER_MS = 15_000
export const FRAME_MS = 100
/** What the time line, the controls and some steps need. */
const ROOM_PX = 300
const BUCKETS = 240

export interface Look {
  /** The gateway's clock; the end of the recording unless given. */
  readonly time?: number
  /** What to run; a minute around `time` unless given. */
  readonly span?: Span
  /** The step to go to; the last one until `time` unless given. */
  readonly want?: Omit<Wanted, 'now'>
  /** Show the path of its sample. */
  readonly tracing?: boolean
}

export function replaying(core: Core, screen: Screen) {
  let asked: AbortController | undefined
  let cancelFrame: (() => void) | undefined
  const put = (change: Partial<Replay>): void => core.set((s) => ({ replay: { ...s.replay, ...change } }))
  const putPast = (change: Partial<Past>): void => core.set((s) => (s.replay.past ? { replay: { ...s.replay, past: { ...s.replay.past, ...change } } } : {}))

  /** Runs one piece of work at a time; what it throws is told in `failed`, and a cancelled one tells nothing. */
  async function work<T>(what: NonNullable<Replay['work']>, task: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    asked?.abort()
    const mine = (asked = new AbortController())
    put({ work: what, failed: [] })
    try {
      const answer = await task(mine.signal)
      return asked === mine ? answer : undefined
    } catch (thrown) {
      if (asked === mine && !mine.signal.aborted) put({ failed: screen.failed(thrown) })
      return undefined
    } finally {
      if (asked === mine) {
        asked = undefined
        put({ work: null })
      }
    }
  }

  async function recordingOf(flow: string): Promise<RecordingBody> {
    const recording = await core.api.recording(flow, BUCKETS)
    core.set((s) => (s.flowId === flow ? { replay: { ...(s.replay.flow === flow ? s.replay : { ...noReplay, past: s.replay.past, work: s.replay.work }), flow, recording } } : {}))
    return recording
  }

  const running = (): Flow | null => core.get().base.flow
  const momentOf = (view: TraceView, place: number): Moment => {
    const moment = momentAt(view, place)
    const standIns = standInStatuses(running(), moment.nodes)
    return Object.keys(standIns).length === 0 ? moment : { ...moment, nodes: { ...moment.nodes, ...standIns } }
  }

  const stand = (): void => {
    cancelFrame?.()
    cancelFrame = undefined
  }
  /** `shown`: the node of the step is selected and brought into view. */
  function go(place: number, shown = true, now?: number): void {
    const past = pastOf(core.get())
    const step = past?.view.steps[place]
    if (!past || !step) return
    putPast({ place, now: now ?? step.now, moment: place === past.place ? past.moment : momentOf(past.view, place), ...(shown ? { playing: 0 } : {}) })
    if (!shown) return
    stand()
    screen.show(step.node)
  }

  function frame(): void {
    cancelFrame = undefined
    const past = pastOf(core.get())
    if (!past || past.playing === 0) return
    const now = past.now + FRAME_MS * past.playing
    const end = past.view.steps.at(-1)?.now ?? past.now
    go(Math.max(past.place, placeAt(past.view, now)), false, Math.min(now, end))
    if (now >= end) putPast({ playing: 0 })
    else cancelFrame = core.later(FRAME_MS, frame)
  }

  return {
    /** The time line as it is now. */
    async lookRecording(): Promise<void> {
      const { flowId, base } = core.get()
      if (flowId === null || base.version === null) return
      try {
        await recordingOf(flowId)
      } catch (thrown) {
        if (core.get().flowId === flowId) put({ failed: screen.failed(thrown) })
      }
    },
    chooseSpan: (chosen: Span | null): void => put({ chosen }),
    /** Forgets what is recorded of the open flow; it goes on from now. */
    async forgetRecording(): Promise<void> {
      const { flowId } = core.get()
      if (flowId === null) return
      try {
        await core.api.clearRecording(flowId)
        await recordingOf(flowId)
      } catch (thrown) {
        screen.toastFailed(thrown)
      }
    },
    /** Goes to a moment of the recording, or to the step that is wanted. Answers whether it is there. */
    async lookBack({ time, span, want, tracing = false }: Look = {}): Promise<boolean> {
      const { flowId } = core.get()
      if (flowId === null) return false
      screen.setDrawerTab('replay')
      const before = pastOf(core.get())
      if (before && span === undefined && time !== undefined && time >= before.span.from && time <= before.span.to) {
        const place = placeOfWish(before.view, time, want)
        if (place !== null) {
          go(place)
          putPast({ tracing })
          return true
        }
      }
      stand()
      // Never more than two runs are held.
      putPast({ whatIf: null, playing: 0 })
      const past = await work({ what: 'look' }, async (signal): Promise<Past> => {
        const recording = await recordingOf(flowId)
        const at = time ?? span?.to ?? recording.to ?? 0
        const part = span ?? spanAround(recording, at)
        if (!part) throw new IssueError(issue('LAB_NOTHING', { flow: flowId }))
        const trace = await core.api.labRun({ flow: null, input: { recording: flowId, ...part }, show: part, states: true }, signal)
        const view = viewOf(trace)
        const wished = placeOfWish(view, at, want)
        if (wished === null) screen.toast({ level: 'info', text: t('That is not in what was recorded of this minute.'), remedy: t('Choose another time on the time line.') })
        const place = wished ?? Math.max(0, placeAt(view, at))
        return { flow: flowId, span: part, view, place, now: view.steps[place]?.now ?? at, moment: momentOf(view, place), playing: 0, stride: before?.stride ?? 'step', tracing: tracing && wished !== null, whatIf: null }
      })
      if (!past || core.get().flowId !== flowId) return false
      put({ past, chosen: null })
      screen.setInspectorTab('live')
      if (core.get().ui.drawerHeight < ROOM_PX) screen.setDrawerHeight(ROOM_PX)
      if (past.view.steps.length > 0) go(past.place)
      return true
    },
    backToLive(): void {
      asked?.abort()
      asked = undefined
      stand()
      put({ past: null, work: null, failed: [] })
    },
    goToStep: (place: number): void => go(place),
    goToTime(time: number): void {
      const past = pastOf(core.get())
      if (past) go(Math.max(0, placeAt(past.view, time)))
    },
    stepBy(by: 1 | -1): void {
      const past = pastOf(core.get())
      const node = past?.view.steps[past.place]?.node ?? null
      const next = past && strideFrom(past.view, past.place, by, past.stride, node)
      if (next !== null) go(next)
    },
    setStride: (stride: Stride): void => putPast({ stride }),
    setTracing: (tracing: boolean): void => putPast({ tracing }),
    /** As fast as it was, or so many times; 0: stand. */
    play(speed: number): void {
      stand()
      const past = pastOf(core.get())
      if (!past) return
      const atEnd = past.place >= past.view.steps.length - 1
      if (speed > 0 && atEnd) go(0, false)
      putPast({ playing: speed })
      if (speed > 0) cancelFrame = core.later(FRAME_MS, frame)
    },
    /** The draft over the same inputs. */
    async runWhatIf(): Promise<void> {
      const { document } = core.get()
      const past = pastOf(core.get())
      if (!document || !past) return
      const { flow } = document
      stand()
      putPast({ whatIf: null, playing: 0 })
      const trace = await work({ what: 'what-if' }, (signal) => core.api.labRun({ flow, input: { recording: past.flow, ...past.span }, show: past.span }, signal))
      const now = pastOf(core.get())
      if (!trace || now?.view !== past.view) return
      const view = viewOf(trace)
      putPast({ whatIf: { flow, view, ports: compareRuns(past.view, view) } })
    },
    closeWhatIf: (): void => putPast({ whatIf: null }),
    /** Ends what is under way in the lab. */
    cancelWork(): void {
      asked?.abort()
      asked = undefined
      put({ work: null })
    },
    labWork: work,
  }
}

const placeOfWish = (view: TraceView, now: number, want: Look['want']): number | null => {
  const place = want ? placeWhere(view, { ...want, now }) : placeAt(view, now)
  return place < 0 ? null : place
}

/** A minute around a moment, within what is recorded and between two breaks. */
export function spanAround({ from, to, breaks }: Pick<RecordingBody, 'from' | 'to' | 'breaks'>, time: number): Span | null {
  if (from === null || to === null) return null
  const at = Math.min(Math.max(time, from), to)
  const after = breaks.filter((b) => b.time <= at).map((b) => b.time)
  const before = breaks.filter((b) => b.time > at).map((b) => b.time)
  return { from: Math.max(from, at - BEFORE_MS, ...after), to: Math.min(to, at + AFTER_MS, ...before) }
}
