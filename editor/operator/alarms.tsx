// The alarms of the flow: those that wait for somebody first, each with what may be done next (ISA-18.2). The banner names
// the gravest of all flows, so that no view hides it.
import { useState, type ReactElement } from 'react'
import { Check } from 'lucide-react'
import type { AlarmBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Act } from '../inspector/acts.tsx'
import { PRIORITY_WORDS } from '../state/alarms.ts'
import { formatAge, formatNumber } from '../state/format.ts'
import { onCanvas, typeAt } from '../state/instances.ts'
import { isQuiet, isWaiting, titleOf } from '../state/status.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { useNow } from './reading.ts'
import { timeTitle } from '../state/format.ts'

const STATE: Readonly<Record<AlarmBody['state'], string>> = { normal: t('normal'), unacknowledged: t('not acknowledged'), acknowledged: t('acknowledged'), returned: t('back to normal, not acknowledged'), latched: t('back to normal, waits for a reset'), shelved: t('shelved'), suppressed: t('suppressed by design'), 'out-of-service': t('out of service') }
const GRAVITY: Readonly<Record<AlarmBody['priority'], number>> = { critical: 0, high: 1, medium: 2, low: 3 }
const acknowledge = ['acknowledge', t('Acknowledge')] as const
const shelve = ['shelve', t('Shelve')] as const
const NEXT: Readonly<Record<AlarmBody['state'], readonly (readonly [act: string, title: string])[]>> = {
  normal: [], unacknowledged: [acknowledge, shelve], acknowledged: [shelve], returned: [acknowledge], latched: [['reset', t('Reset')]],
  shelved: [['unshelve', t('Unshelve')]], suppressed: [], 'out-of-service': [['return-to-service', t('Return to service')]],
}
const levelOf = (a: AlarmBody): string => (isQuiet(a) ? 'quiet' : a.state === 'returned' || a.state === 'latched' ? 'warning' : a.priority === 'critical' || a.priority === 'high' ? 'error' : 'warning')
const sorted = (alarms: readonly AlarmBody[]): readonly AlarmBody[] => alarms.toSorted((a, b) => Number(isQuiet(a)) - Number(isQuiet(b)) || Number(isWaiting(b)) - Number(isWaiting(a)) || GRAVITY[a.priority] - GRAVITY[b.priority] || b.since - a.since)

/** A triangle for what is grave, a diamond for the rest, a bar for what is put aside. */
function Sign({ alarm }: { readonly alarm: AlarmBody }): ReactElement {
  const level = levelOf(alarm)
  return <svg className="op-sign" data-level={level} data-waits={isWaiting(alarm)} viewBox="0 0 20 20" aria-hidden="true">{level === 'error' ? <path d="M10 1 L19.5 18.5 H0.5 Z" /> : level === 'warning' ? <path d="M10 0 L20 10 L10 20 L0 10 Z" /> : <path d="M2 8 H18 V12 H2 Z" />}<text x="10" y="15.5" textAnchor="middle">{{ critical: '1', high: '2', medium: '3', low: '4' }[alarm.priority]}</text></svg>
}

export function AlarmList({ node }: { readonly node?: string }): ReactElement {
  const all = useEditor((s) => s.live.alarms)
  const flowId = useEditor((s) => s.flowId)
  const flow = useEditor((s) => s.base.flow)
  const types = useEditor((s) => s.types)
  const heard = useEditor((s) => s.live.state === 'open')
  const now = useNow()
  const own = sorted(all.filter((a) => a.flow === flowId && (node === undefined || onCanvas(a.node) === node)))
  return (
    <div className="op-alarmlist" tabIndex={0} role="group" aria-label={t('List of alarms')}>
      {!heard && <p className="op-note bad">{t('No connection to the gateway: alarms may have come or gone since.')}</p>}
      {own.length === 0 && heard && <p className="op-note">{t('No alarms.')}</p>}
      <ul>
        {own.map((a) => {
          const type = types.get(typeAt(flow ?? undefined, a.node) ?? '')
          return (
            <li key={`${a.node} ${a.tag}`} data-level={levelOf(a)}>
              <Sign alarm={a} />
              <div>
                <b>{a.message === '' ? t('Limit passed') : said(a.message)}</b>
                <span>{titleOf(flow?.nodes, types, a.node)}{a.tag !== '' && ` · ${a.tag}`} · {a.value === null ? t('no value') : formatNumber(a.value)}{' '}{t('against {limit}', { limit: formatNumber(a.limit) })}</span>
                <small title={timeTitle(a.since)}>{PRIORITY_WORDS[a.priority]} · {STATE[a.state]}{a.acknowledgedBy === undefined ? '' : ` ${t('by {user}', { user: a.acknowledgedBy })}`} · {formatAge(now - a.since)}</small>
              </div>
              <span className="acts">
                {NEXT[a.state].filter(([name]) => type?.acts.includes(name) ?? true).map(([name, title]) => <Act key={name} act={name} title={title} type={type} subject={{ flow: a.flow, node: a.node, tag: a.tag }}>{name === 'acknowledge' ? <Check size={16} /> : <></>}</Act>)}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** Above everything: what waits to be acknowledged, of all flows. */
export function AlarmBanner(): ReactElement | null {
  const all = useEditor((s) => s.live.alarms)
  const flows = useEditor((s) => s.flows)
  const flowId = useEditor((s) => s.flowId)
  const [busy, setBusy] = useState(false)
  const waiting = sorted(all.filter((a) => isWaiting(a)))
  const first = waiting[0]
  const allowed = useEditor((s) => s.session !== null) && actions.may('operate')
  if (!first) return null
  const acknowledge = (): void => {
    if (busy) return
    setBusy(true)
    api.acknowledge({ flow: first.flow, node: first.node, tag: first.tag }).catch(actions.toastFailed).finally(() => setBusy(false))
  }
  return (
    <div className="op-banner" role="alert" data-level={levelOf(first)}>
      <Sign alarm={first} />
      <p><b>{first.message === '' ? t('Limit passed') : said(first.message)}</b> <span>{first.flow === flowId ? '' : `${flows.find((f) => f.id === first.flow)?.name ?? first.flow} · `}{first.tag}{first.tag === '' ? '' : ' · '}{STATE[first.state]}</span></p>
      {waiting.length > 1 && <span className="more">{t('and {number} more', { number: waiting.length - 1 })}</span>}
      {first.flow !== flowId && <button type="button" className="btn big" onClick={() => void actions.openFlow(first.flow)}>{t('Go to this flow')}</button>}
      {first.state !== 'latched' && <button type="button" className="btn big" disabled={busy || !allowed} title={allowed ? '' : t('Needs the role operator')} onClick={acknowledge}><Check size={16} />{' '}{t('Acknowledge')}</button>}
    </div>
  )
}
