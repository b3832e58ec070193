// Two versions of a flow beside each other: in words, drawn, and as the text that git would show.
import { useEffect, useState, type ReactElement } from 'react'
import { Tabs } from 'radix-ui'
import type { Issue } from '#kit'
import { diffFlows, formatFlow, type Flow, type VersionSummary } from '#format'
import { t } from '../language/index.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { ChangeList } from './change-list.tsx'
import { IssueList } from './modal.tsx'
import { FlowPicture } from './picture.tsx'
import './history.css'

/** The draft on the canvas, in the place of a version. */
export const DRAFT = 0

export function Compare({ flow, versions, from, to, onChoose }: { readonly flow: string; readonly versions: readonly VersionSummary[]; readonly from: number; readonly to: number; readonly onChoose: (from: number, to: number) => void }): ReactElement {
  const draft = useEditor((s) => s.document?.flow)
  const [known, setKnown] = useState<ReadonlyMap<number, Flow>>(new Map())
  const [issues, setIssues] = useState<readonly Issue[]>([])
  useEffect(() => {
    let gone = false
    for (const version of [from, to]) {
      if (version === DRAFT) continue
      api.version(flow, version).then((found) => { if (!gone) setKnown((all) => new Map(all).set(version, found)) }).catch((thrown: unknown) => { if (!gone) setIssues(actions.failed(thrown)) })
    }
    return () => { gone = true }
  }, [flow, from, to])
  const get = (version: number): Flow | undefined => (version === DRAFT ? draft : known.get(version))
  const [before, after] = [get(from), get(to)]
  const choose = (label: string, value: number, set: (version: number) => void): ReactElement => (
    <label><span aria-hidden>{label}</span> <select className="dg-input" aria-label={label} value={value} onChange={(e) => set(Number(e.target.value))}>
      <option value={DRAFT}>{t('the draft')}</option>
      {versions.map((v) => <option key={v.version} value={v.version}>{v.running ? t('version {version} (running)', { version: v.version }) : t('version {version}', { version: v.version })}{v.comment === '' ? '' : ` · ${v.comment.length > 40 ? `${v.comment.slice(0, 39)}…` : v.comment}`}</option>)}
    </select></label>
  )
  return (
    <section className="hs-compare" aria-label={t('Compare two versions')}>
      <div className="hs-choose">{choose(t('From'), from, (v) => onChoose(v, to))}<span aria-hidden>→</span>{choose(t('To'), to, (v) => onChoose(from, v))}</div>
      <IssueList issues={issues} />
      {before && after ? (
        <Tabs.Root defaultValue="words">
          <Tabs.List className="hg-tabs" aria-label={t('Shown as')}>
            <Tabs.Trigger value="words" className="hg-tab">{t('In words')}</Tabs.Trigger>
            <Tabs.Trigger value="picture" className="hg-tab">{t('Drawn')}</Tabs.Trigger>
            <Tabs.Trigger value="text" className="hg-tab">{t('As text')}</Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="words" className="hs-page"><ChangeList changes={diffFlows(before, after)} before={before} after={after} /></Tabs.Content>
          <Tabs.Content value="picture" className="hs-page"><FlowPicture before={before} after={after} /></Tabs.Content>
          <Tabs.Content value="text" className="hs-page"><TextDiff before={before} after={after} names={[from, to].map((v) => (v === DRAFT ? t('draft') : `v${v}`))} /></Tabs.Content>
        </Tabs.Root>
      ) : issues.length === 0 && <p className="dg-note">{t('Loading…')}</p>}
    </section>
  )
}

const MAX_LINES = 2000

/** The library is fetched when it is first needed. */
function TextDiff({ before, after, names }: { readonly before: Flow; readonly after: Flow; readonly names: readonly string[] }): ReactElement {
  const [lines, setLines] = useState<readonly string[] | null>(null)
  const [failed, setFailed] = useState('')
  const [from, to] = names
  useEffect(() => {
    let gone = false
    import('diff').then(({ createTwoFilesPatch }) => {
      if (gone) return
      const patch = createTwoFilesPatch([`${before.id}.flow.json`, from].join(' '), [`${after.id}.flow.json`, to].join(' '), formatFlow(before), formatFlow(after), undefined, undefined, { context: 3 })
      setLines(patch.split('\n').slice(1))
    }).catch(() => { if (!gone) setFailed(t('The comparison could not be loaded: the gateway was updated or is away. Load this page again.')) })
    return () => { gone = true }
  }, [before, after, from, to])
  if (failed !== '') return <p className="dg-warn">{failed}</p>
  if (lines === null) return <p className="dg-note">{t('Comparing…')}</p>
  if (!lines.some((l) => l.startsWith('@@'))) return <p className="dg-note">{t('The texts are the same.')}</p>
  return (
    <>
      <pre className="dg-pre hs-diff" tabIndex={0} aria-label={t('Unified diff')}>{lines.slice(0, MAX_LINES).map((line, n) => <span key={n} data-line={line.startsWith('+++') || line.startsWith('---') ? 'file' : line[0] === '+' ? 'plus' : line[0] === '-' ? 'minus' : line[0] === '@' ? 'at' : ''}>{line}{'\n'}</span>)}</pre>
      {lines.length > MAX_LINES && <p className="dg-note">{t('The first {most} of {all} lines.', { most: MAX_LINES, all: lines.length })}</p>}
    </>
  )
}
