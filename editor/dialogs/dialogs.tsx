// The dialog that the store asks for, and the callout after a claim.
import type { ReactElement } from 'react'
import { later } from '../shell/later.tsx'
import { useEditor } from '../state/store.ts'
import { ArmDialog, HoldDialog } from './act.tsx'
import { ArmCallout } from './callout.tsx'
import { ConflictsDialog } from './conflicts.tsx'
import { ConnectionsDialog } from './connections.tsx'
import { DeployDialog } from './deploy.tsx'
import { ExportDialog } from './export.tsx'
import { ImportDialog, NewFlowDialog } from './flow-files.tsx'
import { ModelsDialog, SecretsDialog, UsersDialog } from './stores.tsx'
import { VersionsDialog } from './versions.tsx'

const SaveTest = later(() => import('../replay/save-test.tsx'))
const EditTest = later(() => import('../replay/edit-test.tsx'))
const DashboardDialog = later(() => import('../operator/edit.tsx'))
const CommandPalette = later(() => import('../shell/command-palette.tsx'), null)
const FindDialog = later(() => import('./find.tsx'), null)
const ShortcutsDialog = later(() => import('./shortcuts.tsx'), null)
const NodeHelpDialog = later(() => import('./node-help.tsx'), null)
const ExamplesDialog = later(() => import('./examples.tsx'), null)

export function Dialogs(): ReactElement {
  return (
    <>
      <Open />
      <ArmCallout />
    </>
  )
}

function Open(): ReactElement | null {
  const dialog = useEditor((s) => s.ui.dialog)
  if (!dialog) return null
  switch (dialog.kind) {
    case 'deploy': return <DeployDialog />
    case 'promote': return <DeployDialog promote />
    case 'export': return <ExportDialog />
    case 'versions': return <VersionsDialog />
    case 'arm': return <ArmDialog />
    case 'hold': return <HoldDialog />
    case 'connections': return <ConnectionsDialog {...dialog} />
    case 'secrets': return <SecretsDialog />
    case 'models': return <ModelsDialog />
    case 'users': return <UsersDialog />
    case 'import': return <ImportDialog {...dialog} />
    case 'new-flow': return <NewFlowDialog />
    case 'conflicts': return <ConflictsDialog />
    case 'shortcuts': return <ShortcutsDialog />
    case 'commands': return <CommandPalette />
    case 'find': return <FindDialog key={dialog.text ?? ''} />
    case 'node-help': return <NodeHelpDialog key={dialog.type} />
    case 'examples': return <ExamplesDialog />
    case 'dashboard': return <DashboardDialog />
    case 'save-test': return <SaveTest />
    case 'edit-test': return <EditTest />
  }
}
