import { expect, test } from 'vitest'
import { initialsOf, peopleByName, TINTS, tintsOf } from './people.ts'
import { pathOf, placeOf } from './place.ts'

test('an address names a flow and how it is looked at, and anything else is the beginning', () => {
  expect(placeOf('/flows/pump-p101')).toEqual({ flow: 'pump-p101', view: 'editor' })
  expect(placeOf('/operator/tank/')).toEqual({ flow: 'tank', view: 'operator' })
  for (const path of ['/', '/flows/', '/flows/Pump', '/flows/a/b', '/flows/%2e%2e', '/elsewhere/pump']) expect(placeOf(path)).toEqual({ flow: null, view: 'editor' })
  for (const view of ['editor', 'operator'] as const) expect(placeOf(pathOf('tank', view))).toEqual({ flow: 'tank', view })
  expect(pathOf(null, 'operator')).toBe('/')
})

test('people have initials and a tint of their own, and each name is told once', () => {
  expect(['ada', 'ada lovelace', 'Ada.Lovelace@x', 'ö', ''].map(initialsOf)).toEqual(['AD', 'AL', 'AL', 'Ö', '?'])
  const tints = tintsOf(['ada', 'bob.smith', 'eve', 'ünal', 'x', 'y', 'z', 'w'])
  expect(new Set([...tints.values()].slice(0, TINTS)).size, 'as long as there are enough').toBe(TINTS)
  expect(Math.max(...tints.values())).toBeLessThan(TINTS)
  const person = (id: string, user: string, x: number) => ({ id, user, selection: [], pointer: [x, 0] as const })
  const names = peopleByName([person('1', 'bob', 0), person('2', 'ada', 0), person('3', 'bob', 0)])
  expect(names).toEqual(['ada', 'bob'])
  expect(peopleByName([person('1', 'bob', 5), person('2', 'ada', 9)]), 'a pointer that moves redraws no name').toBe(names)
})
