// The drawer below the canvas: taps, ledger, problems, alarms, log. Its tabs stay when it is closed. The live line is kept here.
import type { ReactElement, ReactNode } from 'react'
import { PanelBottomClose, PanelBottomOpen, RotateCw } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, useEditor, type DrawerTab } from '../state/store.ts'
import { useLiveLink, retryLive } from './link.ts'
import { isWaiting } from '../state/status.ts'
import { verdictOf } from '../state/trying.ts'
import { ShadowPanel } from './shadow.tsx'
import { later } from '../shell/later.tsx'
import { pastOf } from '../state/past.ts'
import { Alarms } from './alarms.tsx'
import { Ledger } from './ledger.tsx'
import { Log } from './log.tsx'
import { Problems, useProblems } from './problems.tsx'
import { AddTap, Taps } from './taps.tsx'
import '../inspector/inspector.css'
import './drawer.css'

const ReplayPanel = later(() => import('../replay/replay-panel.tsx'))
const TestsPanel = later(() => import('../replay/tests-panel.tsx'))

export function Drawer(): ReactElement {
  useLiveLink()
  const shadow = useEditor((s) => s.trying.shadow !== null)
  const differing = useEditor((s) => Object.values(s.trying.shadow?.ports ?? {}).filter((p) => verdictOf(p) === 'differs').length)
  const tab = useEditor((s) => (s.ui.drawerTab === 'shadow' && s.trying.shadow === null ? 'taps' : s.ui.drawerTab))
  const open = useEditor((s) => s.ui.drawerOpen)
  const taps = useEditor((s) => s.live.taps.filter((t) => t.flow === s.flowId).length)
  const alarms = useEditor((s) => s.live.alarms.length)
  const unacknowledged = useEditor((s) => s.live.alarms.some(isWaiting))
  const losing = useEditor((s) => Object.values(s.live.losses).filter((l) => l.failed > 0).length)
  const back = useEditor((s) => pastOf(s) !== null)
  const tests = useEditor((s) => Object.keys(s.document?.flow.tests ?? {}).length)
  const failing = useEditor((s) => (s.replay.flow === s.flowId ? Object.values(s.replay.tests).filter((t) => !t.result.passed).length : 0))
  const state = useEditor((s) => s.live.state)
  const reason = useEditor((s) => s.live.reason)
  const problems = useProblems()
  const worst = problems[0]?.issue.level
  const trigger = (key: DrawerTab, title: string, note?: ReactNode): ReactElement => (
    <Tabs.Trigger value={key} className="hg-tab" onClick={() => (open ? undefined : actions.setDrawerTab(key))}>{title}{note}</Tabs.Trigger>
  )
  return (
    <Tabs.Root value={tab} onValueChange={(value) => actions.setDrawerTab(value as DrawerTab)} activationMode="manual" className={`dr${open ? '' : ' closed'}`}>
      <div className="dr-head">
        <Tabs.List className="hg-tabs" aria-label={t('Drawer')}>
          {trigger('taps', t('Taps'), taps > 0 && <small>{taps}</small>)}
          {trigger('ledger', t('Ledger'), losing > 0 && <small data-level="error">✕ {losing}</small>)}
          {trigger('problems', t('Problems'), problems.length > 0 && <small data-level={worst}>{problems.length}</small>)}
          {trigger('alarms', t('Alarms'), alarms > 0 && <small data-level={unacknowledged ? 'error' : undefined}>{alarms}</small>)}
          {trigger('log', t('Log'))}
          {trigger('replay', t('Replay'), back && <small>◂</small>)}
          {trigger('tests', t('Tests'), tests > 0 && <small data-level={failing > 0 ? 'error' : undefined}>{failing > 0 ? `✕ ${failing}` : tests}</small>)}
          {shadow && trigger('shadow', t('Shadow'), differing > 0 && <small data-level="warning">{differing}</small>)}
        </Tabs.List>
        {tab === 'taps' && taps > 0 && open && <AddTap small />}
        <span className="sp" />
        {state === 'lost' && <button type="button" className="dr-lost" title={said(reason)} onClick={retryLive}><RotateCw size={12} />{' '}{t('Live values are lost: {reason}. Retry', { reason: said(reason) })}</button>}
        {state === 'connecting' && <span className="dr-note">{t('connecting…')}</span>}
        <button type="button" className="icon-btn" aria-label={open ? t('Close the drawer') : t('Open the drawer')} aria-expanded={open} onClick={() => actions.setDrawerOpen(!open)}>{open ? <PanelBottomClose size={15} /> : <PanelBottomOpen size={15} />}</button>
      </div>
      {open && (
        <>
          <Tabs.Content value="taps" className="dr-body" tabIndex={-1}><Taps /></Tabs.Content>
          <Tabs.Content value="ledger" className="dr-body" tabIndex={-1}><Ledger /></Tabs.Content>
          <Tabs.Content value="problems" className="dr-body" tabIndex={-1}><Problems /></Tabs.Content>
          <Tabs.Content value="alarms" className="dr-body" tabIndex={-1}><Alarms /></Tabs.Content>
          <Tabs.Content value="log" className="dr-body" tabIndex={-1}><Log /></Tabs.Content>
          <Tabs.Content value="replay" className="dr-body" tabIndex={-1}><ReplayPanel /></Tabs.Content>
          <Tabs.Content value="tests" className="dr-body" tabIndex={-1}><TestsPanel /></Tabs.Content>
          {shadow && <Tabs.Content value="shadow" className="dr-body" tabIndex={-1}><ShadowPanel /></Tabs.Content>}
        </>
      )}
    </Tabs.Root>
  )
}
