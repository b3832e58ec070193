// Short names for what several parts of the inspector take.
import type { ResolvedPorts } from '#kit'

export type { NodeEntry, NodeStatus } from '#format'
export type ResolvedPortsOf = ResolvedPorts | undefined
