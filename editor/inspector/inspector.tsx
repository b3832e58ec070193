// The panel on the right: settings, live state and help of what is selected, or the flow itself.
import { useEffect, type ReactElement } from 'react'
import { Tabs } from 'radix-ui'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, useEditor, type InspectorTab } from '../state/here.ts'
import { focusNode } from './focus.ts'
import { HelpTab } from './help-tab.tsx'
import { LiveTab } from './live-tab.tsx'
import { FlowOverview, ManySelected } from './overview.tsx'
import { Settings } from './settings.tsx'
import { SubflowOverview } from './subflows.tsx'
import { useEditor as useDraft } from '../state/store.ts'
import './inspector.css'

const tabs: readonly (readonly [InspectorTab, string])[] = [['settings', t('Settings')], ['live', t('Live')], ['help', t('Help')]]

export function Inspector(): ReactElement {
  const flow = useEditor((s) => s.document?.flow)
  const selection = useEditor((s) => s.document?.selection)
  const inside = useDraft((s) => s.document?.inside !== undefined)
  const tab = useEditor((s) => s.ui.inspectorTab)
  const focusField = useEditor((s) => s.ui.focusField)
  const id = selection?.nodes.length === 1 && selection.wires.length === 0 ? selection.nodes[0]! : undefined
  const node = id === undefined ? undefined : flow?.nodes[id]
  const type = useEditor((s) => (node ? s.types.get(node.type) : undefined))

  // The form has taken the focus by now: the same issue may be asked for again.
  useEffect(() => {
    if (focusField) actions.clearFocusField()
  }, [focusField])

  if (!flow || !selection) return <div className="ins"><div className="in-empty">{t('No flow is open.')}</div></div>
  if (!node || id === undefined) {
    return (
      <div className="ins">
        <div className="in-body">{selection.nodes.length + selection.wires.length > 0 ? <ManySelected nodes={selection.nodes} wires={selection.wires} /> : inside ? <SubflowOverview flow={flow} /> : <FlowOverview flow={flow} />}</div>
      </div>
    )
  }
  return (
    <div className="ins" onKeyDown={(e) => { if (e.key === 'Escape' && !e.defaultPrevented && document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') === null) { e.stopPropagation(); focusNode() } }}>
      <Tabs.Root value={tab} onValueChange={(value) => actions.setInspectorTab(value as InspectorTab)} className="in-root">
        <Tabs.List className="hg-tabs" aria-label={t('Inspector of {title}', { title: node.name ?? said(type?.title) ?? id })}>
          {tabs.map(([key, title]) => <Tabs.Trigger key={key} value={key} className="hg-tab">{title}</Tabs.Trigger>)}
        </Tabs.List>
        <Tabs.Content value="settings" className="in-body" tabIndex={-1}><Settings key={id} id={id} node={node} /></Tabs.Content>
        <Tabs.Content value="live" className="in-body" tabIndex={-1}><LiveTab id={id} type={type} /></Tabs.Content>
        <Tabs.Content value="help" className="in-body" tabIndex={-1}><HelpTab id={id} type={type} /></Tabs.Content>
      </Tabs.Root>
    </div>
  )
}
