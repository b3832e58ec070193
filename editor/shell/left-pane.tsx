// The left pane: what a flow can be made of, and the devices whose tags it may read.
import { useEffect, useRef, type ReactElement } from 'react'
import { flushSync } from 'react-dom'
import { Tabs } from 'radix-ui'
import { t } from '../language/index.ts'
import { DevicesPane } from '../devices/devices.tsx'
import { Palette } from '../palette/palette.tsx'
import { actions, useEditor, type LeftTab } from '../state/store.ts'
import '../inspector/inspector.css'
import './left-pane.css'

export function LeftPane(): ReactElement {
  const tab = useEditor((s) => s.ui.leftTab)
  return (
    <Tabs.Root value={tab} onValueChange={(value) => actions.setLeftTab(value as LeftTab)} className="lp">
      <Tabs.List className="hg-tabs" aria-label={t('Nodes and devices')}>
        <Tabs.Trigger value="nodes" className="hg-tab">{t('Nodes')}</Tabs.Trigger>
        <Tabs.Trigger value="devices" className="hg-tab">{t('Devices')}</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="nodes" className="lp-body" tabIndex={-1}><Palette /></Tabs.Content>
      <Tabs.Content value="devices" className="lp-body" tabIndex={-1}><DevicesPane /></Tabs.Content>
      {tab === 'devices' && <SearchStandIn />}
    </Tabs.Root>
  )
}

/** Keys that lead to the search of nodes find it by its id: while the devices are shown, this leads there. */
function SearchStandIn(): ReactElement {
  const at = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const { current } = at
    const lead = (): void => {
      flushSync(() => actions.setLeftTab('nodes'))
      document.getElementById('palette-search')?.focus()
    }
    current?.addEventListener('focus', lead)
    return () => current?.removeEventListener('focus', lead)
  }, [])
  return <span id="palette-search" ref={at} tabIndex={-1} className="sr-only" />
}
