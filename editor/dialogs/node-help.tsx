// The help of a node type by itself: from the command palette, whether the flow has such a node or not.
import { useMemo, type ReactElement } from 'react'
import { may } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Markdown } from '../inspector/help-tab.tsx'
import { parseMarkdown } from '../inspector/markdown.ts'
import { add } from '../shell/add-node.ts'
import { familyName } from '../state/families.ts'
import { actions, useEditor } from '../state/store.ts'
import { Modal } from './modal.tsx'

export default function NodeHelpDialog(): ReactElement {
  const wanted = useEditor((s) => (s.ui.dialog?.kind === 'node-help' ? s.ui.dialog.type : ''))
  const type = useEditor((s) => s.types.get(wanted))
  const edits = useEditor((s) => s.document !== null && s.session !== null && may(s.session.role, 'edit'))
  const blocks = useMemo(() => parseMarkdown(type?.help ?? ''), [type])
  const drops = Object.entries(type?.drops ?? {})
  return (
    <Modal
      title={said(type?.title) ?? wanted} close={actions.closeDialog} wide
      actions={
        <>
          <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'find', text: `type:${wanted}` })}>{t('Where it is used')}</button>
          {type && edits ? <button type="button" className="btn primary" onClick={() => { actions.closeDialog(); add(wanted) }}>{t('Add to the flow')}</button> : null}
        </>
      }
    >
      {type ? (
        <div className="in-helptext nh">
          <p className="lead">{said(type.summary)}</p>
          <Markdown blocks={blocks} />
          {drops.length > 0 && <><h3>{t('Leaves samples out when')}</h3><ul>{drops.map(([reason, words]) => <li key={reason}>{said(words)}</li>)}</ul></>}
          <p className="foot mono">{familyName(type.type)} · {type.type} v{type.version}</p>
        </div>
      ) : <p className="dg-note">{t('This gateway has no node of the type {wanted}.', { wanted })}</p>}
    </Modal>
  )
}
