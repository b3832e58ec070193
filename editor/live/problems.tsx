// What is wrong with the draft and with what runs: each leads to its place, and where a mend is known offers it.
import { useMemo, type ReactElement } from 'react'
import { Wrench } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { Issue, IssueLevel } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { refusedOf } from '../state/derive.ts'
import type { Fix } from '../state/fixes.ts'
import { titleOf } from '../state/status.ts'
import { actions, store, useEditor, type Live } from '../state/store.ts'

export const RANK: Readonly<Record<IssueLevel, number>> = { error: 0, warning: 1, info: 2 }

export interface Problem {
  readonly issue: Issue
  /** Found while it runs; the others are the draft's. */
  readonly running: boolean
}

/** Issues of the draft, then what the running nodes report; one line each, errors first. */
const noneRunning: readonly Problem[] = []
let lastRunning: { readonly of: Live['nodes']; readonly key: string; readonly problems: readonly Problem[] } = { of: {}, key: '', problems: noneRunning }
/** What nodes that run report. Statuses come ten times a second, faults hardly ever: the same list while they are the same. */
function runningProblems(nodes: Live['nodes']): readonly Problem[] {
  if (lastRunning.of === nodes) return lastRunning.problems
  const found: Problem[] = []
  for (const node in nodes) {
    const status = nodes[node]!
    if ((status.health.issue === undefined && status.issues.length === 0) || node.includes('/')) continue // its instance tells it
    for (const issue of [...(status.health.issue ? [status.health.issue] : []), ...status.issues]) found.push({ issue: { node, ...issue }, running: true })
  }
  const key = found.length === 0 ? '' : JSON.stringify(found)
  lastRunning = { of: nodes, key, problems: key === lastRunning.key ? lastRunning.problems : found }
  return lastRunning.problems
}

export function useProblems(): readonly Problem[] {
  const issues = useEditor((s) => s.issues)
  const refused = useEditor(refusedOf)
  const failed = useEditor((s) => s.check.failed)
  const told = useEditor((s) => runningProblems(s.live.nodes))
  const engines = useEditor((s) => s.live.engines)
  return useMemo(() => {
    const running = [...told]
    for (const engine of Object.values(engines)) if (engine.issue) running.push({ issue: engine.issue, running: true })
    const all = [...[...issues, ...refused].map((issue) => ({ issue, running: false })), ...failed.map((issue) => ({ issue, running: false })), ...running]
    const seen = new Set<string>()
    return all
      .filter(({ issue: i, running: r }) => { const key = `${r} ${i.code} ${i.node} ${i.port} ${i.wire} ${i.field} ${i.text}`; if (seen.has(key)) return false; seen.add(key); return true })
      .toSorted((a, b) => RANK[a.issue.level] - RANK[b.issue.level])
  }, [issues, refused, failed, told, engines])
}

export function Problems(): ReactElement {
  const problems = useProblems()
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const pending = useEditor((s) => s.check.pending)
  const heard = useEditor((s) => s.live.state === 'open')
  const state = useEditor((s) => s.flows.find((f) => f.id === s.flowId)?.state)
  const running = !heard ? t('Nothing is known of what runs: the live line to the gateway is down.') : state === undefined ? t('It was not deployed yet.') : { running: t('Nothing that runs reports a fault.'), stopped: t('The flow is stopped.'), failed: t('The flow is failed.'), restarting: t('The flow is restarting.') }[state]
  if (problems.length === 0) return <div className="dr-empty"><p>{pending ? t('The gateway is checking the draft…') : <><b>{t('No problems in the draft.')}</b> {running}</>}</p></div>
  const nameOf = (id: string): string => titleOf(nodes, types, id)
  return (
    <ul className="dr-list">
      {problems.map(({ issue: i, running }) => (
        <li key={`${running} ${i.code} ${i.node} ${i.port} ${i.wire} ${i.field} ${i.text}`}>
          <button type="button" onClick={() => actions.revealIssue(i)} title={i.code}>
            <i className="dr-mark" data-level={i.level} role="img" aria-label={i.level} />
            <span className="where">{i.wire ?? (i.node === undefined ? t('flow') : nameOf(i.node))}{i.wire === undefined && i.port !== undefined ? `.${i.port}` : ''}{i.field === undefined || i.wire !== undefined ? '' : <small> {i.field.replace(/^\//, '').replaceAll('/', ' › ')}</small>}</span>
            <span className="what">{said(i.text)} <em>{said(i.remedy)}</em></span>
            <small className="tag">{running ? t('running') : t('draft')}</small>
          </button>
          <Fixes issue={i} />
        </li>
      ))}
    </ul>
  )
}

/** At most two buttons; they are made anew when the draft changes, as the mend may be another one then. */
function Fixes({ issue }: { readonly issue: Issue }): ReactElement | null {
  const flow = useEditor((s) => s.document?.flow)
  const ports = useEditor((s) => s.ports)
  const role = useEditor((s) => s.session?.role)
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the state of the moment; the others say when it matters
  const made = useMemo(() => actions.fixesFor(issue, store.getState()).slice(0, 2), [issue, flow, ports, role])
  if (made.length === 0) return null
  return <div className="dr-fixes">{made.map((fix, n) => (fix.choices ? <Choices key={fix.label} fix={fix} /> : <button key={fix.label} type="button" className={`btn${n > 0 ? ' quiet' : ''}`} onClick={fix.run}>{n === 0 && <Wrench size={12} />}{fix.label}</button>))}</div>
}

function Choices({ fix }: { readonly fix: Fix }): ReactElement {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="btn"><Wrench size={12} />{fix.label}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="in-pop dr-pick" align="end" sideOffset={4} collisionPadding={8}>
          {fix.choices!.map((c) => <DropdownMenu.Item key={c.label} className="in-popitem" onSelect={c.run}><span>{c.label}</span><u>{c.note}</u></DropdownMenu.Item>)}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
