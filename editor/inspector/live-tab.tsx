// What a node does right now: last values of its ports, its ledger, its actuator, its alarm.
import { Fragment, useMemo, useState, type ReactElement, type ReactNode } from 'react'
import { Check, LayoutDashboard, Pin, PinOff, Rewind } from 'lucide-react'
import type { CatalogueNode, PortType } from '#kit'
import { SUBFLOW, type AlarmBody, type NodeStatus, type PortStatus } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { formatAge, formatNumber, formatRate, severityOf, timeTitle } from '../state/format.ts'
import { innerStatuses, onCanvas, runningOutput, typeAt } from '../state/instances.ts'
import { countsOf, imbalance, since } from '../state/ledger.ts'
import { pastOf } from '../state/past.ts'
import { isWaiting } from '../state/status.ts'
import { actions, api, engineIdOf, useEditor } from '../state/here.ts'
import { Acts } from './acts.tsx'
import { Keeps } from '../replay/keeps.tsx'
import { formatCount, formatTime, formatWhole, kindClass, qualityText, unitText } from '../live/values.ts'
import { healthText } from '../live/words.ts'

/** A status carries this many elements of a vector or waveform at most. */
const STATUS_ELEMENTS = 64

export function LiveTab({ id, type }: { readonly id: string; readonly type: CatalogueNode | undefined }): ReactElement {
  const status = useEditor((s) => s.live.nodes[id])
  const state = useEditor((s) => s.live.state)
  const deployed = useEditor((s) => typeAt(s.base.flow ?? undefined, engineIdOf(id)) !== undefined)
  const ports = useEditor((s) => s.ports[id])
  const isInstance = type?.type === SUBFLOW
  const past = useEditor((s) => pastOf(s) !== null)
  if (!status) {
    return (
      <div className="in-empty">
        {state !== 'open' ? t('The live line to the gateway is down. Values come back with it.') : deployed ? t('Nothing was heard from this node yet.') : t('This node is only in your draft. Deploy it to see its values.')}
      </div>
    )
  }
  return (
    <div className={state === 'open' ? '' : 'in-old'}>
      <HealthLine status={status} />
      <PortGroup title={t('Inputs')} id={id} of={status.inputs} types={ports?.inputs} pinnable={false} />
      <PortGroup title={t('Outputs')} id={id} of={status.outputs} types={ports?.outputs} pinnable={!past} />
      {status.actuator && <Actuator actuator={status.actuator} unit={unitText(Object.values(ports?.inputs ?? {})[0])} />}
      {!past && (type?.acts.includes('acknowledge') || isInstance) && <Alarms id={id} always={!isInstance} />}
      {/* Who looks back must not act on what runs now by mistake. */}
      {type && !past && <Acts id={id} type={type} />}
      {status.queue && (
        <>
          <h3 className="in-sec">{t('Queue')}</h3>
          <div className="in-pad"><div className="in-bar" role="img" aria-label={t('{depth} of {limit}', { depth: status.queue.depth, limit: status.queue.limit })}><i style={{ width: `${Math.min(100, (100 * status.queue.depth) / Math.max(1, status.queue.limit))}%` }} /></div></div>
          <table className="in-c"><tbody><tr><td>{t('waiting')}</td><td>{t('{depth} of {limit}', { depth: formatCount(status.queue.depth), limit: formatCount(status.queue.limit) })}</td></tr><tr><td>{t('when full')}</td><td>{POLICIES[status.queue.policy] ?? status.queue.policy}</td></tr></tbody></table>
        </>
      )}
      <Keeps id={engineIdOf(id)} />
      {isInstance ? <Inner id={id} /> : <LedgerTable id={id} status={status} drops={type?.drops ?? {}} />}
    </div>
  )
}

function HealthLine({ status }: { readonly status: NodeStatus }): ReactElement | null {
  const { health } = status
  const issues = [...(health.issue ? [health.issue] : []), ...status.issues]
  if (health.state === 'ok' && issues.length === 0) return null
  return (
    <div className="in-healthline" data-state={health.state}>
      {health.state !== 'ok' && <b>{healthText(health)}</b>}
      {issues.map((i, n) => <p key={n}>{said(i.text)} <span>{said(i.remedy)}</span></p>)}
    </div>
  )
}

function PortGroup({ title, id, of, types, pinnable }: { readonly title: string; readonly id: string; readonly of: { readonly [port: string]: PortStatus }; readonly types: { readonly [port: string]: PortType } | undefined; readonly pinnable: boolean }): ReactElement | null {
  const entries = Object.entries(of)
  if (entries.length === 0) return null
  return (
    <>
      <h3 className="in-sec">{title}</h3>
      <ul className="in-ports">
        {entries.map(([port, status]) => <PortLine key={port} id={id} port={port} status={status} type={types?.[port]} pinnable={pinnable} />)}
      </ul>
    </>
  )
}

function PortLine({ id, port, status, type, pinnable }: { readonly id: string; readonly port: string; readonly status: PortStatus; readonly type: PortType | undefined; readonly pinnable: boolean }): ReactElement {
  const pinned = useEditor((s) => {
    const end = runningOutput(s.base.flow, engineIdOf(id), port)
    return s.live.taps.find((t) => t.flow === s.flowId && t.node === end.node && t.port === end.port)?.id
  })
  const clock = useEditor((s) => s.live.clock)
  const { last } = status
  const level = last ? severityOf(last) : 'none'
  return (
    <li>
      <div className="in-portname"><i className={kindClass(type?.kind ?? 'any')} />{port}</div>
      {pinnable && (
        <button type="button" className={`in-icon${pinned === undefined ? '' : ' on'}`} aria-pressed={pinned !== undefined} title={pinned === undefined ? t('Plot this output below') : t('Remove the plot')} aria-label={pinned === undefined ? t('Pin {port}', { port }) : t('Unpin {port}', { port })} onClick={() => (pinned === undefined ? void actions.pinTap(id, port) : actions.unpinTap(pinned))}>
          {pinned === undefined ? <Pin size={13} /> : <PinOff size={13} />}
        </button>
      )}
      {pinnable && actions.may('edit') && <button type="button" className="in-icon" title={t("Add to the operator's view")} aria-label={t("Add {port} to the operator's view", { port })} onClick={() => actions.showToOperator(id, port)}><LayoutDashboard size={13} /></button>}
      {last && <button type="button" className="in-icon" title={pinnable ? t('Where did this value come from, and where did it go?') : t('Where did this value come from?')} aria-label={t('Where did {port} come from?', { port })} onClick={() => void actions.lookBack({ time: clock, want: { node: engineIdOf(id), port, time: last.time }, tracing: true })}><Rewind size={13} /></button>}
      <div className="in-value" data-level={level}>{last ? <>{formatWhole(last.value, type?.labels, STATUS_ELEMENTS, type?.length)}<u>{typeof last.value === 'boolean' || typeof last.value === 'string' ? '' : unitText(type)}</u></> : <span className="none">{t('nothing yet')}</span>}</div>
      <div className="in-meta">
        {last && level !== 'good' && <b data-level={level}>{qualityText(last)}</b>}
        {last && <span title={t('Source time {time}, tag {tag}', { time: timeTitle(last.time), tag: last.tag })}>{clock > 0 ? t('{age} ago', { age: formatAge(clock - last.time) }) : formatTime(last.time)}</span>}
        <span>{formatRate(status.rate)}</span>
        <span>{t('{number} in all', { number: formatCount(status.count) })}</span>
      </div>
    </li>
  )
}

function Actuator({ actuator, unit }: { readonly actuator: NonNullable<NodeStatus['actuator']>; readonly unit: string }): ReactElement {
  const value = (v: number | null): string => (v === null ? t('nothing yet') : `${formatNumber(v)} ${unit}`)
  return (
    <>
      <h3 className="in-sec">{t('Actuator')}</h3>
      <table className="in-c">
        <tbody>
          <tr className={actuator.armed ? '' : 'warn'}><td>{t('may write')}</td><td>{actuator.armed ? t('yes, armed') : t('no, disarmed')}</td></tr>
          <tr className={actuator.mode === 'auto' ? '' : 'warn'}><td>{t('mode')}</td><td>{{ auto: t('automatic'), held: t('held by a person'), safe: t('safe value') }[actuator.mode]}</td></tr>
          <tr><td>{t('last written')}</td><td>{value(actuator.written)}</td></tr>
          <tr><td>{t('read back')}</td><td>{value(actuator.readBack)}</td></tr>
        </tbody>
      </table>
      {actuator.denied !== '' && <p className="in-pad in-note"><b>{t('Last write denied:')}</b> {said(actuator.denied)}</p>}
      {!actuator.armed && <div className="in-pad"><button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'arm' })}>{t('Arm this flow…')}</button></div>}
    </>
  )
}

const POLICIES: Readonly<Record<string, string>> = { block: t('block'), oldest: t('oldest'), newest: t('newest'), latest: t('latest') }
const STATES: Readonly<Record<AlarmBody['state'], string>> = { normal: t('normal'), unacknowledged: t('raised, not acknowledged'), acknowledged: t('raised, acknowledged'), returned: t('back to normal, not acknowledged'), latched: t('back to normal, waits for a reset'), shelved: t('shelved'), suppressed: t('suppressed by design'), 'out-of-service': t('out of service') }

function Alarms({ id, always }: { readonly id: string; readonly always: boolean }): ReactElement | null {
  const flow = useEditor((s) => s.flowId)
  const all = useEditor((s) => s.live.alarms)
  const [busy, setBusy] = useState(false)
  const own = all.filter((a) => a.flow === flow && onCanvas(a.node) === id)
  const waiting = own.some((a) => a.state === 'unacknowledged' || a.state === 'returned')
  const acknowledge = (): void => {
    if (flow === null) return
    setBusy(true)
    Promise.all([...new Set(own.map((a) => a.node))].map((node) => api.acknowledge({ flow, node: engineIdOf(node) }))).catch(actions.toastFailed).finally(() => setBusy(false))
  }
  if (own.length === 0 && !always) return null
  return (
    <>
      <h3 className="in-sec">{t('Alarm')}</h3>
      {own.length === 0 && <p className="in-pad in-note">{t('Normal.')}</p>}
      <table className="in-c"><tbody>{own.map((a) => <tr key={a.tag} className={isWaiting(a) ? 'bad' : ''}><td>{a.tag}</td><td>{STATES[a.state]}</td></tr>)}</tbody></table>
      {waiting && <div className="in-pad"><button type="button" className="btn" disabled={busy || !actions.may('operate')} title={actions.may('operate') ? '' : t('Needs the role operator')} onClick={acknowledge}><Check size={13} />{' '}{t('Acknowledge')}</button></div>}
    </>
  )
}

/** The nodes inside of an instance: each has its own ledger. */
function Inner({ id }: { readonly id: string }): ReactElement {
  const nodes = useEditor((s) => s.live.nodes)
  return (
    <>
      <h3 className="in-sec">{t('Inside')}</h3>
      <table className="in-c in-inner">
        <thead><tr><th>{t('node')}</th><th>{t('in')}</th><th>{t('dropped')}</th><th>{t('failed')}</th></tr></thead>
        <tbody>
          {innerStatuses(nodes, id).map(([name, { ledger, health }]) => {
            const dropped = Object.values(ledger.dropped).reduce((sum, n) => sum + n, 0)
            return <tr key={name} className={ledger.failed > 0 || health.state === 'error' ? 'bad' : ''} title={said(health.text)}><td>{name}</td><td>{formatCount(ledger.in)}</td><td>{formatCount(dropped)}</td><td>{formatCount(ledger.failed)}</td></tr>
          })}
        </tbody>
      </table>
    </>
  )
}

function LedgerTable({ id, status, drops }: { readonly id: string; readonly status: NodeStatus; readonly drops: { readonly [reason: string]: string } }): ReactElement {
  const { ledger } = status
  const then = useEditor((s) => s.live.marks[0]?.nodes[id])
  const minute = useMemo(() => (then ? since(countsOf(status), then).ledger : null), [status, then])
  const reasons = Object.entries(ledger.dropped).filter(([, n]) => n > 0)
  const off = imbalance(ledger)
  const row = (title: ReactNode, n: number, last: number | undefined, rest: { readonly className?: string; readonly title?: string; readonly wrap?: boolean } = {}): ReactElement => <tr {...(rest.className ? { className: rest.className } : {})} {...(rest.title ? { title: rest.title } : {})}><td className={rest.wrap ? 'wrap' : ''}>{title}</td><td>{formatCount(n)}</td><td>{last === undefined ? '' : formatCount(last)}</td></tr>
  if (Object.keys(status.inputs).length === 0) return <div className="in-gap" />
  return (
    <>
      <h3 className="in-sec">{t('Ledger')}{' '}<small>{t('every sample that came in, and where it went')}</small></h3>
      <table className="in-c in-ledger">
        <thead><tr><th><span className="sr-only">{t('Outcome')}</span></th><th>{t('since start')}</th><th>{t('last minute')}</th></tr></thead>
        <tbody>
          {row(t('in'), ledger.in, minute?.in)}
          {row(t('passed on'), ledger.passed, minute?.passed)}
          {ledger.held > 0 && row(t('held in a window or state'), ledger.held, minute?.held)}
          {reasons.map(([reason, n]) => <Fragment key={reason}>{row(t('dropped: {reason}', { reason: said(drops[reason] ?? reason).replace(/\.$/, '') }), n, minute?.dropped[reason], { wrap: true, title: said(drops[reason] ?? reason) })}</Fragment>)}
          {reasons.length === 0 && row(t('dropped'), 0, minute ? 0 : undefined)}
          {row(t('failed'), ledger.failed, minute?.failed, ledger.failed > 0 ? { className: 'bad' } : {})}
          {ledger.queued > 0 && row(t('waiting'), ledger.queued, undefined)}
          {off !== 0 && row(t('not accounted for'), off, undefined, { className: 'bad' })}
        </tbody>
      </table>
      <div className="in-pad"><button type="button" className="btn quiet" onClick={() => actions.showLedger(id)}>{t('Where did it go: the whole flow')}</button></div>
    </>
  )
}
