import { describe, expect, test } from 'vitest'
import { directionFaults } from './directions.ts'
import { parse, sources } from './sources.ts'

const faultsOf = (path: string, text: string): string[] => directionFaults([parse(path, text)])

describe('directions of import', () => {
  test('are as the design says', () => expect(directionFaults(sources())).toEqual([]))

  // The rule itself, proved by sabotage: each of these must be found.
  test.each([
    ['nodes/kit/units.ts', "import { x } from '../math/spectrum.ts'"],
    ['nodes/kit/units.ts', "import { readFileSync } from 'node:fs'"],
    ['nodes/math/running.ts', "import { Type } from '#kit'"],
    ['nodes/expression/compile.ts', "import window from '../aggregate/window.ts'"],
    ['nodes/expression/compile.ts', "import { readFileSync } from 'node:fs'"],
    ['nodes/expression/compile.ts', "import { typeFlow } from '#format'"],
    ['nodes/kit/units.ts', "import { keyExpression } from '#expression'"],
    ['nodes/drivers/mqtt/index.ts', "import { keyExpression } from '#expression'"],
    ['editor/app.tsx', "import { keyExpression } from '#expression'"],
    ['flows/format/diff.ts', "import { compile } from '../../runtime/compile/index.ts'"],
    ['flows/format/diff.ts', "export * from '#math/spectrum'"],
    ['nodes/rule/alarm.ts', "import other from './switch.ts'"],
    ['nodes/rule/alarm.ts', "import { set } from '../transform/set.ts'"],
    ['nodes/rule/alarm.ts', "import type { Plan } from '../../runtime/engine/contract.ts'"],
    ['nodes/source/mqtt.ts', "import mqtt from 'mqtt'"],
    ['nodes/source/mqtt.ts', "const mqtt = await import('mqtt')"],
    ['nodes/drivers/mqtt/index.ts', "import { codec } from '../modbus/codec.ts'"],
    ['nodes/drivers/mqtt/index.ts', "import source from '../../source/mqtt.ts'"],
    ['runtime/gateway.ts', "import { nodes } from '../nodes/index.ts'"],
    ['runtime/engine/host.ts', "const { nodes } = await import('../../nodes/index.ts')"],
    ['runtime/cli/run.ts', "import set from '../../nodes/transform/set.ts'"],
    ['runtime/compile/index.ts', "import { rms } from '#math/spectrum'"],
    ['runtime/gateway.ts', "import { until } from '../test/io.ts'"],
    ['editor/app.tsx', "import { Gateway } from '../runtime/gateway.ts'"],
    ['editor/app.tsx', "export type { Gateway } from '../runtime/gateway.ts'"],
    ['editor/app.tsx', "let x: import('../nodes/index.ts').nodes"],
    ['editor/app.tsx', "import { ReactFlow } from 'reactflow'"],
    ['editor/canvas/edge-view.tsx', "import { useEditor } from '../state/store.ts'"],
    ['editor/app.tsx', "import { join } from 'node:path'"],
    ['editor/state/model.ts', "import { useState } from 'react'"],
    ['editor/state/model.ts', "import { View } from '../canvas/view.tsx'"],
    ['editor/state/view.tsx', 'export const x = 1'],
    ['runtime/api/page.tsx', 'export const x = 1'],
  ])('a violation is found: %s %s', (path, text) => expect(faultsOf(path, text)).toHaveLength(1))

  test.each([
    ['nodes/source/mqtt.ts', "import type { MqttConnection } from '../drivers/mqtt/connection.ts'"],
    ['nodes/drivers/mqtt/connection.ts', "import { backOff } from '../backoff.ts'; import mqtt from 'mqtt'"],
    ['nodes/aggregate/spectrum.ts', "import { fft } from '#math/spectrum'; import { Type } from '#kit'"],
    ['nodes/aggregate/window.ts', "import { keyExpression } from '#expression'"],
    ['nodes/expression/stream.ts', "import { Quality } from '#kit'; import { addTo } from '#math/running'"],
    ['runtime/api/routes-expressions.ts', "import { compileExpression } from '#expression'"],
    ['runtime/cli/run.ts', "import { nodes } from '../../nodes/index.ts'"],
    ['editor/canvas/canvas.tsx', "import { ReactFlow } from 'reactflow'"],
    ['editor/app.tsx', "import { parseFlow } from '#format'"],
    ['runtime/engine/engine.test.ts', "import { nodes } from '../../nodes/index.ts'"],
  ])('what is right passes: %s %s', (path, text) => expect(faultsOf(path, text)).toEqual([]))
})
