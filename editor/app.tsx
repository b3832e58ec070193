// The frame: the gate until somebody is signed in, then top bar, palette, canvas, inspector and drawer.
import { lazy, Suspense } from 'react'
import { Canvas } from './canvas/canvas.tsx'
import { Dialogs } from './dialogs/dialogs.tsx'
import { ClaimOrLogin } from './dialogs/gate.tsx'
import { Inspector } from './inspector/inspector.tsx'
import { Palette } from './palette/palette.tsx'
import { Layout } from './shell/layout.tsx'
import { Away } from './shell/away.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { Shortcuts } from './shell/shortcuts.tsx'
import { Toasts } from './shell/toasts.tsx'
import { TopBar } from './shell/top-bar.tsx'
import { useEditor } from './state/store.ts'

// Plots are the largest part that the first picture can wait for.
const Drawer = lazy(async () => ({ default: (await import('./live/drawer.tsx')).Drawer }))

export function App() {
  const gate = useEditor((s) => s.gate)
  return (
    <ErrorBoundary>
      {gate === 'loading' || gate === 'away' ? <Away /> : gate === 'claim' || gate === 'login' ? <ClaimOrLogin /> : <Workbench />}
      <Toasts />
    </ErrorBoundary>
  )
}

function Workbench() {
  return (
    <>
      <Shortcuts />
      <Layout top={<TopBar />} palette={<Palette />} canvas={<Canvas />} inspector={<Inspector />} drawer={<Suspense fallback={null}><Drawer /></Suspense>} />
      <Dialogs />
    </>
  )
}
