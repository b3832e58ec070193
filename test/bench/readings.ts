// What every contender is fed: the same readings at the same times.

/** A slow swing from a table (the bench is not about sines); nearly all readings pass a deadband of 0.5 after scaling. */
const table = Float64Array.from({ length: 4096 }, (_, i) => 500 + 400 * Math.sin((i * 2 * Math.PI * 33) / 4096))

export const reading = (i: number): number => table[i & 4095]!

/** ms UTC; in the past, as real readings are. */
export const FIRST_TIME = Date.UTC(2026, 0, 1)
