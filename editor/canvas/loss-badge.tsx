// What a node dropped or failed in the last minute, quiet at its lower edge; a click opens its line in the ledger.
import { memo, type ReactElement } from 'react'
import { t } from '../language/index.ts'
import { formatNumber } from '../state/format.ts'
import { actions, useEditor } from '../state/here.ts'
import './watch.css'

export const LossBadge = memo(function LossBadge({ id }: { readonly id: string }): ReactElement | null {
  const loss = useEditor((s) => (s.live.state === 'open' ? s.live.losses[id] : undefined))
  if (!loss) return null
  const words = [loss.failed > 0 ? t('{failed} failed', { failed: formatNumber(loss.failed) }) : '', loss.dropped > 0 ? t('{dropped} dropped', { dropped: formatNumber(loss.dropped) }) : ''].filter((w) => w !== '').join(', ')
  return (
    <button type="button" className={`loss nodrag nopan${loss.failed > 0 ? ' failed' : ''}`} tabIndex={-1} aria-label={t('{words} in the last minute: open the ledger', { words })} title={t('{words} in the last minute. Click to see where and why.', { words })} onClick={(e) => { e.stopPropagation(); actions.showLedger(id) }}>
      {loss.failed > 0 && <b>✕ {formatNumber(loss.failed)}</b>}
      {loss.dropped > 0 && <span>−{formatNumber(loss.dropped)}</span>}
    </button>
  )
})
