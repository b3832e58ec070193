// The small part of Markdown that node helps use: headings, paragraphs, lists, code, bold, emphasis, links. Into a
// tree, never into HTML: what is not known stays text, so a help text cannot bring markup into the editor.

export type Inline =
  | { readonly as: 'text' | 'code' | 'bold' | 'emphasis'; readonly text: string }
  | { readonly as: 'link'; readonly text: string; readonly href: string }
export type Block =
  | { readonly as: 'paragraph'; readonly inline: readonly Inline[] }
  | { readonly as: 'heading'; readonly level: number; readonly inline: readonly Inline[] }
  | { readonly as: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly as: 'code'; readonly text: string }

const BULLET = /^\s*[-*]\s+(.*)$/
const NUMBERED = /^\s*\d+[.)]\s+(.*)$/

export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  for (let i = 0; i < lines.length; ) {
    const line = lines[i]!
    if (line.trim() === '') { i++; continue }
    if (line.trimStart().startsWith('```')) {
      const body: string[] = []
      for (i++; i < lines.length && !lines[i]!.trimStart().startsWith('```'); i++) body.push(lines[i]!)
      i++
      blocks.push({ as: 'code', text: body.join('\n') })
      continue
    }
    const heading = /^(#{1,4})\s+(.*)$/.exec(line)
    if (heading) {
      blocks.push({ as: 'heading', level: heading[1]!.length, inline: parseInline(heading[2]!) })
      i++
      continue
    }
    const marker = BULLET.test(line) ? BULLET : NUMBERED.test(line) ? NUMBERED : undefined
    if (marker) {
      const items: string[] = []
      for (; i < lines.length && lines[i]!.trim() !== ''; i++) {
        const item = marker.exec(lines[i]!)
        if (item) items.push(item[1]!)
        else items[items.length - 1] += ` ${lines[i]!.trim()}`
      }
      blocks.push({ as: 'list', ordered: marker === NUMBERED, items: items.map(parseInline) })
      continue
    }
    const body: string[] = []
    for (; i < lines.length && lines[i]!.trim() !== '' && !startsBlock(lines[i]!, body.length); i++) body.push(lines[i]!.trim())
    blocks.push({ as: 'paragraph', inline: parseInline(body.join(' ')) })
  }
  return blocks
}

const startsBlock = (line: string, at: number): boolean => at > 0 && (line.trimStart().startsWith('```') || /^#{1,4}\s/.test(line) || /^\s*[-*]\s+\S/.test(line))

export function parseInline(text: string): Inline[] {
  const out: Inline[] = []
  let rest = text
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])|\[([^\]]+)\]\(([^)\s]+)\)/
  while (rest !== '') {
    const hit = pattern.exec(rest)
    if (!hit) break
    if (hit.index > 0) out.push({ as: 'text', text: rest.slice(0, hit.index) })
    if (hit[1] !== undefined) out.push({ as: 'code', text: hit[1] })
    else if (hit[2] !== undefined) out.push({ as: 'bold', text: hit[2] })
    else if (hit[3] !== undefined) out.push({ as: 'emphasis', text: hit[3] })
    else if (/^https?:\/\//.test(hit[5]!)) out.push({ as: 'link', text: hit[4]!, href: hit[5]! })
    else out.push({ as: 'text', text: hit[0] })
    rest = rest.slice(hit.index + hit[0].length)
  }
  if (rest !== '') out.push({ as: 'text', text: rest })
  return out
}
