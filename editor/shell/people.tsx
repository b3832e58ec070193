// Who else has this flow open. Initials and names tell them apart; the tints are quiet ones, as colour means abnormal.
import type { ReactElement } from 'react'
import { t } from '../language/index.ts'
import { initialsOf, peopleByName, tintsOf } from '../state/people.ts'
import { useEditor } from '../state/store.ts'
import './people.css'

const SHOWN = 4

export function People(): ReactElement | null {
  const names = useEditor((s) => peopleByName(s.people))
  if (names.length === 0) return null
  const more = names.length - SHOWN
  const tints = tintsOf(names)
  const all = names.join(', ')
  return (
    <span className="people" role="group" aria-label={t('Also here: {all}', { all })} title={t('Also here: {all}', { all })}>
      {names.slice(0, more > 1 ? SHOWN : names.length).map((name) => <span key={name} className={`avatar tint-${tints.get(name)}`} aria-hidden="true" title={t('{name} has this flow open too', { name })}>{initialsOf(name)}</span>)}
      {more > 1 ? <span className="avatar" aria-hidden="true">+{more}</span> : null}
    </span>
  )
}
