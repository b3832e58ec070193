// On a node whose ports give something else in the draft that is tried beside the live flow: both last values.
import { memo } from 'react'
import { t } from '../language/index.ts'
import { engineIdOf, useParts } from '../state/here.ts'
import { formatValue } from '../state/format.ts'
import { differingAt } from '../state/trying.ts'
import './trying.css'

const SHOWN = 2
const none: readonly string[] = []

export const ShadowMark = memo(function ShadowMark({ id }: { readonly id: string }) {
  const [ends, ports] = useParts((s) => {
    const differing = s.trying.shadow ? differingAt(s, engineIdOf(id)) : none
    return [differing, differing.length === 0 ? undefined : s.trying.shadow?.ports] as const
  })
  if (!ports || ends.length === 0) return null
  return (
    <div className="shadowed">
      {ends.slice(0, SHOWN).map((end) => {
        const { last, onlyLive = 0, onlyDraft = 0 } = ports[end] ?? {}
        const alone = onlyLive === 0 ? t('only the draft') : onlyDraft === 0 ? t('only live') : t('at other times')
        const name = end.slice(end.indexOf('.') + 1)
        const told = last ? t('live {live}, draft {draft}', { live: `${formatValue(last.live)}${bad(last.liveQuality)}`, draft: `${formatValue(last.draft)}${bad(last.draftQuality)}` }) : t('readings: {alone}', { alone })
        return <div key={end} title={`${name}: ${told}`}><span>≠ {name}</span><b>{last ? <>{formatValue(last.live)}{bad(last.liveQuality)} <i aria-label={t('live, draft')}>│</i> {formatValue(last.draft)}{bad(last.draftQuality)}</> : alone}</b></div>
      })}
      {ends.length > SHOWN ? <div><span>{t('and {count} more ports differ', { count: ends.length - SHOWN })}</span></div> : null}
    </div>
  )
})

const bad = (quality: string): string => (quality === 'Good' ? '' : ` (${quality})`)
