// English where one thing is not said like many, and where a key says which of two meanings a word has. All other English
// stands in the code.
import type { Words } from './index.ts'

export const singulars: Words = {
  // devices
  '{count} tags_one': '{count} tag',
  // live
  'No alarm is like that. {count} are in the list._one': 'No alarm is like that. {count} is in the list.',
  '{count} alarms acknowledged._one': '{count} alarm acknowledged.',
  'Acknowledge {count} alarms?_one': 'Acknowledge {count} alarm?',
  '{value} from {from} to {to}, {count} samples_one': '{value} from {from} to {to}, {count} sample',
  '{count} detections_one': '{count} detection',
  // inspector
  '{count} errors_one': '{count} error',
  '{count} warnings_one': '{count} warning',
  '{count} notes_one': '{count} note',
  'Used by {count} settings_one': 'Used by {count} setting',
  'Where it is used: {count} settings_one': 'Where it is used: {count} setting',
  '{count} nodes selected_one': '{count} node selected',
  '{count} wires selected_one': '{count} wire selected',
  '{count} nodes_one': '{count} node',
  '{count} wires_one': '{count} wire',
  '{count} entries_one': '{count} entry',
  'Add {count} rows_one': 'Add {count} row',
  'and {count} more rows_one': 'and {count} more row',
  'and {count} more lines_one': 'and {count} more line',
  'Some lines have {most} cells; {count} columns are taken._one': 'Some lines have {most} cells; {count} column is taken.',
  '{count} rows with a fault: to the next_one': '{count} row with a fault: to the next',
  'Into the {count} rows below_one': 'Into the row below',
  // canvas
  'Group {title}, {count} nodes_one': 'Group {title}, {count} node',
  '{count} problems_one': 'one problem',
  'and {count} more ports differ_one': 'and {count} more port differs',
  // replay
  'passed (test)': 'passed',
  'armed (card)': 'armed',
  'disarmed (card)': 'disarmed',
  'Writes (verb)': 'Writes',
  '{number} steps_one': '{number} step',
  '{number} inputs_one': '{number} input',
  '{number} samples_one': '{number} sample',
  'Your draft gives the same at all {count} ports._one': 'Your draft gives the same at its one port.',
  '{differing} of {count} ports would have given something else._one': '{differing} of {count} port would have given something else.',
  'and {count} more ports_one': 'and {count} more port',
  'and {count} more differences_one': 'and {count} more difference',
  'Tests: {count} are being run over this draft…_one': 'Tests: one is being run over this draft…',
}
