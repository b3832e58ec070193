// Another language: kept in this browser, and the page is loaded again, as the texts are chosen while it loads. The draft is
// written first; its undo steps end with the page, as at any reload.
import { keepLanguage, language, type Language } from '../language/index.ts'
import { actions } from '../state/here.ts'

export function chooseLanguage(wanted: Language): void {
  if (wanted === language) return
  keepLanguage(wanted)
  actions.flush()
  location.reload()
}
