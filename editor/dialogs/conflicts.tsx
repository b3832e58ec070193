// What two people changed differently: each with what it was, what it is here and what the other made of it, side by side.
// Nothing of it is saved on the gateway until one of the two is chosen.
import type { ReactElement } from 'react'
import type { JsonValue } from '#kit'
import { placeOf, valueOf, type Change, type Flow } from '#format'
import { t } from '../language/index.ts'
import { showValue } from '../inspector/form.ts'
import { clashesOf } from '../state/clashes.ts'
import { actions, useEditor, type Clash } from '../state/store.ts'
import { Modal } from './modal.tsx'
import { changesInWords, type WordContext } from './words.ts'
import './conflicts.css'

interface Words {
  readonly where: string
  readonly what: string
  readonly was: string
  readonly mine: string
  readonly theirs: string
}

function wordsOf(clash: Clash, flow: Flow, context: WordContext): Words {
  const place = placeOf(clash, flow)
  const mine = valueOf(flow, clash)
  const whole = clash.path.length === 2 && place.field === undefined
  const told = (from: unknown, to: unknown) => changesInWords([{ ...place, how: 'changed', ...(whole && place.what === 'node' ? { field: '' } : {}), from, to } as Change], context)[0]!
  if (whole && typeof (clash.mine ?? clash.theirs ?? clash.base) === 'object') {
    const one = (value: unknown): string => (value === undefined ? t('removed') : t('kept, with changes'))
    const { where } = changesInWords([{ ...place, how: 'removed', from: clash.base } as Change], context)[0]!
    return { where, what: place.what === 'node' ? t('the node') : '', was: t('there'), mine: one(mine), theirs: one(clash.theirs) }
  }
  const [first, second] = [told(clash.base, mine), told(clash.base, clash.theirs)]
  // Inside of a subflow, a test, a group: its place in it, and the values as they are.
  if (first.to === undefined) {
    const shown = (value: unknown): string => (value === undefined ? t('removed') : showValue(value as JsonValue))
    return { where: first.where, what: clash.path.slice(2).join(' › '), was: shown(clash.base), mine: shown(mine), theirs: shown(clash.theirs) }
  }
  return { where: first.where, what: first.what, was: first.from ?? '', mine: first.to ?? '', theirs: second.to ?? '' }
}

export function ConflictsDialog(): ReactElement {
  const clashes = useEditor(clashesOf)
  const flow = useEditor((s) => s.document?.flow)
  const base = useEditor((s) => s.base.flow)
  const types = useEditor((s) => s.types)
  const ports = useEditor((s) => s.ports)
  const close = actions.closeDialog
  if (!flow || clashes.length === 0) return <Modal title={t('Changed by two')} close={close}><p className="dg-note">{t('There is nothing to choose. What others change comes into your draft by itself.')}</p></Modal>
  const others = [...new Set(clashes.map((c) => c.author))].join(', ')
  return (
    <Modal
      title={t('{count} settings were changed by two', { count: clashes.length })} close={close} wide
      actions={
        <>
          <span className="dg-hint">{t('Everything else is put together already.')}</span>
          <button type="button" className="btn" onClick={close}>{t('Decide later')}</button>
          {clashes.length > 1 ? <button type="button" className="btn" onClick={() => actions.chooseSide(clashes, 'theirs')}>{t('Take all of {others}', { others })}</button> : null}
          {clashes.length > 1 ? <button type="button" className="btn" onClick={() => actions.chooseSide(clashes, 'mine')}>{t('Keep all of mine')}</button> : null}
        </>
      }
    >
      <p className="dg-note">{t('Here is yours until you choose; on the gateway is what {others} made of it. Taking theirs can be undone with Ctrl+Z.', { others })}</p>
      <ul className="clashes">
        {clashes.map((c) => {
          const w = wordsOf(c, flow, { before: base, after: flow, types, ports })
          const name = `${w.where}${w.what === '' ? '' : `, ${w.what}`}`
          return (
            <li key={JSON.stringify(c.path)} aria-label={name}>
              <div className="clash-head"><b>{w.where}</b> {w.what}{w.was === '' ? null : <small>{t('was {was}', { was: w.was })}</small>}</div>
              <div className="clash-sides" role="group" aria-label={name}>
                <Side of={c} side="mine" who={t('Yours, here')} value={w.mine} act={t('Keep mine')} />
                <Side of={c} side="theirs" who={c.author} value={w.theirs} act={t("Take {author}'s", { author: c.author })} />
              </div>
            </li>
          )
        })}
      </ul>
    </Modal>
  )
}

function Side({ of, side, who, value, act }: { readonly of: Clash; readonly side: 'mine' | 'theirs'; readonly who: string; readonly value: string; readonly act: string }): ReactElement {
  return (
    <div className="clash-side">
      <small>{who}</small>
      <span className="clash-value mono">{value}</span>
      <button type="button" className="btn" onClick={() => actions.chooseSide([of], side)}>{act}</button>
    </div>
  )
}
