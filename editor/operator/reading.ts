// What a widget shows of an output of the running flow: hooks on the store that change no more often than what is shown.
import { useEffect, useMemo, useState } from 'react'
import type { PortType } from '#kit'
import { parseEnd, type Flow, type FlowPorts, type Widget } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { runningOutput } from '../state/instances.ts'
import { doubtOf, readingOf, runningPorts, titleOfEnd, type Reading } from '../state/operating.ts'
import { useEditor, type State } from '../state/store.ts'

/** The flow that a board is of: what runs, or while it is edited the draft. */
export type Of = 'running' | 'draft'
export const flowOf = (state: State, of: Of): Flow | null => (of === 'running' ? state.base.flow : (state.document?.flow ?? null))
export const portsOf = (state: State, of: Of): FlowPorts => (of === 'running' ? runningPorts(state) : state.ports)

export interface Shown extends Reading {
  readonly type: PortType | undefined
  /** ms since its source time; null without a sample, or while nobody tells the time. */
  readonly age: number | null
}

export function useReading(end: string | undefined): Shown {
  const at = useMemo(() => (end === undefined ? undefined : parseEnd(end)), [end])
  const sample = useEditor((s) => {
    if (!at || !s.base.flow) return null
    const { node, port } = runningOutput(s.base.flow, at.node, at.port)
    return s.live.flow === s.flowId ? s.live.nodes[node]?.outputs[port]?.last : null
  })
  const doubt = useEditor((s) => (at ? doubtOf(s, at.node) : t('no output is chosen')))
  const type = useEditor((s) => (at ? runningPorts(s)[at.node]?.outputs[at.port] : undefined))
  const clock = useEditor((s) => (s.live.state === 'open' ? s.live.clock : 0))
  return { ...readingOf(sample, doubt), type, age: sample && clock > 0 ? Math.max(0, clock - sample.time) : null }
}

/** The title that a widget has by itself. */
export function useTitle(widget: Widget, of: Of): string {
  return useEditor((s) => {
    if (widget.title !== undefined && widget.title !== '') return widget.title
    const flow = flowOf(s, of)
    const named = (node: string | undefined, or: string): string => (node === undefined ? or : (flow?.nodes[node]?.name ?? said(s.types.get(flow?.nodes[node]?.type ?? '')?.title) ?? node))
    switch (widget.kind) {
      case 'alarms': return named(widget.node, t('Alarms'))
      case 'setpoint': return named(widget.node, t('Setpoint'))
      case 'text': return ''
      default: return (widget.ports ?? []).map((end) => titleOfEnd(flow, s.types, portsOf(s, of), end)).join(', ') || t('Nothing chosen')
    }
  })
}

/** Once a second, for what tells the time. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
