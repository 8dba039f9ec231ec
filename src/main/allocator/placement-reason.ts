/** Says in one sentence why a host was chosen, with the figures that decided. */
import { ageText, gibText, percentText } from './figures.ts'
import type { Candidate, Need } from './host-input.ts'
import { freeMemoryBytes, neededMemoryBytes, transferSeconds, unseenJobs } from './score.ts'

/** Below this nobody notices that a host waits for its disks. */
const NOTABLE_IO_WAIT_RATIO = 0.05

export type Choice = {
  best: Candidate
  /** All that could have been chosen. */
  candidates: readonly Candidate[]
  need: Need
  now: number
  notFoundOn: readonly string[]
  /** The command was not found on any of them before. */
  isRetry: boolean
}

/** `lowest load of 3 hosts: CPU 12 %, 14.2 GiB free; nothing to send` */
export function placementReason(choice: Choice): string {
  const { best, notFoundOn, isRetry } = choice
  const parts = [`${rank(choice)}: ${load(best)}`, ...needs(choice), transfer(best)]
  if (isRetry) parts.push(`the command was not found on ${notFoundOn.join(', ')} before, and is tried again`)
  else if (notFoundOn.length > 0) parts.push(`the command was not found on ${notFoundOn.join(', ')}`)
  return parts.join('; ')
}

function rank({ best, candidates }: Choice): string {
  if (candidates.length === 1) return 'the only host that fits'
  const loadOf = (one: Candidate) => one.score - transferSeconds(one.host)
  const count = `${candidates.length} hosts`
  if (candidates.every(one => loadOf(best) <= loadOf(one))) return `lowest load of ${count}`
  if (candidates.every(one => best.score <= one.score)) return `least time lost, of ${count}`
  return `as good as the best of ${count}`
}

function load({ host, sample }: Candidate): string {
  const figures = [`CPU ${percentText(sample.cpuRatio)}`, `${gibText(Math.max(0, freeMemoryBytes(host, sample)))} free`]
  if (sample.ioWaitRatio >= NOTABLE_IO_WAIT_RATIO) figures.push(`I/O wait ${percentText(sample.ioWaitRatio)}`)
  const unseen = unseenJobs(host, sample)
  if (unseen > 0) figures.push(unseen === 1 ? '1 job placed just now' : `${unseen} jobs placed just now`)
  return figures.join(', ')
}

function needs({ best, need }: Choice): string[] {
  const bytes = neededMemoryBytes(best.host, need)
  return bytes === null ? [] : [`the command took ${gibText(bytes)} before`]
}

function transfer({ host }: Candidate): string {
  if (host.bytesToSend === 0) return 'nothing to send'
  return `${gibText(host.bytesToSend)} to send, about ${ageText(Math.max(1000, transferSeconds(host) * 1000))}`
}
