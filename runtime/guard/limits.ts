// The arithmetic of an envelope: what may be written next. Pure.
import { hasKind, isBad, Quality, type Envelope, type Sample } from '#kit'

/** A step of a ramp at most this often, ms; and the most that the rate limit saves up while nothing is written. */
export const STEP_MS = 250

/** Why a sample is no command, or undefined: it is one. */
export function unfit(s: Sample, now: number, envelope: Envelope): string | undefined {
  if (!hasKind(s.value, 'number') || s.value === null) return s.value === null ? 'the value is missing' : 'it is not a number'
  if (isBad(s.quality)) return 'its quality is bad'
  if (s.quality >>> 0 === Quality.uncertainLastUsable) return 'it is only the last known value'
  if (!Number.isFinite(s.value)) return `it is ${String(s.value)}`
  if (!Number.isFinite(s.time)) return 'it has no time'
  if (now - s.time > envelope.staleAfterMs) return `it is ${((now - s.time) / 1000).toFixed(1)} s old`
  return undefined
}

/** Why a value may never be written, or undefined. */
export function outside(value: number, { minimum, maximum }: Envelope): string | undefined {
  if (value >= minimum && value <= maximum) return undefined
  return `${value} is outside of the range, ${minimum} to ${maximum}`
}

export type Step = { readonly write: number } | { readonly wait: number } | { readonly deny: string }

/**
 * The next value on the way from what the device holds to the target: inside the range, and no further than the rate
 * allows for the time since the last attempt (STEP_MS at most). `wait`: ms until a whole step is allowed.
 */
export function nextStep(holds: number, target: number, sinceLastMs: number, envelope: Envelope): Step {
  const { minimum, maximum, maxRatePerS } = envelope
  const refused = outside(target, envelope)
  if (refused) return { deny: refused }
  const saved = Math.max(0, Math.min(sinceLastMs, STEP_MS))
  const allowed = (maxRatePerS * saved) / 1000
  const distance = Math.abs(target - holds)
  if (distance <= allowed) return { write: target }
  if (saved < STEP_MS) return { wait: STEP_MS - saved }
  const next = holds + Math.sign(target - holds) * allowed
  if (next >= minimum && next <= maximum) return { write: next }
  const edge = next < minimum ? minimum : maximum
  if (Math.abs(edge - holds) <= allowed) return { write: edge }
  return { deny: `the device holds ${holds}, outside of the range, ${minimum} to ${maximum}: bring it inside by hand` }
}
