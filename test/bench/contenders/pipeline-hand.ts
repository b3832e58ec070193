// The same five steps as a loop that somebody wrote by hand for just this case; it allocates the same samples.
import { sample, type Sample } from '#kit'
import { answer, task } from '../process.ts'
import { FIRST_TIME, measure, reading } from '../readings.ts'

const { samples, passes } = task<{ samples: number; passes: number }>()

/** What each step saw last: kept, as whoever shows values must, which also makes V8 really allocate the samples. */
const shown: { raw: Sample | null; set: Sample | null; scaled: Sample | null } = { raw: null, set: null, scaled: null }
let last: Sample | null = null
let high = 0
let low = 0

function one(s: Sample): void {
  shown.raw = s
  const set = sample('line1', s.value, s.time, s.quality)
  const scaled = sample(set.tag, (set.value as number) * 0.1 - 40, set.time, set.quality)
  shown.set = set
  shown.scaled = scaled
  if (last !== null && Math.abs((scaled.value as number) - (last.value as number)) <= 0.5) return
  last = scaled
  if ((scaled.value as number) > 50) high++
  else low++
}

answer(
  await measure(
    samples,
    passes,
    (from, to) => {
      for (let i = from; i < to; i++) one(sample('raw', reading(i), FIRST_TIME + i))
    },
    () => high + low,
  ),
)
