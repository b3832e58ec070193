// What the editor says, in German: a file for each of its folders. A text of several folders stands in the first that has it.
import { canvas } from './de/canvas.ts'
import { devices } from './de/devices.ts'
import { dialogs } from './de/dialogs.ts'
import { inspector } from './de/inspector.ts'
import { live } from './de/live.ts'
import { operator } from './de/operator.ts'
import { replay } from './de/replay.ts'
import { shell } from './de/shell.ts'
import { state } from './de/state.ts'
import type { Words } from './index.ts'

export const words: Words = { ...shell, ...state, ...dialogs, ...canvas, ...inspector, ...live, ...operator, ...replay, ...devices }
