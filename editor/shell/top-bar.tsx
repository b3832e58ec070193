// Where you are, how the gateway does, and the three things that act on the plant: hold, arm, deploy.
import { CircleDashed, CirclePause, CirclePower, Hand, Menu as MenuIcon, Rocket, Search, WifiOff } from 'lucide-react'
import { t } from '../language/index.ts'
import { mayEdit, mayOperate } from '../state/change.ts'
import { formatNumber, formatRate } from '../state/format.ts'
import { FLOW_STATES } from '../state/status.ts'
import { actions, useEditor } from '../state/store.ts'
import { command } from './commands.ts'
import { FlowSwitcher } from './flow-switcher.tsx'
import { hintOf } from './key-hint.ts'
import { Logo } from './logo.tsx'
import { MainMenu } from './main-menu.tsx'
import { People } from './people.tsx'
import './top-bar.css'

export function TopBar() {
  return (
    <div className="top-bar">
      <Logo />
      <FlowSwitcher />
      <span className="top-space" />
      <Figures />
      <People />
      <Hold />
      <Arm />
      <Deploy />
      <button type="button" className="icon-btn" aria-label={t('All commands')} title={hintOf('commands')} onClick={command('commands').run}><Search size={16} /></button>
      <MainMenu trigger={<button type="button" className="icon-btn" aria-label={t('Menu')}><MenuIcon size={17} /></button>} />
    </div>
  )
}

function Figures() {
  const totals = useEditor((s) => s.live.totals)
  const written = useEditor((s) => Object.values(s.live.engines).reduce((sum, e) => sum + e.written.bytesPerS, 0))
  const state = useEditor((s) => s.live.state)
  const flowState = useEditor((s) => s.flows.find((f) => f.id === s.flowId)?.state)
  if (state === 'lost' || state === 'connecting') {
    return (
      <span className="figures lost" role="status">
        <WifiOff size={14} aria-hidden="true" /> {state === 'lost' ? t('no connection to the gateway') : t('connecting…')}
      </span>
    )
  }
  if (flowState !== undefined && flowState !== 'running') return <span className={`figures ${flowState === 'stopped' ? '' : 'lost'}`} role="status">{t('flow {state}', { state: FLOW_STATES[flowState] })}</span>
  if (!totals) return null
  return (
    <span className="figures" aria-label={t('The running flow')}>
      <span>{t('in')}{' '}<b>{formatRate(totals.inRate) || '0/s'}</b></span>
      <span>{t('out')}{' '}<b>{formatRate(totals.outRate) || '0/s'}</b></span>
      <span title={t("99th percentile of the delay of the engine's loop")}>{t('loop p99')}{' '}<b>{`${formatNumber(Number(totals.loopP99Ms.toPrecision(2)))} ms`}</b></span>
      <span title={t('Of one core; the engine')}>{t('cpu')}{' '}<b>{Math.round(totals.cpu * 100)}%</b></span>
      <span>{t('mem')}{' '}<b>{`${formatNumber(Math.round(totals.memoryMb))} MB`}</b></span>
      {written > 0 && <span title={t('What the engines write to the disk, journal and checkpoints: flash wears out')}>{t('disk')}{' '}<b>{`${formatNumber(Number((written / 1000).toPrecision(2)))} kB/s`}</b></span>}
    </span>
  )
}

function Hold() {
  const held = useEditor((s) => s.live.held)
  const allowed = useEditor(mayOperate)
  if (!allowed) return held ? <span className="top-state held" role="status"><CirclePause size={15} aria-hidden="true" />{' '}{t('Outputs held')}</span> : null
  return (
    <button type="button" className={`btn ${held ? 'held' : 'quiet'}`} aria-pressed={held} aria-label={held ? t('Outputs held') : t('Hold all outputs')} onClick={() => actions.openDialog({ kind: 'hold' })} title={t('Stops all writes of this gateway. It is no emergency stop.')}>
      {held ? <CirclePause size={15} aria-hidden="true" /> : <Hand size={15} aria-hidden="true" />}
      <span className="wide">{held ? t('Outputs held') : t('Hold all outputs')}</span>
    </button>
  )
}

function Arm() {
  const flow = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  const allowed = useEditor(mayOperate)
  if (!flow || flow.actuators === 0) return null
  if (!allowed) return <span className={`top-state${flow.armed ? ' armed' : ''}`} role="status">{flow.armed ? <CirclePower size={15} aria-hidden="true" /> : <CircleDashed size={15} aria-hidden="true" />} {flow.armed ? t('Armed') : t('Disarmed')}</span>
  return (
    <button type="button" data-callout="arm" className={`btn ${flow.armed ? 'armed' : ''}`} aria-pressed={flow.armed} onClick={() => actions.openDialog({ kind: 'arm' })} title={flow.armed ? t('This flow may write to the plant') : t('This flow writes nothing until it is armed')}>
      {flow.armed ? <CirclePower size={15} aria-hidden="true" /> : <CircleDashed size={15} aria-hidden="true" />}
      {flow.armed ? t('Armed') : t('Disarmed · Arm…')}
    </button>
  )
}

function Deploy() {
  const count = useEditor((s) => s.changes.length)
  const isNew = useEditor((s) => s.document !== null && s.base.version === null)
  const errors = useEditor((s) => s.issues.some((i) => i.level === 'error'))
  const allowed = useEditor(mayEdit)
  if (!allowed) return null
  const nothing = !isNew && count === 0
  const why = nothing ? t('The draft is what runs') : errors ? t('The draft has errors: see Problems') : t('Deploy the draft to the gateway')
  return (
    <button type="button" className="btn primary" disabled={nothing} title={why} onClick={() => actions.openDialog({ kind: 'deploy' })}>
      <Rocket size={15} aria-hidden="true" />
      {t('Deploy')}
      <span className="n">{isNew ? t('new flow') : count === 0 ? t('no changes') : t('{count} changes', { count })}</span>
    </button>
  )
}
