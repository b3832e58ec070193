// Short messages with a remedy and, where there is one, the button that mends it.
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react'
import { t } from '../language/index.ts'
import { actions, useEditor } from '../state/store.ts'
import './toasts.css'

const icons = { success: CircleCheck, info: Info, warning: TriangleAlert, error: CircleAlert }

export function Toasts() {
  const toasts = useEditor((s) => s.ui.toasts)
  return (
    <div className="toasts" role="region" aria-label={t('Messages')} aria-live="polite">
      {toasts.map((toast) => {
        const Icon = icons[toast.level]
        return (
          <div key={toast.id} className={`toast toast-${toast.level}`} role={toast.level === 'error' ? 'alert' : 'status'}>
            <Icon size={16} aria-hidden="true" />
            <div className="toast-text">
              <b>{toast.text}</b>
              {toast.remedy ? <span>{toast.remedy}</span> : null}
              {toast.action ? (
                <button
                  type="button"
                  className="btn"
                  onClick={() => {
                    toast.action!.run()
                    actions.dismissToast(toast.id)
                  }}
                >
                  {toast.action.label}
                </button>
              ) : null}
            </div>
            <button type="button" className="icon-btn" aria-label={t('Dismiss this message')} onClick={() => actions.dismissToast(toast.id)}>
              <X size={14} />
            </button>
          </div>
        )
      })}
    </div>
  )
}
