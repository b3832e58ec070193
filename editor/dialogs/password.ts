/** What is wrong with a new password, '' when nothing. The gateway checks again and knows more (common ones). */
export function passwordFault(password: string, user: string): string {
  if (password.length < 10) return `${10 - password.length} more ${password.length === 9 ? 'character' : 'characters'} (10 at least).`
  if (user.trim() !== '' && password.toLowerCase() === user.trim().toLowerCase()) return 'It is the name of the user.'
  if (new Set(password).size < 4) return 'It repeats too few characters.'
  return ''
}
