// Random numbers that are the same each time: a generator whose whole state is one number.

/** mulberry32 (T. Ettinger, 2017): the next state of a 32-bit generator. */
export const nextState = (state: number): number => (state + 0x6d2b79f5) | 0

/** Evenly between 0 (in) and 1 (out), of a state. */
export function uniformOf(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

/** Normal with mean 0 and deviation 1 from two even ones (Box and Muller, Ann. Math. Stat. 29, 1958). */
export const normalOf = (u: number, v: number): number => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v)
