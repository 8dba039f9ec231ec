/**
 * What a placement is made from, as the allocator takes it and as it is kept with each job: plain numbers, with ages in place of times,
 * so that it can be replayed whatever the clocks have done since.
 */
import type { HostState, Placement } from './domain.ts'

/** A host's load as its agent told it last. */
export type HostLoad = {
  /** By a clock that nobody can set. */
  readonly ageMs: number
  /** It was asked again just now, and gave no answer in the time there was. */
  readonly isSilent: boolean
  readonly cpuRatio: number
  readonly ioWaitRatio: number
  readonly memoryTotalBytes: number
  readonly memoryAvailableBytes: number
  /** The kernel's own account of time lost to waiting (PSI); null where it keeps none. */
  readonly ioPressureRatio: number | null
  readonly memoryPressureRatio: number | null
}

/** A job of ours on its way to a host or new there, whose load its sample may not show yet. */
export type Reservation = { readonly ageMs: number; readonly memoryBytes: number | null }

export type HostInput = {
  readonly name: string
  readonly state: HostState
  /** Its owner wants nothing new there. */
  readonly isDrained: boolean
  readonly sample: HostLoad | null
  readonly cpus: number | null
  /** As `uname -m` says; null for a host that was not asked yet, as `hasGpu` is. */
  readonly arch: string | null
  readonly hasGpu: boolean | null
  /** Ours on it that have not ended, those just placed among them. */
  readonly runningJobs: number
  /** Those of them that were placed lately; how long each counts is decided by the allocator. */
  readonly reservations: readonly Reservation[]
  /** Null when nothing was sent there yet. */
  readonly linkBytesPerSecond: number | null
  /** What of the folder that is pushed the host does not have; 0 when none is. */
  readonly bytesToSend: number
  /** How this very command went there before. `notFoundAgoMs`: since it was last not found there, if it was not found since. */
  readonly history: { readonly peakMemoryBytes: number | null; readonly notFoundAgoMs: number | null } | null
  readonly tags: readonly string[]
}

/** Always this host. `fallback`: another host's name, `auto` for the best of the others, or `none`. */
export type Pin = { readonly pattern: string; readonly host: string; readonly fallback: string }

export type Need = {
  /** What the command took at most in its last runs, on any host; a host's own history goes before it. */
  readonly memoryBytes: number | null
  /** How long it usually runs. */
  readonly durationMs: number | null
  /** `gpu`, `arch:NAME` or a tag: a host must have them all. */
  readonly needs: readonly string[]
  readonly pin: Pin | null
  /** The host that is preferred among equals. */
  readonly affinity: string | null
  /** Where this command ran last: it stays there unless another is better by more than loads flicker. */
  readonly lastHost: string | null
  /** Said with the reason: of rules that hold no more. */
  readonly notes: readonly string[]
}

export type PlacementInputs = { readonly hosts: readonly HostInput[]; readonly need: Need }

/** The numbers of one host that was weighed, as they are shown. */
export type CandidateNumbers = {
  host: string
  cpus: number | null
  sampleAgeMs: number | null
  cpuRatio: number | null
  ioWaitRatio: number | null
  ioPressureRatio: number | null
  memoryPressureRatio: number | null
  /** Available, less what is promised to jobs placed just before. */
  memoryFreeBytes: number | null
  /** Jobs placed just before, which its sample did not show. */
  reservedJobs: number
  reservedBytes: number
  /** What the command is known to take there. */
  neededBytes: number | null
  bytesToSend: number
  transferMs: number
}

/** Everything that is known of why a job is where it is. `numbers`: null for a host that was asked for, or of an older Drover. */
export type Explanation = {
  placement: Placement | null
  numbers: CandidateNumbers[] | null
  need: Need | null
  /** What the allocator says to the same numbers now; null when that was not asked for, or nothing is kept. */
  replay: { isSame: boolean; host: string | null; reason: string } | null
}
