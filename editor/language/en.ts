// English where one thing is not said like many. All other English stands in the code.
import type { Words } from './index.ts'

export const singulars: Words = {
  // canvas
  'Group {title}, {count} nodes_one': 'Group {title}, {count} node',
  '{count} problems_one': 'one problem',
  'and {count} more ports differ_one': 'and {count} more port differs',
}
