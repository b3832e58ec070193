// Messages between the gateway and an engine process, over Node's IPC channel (structured clone).
import type { ActCall, Issue } from '#kit'
import type { JsonSample } from '#kit'
import type { AlarmReport, DeviceRequest, EngineDeploy, LogReport, WriteReport } from './contract.ts'

export type Request =
  | { readonly call: 'deploy'; readonly deploy: EngineDeploy }
  | { readonly call: 'remove'; readonly flow: string }
  | { readonly call: 'arm'; readonly flow: string; readonly armed: boolean }
  | { readonly call: 'hold'; readonly held: boolean }
  | { readonly call: 'act'; readonly flow: string; readonly node: string; readonly act: string; readonly tag?: string; readonly args?: ActCall['args'] }
  | { readonly call: 'report'; readonly flow: string }
  | { readonly call: 'recording'; readonly flow: string; readonly buckets: number }
  | { readonly call: 'segment'; readonly flow: string; readonly segment: number }
  | { readonly call: 'forget'; readonly flow: string }
  | { readonly call: 'connections' }
  | { readonly call: 'browse'; readonly of: DeviceRequest; readonly path: string | null; readonly search?: string }
  | { readonly call: 'testConnection'; readonly of: DeviceRequest }
  | { readonly call: 'trust'; readonly of: DeviceRequest; readonly fingerprint: string }
  | { readonly call: 'tap'; readonly tap: number; readonly flow: string; readonly node: string; readonly port: string }
  | { readonly call: 'untap'; readonly tap: number }
  | { readonly call: 'shadow'; readonly deploy: EngineDeploy }
  | { readonly call: 'unshadow' | 'shadow-report'; readonly flow: string }
  /** Answered with a Pulse. */
  | { readonly call: 'ping' }
  | { readonly call: 'close' }
export type ToEngine = Request & { readonly id: number }

export type FromEngine =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly result?: unknown; readonly issues?: readonly Issue[] }
  | { readonly type: 'alarm'; readonly alarm: AlarmReport }
  | { readonly type: 'log'; readonly log: LogReport }
  | { readonly type: 'write'; readonly write: WriteReport }
  | { readonly type: 'tap'; readonly tap: number; readonly samples: readonly JsonSample[]; readonly skipped: number }

/** What an engine says of itself each time it is asked. Bytes and commits count from its start. */
export interface Pulse {
  readonly memoryMb: number
  readonly written: { readonly bytes: number; readonly commits: number }
}
