// The kinds of widgets as people call them: alone, and within a sentence.
import type { WidgetKind } from '#format'
import { t } from '../language/index.ts'

export const kindTitles: Readonly<Record<WidgetKind, string>> = { value: t('Value'), gauge: t('Gauge'), trend: t('Trend'), state: t('State'), alarms: t('Alarms'), setpoint: t('Setpoint'), text: t('Text') }
export const kindWords: Readonly<Record<WidgetKind, string>> = { value: t('value'), gauge: t('gauge'), trend: t('trend'), state: t('state'), alarms: t('alarms'), setpoint: t('setpoint'), text: t('text') }
