// A few cards a frame: what many cards are to become at once (whole ones at 60 % zoom, those that a pan brings in) they become
// one after another, so that the view goes on moving. Who comes alone does not wait. Pure but for the frames, which are given.

export interface Pace {
  /** What is left of this frame is enough, and nobody waits: it is taken. */
  claim(cost: number): boolean
  /** Runs `task` in one of the next frames, in the order of asking. The answer calls it off. */
  turn(cost: number, task: () => void): () => void
  /** Nobody waits. */
  idle(): boolean
}

/** `budget`: cost that a frame may take; one that costs more has a frame of its own. `calm` is told when the last one that waited had its turn or was called off. */
export function createPace(budget: number, nextFrame: (run: () => void) => void, calm: () => void = () => undefined): Pace {
  let left = budget
  let asked = false
  /** Somebody has waited since it was last told that nobody does. */
  let owed = false
  const waiting = new Set<{ readonly cost: number; readonly task: () => void }>()
  const ask = (): void => {
    if (asked) return
    asked = true
    nextFrame(() => {
      asked = false
      left = budget
      for (const one of waiting) {
        if (one.cost > left && left < budget) break
        left -= one.cost
        waiting.delete(one)
        one.task()
      }
      if (waiting.size > 0) ask()
      else if (owed) {
        owed = false
        calm()
      }
    })
  }
  return {
    claim(cost) {
      if (waiting.size > 0 || (cost > left && left < budget)) return false
      left -= cost
      ask()
      return true
    },
    turn(cost, task) {
      const one = { cost, task }
      waiting.add(one)
      owed = true
      ask()
      return () => void waiting.delete(one)
    },
    idle: () => waiting.size === 0,
  }
}
