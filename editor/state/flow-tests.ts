// The flow's own tests: run over the draft in the lab, their differences shown at the ports, kept in the document like every
// other edit. Results are of the draft that they ran with: what changed since is said.
import { parseEnd, type Flow, type FlowTest, type TestFault, type TestResult } from '#format'
import { t } from '../language/index.ts'
import { changer } from './change.ts'
import { commit, type Document } from './document.ts'
import type { Core } from './editor.ts'
import { onCanvas } from './instances.ts'
import type { State } from './model.ts'
import type { RanTest } from './past.ts'
import type { Screen } from './screen.ts'

/** One request for so many tests, so that progress is seen and none is forgotten in a flow with hundreds. */
const PER_REQUEST_OF = 40

const withTests = (document: Document, tests: { readonly [name: string]: FlowTest }, label: string): Document => {
  const { tests: _old, ...rest } = document.flow
  return commit(document, Object.keys(tests).length === 0 ? rest : { ...rest, tests }, { label })
}
/** Adds it, or takes the place of the one that was called `was`. */
export function putTest(document: Document, name: string, test: FlowTest, was = name): Document {
  const { tests = {} } = document.flow
  if (!Object.hasOwn(tests, was)) return withTests(document, { ...tests, [name]: test }, t("Add test '{name}'", { name }))
  return withTests(document, Object.fromEntries(Object.entries(tests).map(([n, other]) => (n === was ? [name, test] : [n, other]))), t("Change test '{was}'", { was }))
}
export function removeTest(document: Document, name: string): Document {
  if (!Object.hasOwn(document.flow.tests ?? {}, name)) return document
  const { [name]: _gone, ...tests } = document.flow.tests!
  return withTests(document, tests, t("Remove test '{name}'", { name }))
}
/** Unchanged when the name is taken. */
export function renameTest(document: Document, from: string, to: string): Document {
  const tests = document.flow.tests ?? {}
  if (!Object.hasOwn(tests, from) || Object.hasOwn(tests, to) || to.trim() === '') return document
  return withTests(document, Object.fromEntries(Object.entries(tests).map(([name, test]) => [name === from ? to : name, test])), t("Rename test '{from}'", { from }))
}
/** What left becomes what must leave. */
export function acceptResult(document: Document, name: string, got: TestResult['got']): Document {
  const test = Object.hasOwn(document.flow.tests ?? {}, name) ? document.flow.tests![name]! : undefined
  if (!test) return document
  const expect = Object.fromEntries(Object.keys(test.expect).map((end) => [end, [...(got[end] ?? [])]]))
  return withTests(document, { ...document.flow.tests, [name]: { ...test, expect } }, t("Accept new result of '{name}'", { name }))
}

/** old: the draft has changed since. */
export type TestState = 'none' | 'passed' | 'failed' | 'old'
export function stateOfTest(flow: Flow, name: string, ran: RanTest | undefined): TestState {
  if (!ran) return 'none'
  const same = ran.of === flow || (sameNodes(ran.of.nodes, flow.nodes) && ran.of.wires === flow.wires && ran.of.parameters === flow.parameters && ran.of.subflows === flow.subflows && ran.of.settings === flow.settings && ran.of.tests?.[name] === flow.tests?.[name])
  if (!same) return 'old'
  return ran.result.passed ? 'passed' : 'failed'
}

/** But for their places and names, which no test tells apart. */
function sameNodes(a: Flow['nodes'], b: Flow['nodes']): boolean {
  if (a === b) return true
  const ids = Object.keys(a)
  return ids.length === Object.keys(b).length && ids.every((id) => Object.hasOwn(b, id) && (a[id] === b[id] || (a[id]!.type === b[id]!.type && a[id]!.version === b[id]!.version && a[id]!.config === b[id]!.config)))
}

const byNode = new WeakMap<readonly TestFault[], ReadonlyMap<string, readonly TestFault[]>>()
const none: readonly TestFault[] = []
/** The first difference of each port of a node of the canvas, of the test that is shown; the same list for the same result. */
export function testFaultsAt({ replay }: Pick<State, 'replay'>, node: string): readonly TestFault[] {
  const faults = replay.shownTest === null || replay.past !== null ? undefined : replay.tests[replay.shownTest]?.result.faults
  if (!faults) return none
  let map = byNode.get(faults)
  if (!map) {
    const lists = new Map<string, TestFault[]>()
    for (const fault of faults) {
      const id = parseEnd(fault.at)?.node ?? ''
      // One inside of a subflow stands at its instance too.
      for (const at of new Set([id, onCanvas(id)])) {
        const list = lists.get(at) ?? []
        if (!list.some((f) => f.at === fault.at)) lists.set(at, [...list, fault])
      }
    }
    byNode.set(faults, (map = lists))
  }
  return map.get(node) ?? none
}

export function flowTests(core: Core, screen: Screen, labWork: <T>(what: NonNullable<State['replay']['work']>, task: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined>) {
  const edit = changer(core, screen)
  /** False: nothing was changed. */
  const change = (by: (document: Document) => Document): boolean => edit(by) !== null
  const forget = (name: string): void => core.set((s) => {
    const { [name]: _gone, ...tests } = s.replay.tests
    return { replay: { ...s.replay, tests, shownTest: s.replay.shownTest === name ? null : s.replay.shownTest } }
  })
  return {
    /** All tests of the draft, or those that are named. Answers how many fail; null: they did not all run. */
    async runTests(names?: readonly string[]): Promise<number | null> {
      const { document, flowId } = core.get()
      const flow = document?.flow
      if (!flow || flowId === null) return null
      const all = names ?? Object.keys(flow.tests ?? {})
      const atOnce = Math.max(1, Math.ceil(all.length / PER_REQUEST_OF))
      core.set((s) => ({ replay: { ...s.replay, tests: s.replay.flow === flowId ? s.replay.tests : {}, flow: flowId, ...(s.replay.flow === flowId ? {} : { recording: null, shownTest: null }) } }))
      return (await labWork({ what: 'tests', done: 0, of: all.length }, async (signal) => {
        let failing = 0
        for (let i = 0; i < all.length; i += atOnce) {
          const { results } = await core.api.labTests({ flow, names: all.slice(i, i + atOnce) }, signal)
          const ran = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, { of: flow, result }]))
          failing += Object.values(results).filter((r) => !r.passed).length
          if (signal.aborted || core.get().flowId !== flowId) return null
          core.set((s) => ({ replay: { ...s.replay, tests: { ...s.replay.tests, ...ran }, work: { what: 'tests', done: Math.min(all.length, i + atOnce), of: all.length } } }))
        }
        return failing
      })) ?? null
    },
    /** Marks its differences on the canvas; null: none. */
    showTest: (shownTest: string | null): void => core.set((s) => ({ replay: { ...s.replay, shownTest } })),
    putTest: (name: string, test: FlowTest, was?: string): boolean => change((d) => putTest(d, name, test, was)),
    removeTest(name: string): void {
      if (change((d) => removeTest(d, name))) forget(name)
    },
    renameTest(from: string, to: string): boolean {
      if (!change((d) => renameTest(d, from, to.trim()))) return false
      core.set((s) => {
        const { [from]: ran, ...tests } = s.replay.tests
        return { replay: { ...s.replay, tests: ran ? { ...tests, [to.trim()]: ran } : tests, shownTest: s.replay.shownTest === from ? to.trim() : s.replay.shownTest } }
      })
      return true
    },
    /** What left in the last run becomes what must leave. One step of history. */
    acceptResult(name: string): void {
      const ran = core.get().replay.tests[name]
      if (!ran || ran.result.issues.length > 0 || !change((d) => acceptResult(d, name, ran.result.got))) return
      const of = core.get().document!.flow
      core.set((s) => ({ replay: { ...s.replay, tests: { ...s.replay.tests, [name]: { of, result: { ...ran.result, passed: true, faults: [] } } } } }))
    },
    /** What leaves the draft at the ports that a test names, without keeping anything. */
    async tryTest(test: FlowTest, signal: AbortSignal): Promise<TestResult | null> {
      const flow = core.get().document?.flow
      if (!flow) return null
      const name = t('what leaves')
      return (await core.api.labTests({ flow: { ...flow, tests: { [name]: test } }, names: [name] }, signal)).results[name] ?? null
    },
  }
}
