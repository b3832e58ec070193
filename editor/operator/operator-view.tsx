// The operator's view: what runs, to look at and to act on, never to edit. Its frame says in words and shapes what the whole
// page hangs on: the line to the gateway, whether the flow runs and may write, and what waits to be acknowledged.
import { Fragment, useEffect, useState, type ReactElement, type ReactNode } from 'react'
import { CircleDashed, CirclePause, CirclePower, Hand, Languages, LogOut, Maximize, Menu as MenuIcon, Minimize, Moon, PencilRuler, RotateCw, Sun, Workflow, WifiOff } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { language, languages, t } from '../language/index.ts'
import type { Role } from '#format'
import { said } from '../language/said.ts'
import { retryLive, useLiveLink } from '../live/link.ts'
import { chooseLanguage } from '../shell/choose-language.ts'
import { Logo } from '../shell/logo.tsx'
import { mayOperate } from '../state/change.ts'
import { widgetsOf } from '../state/dashboard.ts'
import { actions, useEditor } from '../state/store.ts'
import { AlarmBanner, AlarmList } from './alarms.tsx'
import { Board } from './board.tsx'
import { useNow } from './reading.ts'
import { LocalTime } from '../shell/local-time.tsx'
import './operator.css'

export default function OperatorView(): ReactElement {
  useLiveLink()
  const heard = useEditor((s) => s.live.state === 'open')
  return (
    <div className="op" data-heard={heard}>
      <Head />
      <Line />
      <AlarmBanner />
      <main className="op-main" tabIndex={-1}><Content /></main>
    </div>
  )
}

function Head(): ReactElement {
  return (
    <header className="op-head">
      <h1 className="sr-only">{t("Operator's view")}</h1>
      <span className="op-brand"><Logo /></span>
      <Flows />
      <Armed />
      <span className="sp" />
      <Clock />
      <Hold />
      <FullScreen />
      <More />
    </header>
  )
}

function Flows(): ReactElement {
  const flows = useEditor((s) => s.flows)
  const flowId = useEditor((s) => s.flowId)
  const version = useEditor((s) => s.base.version)
  const known = flows.filter((f) => f.version !== null)
  if (known.length === 0) return <b className="op-flow">{t('No flow')}</b>
  return (
    <span className="op-flow">
      <select aria-label={t('Flow')} value={flowId ?? ''} onChange={(e) => void actions.openFlow(e.target.value)}>
        {!known.some((f) => f.id === flowId) && <option value={flowId ?? ''}>{flowId === null ? t('Choose a flow') : t('{flow} (not deployed)', { flow: flowId })}</option>}
        {known.map((f) => <option key={f.id} value={f.id}>{f.name}{f.state === 'running' ? '' : ` (${f.state})`}</option>)}
      </select>
      {version !== null && <small>v{version}</small>}
    </span>
  )
}

/** May it write? Held comes first: it is so for all flows. */
function Armed(): ReactElement | null {
  const flow = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  const held = useEditor((s) => s.live.held)
  const allowed = useEditor(mayOperate)
  if (!flow || flow.version === null || (flow.actuators === 0 && !held)) return null
  const [icon, text, state] = held ? [<CirclePause key="h" size={18} />, t('Outputs held'), 'held'] as const : flow.armed ? [<CirclePower key="a" size={18} />, t('Armed'), 'armed'] as const : [<CircleDashed key="d" size={18} />, t('Disarmed'), 'disarmed'] as const
  if (!allowed) return <span className="op-armed told" data-state={state} role="status">{icon} {text}</span>
  return <button type="button" className="btn big op-armed" data-state={state} title={held ? t('Nothing is written to the plant by any flow of this gateway') : flow.armed ? t('This flow may write to the plant') : t('This flow writes nothing to the plant')} onClick={() => actions.openDialog({ kind: held ? 'hold' : 'arm' })}>{icon} {text}</button>
}

function Hold(): ReactElement | null {
  const held = useEditor((s) => s.live.held)
  const allowed = useEditor(mayOperate)
  if (!allowed) return null
  return (
    <button type="button" className={`btn big op-hold${held ? ' held' : ''}`} aria-pressed={held} title={t('Stops all writes of this gateway. It is no emergency stop.')} onClick={() => actions.openDialog({ kind: 'hold' })}>
      {held ? <CirclePause size={18} aria-hidden="true" /> : <Hand size={18} aria-hidden="true" />} {held ? t('Release outputs') : t('Hold all outputs')}
    </button>
  )
}

function Clock(): ReactElement {
  return <LocalTime ms={useNow()} className="op-clock" />
}

function FullScreen(): ReactElement | null {
  const [on, setOn] = useState(() => document.fullscreenElement !== null)
  useEffect(() => {
    const changed = (): void => setOn(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', changed)
    return () => document.removeEventListener('fullscreenchange', changed)
  }, [])
  if (!document.fullscreenEnabled) return null
  const turn = (): void => void (on ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(actions.toastFailed)
  return <button type="button" className="btn big op-icon" aria-label={on ? t('Leave full screen') : t('Full screen')} title={on ? t('Leave full screen') : t('Full screen')} onClick={turn}>{on ? <Minimize size={18} /> : <Maximize size={18} />}</button>
}

const roles: Readonly<Record<Role, string>> = { viewer: t('viewer'), operator: t('operator'), editor: t('editor'), admin: t('admin') }

function More(): ReactElement {
  const user = useEditor((s) => s.session?.user)
  const role = useEditor((s) => s.session?.role)
  const theme = useEditor((s) => s.ui.theme)
  const mayEdit = useEditor((s) => s.session !== null && s.document !== null) && actions.may('edit')
  const item = (icon: ReactNode, text: string, run: () => void): ReactElement => <DropdownMenu.Item className="menu-item big" onSelect={run}>{icon}<span className="name">{text}</span></DropdownMenu.Item>
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="btn big op-icon" aria-label={t('Menu')}><MenuIcon size={18} /></DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {mayEdit && item(<PencilRuler size={16} />, t('Edit this view…'), actions.editDashboard)}
          {item(<Workflow size={16} />, mayEdit ? t('Flow editor') : t('See the flow'), () => actions.setView('editor'))}
          {languages.filter(([id]) => id !== language).map(([id, name]) => <Fragment key={id}>{item(<Languages size={16} />, name, () => chooseLanguage(id))}</Fragment>)}
          {theme === 'dark' ? item(<Sun size={16} />, t('Light theme'), () => actions.setTheme('light')) : item(<Moon size={16} />, t('Dark theme'), () => actions.setTheme('dark'))}
          <div className="menu-line" />
          {item(<LogOut size={16} />, t('Sign out {user} ({role})', { user: user ?? '', role: role === undefined ? '' : roles[role] }), () => void actions.signOut())}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** When the values below are not what is. */
function Line(): ReactElement | null {
  const state = useEditor((s) => s.live.state)
  const reason = useEditor((s) => s.live.reason)
  const heard = useEditor((s) => s.live.clock)
  const flow = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  const engine = useEditor((s) => Object.values(s.live.engines).find((e) => e.issue)?.issue)
  if (state === 'lost' || (state === 'connecting' && heard > 0)) {
    return (
      <div className="op-line" role="alert">
        <WifiOff size={22} aria-hidden="true" />
        <p><b>{t('No connection to the gateway')}{heard > 0 ? <>{' '}{t('since')}{' '}<LocalTime ms={heard} /></> : ''}.</b> <span>{t('All values below are old. What runs on the gateway goes on. This view tries again by itself')}{state === 'lost' && reason !== '' ? ` (${said(reason)})` : ''}.</span></p>
        <button type="button" className="btn big" onClick={retryLive}><RotateCw size={16} />{' '}{t('Try now')}</button>
      </div>
    )
  }
  if (flow && flow.version !== null && flow.state !== 'running') return <div className="op-line" role="alert"><WifiOff size={22} aria-hidden="true" /><p><b>{{ stopped: t('The flow is stopped.'), failed: t('The flow is failed.'), restarting: t('The flow is restarting.') }[flow.state]}</b> <span>{t('All values below are old.')}{' '}{said(engine?.text ?? '')}</span></p></div>
  return null
}

function Content(): ReactElement {
  const flowId = useEditor((s) => s.flowId)
  const running = useEditor((s) => s.base.flow)
  const any = useEditor((s) => s.flows.some((f) => f.version !== null))
  const mayEdit = useEditor((s) => s.session !== null) && actions.may('edit')
  const drafted = useEditor((s) => widgetsOf(s.document?.flow).length > 0)
  const widgets = widgetsOf(running)
  if (flowId === null || !running) {
    return <Empty title={any ? t('Choose a flow') : t('No flow runs on this gateway yet')}>{any ? t('The list at the top has every flow that was deployed.') : t('An editor draws one and deploys it; its view is shown here then.')}</Empty>
  }
  if (widgets.length > 0) return <Board widgets={widgets} of="running" />
  return (
    <>
      <Empty title={drafted ? t('The view is not deployed yet') : t("This flow has no operator's view yet")}>
        {mayEdit ? (drafted ? t('It is in your draft. Operators see it after the next deploy.') : t('Put the values, alarms and setpoints here that the people at the plant need.')) : t('Somebody with the role editor can make one. Its alarms are below.')}
        {mayEdit && <button type="button" className="btn primary big" onClick={actions.editDashboard}><PencilRuler size={16} /> {drafted ? t('Edit the view') : t('Make a view')}</button>}
      </Empty>
      <section className="op-w op-alone" aria-label={t('Alarms')}><h3>{t('Alarms')}</h3><AlarmList /></section>
    </>
  )
}

function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return <div className="op-empty"><h2>{title}</h2><p>{children}</p></div>
}
