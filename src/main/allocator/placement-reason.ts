/** Says in one sentence why a host was chosen, with the figures that decided. */
import { bytesText } from '../../shared/format.ts'
import type { HostInput, Need } from '../../shared/placement.ts'
import type { Candidate } from './candidate.ts'
import { ageText, percentText } from './figures.ts'
import type { Refusal } from './refusal.ts'
import { refusal } from './refusal.ts'
import { freeMemoryBytes, neededMemoryBytes, transferSeconds, unseenJobs } from './score.ts'

/** Below this nobody notices that a host waits for its disks. */
const NOTABLE_IO_WAIT_RATIO = 0.05

export type Choice = {
  best: Candidate
  /** All that could have been chosen. */
  candidates: readonly Candidate[]
  need: Need
  notFoundOn: readonly string[]
  /** The command was not found on any of them before. */
  isRetry: boolean
  /** There was nothing to choose. */
  pinnedTo?: string
  /** The host it is pinned to, which cannot take it. */
  insteadOf?: { host: HostInput; refusal: Refusal | null } | undefined
}

/** `lowest load of 3 hosts: CPU 12 %, 15 GB free; nothing to send` */
export function placementReason(choice: Choice): string {
  const { best, need, notFoundOn, isRetry, insteadOf } = choice
  const parts = [`${rank(choice)}: ${load(best)}`, ...needed(choice), transfer(best)]
  if (isRetry) parts.push(`the command was not found on ${notFoundOn.join(', ')} before, and is tried again`)
  else if (choice.pinnedTo === undefined && notFoundOn.length > 0) {
    parts.push(`the command was not found on ${notFoundOn.join(', ')}`)
  }
  if (insteadOf) parts.push(`it is pinned to ${insteadOf.host.name}, but ${insteadOf.refusal?.text}`)
  return [...parts, ...need.notes].join('; ')
}

function rank({ best, candidates, need, pinnedTo }: Choice): string {
  if (pinnedTo !== undefined) {
    const although = refusal(best.host, need)
    const what = `${need.pin?.pattern} is pinned to ${pinnedTo}`
    if (need.pin?.host !== pinnedTo) return `the fallback of the pin of ${need.pin?.pattern}`
    return although === null ? what : `${what}, though ${although.text}`
  }
  if (candidates.length === 1) return 'the only host that fits'
  const loadOf = (one: Candidate) => one.score - transferSeconds(one.host)
  const count = `${candidates.length} hosts`
  if (candidates.every(one => loadOf(best) <= loadOf(one))) return `lowest load of ${count}`
  if (candidates.every(one => best.score <= one.score)) return `least time lost, of ${count}`
  if (best.host.name === need.affinity) return `as good as the best of ${count}, and preferred`
  if (best.host.name === need.lastHost) return `as good as the best of ${count}, and where it ran last`
  return `as good as the best of ${count}`
}

function load({ host, sample }: Candidate): string {
  const figures = [`CPU ${percentText(sample.cpuRatio)}`, `${bytesText(Math.max(0, freeMemoryBytes(host, sample)))} free`]
  if (sample.ioWaitRatio >= NOTABLE_IO_WAIT_RATIO) figures.push(`I/O wait ${percentText(sample.ioWaitRatio)}`)
  const unseen = unseenJobs(host, sample)
  if (unseen > 0) figures.push(unseen === 1 ? '1 job placed just now' : `${unseen} jobs placed just now`)
  return figures.join(', ')
}

function needed({ best, need }: Choice): string[] {
  const bytes = neededMemoryBytes(best.host, need)
  return bytes === null ? [] : [`the command took ${bytesText(bytes)} before`]
}

function transfer({ host }: Candidate): string {
  if (host.bytesToSend === 0) return 'nothing to send'
  return `${bytesText(host.bytesToSend)} to send, about ${ageText(Math.max(1000, transferSeconds(host) * 1000))}`
}
