/** Says why a job is where it is: the placement that was made, the numbers it was made from, and what they lead to when weighed again. Pure. */
import type { Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import type { CandidateNumbers, Explanation, HostInput, Need, PlacementInputs } from '../../shared/placement.ts'
import { allocate } from './allocate.ts'
import { neededMemoryBytes, reservedBytes, transferSeconds, unseenJobs } from './score.ts'

export type Kept = { placement: Placement | null; inputs: PlacementInputs | null }

export function explain({ placement, inputs }: Kept, { withReplay }: { withReplay: boolean }): Explanation {
  return {
    placement,
    numbers: inputs?.hosts.map(host => numbersOf(host, inputs.need)) ?? null,
    need: inputs?.need ?? null,
    replay: withReplay && placement && inputs ? replay(placement, inputs) : null,
  }
}

function replay(placement: Placement, inputs: PlacementInputs): NonNullable<Explanation['replay']> {
  try {
    const { host, reason, score } = allocate(inputs)
    return { isSame: host === placement.host && reason === placement.reason && score === placement.score, host, reason }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { isSame: false, host: null, reason: error.message }
  }
}

function numbersOf(host: HostInput, need: Need): CandidateNumbers {
  const { name, cpus, sample } = host
  const reserved = sample === null ? 0 : reservedBytes(host, sample)
  return {
    host: name,
    cpus,
    sampleAgeMs: sample?.ageMs ?? null,
    cpuRatio: sample?.cpuRatio ?? null,
    ioWaitRatio: sample?.ioWaitRatio ?? null,
    ioPressureRatio: sample?.ioPressureRatio ?? null,
    memoryPressureRatio: sample?.memoryPressureRatio ?? null,
    memoryFreeBytes: sample && Math.max(0, sample.memoryAvailableBytes - reserved),
    reservedJobs: sample === null ? 0 : unseenJobs(host, sample),
    reservedBytes: reserved,
    neededBytes: neededMemoryBytes(host, need),
    bytesToSend: host.bytesToSend,
    transferMs: Math.round(transferSeconds(host) * 1000),
  }
}
