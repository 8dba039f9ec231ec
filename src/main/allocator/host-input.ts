/** What the allocator is told: the hosts as they are now, and what the job needs. */
import type { HostSample, HostState } from '../../shared/domain.ts'
import type { CommandStats } from '../store/history-table.ts'

/** A job of ours on its way to a host or new there, whose load its sample may not show yet. */
export type Reservation = { readonly placedAt: number; readonly memoryBytes: number | null }

export type HostInput = {
  readonly name: string
  readonly state: HostState
  readonly sample: HostSample | null
  readonly cpus: number | null
  /** Ours on it that have not ended, those just placed among them. */
  readonly runningJobs: number
  /** Those of them that were placed lately; how long each counts is decided here. */
  readonly reservations: readonly Reservation[]
  /** Null when nothing was sent there yet. */
  readonly linkBytesPerSecond: number | null
  /** What of the folder that is pushed the host does not have; 0 when none is. */
  readonly bytesToSend: number
  /** How this very command went there before. */
  readonly history: Pick<CommandStats, 'peakMemoryBytes' | 'lastNotFoundAt'> | null
  readonly tags: readonly string[]
  /** Preferred among equals. */
  readonly isDefaultAffinity: boolean
}
export type Need = {
  /** What the command took at most in its last runs, on any host; a host's own history goes before it. */
  readonly memoryBytes: number | null
  /** How long it usually runs. */
  readonly durationMs?: number | null
  /** A host must have them all. */
  readonly tags?: readonly string[]
}
/** A host that fits, with what its score was made from. */
export type Candidate = { readonly host: HostInput; readonly sample: HostSample; readonly score: number }
