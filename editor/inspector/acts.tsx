// What an operator may do with a running node: one button an act; one that takes arguments asks for them in a small form
// first, made from the schema that the node declares.
import { useState, type FormEvent, type ReactElement } from 'react'
import { Popover } from 'radix-ui'
import type { CatalogueNode, JsonValue, TSchema } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api, engineIdOf, useEditor } from '../state/here.ts'
import { fieldsOf, formFaults, withValue, wordsOf, type Config } from './form.ts'
import { SchemaForm } from './schema-form.tsx'

/** Whom an act is for. Without a tag: for all of the node. */
export interface Subject {
  readonly flow: string
  readonly node: string
  readonly tag?: string
}

const WORDS: Readonly<Record<string, string>> = { acknowledge: t('Acknowledge'), reset: t('Reset'), shelve: t('Shelve'), unshelve: t('Unshelve'), suppress: t('Suppress'), unsuppress: t('Unsuppress'), 'out-of-service': t('Out of service'), 'return-to-service': t('Return to service'), comment: t('Comment'), inject: t('Inject'), set: t('Set') }
const actWords = (act: string): string => (Object.hasOwn(WORDS, act) ? WORDS[act]! : said(wordsOf(act)))

/** Says so when it is done or refused. */
async function run(subject: Subject, act: string, args: Config): Promise<void> {
  try {
    await (act === 'acknowledge' ? api.acknowledge(subject) : api.act({ ...subject, act, ...(Object.keys(args).length === 0 ? {} : { arguments: args }) }))
    actions.toast({ level: 'success', text: subject.tag === undefined ? t('{act}: done.', { act: actWords(act) }) : t('{act}: done for {tag}.', { act: actWords(act), tag: subject.tag }) })
  } catch (thrown) {
    actions.toastFailed(thrown)
  }
}

/** One act as a button. */
/** `compact`: its picture alone; the title is told by the tooltip and to a screen reader. */
export function Act({ subject, act, type, title = actWords(act), children, compact = false }: { readonly subject: Subject; readonly act: string; readonly type: CatalogueNode | undefined; readonly title?: string; readonly children?: ReactElement; readonly compact?: boolean }): ReactElement {
  const schema = type?.actArguments?.[act]
  const [busy, setBusy] = useState(false)
  const [open, setOpen] = useState(false)
  const allowed = actions.may('operate')
  const go = (args: Config): void => {
    setBusy(true)
    setOpen(false)
    void run(subject, act, args).finally(() => setBusy(false))
  }
  const button = { type: 'button', className: compact ? 'in-icon' : 'btn', disabled: busy || !allowed, title: allowed ? (compact ? title : '') : t('Needs the role operator'), ...(compact ? { 'aria-label': `${title}${subject.tag ? ` ${subject.tag}` : ''}` } : {}) } as const
  if (!schema) return <button {...button} onClick={() => go({})}>{children}{compact ? '' : title}</button>
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger {...button}>{children}{compact ? '' : `${title}…`}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="in-pop in-ask" sideOffset={4} align="end" aria-label={title}>
          <Arguments schema={schema} title={title} go={go} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** Common times for what is asked in seconds. */
const TIMES: readonly (readonly [s: number, label: string])[] = [[600, '10 min'], [3600, '1 h'], [8 * 3600, '8 h'], [86_400, '1 d']]
const nothing: Config = {}

function Arguments({ schema, title, go }: { readonly schema: TSchema; readonly title: string; readonly go: (args: Config) => void }): ReactElement {
  const [args, setArgs] = useState(nothing)
  const faults = formFaults(schema, args)
  const time = fieldsOf(schema).find((f) => f.kind === 'number' && f.unit === 's')
  return (
    <form onSubmit={(e: FormEvent) => { e.preventDefault(); if (faults.length === 0) go(args) }}>
      {time && <div className="in-times">{TIMES.map(([s, label]) => <button key={s} type="button" className="btn" aria-pressed={args[time.key] === s} onClick={() => setArgs(withValue(args, time.path, s))}>{label}</button>)}</div>}
      <SchemaForm schema={schema} config={args} faults={faults} issues={[]} change={(path, value: JsonValue | undefined) => setArgs((a) => withValue(a, path, value))} seal={() => undefined} unitOf={() => undefined} parameters={nothing} focus={null} readOnly={false} />
      <div className="in-pad"><button type="submit" className="btn primary" disabled={faults.length > 0}>{title}</button></div>
    </form>
  )
}

/** All acts of the selected node, for one tag or for all. Acknowledging has its place with the alarms. */
export function Acts({ id, type }: { readonly id: string; readonly type: CatalogueNode }): ReactElement | null {
  const flow = useEditor((s) => s.flowId)
  const [tag, setTag] = useState('')
  const acts = type.acts.filter((a) => a !== 'acknowledge')
  if (flow === null || acts.length === 0) return null
  const perTag = Object.keys(type.inputs).length > 0
  return (
    <>
      <h3 className="in-sec">{t('Acts')}</h3>
      <div className="in-pad in-acts">
        {perTag && <span className="in-fld in-acttag"><input value={tag} placeholder={t('all tags')} aria-label={t('For which tag')} autoComplete="off" spellCheck={false} onChange={(e) => setTag(e.target.value)} /></span>}
        {acts.map((act) => <Act key={act} act={act} type={type} subject={{ flow, node: engineIdOf(id), ...(tag.trim() === '' ? {} : { tag: tag.trim() }) }} />)}
      </div>
    </>
  )
}
