// Tags from a device into the draft, and the tab of the left pane that shows devices.
import { issue } from '#kit'
import { t } from '../language/index.ts'
import { changer } from './change.ts'
import type { Core } from './editor.ts'
import type { Screen } from './screen.ts'
import { addTags, takes, type TagDrop } from './tag-rows.ts'

export function devices(core: Core, screen: Screen) {
  const sourceOf = (type: string) => {
    const source = core.get().catalogue?.drivers.find((d) => d.type === type)?.source
    const known = source && core.get().types.get(source.type)
    return source && known ? { source, known } : undefined
  }
  /** The one selected node, where it reads this connection: tags may go into it. */
  const taker = (drop: Pick<TagDrop, 'connection' | 'type' | 'tags'>): string | undefined => {
    const { document } = core.get()
    const found = sourceOf(drop.type)
    const [id, other] = document?.selection.nodes ?? []
    return found && id !== undefined && other === undefined && takes(document!.flow.nodes[id], drop.connection, found.source, found.known, drop.tags[0]?.node ?? {}) ? id : undefined
  }

  const change = changer(core, screen)

  return {
    taker,
    /** One step: into `onto` where that reads this connection, else into a new node at `at`. Answers the nodes. */
    addTags(drop: TagDrop, at: readonly [number, number], onto?: string): readonly string[] {
      const { document } = core.get()
      const found = sourceOf(drop.type)
      if (!document || drop.tags.length === 0) return []
      if (!found) {
        screen.toastIssue(issue('NODE_TYPE', {}, { type: `source.${drop.type}` }))
        return []
      }
      const { document: next, nodes, added, known, over } = addTags(document, drop, found.source, found.known, at, onto)
      if (next !== document && change(() => next) === null) return []
      if (over > 0) screen.toast({ level: 'warning', text: t('{count} tags had no room: the table of this node is full.', { count: over }), remedy: t('Drag them to another place, for a node of their own.') })
      else if (added === 0) screen.toast({ level: 'info', text: known === 1 ? t('This tag is in the node already.') : t('These tags are in the node already.') })
      else if (onto !== undefined && nodes[0] !== onto) screen.toast({ level: 'info', text: t('That node does not read this device with these settings: a new one was added.') })
      else if (known > 0) screen.toast({ level: 'info', text: `${t('{count} tags added', { count: added })}; ${t('{count} were in the node already.', { count: known })}` })
      return nodes
    },
  }
}
