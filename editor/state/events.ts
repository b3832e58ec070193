// What happened: the audit trail (who did what) and the changes of alarms as one list, newest first. Both come in pages;
// what is shown never has a hole where one of them reaches less far back. Pure.
import type { AlarmLogBody, AuditEntry } from '#format'
import { t } from '../language/index.ts'
import { PRIORITY_WORDS, STATES } from './alarms.ts'
import { formatNumber } from './format.ts'

export type EventKind = 'alarm' | 'deploy' | 'operator' | 'write' | 'access' | 'system'
export const EVENT_KINDS: readonly (readonly [EventKind, string])[] = [['alarm', t('Alarms')], ['deploy', t('Deploys')], ['operator', t('Operators')], ['write', t('Writes')], ['access', t('Access')], ['system', t('System')]]

export interface Happening {
  readonly key: string
  /** ms UTC */
  readonly time: number
  readonly kind: EventKind
  /** '' when it was nobody. */
  readonly who: string
  readonly what: string
  readonly where: string
  readonly detail: string
  /** Where it leads. */
  readonly flow?: string
  readonly node?: string
}

const WHAT: Readonly<Record<string, string>> = {
  deploy: t('deployed'), rollback: t('rolled back'), remove: t('removed the flow'), arm: t('armed'), disarm: t('disarmed'), hold: t('held all outputs'), release: t('released all outputs'),
  'connection.put': t('changed the connection'), 'connection.remove': t('removed the connection'), 'secret.put': t('stored the secret'), 'secret.remove': t('removed the secret'),
  'write.written': t('wrote'), 'write.denied': t('was not allowed to write'), 'write.failed': t('failed to write'), 'engine.restart': t('restarted the engine'), 'login.failed': t('failed to sign in'), login: t('signed in'), logout: t('signed out'),
  acknowledge: t('acknowledged'), shelve: t('shelved'), unshelve: t('unshelved'), comment: t('commented on'), reset: t('reset'),
}
const ACCESS = /^(login|logout|claim|user|password|secret|session)/
function kindOf(act: string): EventKind {
  if (act.startsWith('write.')) return 'write'
  if (act === 'deploy' || act === 'rollback' || act === 'remove' || act.startsWith('connection.') || act.startsWith('draft') || act.startsWith('trial') || act.startsWith('shadow')) return 'deploy'
  if (ACCESS.test(act)) return 'access'
  return act.startsWith('engine.') || act.startsWith('gateway.') ? 'system' : 'operator'
}

export function ofAudit(e: AuditEntry): Happening {
  const [flow, node] = /^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_/-]*)?$/.test(e.subject) ? e.subject.split('.') : []
  const kind = kindOf(e.act)
  const led = kind === 'access' || kind === 'system' || e.act.startsWith('connection.') ? {} : { ...(flow === undefined ? {} : { flow }), ...(node === undefined ? {} : { node }) }
  return { key: `audit ${e.id}`, time: e.time, kind, who: e.user, what: WHAT[e.act] ?? e.act, where: e.subject, detail: e.detail, ...led }
}
export function ofAlarm(e: AlarmLogBody): Happening {
  const value = e.value === null ? t('no value') : formatNumber(e.value)
  return { key: `alarm ${e.id}`, time: e.time, kind: 'alarm', who: e.state === 'acknowledged' ? (e.acknowledgedBy ?? '') : '', what: t('alarm {state}', { state: STATES[e.state] }), where: `${e.flow}.${e.node}${e.tag === '' ? '' : ` ${e.tag}`}`, detail: `${PRIORITY_WORDS[e.priority]} · ${e.message || t('limit passed')} · ${t('{value} against {limit}', { value, limit: formatNumber(e.limit) })}`, flow: e.flow, node: e.node }
}

/** A source of the list as far as it was read. `done`: there is nothing older. */
export interface Read<T> {
  readonly entries: readonly T[]
  readonly done: boolean
}
/** As far back as all sources reach. */
export function happenings(audit: Read<AuditEntry>, alarms: Read<AlarmLogBody>): readonly Happening[] {
  const all = [...audit.entries.map(ofAudit), ...alarms.entries.map(ofAlarm)].toSorted((a, b) => b.time - a.time)
  const reach = Math.max(...[audit, alarms].map((r) => (r.done ? Number.NEGATIVE_INFINITY : (r.entries.at(-1)?.time ?? Number.POSITIVE_INFINITY))))
  return all.filter((h) => h.time >= reach)
}

export function matching(list: readonly Happening[], kinds: ReadonlySet<EventKind>, text: string): readonly Happening[] {
  const wanted = text.trim().toLowerCase()
  return list.filter((h) => (kinds.size === 0 || kinds.has(h.kind)) && (wanted === '' || `${h.who} ${h.what} ${h.where} ${h.detail}`.toLowerCase().includes(wanted)))
}
