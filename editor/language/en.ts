// English where one thing is not said like many. All other English stands in the code.
import type { Words } from './index.ts'

export const singulars: Words = {
  '{count} nodes_one': '{count} node',
  'Collapse {count} nodes_one': 'Collapse {count} node',
  'Remove {count} nodes_one': 'Remove {count} node',
  'Remove {count} wires_one': 'Remove {count} wire',
  'Move {count} nodes_one': 'Move {count} node',
  'Group {count} nodes_one': 'Group {count} node',
  '{count} tags had no room: the table of this node is full._one': '{count} tag had no room: the table of this node is full.',
  '{count} tags added_one': '{count} tag added',
  '{count} were in the node already._one': '{count} was in the node already.',
  '{count} wires do not fit {title} and were removed._one': 'A wire does not fit {title} and was removed.',
  '{count} wires went to ports that the subflow does not have: {wires}._one': 'A wire went to ports that the subflow does not have: {wires}.',
  '{count} instances_one': '{count} instance',
  '{author} changed {count} settings that you changed too._one': '{author} changed a setting that you changed too.',
  'Add {count} tags of {connection}_one': 'Add {count} tag of {connection}',
  '{count} wires_one': '{count} wire',
  '{count} settings_one': '{count} setting',
  '{count} parameters_one': '{count} parameter',
  '{count} subflows_one': '{count} subflow',
  '{count} groups_one': '{count} group',
  '{count} tests_one': '{count} test',
  '{count} dashboards_one': '{count} dashboard',
  '{count} names_one': '{count} name',
  '{count} connections_one': '{count} connection',
  '{count} fields_one': '{count} field',
}
