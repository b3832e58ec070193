// The catalogue: every node and driver that this gateway has, in the order of the palette. Importing it loads no
// protocol library: drivers load theirs when a connection opens.
import type { AnyDriver, AnyNode } from '#kit'
import mqttSource from './source/mqtt.ts'
import modbusSource from './source/modbus.ts'
import opcuaSource from './source/opcua.ts'
import deadband from './filter/deadband.ts'
import scale from './transform/scale.ts'
import convert from './transform/convert.ts'
import set from './transform/set.ts'
import select from './transform/select.ts'
import windowNode from './aggregate/window.ts'
import spectrum from './aggregate/spectrum.ts'
import onnx from './inference/onnx.ts'
import alarm from './rule/alarm.ts'
import switchNode from './rule/switch.ts'
import modbusActuator from './actuator/modbus.ts'
import mqttUplink from './uplink/mqtt.ts'
import debug from './flow/debug.ts'
import mqttDriver from './drivers/mqtt/index.ts'
import modbusDriver from './drivers/modbus/index.ts'
import opcuaDriver from './drivers/opcua/index.ts'

const byType = <T extends { readonly type: string }>(list: readonly T[]): ReadonlyMap<string, T> => new Map(list.map((item) => [item.type, item]))

export const nodes: ReadonlyMap<string, AnyNode> = byType<AnyNode>([
  mqttSource, modbusSource, opcuaSource,
  deadband,
  scale, convert, set, select,
  windowNode, spectrum,
  onnx,
  alarm, switchNode,
  modbusActuator,
  mqttUplink,
  debug,
])

export const drivers: ReadonlyMap<string, AnyDriver> = byType<AnyDriver>([mqttDriver, modbusDriver, opcuaDriver])
