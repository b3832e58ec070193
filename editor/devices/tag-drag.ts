// Tags on their way from a device's tree to the canvas.
import { t } from '../language/index.ts'
import type { TagDrop } from '../state/tag-rows.ts'

export const TAGS_TYPE = 'application/x-headgate-tags'

/** Undefined: what was dropped is not ours, or not whole. */
export function tagsIn(data: DataTransfer): TagDrop | undefined {
  const text = data.getData(TAGS_TYPE)
  if (text === '') return undefined
  try {
    const json = JSON.parse(text) as Partial<TagDrop>
    return typeof json.connection === 'string' && typeof json.type === 'string' && Array.isArray(json.tags) ? (json as TagDrop) : undefined
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
}

export function beginTagDrag(data: DataTransfer, drop: TagDrop): void {
  data.setData(TAGS_TYPE, JSON.stringify(drop))
  data.setData('text/plain', drop.tags.map((tag) => [...tag.trail, tag.title].join('/')).join('\n'))
  data.effectAllowed = 'copy'
  if (drop.tags.length < 2) return
  // The browser would draw the one line that was taken hold of.
  const chip = document.createElement('div')
  chip.className = 'dv-chip'
  chip.textContent = t('{number} tags of {connection}', { number: drop.tags.length, connection: drop.connection })
  document.body.append(chip)
  data.setDragImage(chip, -8, 12)
  requestAnimationFrame(() => chip.remove())
}
