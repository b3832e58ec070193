// Groups, alignment and layout as actions, on what the canvas shows.
import type { GroupColour } from '#format'
import { t } from '../language/index.ts'
import { changer } from './change.ts'
import type { Screen } from './screen.ts'
import { align, distribute, type Alignment, type Axis, type Boxes, type Places } from './arrange.ts'
import { moveNodes } from './commands.ts'
import type { Document } from './document.ts'
import type { Core } from './editor.ts'
import { addGroup, dissolve, groupAt, groupOfExactly, groupsOf, regroup, setGroupColour, setGroupTitle } from './groups.ts'

const ALIGN: Readonly<Record<Alignment, string>> = { left: t('Align left'), centre: t('Align centre'), right: t('Align right'), top: t('Align top'), middle: t('Align middle'), bottom: t('Align bottom') }
const DISTRIBUTE: Readonly<Record<Axis, string>> = { horizontally: t('Distribute horizontally'), vertically: t('Distribute vertically') }

export function grouping(core: Core, screen: Screen) {
  const put = changer(core, screen)
  const change = (edit: (document: Document) => Document): void => void put(edit)
  const selected = (): readonly string[] => core.get().document?.selection.nodes ?? []
  return {
    /** A group around what is selected; its id, or null when there is nothing to group. */
    groupSelected(): string | null {
      const { document } = core.get()
      const made = document && addGroup(document, document.selection.nodes)
      if (!made) return null
      change(() => made.document)
      return made.added
    },
    /** Takes away the frames of the groups that the selected nodes are in, or of this one. */
    ungroup(id?: string): void {
      change((d) => dissolve(d, id === undefined ? [...new Set(selected().flatMap((n) => groupAt(d.flow, n) ?? []))] : [id]))
    },
    setGroupTitle: (id: string, title: string): void => change((d) => setGroupTitle(d, id, title)),
    setGroupColour: (id: string, colour: GroupColour): void => change((d) => setGroupColour(d, id, colour)),
    /** Selects the nodes of a group. */
    selectGroup: (id: string): void => change((d) => (Object.hasOwn(groupsOf(d.flow), id) ? { ...d, merging: null, selection: { nodes: groupsOf(d.flow)[id]!.nodes, wires: [] } } : d)),
    /** The group that is selected as a whole. */
    selectedGroup: (): string | undefined => {
      const { document } = core.get()
      return document ? groupOfExactly(document.flow, selected()) : undefined
    },
    /** New places, and who joins or leaves which group by them: one step. */
    dropNodes: (places: Places, into: { readonly [node: string]: string | null }): void => change((d) => regroup(d, places, into)),
    align: (boxes: Boxes, how: Alignment): void => change((d) => relabel(d, moveNodes(d, align(boxes, how)), ALIGN[how])),
    distribute: (boxes: Boxes, axis: Axis): void => change((d) => relabel(d, moveNodes(d, distribute(boxes, axis)), DISTRIBUTE[axis])),
    /** Places that a layout found. */
    place: (places: Places): void => change((d) => relabel(d, moveNodes(d, places), t('Tidy'))),
  }
}

/** The same step under another name. */
function relabel(before: Document, after: Document, label: string): Document {
  const step = after.past.at(-1)
  return after === before || !step ? after : { ...after, past: [...after.past.slice(0, -1), { ...step, label }] }
}
