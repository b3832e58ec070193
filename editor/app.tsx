// The frame: the gate until somebody is signed in, then top bar, palette, canvas, inspector and drawer. All in the first
// load (300 kB): a part fetched later would be gone when the gateway was updated under an open page.
import { Canvas } from './canvas/canvas.tsx'
import { Dialogs } from './dialogs/dialogs.tsx'
import { ClaimOrLogin } from './dialogs/gate.tsx'
import { Inspector } from './inspector/inspector.tsx'
import { Drawer } from './live/drawer.tsx'
import { Layout } from './shell/layout.tsx'
import { LeftPane } from './shell/left-pane.tsx'
import { Away } from './shell/away.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { Shortcuts } from './shell/shortcuts.tsx'
import { Toasts } from './shell/toasts.tsx'
import { TopBar } from './shell/top-bar.tsx'
import { useEditor } from './state/store.ts'

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
      <Layout top={<TopBar />} palette={<LeftPane />} canvas={<Canvas />} inspector={<Inspector />} drawer={<Drawer />} />
      <Dialogs />
    </>
  )
}
