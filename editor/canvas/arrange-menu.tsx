// The part of a node's menu that arranges: align, distribute, tidy, group, and subflows.
import { AlignCenterVertical, AlignHorizontalDistributeCenter, ChevronRight, CopyPlus, FolderOpen, Group, Network, Package, PackageOpen, Pencil } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { may, SUBFLOW } from '#format'
import { t } from '../language/index.ts'
import { keyOf } from '../shell/key-hint.ts'
import { LEAST } from '../state/arrange.ts'
import { usesOf } from '../state/inside.ts'
import { actions, useEditor } from '../state/here.ts'
import { useEditor as useDraft } from '../state/store.ts'
import { selectedNodes, useSelectedBoxes } from './cards.ts'
import { COMMENT } from './comment-view.tsx'
import { editComment, editGroup } from './group-edit.ts'
import { aligning, distributing } from './selection-bar.tsx'
import { useTidy } from './tidy.tsx'

export function ArrangeItems({ node }: { readonly node: string }) {
  const entry = useEditor((s) => s.document?.flow.nodes[node])
  const chosen = useEditor((s) => s.document?.selection.nodes.length ?? 0)
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  const name = entry?.type === SUBFLOW && typeof entry.config['subflow'] === 'string' ? entry.config['subflow'] : undefined
  const shared = useDraft((s) => name !== undefined && s.document !== null && usesOf(s.document.flow, name) > 1)
  const boxes = useSelectedBoxes()
  const tidy = useTidy()
  const alone = chosen < LEAST.align
  if (!allowed) return alone && name !== undefined ? <><Item icon={<FolderOpen size={15} />} run={() => actions.enter(node)}>{t('Open subflow')}</Item><div className="menu-line" /></> : null
  return (
    <>
      {alone && name !== undefined ? (
        <>
          <Item icon={<FolderOpen size={15} />} run={() => actions.enter(node)}>{t('Open subflow')}</Item>
          <Item icon={<PackageOpen size={15} />} run={() => void actions.expand(node)}>{t('Expand in place')}</Item>
          {shared ? <Item icon={<CopyPlus size={15} />} run={() => actions.makeOwn(node)}>{t('Make it its own')}</Item> : null}
          <div className="menu-line" />
        </>
      ) : null}
      {alone && entry?.type === COMMENT ? <Item icon={<Pencil size={15} />} hint={keyOf('rename')} run={() => requestAnimationFrame(() => editComment(node))}>{t('Write')}</Item> : null}
      {alone ? null : (
        <>
          <Sub icon={<AlignCenterVertical size={15} />} title={t('Align')}>
            {aligning.map(([how, title, icon]) => <Item key={how} icon={icon} hint={keyOf(`align-${how}`)} run={() => actions.align(boxes(), how)}>{title}</Item>)}
          </Sub>
          {chosen < LEAST.distribute ? null : (
            <Sub icon={<AlignHorizontalDistributeCenter size={15} />} title={t('Distribute')}>
              {distributing.map(([axis, title, icon]) => <Item key={axis} icon={icon} hint={keyOf(`distribute-${axis}`)} run={() => actions.distribute(boxes(), axis)}>{title}</Item>)}
            </Sub>
          )}
          <Item icon={<Network size={15} />} hint={keyOf('tidy')} run={() => void tidy(selectedNodes())}>{t('Tidy')}</Item>
        </>
      )}
      <Item icon={<Group size={15} />} hint={keyOf('group')} run={() => requestAnimationFrame(() => editGroup(actions.groupSelected()))}>{t('Group')}</Item>
      <Item icon={<Package size={15} />} run={() => void actions.collapseSelected()}>{t('Collapse into a subflow')}</Item>
      <div className="menu-line" />
    </>
  )
}

function Item({ icon, hint = '', run, children }: { readonly icon: ReactNode; readonly hint?: string; readonly run: () => void; readonly children: ReactNode }) {
  return <DropdownMenu.Item className="menu-item" onSelect={run}>{icon}<span className="name">{children}</span>{hint === '' ? null : <small>{hint}</small>}</DropdownMenu.Item>
}

function Sub({ icon, title, children }: { readonly icon: ReactNode; readonly title: string; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger className="menu-item">{icon}<span className="name">{title}</span><small><ChevronRight size={13} /></small></DropdownMenu.SubTrigger>
      <DropdownMenu.Portal><DropdownMenu.SubContent className="menu" sideOffset={4}>{children}</DropdownMenu.SubContent></DropdownMenu.Portal>
    </DropdownMenu.Sub>
  )
}
