// MQTT topics and filters (MQTT 3.1.1 and 5, clause 4.7). Pure.

/** Why a text is no topic filter, or undefined. */
export function filterFault(filter: string): string | undefined {
  if (filter === '') return 'A topic is needed.'
  if (new TextEncoder().encode(filter).length > 65535 || filter.includes('\0')) return 'This cannot be a topic.'
  const levels = filter.split('/')
  const at = levels.findIndex((level) => (level.includes('#') && level !== '#') || (level.includes('+') && level !== '+'))
  if (at >= 0) return `'${levels[at]}': + and # stand for whole levels.`
  const hash = levels.indexOf('#')
  return hash >= 0 && hash !== levels.length - 1 ? '# may only be the last level.' : undefined
}

/** Does a filter cover a topic? Topics that begin with '$' need a filter that does, too. */
export function covers(filter: string, topic: string): boolean {
  const shared = /^\$share\/[^/]+\/(.*)$/.exec(filter)
  const levels = (shared ? shared[1]! : filter).split('/')
  const names = topic.split('/')
  if (topic.startsWith('$') && levels[0] !== names[0]) return false
  for (const [i, level] of levels.entries()) {
    if (level === '#') return true
    if (i >= names.length || (level !== '+' && level !== names[i])) return false
  }
  return levels.length === names.length
}

/** A name to publish to: what only filters may hold becomes '_'. */
export const publishable = (topic: string): string => topic.replaceAll(/[+#\0]/g, '_')
