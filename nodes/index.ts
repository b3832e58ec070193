// The catalogue: every node and driver that this gateway has, in the order of the palette. Importing it loads no
// protocol library: drivers load theirs when a connection opens. Written by `npm run generate`.
import type { AnyDriver, AnyNode } from '#kit'
import sourceModbus from './source/modbus.ts'
import sourceMqtt from './source/mqtt.ts'
import sourceOpcua from './source/opcua.ts'
import sourceOperator from './source/operator.ts'
import filterChange from './filter/change.ts'
import filterDeadband from './filter/deadband.ts'
import filterDebounce from './filter/debounce.ts'
import filterOutlier from './filter/outlier.ts'
import filterQuality from './filter/quality.ts'
import filterRange from './filter/range.ts'
import filterRateLimit from './filter/rate-limit.ts'
import filterSampleHold from './filter/sample-hold.ts'
import filterStale from './filter/stale.ts'
import filterSwingingDoor from './filter/swinging-door.ts'
import transformClamp from './transform/clamp.ts'
import transformConvert from './transform/convert.ts'
import transformDerivative from './transform/derivative.ts'
import transformExpression from './transform/expression.ts'
import transformField from './transform/field.ts'
import transformFormat from './transform/format.ts'
import transformFunction from './transform/function.ts'
import transformIntegral from './transform/integral.ts'
import transformLag from './transform/lag.ts'
import transformLookup from './transform/lookup.ts'
import transformNormalise from './transform/normalise.ts'
import transformParse from './transform/parse.ts'
import transformRecord from './transform/record.ts'
import transformRename from './transform/rename.ts'
import transformResample from './transform/resample.ts'
import transformScale from './transform/scale.ts'
import transformSelect from './transform/select.ts'
import transformSet from './transform/set.ts'
import transformSmooth from './transform/smooth.ts'
import transformSplit from './transform/split.ts'
import transformTemplate from './transform/template.ts'
import aggregateAlign from './aggregate/align.ts'
import aggregateCounter from './aggregate/counter.ts'
import aggregateDuration from './aggregate/duration.ts'
import aggregateHistogram from './aggregate/histogram.ts'
import aggregateMatrix from './aggregate/matrix.ts'
import aggregateOee from './aggregate/oee.ts'
import aggregateSpectrum from './aggregate/spectrum.ts'
import aggregateWaveform from './aggregate/waveform.ts'
import aggregateWindow from './aggregate/window.ts'
import inferenceOnnx from './inference/onnx.ts'
import ruleAlarm from './rule/alarm.ts'
import ruleCompare from './rule/compare.ts'
import ruleCondition from './rule/condition.ts'
import rulePid from './rule/pid.ts'
import ruleSchedule from './rule/schedule.ts'
import ruleStateMachine from './rule/state-machine.ts'
import ruleSwitch from './rule/switch.ts'
import ruleVote from './rule/vote.ts'
import actuatorModbus from './actuator/modbus.ts'
import uplinkMqtt from './uplink/mqtt.ts'
import flowCatch from './flow/catch.ts'
import flowComment from './flow/comment.ts'
import flowDebug from './flow/debug.ts'
import flowDelay from './flow/delay.ts'
import flowGate from './flow/gate.ts'
import flowGenerate from './flow/generate.ts'
import flowLinkIn from './flow/link-in.ts'
import flowLinkOut from './flow/link-out.ts'
import flowMerge from './flow/merge.ts'
import flowQueue from './flow/queue.ts'
import flowStatus from './flow/status.ts'
import flowSubflow from './flow/subflow.ts'
import modbusDriver from './drivers/modbus/index.ts'
import mqttDriver from './drivers/mqtt/index.ts'
import opcuaDriver from './drivers/opcua/index.ts'

const byType = <T extends { readonly type: string }>(list: readonly T[]): ReadonlyMap<string, T> => new Map(list.map((item) => [item.type, item]))

export const nodes: ReadonlyMap<string, AnyNode> = byType<AnyNode>([
  sourceModbus, sourceMqtt, sourceOpcua, sourceOperator,
  filterChange, filterDeadband, filterDebounce, filterOutlier, filterQuality, filterRange, filterRateLimit, filterSampleHold, filterStale, filterSwingingDoor,
  transformClamp, transformConvert, transformDerivative, transformExpression, transformField, transformFormat, transformFunction, transformIntegral, transformLag, transformLookup, transformNormalise, transformParse, transformRecord, transformRename, transformResample, transformScale, transformSelect, transformSet, transformSmooth, transformSplit, transformTemplate,
  aggregateAlign, aggregateCounter, aggregateDuration, aggregateHistogram, aggregateMatrix, aggregateOee, aggregateSpectrum, aggregateWaveform, aggregateWindow,
  inferenceOnnx,
  ruleAlarm, ruleCompare, ruleCondition, rulePid, ruleSchedule, ruleStateMachine, ruleSwitch, ruleVote,
  actuatorModbus,
  uplinkMqtt,
  flowCatch, flowComment, flowDebug, flowDelay, flowGate, flowGenerate, flowLinkIn, flowLinkOut, flowMerge, flowQueue, flowStatus, flowSubflow,
])

export const drivers: ReadonlyMap<string, AnyDriver> = byType<AnyDriver>([modbusDriver, mqttDriver, opcuaDriver])
