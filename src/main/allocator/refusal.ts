/** Why a host cannot take a job. For allocate.ts. */
import { bytesText } from '../../shared/format.ts'
import type { HostInput, Need } from '../../shared/placement.ts'
import { ageText } from './figures.ts'
import { missingNeeds, missingText } from './needs.ts'
import { freeMemoryBytes, neededMemoryBytes } from './score.ts'

/** `isFirm`: not even a job that is pinned there can go there; else it may turn out well, and where it must go it goes. */
export type Refusal = { readonly text: string; readonly isFirm: boolean; readonly isNotFound: boolean }

/** Older than this, a reading says nothing about now: two were missed. */
export const MAX_SAMPLE_AGE_MS = 5_000
/** What was installed meanwhile is found out in the end. */
const NOT_FOUND_COUNTS_MS = 7 * 24 * 3_600_000

/** Null if it can. */
export function refusal(host: HostInput, need: Need): Refusal | null {
  const firmly = firmRefusal(host, need)
  if (firmly !== null) return { text: firmly, isFirm: true, isNotFound: false }
  const softly = loadRefusal(host, need)
  if (softly !== null) return { text: softly, isFirm: false, isNotFound: false }
  const ageMs = host.history?.notFoundAgoMs ?? null
  // One that is yet to come was noted by a clock since set back: it may be of any time.
  if (ageMs === null || Math.abs(ageMs) > NOT_FOUND_COUNTS_MS) return null
  return { text: `the command was not found there ${ageText(ageMs)} ago`, isFirm: false, isNotFound: true }
}

function firmRefusal(host: HostInput, need: Need): string | null {
  const { state, sample, isDrained } = host
  if (state === 'offline') return 'it is offline'
  if (state === 'connecting') return 'it is still being connected'
  if (state === 'refused') return 'it does not let us in'
  if (isDrained) return 'it is drained: it takes no new jobs'
  const missing = missingNeeds(host, need.needs)
  if (missing.length > 0) return missingText(host, missing)
  return sample === null ? 'nothing is known of its load yet' : null
}

function loadRefusal(host: HostInput, need: Need): string | null {
  const { sample } = host
  if (sample === null) return null
  if (sample.ageMs > MAX_SAMPLE_AGE_MS) {
    const silence = sample.isSilent ? ', and it did not answer just now' : ''
    return `its last reading is ${ageText(sample.ageMs)} old${silence}`
  }
  const needed = neededMemoryBytes(host, need)
  const free = freeMemoryBytes(host, sample)
  if (needed === null || needed <= free) return null
  return `the command took ${bytesText(needed)} before, and ${bytesText(Math.max(0, free))} is free there`
}
