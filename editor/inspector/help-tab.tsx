// A node's help: its text, its examples as tables, and its reasons for dropping. All of it from the definition.
import { Fragment, useEffect, useMemo, useState, type ReactElement } from 'react'
import type { CatalogueNode, Example, ExampleSample, JsonValue } from '#kit'
import { language, t } from '../language/index.ts'
import { said, saidHelp } from '../language/said.ts'
import { actions, useEditor } from '../state/here.ts'
import { formatWhole, qualityText } from '../live/values.ts'
import { fieldsOf, showValue, type Json } from './form.ts'
import { TryExample } from './try-example.tsx'
import { parseMarkdown, type Block, type Inline } from './markdown.ts'

export function HelpTab({ id, type }: { readonly id: string; readonly type: CatalogueNode | undefined }): ReactElement {
  const help = useHelp(type)
  const blocks = useMemo(() => parseMarkdown(help), [help])
  if (!type) return <div className="in-empty">{t('No help: this gateway does not know this type of node.')}</div>
  const drops = Object.entries(type.drops)
  return (
    <div className="in-helptext">
      <p className="lead">{said(type.summary)}</p>
      <Markdown blocks={blocks} />
      {type.examples.length > 0 && <h3>{t('Examples')}</h3>}
      {type.examples.map((example) => <ExampleCard key={example.title} id={id} type={type} example={example} />)}
      {drops.length > 0 && (
        <>
          <h3>{t('Leaves samples out when')}</h3>
          <ul>{drops.map(([reason, words]) => <li key={reason}>{said(words)}</li>)}</ul>
        </>
      )}
      <p className="foot mono">{type.type} v{type.version} · {{ none: t('no effect outside of the flow'), reads: t('reads from outside'), notifies: t('tells the outside'), writes: t('writes to a plant, behind its envelope') }[type.effects]}</p>
    </div>
  )
}

/** The page in the chosen language: '' for the moment in which it is fetched, English where that fails. */
function useHelp(type: CatalogueNode | undefined): string {
  const [german, setGerman] = useState<{ readonly of: string; readonly text: string | undefined }>()
  const of = type?.type
  useEffect(() => {
    if (of === undefined || language === 'en') return
    let wanted = true
    const put = (text: string | undefined): void => { if (wanted) setGerman({ of, text }) }
    saidHelp(of).then(put, () => put(undefined))
    return () => { wanted = false }
  }, [of])
  if (!type) return ''
  if (language === 'en') return type.help
  return german && german.of === of ? (german.text ?? type.help) : ''
}

export function Markdown({ blocks }: { readonly blocks: readonly Block[] }): ReactElement {
  return (
    <>
      {blocks.map((block, i) => {
        switch (block.as) {
          case 'paragraph': return <p key={i}><Inlines of={block.inline} /></p>
          case 'heading': return <h4 key={i}><Inlines of={block.inline} /></h4>
          case 'code': return <pre key={i} className="in-code">{block.text}</pre>
          case 'list': {
            const items = block.items.map((item, n) => <li key={n}><Inlines of={item} /></li>)
            return block.ordered ? <ol key={i}>{items}</ol> : <ul key={i}>{items}</ul>
          }
        }
      })}
    </>
  )
}

function Inlines({ of }: { readonly of: readonly Inline[] }): ReactElement {
  return (
    <>
      {of.map((part, i) => {
        switch (part.as) {
          case 'text': return <Fragment key={i}>{part.text}</Fragment>
          case 'code': return <code key={i}>{part.text}</code>
          case 'bold': return <b key={i}>{part.text}</b>
          case 'emphasis': return <em key={i}>{part.text}</em>
          case 'link': return <a key={i} href={part.href} target="_blank" rel="noreferrer">{part.text}</a>
        }
      })}
    </>
  )
}

const MOST_LINES = 12

function ExampleCard({ id, type, example }: { readonly id: string; readonly type: CatalogueNode; readonly example: Example<unknown> }): ReactElement {
  const readOnly = useEditor((s) => s.session?.role === 'viewer' || s.session?.role === 'operator')
  const [trying, setTrying] = useState(false)
  const config = example.config as { readonly [name: string]: JsonValue }
  const settings = fieldsOf(type.config).filter((f) => config[f.key] !== undefined && config[f.key] !== f.default && typeof config[f.key] !== 'object')
  const rows = steps(example)
  const tags = [...example.in, ...example.out].some((s) => s.tag !== undefined && s.tag !== 'x')
  return (
    <section className="in-example">
      <h4>{said(example.title)}</h4>
      {settings.length > 0 && <p className="mono">{settings.map((f) => `${f.title}: ${showValue(config[f.key] as Json, f)}`).join(' · ')}</p>}
      <table>
        <thead><tr><th>{t('at')}</th><th>{t('in')}</th><th>{t('out')}</th></tr></thead>
        <tbody>
          {rows.slice(0, MOST_LINES).map((row, i) => (
            <tr key={i}>
              <td>{row.time / 1000} s</td>
              <td>{row.in && <Cell of={row.in} tags={tags} ports={Object.keys(type.inputs).length > 1} />}</td>
              <td>{row.out.map((s, n) => <Cell key={n} of={s} tags={tags} ports={Object.keys(type.outputs).length > 1} />)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_LINES && <p className="more">{t('and {count} more lines', { count: rows.length - MOST_LINES })}</p>}
      <span className="in-acts">{!readOnly && <button type="button" className="btn" onClick={() => { actions.setConfig(id, '', config); actions.seal(); actions.setInspectorTab('settings') }}>{t('Use these settings')}</button>}{type.effects === 'none' && <button type="button" className="btn" aria-expanded={trying} onClick={() => setTrying(!trying)}>{trying ? t('Close') : t('Try it')}</button>}</span>
      {trying && <TryExample id={id} type={type} example={example} />}
    </section>
  )
}

function Cell({ of, tags, ports }: { readonly of: ExampleSample; readonly tags: boolean; readonly ports: boolean }): ReactElement {
  return (
    <span className="cell">
      {ports && <small>{of.at} </small>}{tags && <small>{of.tag ?? 'x'} </small>}{formatWhole(of.value)}
      {of.quality !== undefined && <b title={of.quality}> {qualityText(of)}</b>}
    </span>
  )
}

/** Inputs with the outputs that come at their time; outputs at other times (timers, windows) stand alone. */
function steps(example: Example<unknown>): { readonly time: number; readonly in?: ExampleSample; readonly out: readonly ExampleSample[] }[] {
  const rows: { time: number; in?: ExampleSample; out: ExampleSample[] }[] = example.in.map((s) => ({ time: s.time, in: s, out: [] }))
  for (const s of example.out) {
    const tag = s.tag ?? 'x'
    const at = rows.findLast((r) => r.time === s.time && (r.in?.tag ?? 'x') === tag) ?? rows.findLast((r) => r.time === s.time)
    if (at) at.out.push(s)
    else rows.push({ time: s.time, out: [s] })
  }
  return rows.toSorted((a, b) => a.time - b.time)
}
