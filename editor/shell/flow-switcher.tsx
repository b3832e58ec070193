// Gateway, flow and version; opens the list of flows and of drafts that were never deployed.
import { Check, ChevronDown, CircleAlert, FilePen, Import, Plus } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useState } from 'react'
import { t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { FLOW_STATES } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'

export function FlowSwitcher() {
  const gateway = useEditor((s) => s.session?.gateway)
  const flowId = useEditor((s) => s.flowId)
  const name = useEditor((s) => s.document?.flow.name)
  const version = useEditor((s) => s.base.version)
  const flows = useEditor((s) => s.flows)
  const edits = useEditor(mayEdit)
  const [drafts, setDrafts] = useState<readonly string[]>([])
  return (
    <span className="crumb">
      <span className="gateway">{t('gateway')}{' '}<b>{gateway}</b>&nbsp;/</span>
      <DropdownMenu.Root modal={false} onOpenChange={(open) => open && setDrafts(actions.localDrafts())}>
        <DropdownMenu.Trigger className="crumb-flow">
          <b>{name === undefined ? t('No flow') : <><span className="sr-only">{t('Flow')}{' '}</span>{name || flowId}</>}</b>
          <span>{name === undefined ? '' : version === null ? `· ${t('draft')}` : `· v${version}`}</span>
          <span className="sr-only">{name === undefined ? t(': choose one') : t(': choose another flow')}</span><ChevronDown size={14} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
            {flows.map((f) => (
              <DropdownMenu.Item key={f.id} className="menu-item" onSelect={() => void actions.openFlow(f.id)}>
                {f.id === flowId ? <Check size={15} /> : f.state === 'failed' ? <CircleAlert size={15} /> : <span className="menu-gap" />}
                <span className="name">{f.name}</span>
                <small>{f.state === 'running' ? '' : `${FLOW_STATES[f.state]} · `}{f.version === null ? t('not deployed') : `v${f.version}`}</small>
              </DropdownMenu.Item>
            ))}
            {drafts.length > 0 ? <div className="menu-label">{t('Drafts, never deployed')}</div> : null}
            {drafts.map((id) => (
              <DropdownMenu.Item key={id} className="menu-item" onSelect={() => void actions.openFlow(id)}>
                {id === flowId ? <Check size={15} /> : <FilePen size={15} />}
                <span className="name">{actions.draftName(id)}</span>
              </DropdownMenu.Item>
            ))}
            {edits && flows.length + drafts.length > 0 ? <div className="menu-line" /> : null}
            {edits ? <><DropdownMenu.Item className="menu-item" onSelect={() => actions.openDialog({ kind: 'new-flow' })}><Plus size={15} />{t('New flow…')}</DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={() => actions.openDialog({ kind: 'import' })}><Import size={15} />{t('Import…')}</DropdownMenu.Item></> : null}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </span>
  )
}
