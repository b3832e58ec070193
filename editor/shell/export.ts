// The flow as a file and on the clipboard.
import { t } from '../language/index.ts'
import { actions, store } from '../state/store.ts'

export async function downloadFlow(): Promise<void> {
  try {
    const text = await actions.exportText()
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${store.getState().document?.flow.id ?? 'flow'}.flow.json`
    link.click()
    URL.revokeObjectURL(url)
  } catch (thrown) {
    actions.toastFailed(thrown)
  }
}

export async function copyFlow(): Promise<void> {
  try {
    copyText(await actions.exportText())
    actions.toast({ level: 'success', text: t('The flow is on the clipboard.'), remedy: t('Paste it on any canvas, or into a file.') })
  } catch (thrown) {
    actions.toastFailed(thrown)
  }
}

/** By a copy event: the newer clipboard API is missing where the gateway is reached without HTTPS. Throws when the browser refuses. */
export function copyText(text: string): void {
  const put = (e: ClipboardEvent): void => {
    e.clipboardData?.setData('text/plain', text)
    e.preventDefault()
    e.stopImmediatePropagation()
  }
  addEventListener('copy', put, { capture: true, once: true })
  const done = document.execCommand('copy')
  removeEventListener('copy', put, { capture: true })
  if (!done) throw new Error(t('The browser does not give access to the clipboard. Use Export as file.'))
}
