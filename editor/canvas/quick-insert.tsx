// The quick list: a new node where the pointer is, after the selected one, or into a gap that a wire left.
import { useMemo } from 'react'
import { useReactFlow } from 'reactflow'
import { formatType, type CatalogueNode } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Icon } from '../shell/icon.tsx'
import { clearPlace } from '../state/commands.ts'
import { familiesOf, familyName, searchNodes, withShelves } from '../state/families.ts'
import { candidatesFor, type Candidate, type FitGrade, type Gap } from '../state/fitting.ts'
import { titleOf } from '../state/status.ts'
import { actions, store } from '../state/here.ts'
import { inputAt, outputAt } from '../state/wiring.ts'
import type { Point } from './ask.ts'
import { PickList, type Choice } from './pick-list.tsx'
import { viewCentre } from './view.ts'

/** Where in a node its first port lies, px. */
const PORT_Y = 56
const WIDTH = 200
const ROUND = 10

const iconOf = (node: CatalogueNode) => <Icon name={node.icon} />
const plain = (node: CatalogueNode): Choice => ({ id: node.type, text: said(node.title), icon: iconOf(node), what: said(node.summary), note: familyName(node.type) })

export function QuickInsert({ point, gap, onClose }: { readonly point: Point | null; readonly gap: Gap | null; readonly onClose: () => void }) {
  const { screenToFlowPosition } = useReactFlow()
  // As it was when the list opened: it stays as it is while one types.
  const { nodes, after, lists, fitting, title } = useMemo(() => listOf(gap), [gap])

  const choices = (search: string): readonly Choice[] => {
    const wanted = search.trim()
    if (gap) {
      const found = wanted === '' ? fitting : searchNodes(fitting.map((c) => c.type), wanted).map((type) => fitting.find((c) => c.type === type)!)
      let last = ''
      return found.map(({ type, joint }) => {
        const heading = wanted === '' ? gradeNames[joint.grade] : last
        const changed = heading !== last
        last = heading
        return { ...plain(type), note: wanted === '' ? familyName(type.type) : gradeNotes[joint.grade], ...(changed ? { heading } : {}) }
      })
    }
    const second = (type: string): Partial<Choice> => (after && actions.follows(type, after.id) ? { second: t('after {title}', { title: after.title }) } : {})
    if (wanted !== '') return searchNodes(nodes, wanted).map((node) => ({ ...plain(node), ...second(node.type) }))
    return lists.flatMap((family) => family.nodes.map((node, i) => ({ ...plain(node), ...second(node.type), id: `${family.id}:${node.type}`, note: '', ...(i === 0 ? { heading: family.title } : {}) })))
  }

  const take = (choice: Choice, second: boolean): void => {
    const type = choice.id.split(':').at(-1)!
    onClose()
    if (second && after) return void actions.insertAfter(type, after.id)
    const { x, y } = point ? screenToFlowPosition(point) : asPoint(viewCentre())
    const round = (n: number): number => Math.round(n / ROUND) * ROUND
    const nodesNow = store.getState().document?.flow.nodes ?? {}
    if (gap) {
      // Pulled out of an output, its input lies at the point; out of an input, its output does; in a wire, its middle.
      const left = gap.instead !== undefined ? x - WIDTH / 2 : gap.from ? x : x - WIDTH
      actions.insertInto(type, gap, [round(left), round(y - PORT_Y)])
    } else if (point) actions.addNode(type, [round(x - WIDTH / 2), round(y - 20)])
    else actions.addNode(type, clearPlace(nodesNow, [x - WIDTH / 2, y - 60]))
  }

  return (
    <PickList
      label={gap ? t('Insert a node that fits') : t('Insert a node')}
      placeholder={gap ? t('What fits here…') : t('Insert a node…')}
      title={title}
      at={point}
      choices={choices}
      empty={(search) => (search.trim() !== '' ? t('No node that fits has “{search}”.', { search: search.trim() }) : t('No node of this gateway fits here.'))}
      onTake={take}
      onClose={onClose}
    />
  )
}

const asPoint = ([x, y]: readonly [number, number]): Point => ({ x, y })

const gradeNames: Readonly<Record<FitGrade, string>> = { exact: t('Fits'), any: t('Takes anything'), mended: t('With a node between'), checked: t('May fit: each sample is checked'), later: t('Gets its ports by its settings') }
const gradeNotes: Readonly<Record<FitGrade, string>> = { exact: '', any: t('takes anything'), mended: t('with a node between'), checked: t('may fit'), later: t('ports by settings') }

function listOf(gap: Gap | null) {
  const s = store.getState()
  const nodes = s.catalogue?.nodes ?? []
  const selected = s.document?.selection.nodes ?? []
  const name = (id: string): string => titleOf(s.document?.flow.nodes, s.types, id)
  const only = selected.length === 1 && Object.keys(s.ports[selected[0]!]?.outputs ?? {}).length > 0 ? selected[0]! : undefined
  const fitting: readonly Candidate[] = gap ? candidatesFor(s, nodes, gap) : []
  const type = gap?.from ? outputAt(s, gap.from) : gap?.to ? inputAt(s, gap.to) : undefined
  const carried = type ? ` · ${formatType(type)}` : ''
  const title = !gap ? undefined
    : gap.instead !== undefined ? <>{t('Into the wire')}{' '}<b>{name(gap.from!.node)}</b> → <b>{name(gap.to!.node)}</b>{carried}</>
    : gap.from ? <>{t('After')}{' '}<b>{name(gap.from.node)}</b>, {gap.from.port}{carried}</>
    : <>{t('Before')}{' '}<b>{name(gap.to!.node)}</b>, {gap.to!.port}{carried}</>
  return { nodes, fitting, title, after: only === undefined ? undefined : { id: only, title: name(only) }, lists: withShelves(familiesOf(nodes), nodes, s.ui.favourites, s.ui.recent) }
}
