// The list that is open over the canvas.
import { endAsk, useAsk } from './ask.ts'
import { PulledWire } from './pulled-wire.tsx'
import { QuickInsert } from './quick-insert.tsx'
import { ReplacePicker } from './replace-picker.tsx'
import { WirePicker } from './wire-picker.tsx'

export function Asked() {
  const ask = useAsk()
  switch (ask?.kind) {
    case 'insert': return <QuickInsert point={ask.point} gap={ask.gap} onClose={endAsk} />
    case 'connect': return <WirePicker node={ask.node} onClose={endAsk} />
    case 'replace': return <ReplacePicker node={ask.node} onClose={endAsk} />
    case undefined: return null
  }
}

/** What it is open for, in the drawing. */
export function AskedWire() {
  const ask = useAsk()
  return ask?.kind === 'insert' && ask.gap && ask.point ? <PulledWire gap={ask.gap} point={ask.point} /> : null
}
