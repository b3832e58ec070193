// Another node in the place of one: first those that keep all its wires.
import { useMemo } from 'react'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Icon } from '../shell/icon.tsx'
import { searchNodes } from '../state/families.ts'
import { replacementsFor, type Replacement } from '../state/replacing.ts'
import { titleOf } from '../state/status.ts'
import { actions, store } from '../state/here.ts'
import { PickList, type Choice } from './pick-list.tsx'

function choiceOf({ type, kept, rewired }: Replacement): Choice {
  const all = rewired.size
  return { id: type.type, text: said(type.title), icon: <Icon name={type.icon} />, what: said(type.summary), note: all === 0 ? '' : kept === all ? (all === 1 ? t('keeps its wire') : t('keeps all {all} wires', { all })) : t('keeps {kept} of {all} wires', { kept, all }) }
}

export function ReplacePicker({ node, onClose }: { readonly node: string; readonly onClose: () => void }) {
  const { all, title } = useMemo(() => {
    const s = store.getState()
    return { all: replacementsFor(s, s.catalogue?.nodes ?? [], node), title: titleOf(s.document?.flow.nodes, s.types, node) }
  }, [node])
  const choices = (search: string): readonly Choice[] => {
    const wanted = search.trim()
    if (wanted === '') return all.map(choiceOf)
    return searchNodes(all.map((r) => r.type), wanted).map((type) => choiceOf(all.find((r) => r.type === type)!))
  }
  return (
    <PickList
      label={t('Replace the node')}
      placeholder={t('Replace by…')}
      title={<>{t('In the place of')}{' '}<b>{title}</b>: {t('its name, its wires and the settings that both have stay')}</>}
      choices={choices}
      empty={(search) => t('No node has “{search}”.', { search: search.trim() })}
      onTake={(choice) => {
        onClose()
        actions.replaceNode(node, choice.id)
      }}
      onClose={onClose}
    />
  )
}
