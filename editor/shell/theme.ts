// Puts the theme on <html>: 'system' follows the operating system, and changes with it.
import { store, type Theme } from '../state/store.ts'

export function followTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const resolve = (theme: Theme): 'light' | 'dark' => (theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme)
  const apply = (): void => {
    document.documentElement.dataset['theme'] = resolve(store.getState().ui.theme)
  }
  apply()
  dark.addEventListener('change', apply)
  store.subscribe((now, before) => {
    if (now.ui.theme !== before.ui.theme) apply()
  })
}
