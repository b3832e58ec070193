// The frame: the gate until somebody is signed in, then top bar, palette, canvas, inspector and drawer, all in the first
// load; or the operator's view, fetched when it is wanted (shell/later.tsx says what when it is gone by then).
import { t } from './language/index.ts'
import { Canvas } from './canvas/canvas.tsx'
import { Dialogs } from './dialogs/dialogs.tsx'
import { ClaimOrLogin } from './dialogs/gate.tsx'
import { Inspector } from './inspector/inspector.tsx'
import { Drawer } from './live/drawer.tsx'
import { Layout } from './shell/layout.tsx'
import { LeftPane } from './shell/left-pane.tsx'
import { Away } from './shell/away.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { later } from './shell/later.tsx'
import { FlowTabs } from './shell/flow-tabs.tsx'
import { Shortcuts } from './shell/shortcuts.tsx'
import { Tour } from './shell/tour.tsx'
import { Toasts } from './shell/toasts.tsx'
import { TopBar } from './shell/top-bar.tsx'
import { Updated } from './shell/updated.tsx'
import { useEditor } from './state/store.ts'

export function App() {
  const gate = useEditor((s) => s.gate)
  return (
    <ErrorBoundary>
      {gate === 'loading' || gate === 'away' ? <Away /> : gate === 'claim' || gate === 'login' ? <ClaimOrLogin /> : <Workbench />}
      <Updated />
      <Toasts />
    </ErrorBoundary>
  )
}

const OperatorView = later(() => import('./operator/operator-view.tsx'))

function Workbench() {
  const operating = useEditor((s) => s.view === 'operator')
  if (operating) return <><OperatorView /><Dialogs /></>
  return (
    <>
      <Shortcuts />
      <Heading />
      <Layout top={<TopBar />} palette={<LeftPane />} canvas={<FlowTabs><Canvas /></FlowTabs>} inspector={<Inspector />} drawer={<Drawer />} />
      <Dialogs />
      <Tour />
    </>
  )
}

/** The page's name for those who listen. */
function Heading() {
  const name = useEditor((s) => s.document?.flow.name)
  return <h1 className="sr-only">{name === undefined ? 'Headgate' : t('{name}: the flow editor', { name })}</h1>
}
