// Widgets on their grid: 12 columns where there is room, 6 on a tablet, 2 on a phone, in reading order. The places are
// custom properties, the columns container queries: a wall and a phone show the same document.
import type { CSSProperties, ReactElement } from 'react'
import type { Widget } from '#format'
import type { Of } from './reading.ts'
import { WidgetView } from './widget.tsx'

const narrow = (w: Widget): number => (w.kind === 'value' || w.kind === 'state') && w.place[2] <= 3 ? 1 : 2
const middle = (width: number): number => (width <= 2 ? 2 : width <= 4 ? 3 : 6)

export function cellStyle(widget: Widget): CSSProperties {
  const [x, y, w, h] = widget.place
  return { '--x': x + 1, '--y': y + 1, '--w': w, '--h': h, '--w6': middle(w), '--w2': narrow(widget) } as CSSProperties
}
/** Indices as people read: row by row. */
export const readingOrder = (widgets: readonly Widget[]): readonly number[] => widgets.map((_, i) => i).toSorted((a, b) => widgets[a]!.place[1] - widgets[b]!.place[1] || widgets[a]!.place[0] - widgets[b]!.place[0])

export function Board({ widgets, of }: { readonly widgets: readonly Widget[]; readonly of: Of }): ReactElement {
  return (
    <div className="op-board">
      <div className="op-grid">
        {readingOrder(widgets).map((i) => <div key={i} className="op-cell" style={cellStyle(widgets[i]!)}><WidgetView widget={widgets[i]!} of={of} /></div>)}
      </div>
    </div>
  )
}
