// Short messages with a remedy and, where there is one, the button that mends it.
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react'
import { actions, useEditor } from '../state/store.ts'
import './toasts.css'

const icons = { success: CircleCheck, info: Info, warning: TriangleAlert, error: CircleAlert }

export function Toasts() {
  const toasts = useEditor((s) => s.ui.toasts)
  return (
    <div className="toasts" role="region" aria-label="Messages" aria-live="polite">
      {toasts.map((t) => {
        const Icon = icons[t.level]
        return (
          <div key={t.id} className={`toast toast-${t.level}`} role={t.level === 'error' ? 'alert' : 'status'}>
            <Icon size={16} aria-hidden="true" />
            <div className="toast-text">
              <b>{t.text}</b>
              {t.remedy ? <span>{t.remedy}</span> : null}
              {t.action ? (
                <button
                  type="button"
                  className="btn"
                  onClick={() => {
                    t.action!.run()
                    actions.dismissToast(t.id)
                  }}
                >
                  {t.action.label}
                </button>
              ) : null}
            </div>
            <button type="button" className="icon-btn" aria-label="Dismiss this message" onClick={() => actions.dismissToast(t.id)}>
              <X size={14} />
            </button>
          </div>
        )
      })}
    </div>
  )
}
