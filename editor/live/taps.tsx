// The pinned taps beside each other, with the log of their samples.
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { Plus } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { formatType, type JsonSample } from '#kit'
import { formatEnd } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { severityOf, timeTitle } from '../state/format.ts'
import { runningOutput } from '../state/instances.ts'
import { titleOf } from '../state/status.ts'
import { actions, useEditor, type Tap } from '../state/store.ts'
import { bufferOf } from './link.ts'
import { TapCard } from './tap-card.tsx'
import { formatTime, formatWhole, qualityText } from './values.ts'

const LINES = 120

export function Taps(): ReactElement {
  const flowId = useEditor((s) => s.flowId)
  const all = useEditor((s) => s.live.taps)
  const taps = useMemo(() => all.filter((t) => t.flow === flowId), [all, flowId])
  if (taps.length === 0) {
    return (
      <div className="dr-empty">
        <p><b>{t('See a value over time.')}</b>{' '}{t("Pin an output here: from a node's Live tab, from a wire, or from this list. Drag one plot onto another to see both in one.")}</p>
        <AddTap />
      </div>
    )
  }
  return (
    <div className="dr-taps">
      <div className="dr-cards">{taps.filter((t) => t.plot === undefined).map((tap) => <TapCard key={tap.id} tap={tap} />)}</div>
      <SampleLog taps={taps} />
    </div>
  )
}

/** All outputs of the flow that are not pinned yet. */
export function AddTap({ small = false }: { readonly small?: boolean }): ReactElement {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={small ? 'in-icon' : 'btn'} aria-label={t('Add a tap')} title={t('Add a tap')}><Plus size={14} />{!small && t('Add a tap')}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="in-pop dr-pick" align="start" side="top" sideOffset={4} collisionPadding={8}><Outputs /></DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** Made when the list is opened: a flow may have thousands. */
function Outputs(): ReactElement {
  const ports = useEditor((s) => s.ports)
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const taps = useEditor((s) => s.live.taps)
  const flowId = useEditor((s) => s.flowId)
  const running = useEditor((s) => s.base.flow ?? s.document?.flow)
  const known = new Set(taps.filter((t) => t.flow === flowId).map((t) => `${t.node}.${t.port}`))
  const isPinned = (id: string, port: string): boolean => known.has(formatEnd(runningOutput(running, id, port)))
  const groups = Object.entries(nodes ?? {}).map(([id, node]) => ({ id, name: node.name ?? said(types.get(node.type)?.title) ?? id, outputs: Object.entries(ports[id]?.outputs ?? {}) })).filter((g) => g.outputs.length > 0)
  return (
    <>
      {groups.length === 0 && <DropdownMenu.Label className="in-poplabel">{t('No node of this flow has an output.')}</DropdownMenu.Label>}
      {groups.map((g) => (
        <DropdownMenu.Group key={g.id}>
          <DropdownMenu.Label className="in-poplabel">{g.name}</DropdownMenu.Label>
          {g.outputs.map(([port, type]) => (
            <DropdownMenu.Item key={port} className="in-popitem" disabled={isPinned(g.id, port)} onSelect={() => actions.pinTap(g.id, port)}>
              <span>{port}</span><u>{isPinned(g.id, port) ? t('pinned') : formatType(type)}</u>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Group>
      ))}
    </>
  )
}

interface Line {
  readonly key: string
  readonly tap: Tap
  readonly sample: JsonSample
}

/** The last samples of all taps, newest first. It stands still while the pointer is over it, so that a line can be read. */
function SampleLog({ taps }: { readonly taps: readonly Tap[] }): ReactElement {
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const [lines, setLines] = useState<readonly Line[]>([])
  const over = useRef(false)
  useEffect(() => {
    let seen = ''
    const read = (): void => {
      if (over.current || document.hidden) return
      const now = taps.map((t) => `${t.id}:${bufferOf(t.id).revision}`).join(' ')
      if (now === seen) return
      seen = now
      setLines(taps.flatMap((tap) => bufferOf(tap.id).log.slice(-LINES).map(({ id, sample }) => ({ key: `${tap.id} ${id}`, tap, sample }))).toSorted((a, b) => b.sample.time - a.sample.time).slice(0, LINES))
    }
    read()
    const timer = setInterval(read, 250)
    return () => clearInterval(timer)
  }, [taps])
  const nameOf = (id: string): string => titleOf(nodes, types, id)
  return (
    <div className="dr-log" onPointerEnter={() => (over.current = true)} onPointerLeave={() => (over.current = false)} role="log" aria-label={t('Samples of the taps')} tabIndex={0}>
      {lines.length === 0 && <p className="dr-wait">{t('The samples of the taps are listed here.')}</p>}
      {lines.map(({ key, tap, sample }) => {
        const level = severityOf(sample)
        return (
          <div key={key} title={t('{port} · tag {tag} · {quality}', { port: `${tap.node}.${tap.port}`, tag: sample.tag, quality: sample.quality ?? 'Good' })}>
            <time title={timeTitle(sample.time)}>{formatTime(sample.time)}</time>
            <span><b>{nameOf(tap.node)}</b>.{tap.port}</span>
            <span>{formatWhole(sample.value)}{level === 'good' ? '' : <em data-level={level}> {qualityText(sample)}</em>}</span>
          </div>
        )
      })}
    </div>
  )
}
