import { t } from '../language/index.ts'

/** What is wrong with a new password, '' when nothing. The gateway checks again and knows more (common ones). */
export function passwordFault(password: string, user: string): string {
  if (password.length < 10) return t('{count} more characters (10 at least).', { count: 10 - password.length })
  if (user.trim() !== '' && password.toLowerCase() === user.trim().toLowerCase()) return t('It is the name of the user.')
  if (new Set(password).size < 4) return t('It repeats too few characters.')
  return ''
}
