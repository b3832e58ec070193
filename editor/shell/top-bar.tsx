// Where you are, how the gateway does, and the three things that act on the plant: hold, arm, deploy.
import { CircleDashed, CirclePause, CirclePower, Hand, Menu as MenuIcon, Rocket, Search, WifiOff } from 'lucide-react'
import { may } from '#format'
import { formatNumber, formatRate } from '../state/format.ts'
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
      <button type="button" className="icon-btn" aria-label="All commands" title={hintOf('commands')} onClick={command('commands').run}><Search size={16} /></button>
      <MainMenu trigger={<button type="button" className="icon-btn" aria-label="Menu"><MenuIcon size={17} /></button>} />
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
        <WifiOff size={14} aria-hidden="true" /> {state === 'lost' ? 'no connection to the gateway' : 'connecting…'}
      </span>
    )
  }
  if (flowState !== undefined && flowState !== 'running') return <span className={`figures ${flowState === 'stopped' ? '' : 'lost'}`} role="status">flow {flowState}</span>
  if (!totals) return null
  return (
    <span className="figures" aria-label="The running flow">
      <span>in <b>{formatRate(totals.inRate) || '0/s'}</b></span>
      <span>out <b>{formatRate(totals.outRate) || '0/s'}</b></span>
      <span title="99th percentile of the delay of the engine's loop">loop p99 <b>{formatNumber(Number(totals.loopP99Ms.toPrecision(2)))} ms</b></span>
      <span title="Of one core; the engine">cpu <b>{Math.round(totals.cpu * 100)}%</b></span>
      <span>mem <b>{Math.round(totals.memoryMb)} MB</b></span>
      {written > 0 && <span title="What the engines write to the disk, journal and checkpoints: flash wears out">disk <b>{formatNumber(Number((written / 1000).toPrecision(2)))} kB/s</b></span>}
    </span>
  )
}

function Hold() {
  const held = useEditor((s) => s.live.held)
  return (
    <button type="button" className={`btn ${held ? 'held' : 'quiet'}`} aria-pressed={held} aria-label={held ? 'Outputs held' : 'Hold all outputs'} onClick={() => actions.openDialog({ kind: 'hold' })} title="Stops all writes of this gateway. It is no emergency stop.">
      {held ? <CirclePause size={15} aria-hidden="true" /> : <Hand size={15} aria-hidden="true" />}
      <span className="wide">{held ? 'Outputs held' : 'Hold all outputs'}</span>
    </button>
  )
}

function Arm() {
  const flow = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  if (!flow || flow.actuators === 0) return null
  return (
    <button type="button" data-callout="arm" className={`btn ${flow.armed ? 'armed' : ''}`} aria-pressed={flow.armed} onClick={() => actions.openDialog({ kind: 'arm' })} title={flow.armed ? 'This flow may write to the plant' : 'This flow writes nothing until it is armed'}>
      {flow.armed ? <CirclePower size={15} aria-hidden="true" /> : <CircleDashed size={15} aria-hidden="true" />}
      {flow.armed ? 'Armed' : 'Disarmed · Arm…'}
    </button>
  )
}

function Deploy() {
  const count = useEditor((s) => s.changes.length)
  const isNew = useEditor((s) => s.document !== null && s.base.version === null)
  const errors = useEditor((s) => s.issues.some((i) => i.level === 'error'))
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  const nothing = !isNew && count === 0
  const why = !allowed ? "Your role may not deploy" : nothing ? 'The draft is what runs' : errors ? 'The draft has errors: see Problems' : 'Deploy the draft to the gateway'
  return (
    <button type="button" className="btn primary" disabled={!allowed || nothing} title={why} onClick={() => actions.openDialog({ kind: 'deploy' })}>
      <Rocket size={15} aria-hidden="true" />
      Deploy
      <span className="n">{isNew ? 'new flow' : count === 0 ? 'no changes' : count === 1 ? '1 change' : `${count} changes`}</span>
    </button>
  )
}
