// Words for the states that the gateway tells by their names.
import type { Health, Severity } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'

const states: Readonly<Record<Health['state'], string>> = { ok: t('ok'), connecting: t('connecting'), stale: t('stale'), error: t('error') }
export const severityWords: Readonly<Record<Severity, string>> = { good: t('good'), uncertain: t('uncertain'), bad: t('bad') }
/** What a node or connection says of itself, or else its state. */
export const healthText = (health: Health): string => said(health.text) || states[health.state]
