// Who may import whom, as the design says (architecture, 'Direction of imports').
import { imports, isTest, packageOf, place, type Import, type Source } from './sources.ts'

const kit = (file: string): boolean => file.startsWith('nodes/kit/')
const math = (file: string): boolean => file.startsWith('nodes/math/')
const expression = (file: string): boolean => file.startsWith('nodes/expression/')
const flows = (file: string): boolean => file.startsWith('flows/')
const format = (file: string): boolean => file.startsWith('flows/format/')
const inFolder = (folder: string) => (file: string): boolean => file.startsWith(`${folder}/`)

/** Those that know the catalogue. */
const knowsNodes = (path: string): boolean => ['runtime/main.ts', 'runtime/engine/main.ts', 'runtime/lab/main.ts'].includes(path) || path.startsWith('runtime/cli/')

/** The first rule whose place fits says what a file may import of ours. */
const rules: readonly { readonly of: (path: string) => boolean; readonly what: string; readonly may: (to: string, from: string) => boolean }[] = [
  { of: kit, what: 'nodes/kit imports nothing of ours', may: kit },
  { of: math, what: 'nodes/math imports nothing of ours', may: math },
  { of: expression, what: 'nodes/expression imports the kit and math', may: (to) => kit(to) || math(to) || expression(to) },
  { of: flows, what: 'flows import the kit only', may: (to) => kit(to) || flows(to) },
  { of: (path) => path === 'nodes/index.ts', what: 'the catalogue imports the kit, nodes and drivers', may: (to) => to.startsWith('nodes/') },
  {
    of: inFolder('nodes/drivers'),
    what: 'a driver imports the kit, math and what drivers share, no node and no other driver',
    may: (to, from) => kit(to) || math(to) || /^nodes\/drivers\/[^/]+$/.test(to) || to.startsWith(from.split('/').slice(0, 3).join('/') + '/'),
  },
  { of: inFolder('nodes'), what: 'a node imports the kit, math, expressions and drivers, no other node', may: (to) => kit(to) || math(to) || expression(to) || to.startsWith('nodes/drivers/') },
  { of: knowsNodes, what: 'the command line and the three mains import the kit, flows, expressions, the runtime and the catalogue', may: (to) => kit(to) || flows(to) || expression(to) || to.startsWith('runtime/') || to === 'nodes/index.ts' },
  { of: inFolder('runtime'), what: 'the runtime imports the kit, flows and expressions; only its mains and its command line know the catalogue', may: (to) => kit(to) || flows(to) || expression(to) || to.startsWith('runtime/') },
  { of: inFolder('editor'), what: 'the editor imports the kit and flows/format, never the runtime or nodes', may: (to) => kit(to) || format(to) || to.startsWith('editor/') },
  { of: inFolder('models'), what: 'models import the kit, math, flows and the simulated plant', may: (to) => kit(to) || math(to) || flows(to) || to.startsWith('models/') || to.startsWith('runtime/plant/') },
]

/** Parts of the canvas and the inspector that need the whole draft beside the part that is open. */
const whole: ReadonlySet<string> = new Set(['editor/canvas/breadcrumb.tsx', 'editor/canvas/in-view.ts', 'editor/canvas/arrange-menu.tsx', 'editor/canvas/others.tsx', 'editor/inspector/expression.tsx', 'editor/inspector/inspector.tsx', 'editor/inspector/subflows.tsx'])

/** Heavy: only loaded when a connection or a model opens, so only with import(). */
export const heavy = ['node-opcua', 'mqtt', 'modbus-serial', 'onnxruntime-node', 'aedes']

export function directionFaults(all: readonly Source[]): string[] {
  const faults: string[] = []
  for (const source of all) {
    const { path } = source
    const fault = (found: Import, what: string): void => void faults.push(`${place(source, found.at)} imports ${found.specifier}: ${what}`)
    for (const found of imports(source)) {
      const { file } = found
      if (!isTest(path)) {
        const rule = rules.find((r) => r.of(path))
        if (file !== undefined && isTest(file)) fault(found, 'only tests import tests')
        else if (file !== undefined && rule && !rule.may(file, path)) fault(found, rule.what)
        const name = packageOf(found)
        if (/^(nodes\/|flows\/)/.test(path) && !path.startsWith('nodes/drivers/') && name !== undefined && heavy.includes(name) && !found.typeOnly) fault(found, 'only drivers load protocol libraries')
        if ((kit(path) || math(path) || expression(path) || format(path) || path.startsWith('editor/')) && found.specifier.startsWith('node:')) fault(found, 'this runs in a browser')
        if (path.startsWith('editor/') && !path.startsWith('editor/canvas/') && (name === 'reactflow' || name?.startsWith('@xyflow/') === true)) fault(found, 'only editor/canvas imports React Flow')
        // While a subflow is open they must see it in the place of the flow; Breadcrumb and what asks for the whole say so by its name.
        if (/^editor\/(canvas|inspector|palette)\//.test(path) && file === 'editor/state/store.ts' && !found.typeOnly && !whole.has(path)) fault(found, 'what draws and edits the open part of the draft imports state/here.ts')
        if (path.startsWith('editor/state/') && (/^(react|react-dom|reactflow|@xyflow\/.*|radix-ui|cmdk|lucide-react|uplot)$/.test(name ?? '') || /\.(tsx|css)$/.test(found.specifier))) fault(found, 'editor/state is plain TypeScript')
      }
    }
    if (/^editor\/state\/.*\.tsx$/.test(path)) faults.push(`${path}: editor/state is plain TypeScript`)
    if (/^(nodes|flows|runtime|models)\/.*\.tsx$/.test(path)) faults.push(`${path}: Node.js runs no .tsx`)
  }
  return faults
}
