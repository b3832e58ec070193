// What can be done with a plot: its face, its axes, what is drawn in it, and files of it.
import { useState, type FormEvent, type ReactElement } from 'react'
import { Check, EllipsisVertical } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { t } from '../language/index.ts'
import { readNumber, typed } from '../state/numbers.ts'
import { plotsOf } from '../state/taps.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor, type PlotView, type Tap } from '../state/store.ts'
import type { TapShape } from './buffer.ts'
import { bufferOf } from './link.ts'
import { fitsInto } from './series.ts'

type Face = NonNullable<PlotView['face']>
const FACES: Readonly<Record<Exclude<TapShape, 'none'>, readonly (readonly [Face, string])[]>> = {
  trend: [['plot', t('Plot')], ['table', t('Table')], ['raw', t('Raw JSON')]],
  states: [['plot', t('Bands over time')], ['table', t('Table')], ['raw', t('Raw JSON')]],
  waveform: [['plot', t('Waveform')], ['raw', t('Raw JSON')]],
  bars: [['bars', t('Bars')], ['line', t('Line or spectrum')], ['waterfall', t('Waterfall over time')], ['raw', t('Raw JSON')]],
  image: [['plot', t('Picture')], ['raw', t('Raw JSON')]],
  other: [['table', t('Table')], ['raw', t('Raw JSON')]],
}

export interface MenuProps {
  readonly tap: Tap
  readonly shape: TapShape
  readonly face: Face
  readonly view: PlotView
  readonly comparable: boolean
  readonly units: number
  readonly axes: 'shared' | 'units'
  readonly canLog: boolean
  readonly onCsv: () => void
  readonly onPng: (() => void) | null
  /** The range that is drawn now. */
  readonly rangeNow: () => readonly [number, number] | null
  readonly onAskRange: () => void
}

export function TapMenu({ tap, shape, face, view, comparable, units, axes, canLog, onCsv, onPng, rangeNow, onAskRange }: MenuProps): ReactElement {
  const taps = useEditor((s) => s.live.taps)
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const set = (change: Partial<PlotView>): void => actions.setPlotView(tap.id, change)
  const hosts = plotsOf(taps, tap.flow).filter((t) => t.id !== tap.id && fitsInto(bufferOf(tap.id), bufferOf(t.id)))
  const faces = shape === 'none' ? [] : FACES[shape]
  const check = (title: string, on: boolean, go: (on: boolean) => void): ReactElement => (
    <DropdownMenu.CheckboxItem className="in-popitem dr-check" checked={on} onCheckedChange={go}><span>{title}</span><DropdownMenu.ItemIndicator><Check size={13} /></DropdownMenu.ItemIndicator></DropdownMenu.CheckboxItem>
  )
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="in-icon" aria-label={t('More for the tap {node}.{port}', { node: tap.node, port: tap.port })} title={t('View, axes, export')}><EllipsisVertical size={13} /></DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="in-pop dr-pick" align="end" side="top" sideOffset={4} collisionPadding={8}>
          {faces.length > 0 && (
            <DropdownMenu.RadioGroup value={face} onValueChange={(value) => set({ face: value as Face })}>
              <DropdownMenu.Label className="in-poplabel">{t('Show as')}</DropdownMenu.Label>
              {faces.map(([value, title]) => <DropdownMenu.RadioItem key={value} className="in-popitem dr-check" value={value}><span>{title}</span><DropdownMenu.ItemIndicator><Check size={13} /></DropdownMenu.ItemIndicator></DropdownMenu.RadioItem>)}
            </DropdownMenu.RadioGroup>
          )}
          {(canLog || shape === 'trend') && <DropdownMenu.Label className="in-poplabel">{t('Axes')}</DropdownMenu.Label>}
          {canLog && check(t('Logarithmic'), view.log === true, (log) => set({ log }))}
          {units > 1 && check(t('An axis for each unit'), axes === 'units', (on) => set({ axes: on ? 'units' : 'shared' }))}
          {shape === 'trend' && face === 'plot' && (
            <>
              {check(t('Follow the values'), !view.range, (on) => { const now = rangeNow(); set({ range: on ? null : now }) })}
              <DropdownMenu.Item className="in-popitem" onSelect={onAskRange}>{t('Range from … to …')}</DropdownMenu.Item>
              {comparable && check(t('Differences from the first'), view.difference === true, (difference) => set({ difference }))}
            </>
          )}
          {hosts.length > 0 && (
            <>
              <DropdownMenu.Label className="in-poplabel">{t('Add to the plot of')}</DropdownMenu.Label>
              {hosts.map((t) => <DropdownMenu.Item key={t.id} className="in-popitem" onSelect={() => actions.plotIn(tap.id, t.id)}>{titleOf(nodes, types, t.node)}.{t.port}</DropdownMenu.Item>)}
            </>
          )}
          <DropdownMenu.Item className="in-popitem" onSelect={() => void actions.lookBack({ want: { node: tap.node, port: tap.port }, tracing: true })}>{t('What led to its last value?')}</DropdownMenu.Item>
          <DropdownMenu.Label className="in-poplabel">{t('Export')}</DropdownMenu.Label>
          <DropdownMenu.Item className="in-popitem" onSelect={onCsv}><span>{t('Values')}</span><u>{t('CSV')}</u></DropdownMenu.Item>
          {onPng && <DropdownMenu.Item className="in-popitem" onSelect={onPng}><span>{t('Picture')}</span><u>{t('PNG')}</u></DropdownMenu.Item>}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** Asks for the ends of the axis, in the plot. */
export function RangeForm({ now, done }: { readonly now: readonly [number, number] | null; readonly done: (range: readonly [number, number] | null) => void }): ReactElement {
  const [low, setLow] = useState(now ? typed(Number(now[0].toPrecision(4))) : '')
  const [high, setHigh] = useState(now ? typed(Number(now[1].toPrecision(4))) : '')
  const [a, b] = [Number(readNumber(low)), Number(readNumber(high))]
  const ok = low.trim() !== '' && high.trim() !== '' && Number.isFinite(a) && Number.isFinite(b) && a < b
  return (
    <form className="dr-range" onSubmit={(e: FormEvent) => { e.preventDefault(); if (ok) done([a, b]) }} onKeyDown={(e) => { if (e.key === 'Escape') { e.stopPropagation(); done(now) } }}>
      <label>{t('from')}{' '}<input autoFocus inputMode="decimal" value={low} aria-label={t('Range from')} onChange={(e) => setLow(e.target.value)} /></label>
      <label>{t('to')}{' '}<input inputMode="decimal" value={high} aria-label={t('Range to')} onChange={(e) => setHigh(e.target.value)} /></label>
      <button type="submit" className="btn" disabled={!ok}>{t('Set')}</button>
      <button type="button" className="btn quiet" onClick={() => done(null)}>{t('Follow the values')}</button>
      {!ok && <small role="status">{t('The first number must be the smaller one.')}</small>}
    </form>
  )
}
