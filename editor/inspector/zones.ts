// Time zones as this browser knows them.

export const ownZone: string = new Intl.DateTimeFormat('en').resolvedOptions().timeZone
export const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((z) => z !== 'UTC')]

/** Whether it is a time zone, as this browser knows them; the gateway's check has the last word. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch (thrown) {
    if (thrown instanceof RangeError) return false
    throw thrown
  }
}
