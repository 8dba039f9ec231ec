/** The numbers of a placement in words, for the command line and the window alike. */
import type { Placement } from './domain.ts'
import { bytesText, percentText } from './format.ts'
import type { CandidateNumbers, Explanation } from './placement.ts'

export type CandidateRow = {
  host: string
  isChosen: boolean
  score: string
  /** In the order of `NUMBER_TITLES`. */
  numbers: readonly string[]
  leftOut: string
}

export const NUMBER_TITLES = ['CPU', 'I/O wait', 'Waits (PSI)', 'Free memory', 'Reserved', 'Needed before', 'To send'] as const
export const NONE = '-'
const NO_NUMBERS = NUMBER_TITLES.map(() => NONE)
/** Without a unit a share of a second would look like none. */
const SHORT_MS = 1000

/** A row for each host that was weighed: the chosen one first, then by score, last those that were left out. */
export function candidateRows({ placement, numbers }: Explanation): CandidateRow[] {
  if (placement === null) return []
  const known = new Map(placement.candidates.map(candidate => [candidate.host, candidate]))
  const all = numbers?.map(({ host }) => known.get(host) ?? { host, score: null, refused: null }) ?? placement.candidates
  const numbersOf = new Map(numbers?.map(one => [one.host, one]))
  const rank = (one: Placement['candidates'][number]) => (one.host === placement.host ? -1 : (one.score ?? Number.MAX_VALUE))
  return all
    .toSorted((one, other) => rank(one) - rank(other))
    .map(({ host, score, refused }) => {
      const found = numbersOf.get(host)
      return {
        host,
        isChosen: host === placement.host,
        score: score === null ? NONE : scoreText(score),
        numbers: found ? cells(found) : NO_NUMBERS,
        leftOut: refused ?? '',
      }
    })
}

/** `12.5 s`: the time a job is expected to lose there. */
export function scoreText(score: number): string {
  return `${Math.abs(score) >= 100 ? Math.round(score) : score.toFixed(1)} s`
}

function cells(one: CandidateNumbers): string[] {
  const percent = (ratio: number | null) => (ratio === null ? NONE : percentText(ratio))
  const cpus = one.cpus === null ? '' : ` of ${one.cpus}`
  const waits = [
    ...(one.ioPressureRatio === null ? [] : [`disk ${percentText(one.ioPressureRatio)}`]),
    ...(one.memoryPressureRatio === null ? [] : [`memory ${percentText(one.memoryPressureRatio)}`]),
  ]
  return [
    one.cpuRatio === null ? NONE : `${percentText(one.cpuRatio)}${cpus}`,
    percent(one.ioWaitRatio),
    waits.join(', ') || NONE,
    one.memoryFreeBytes === null ? NONE : bytesText(one.memoryFreeBytes),
    reserved(one),
    one.neededBytes === null ? NONE : bytesText(one.neededBytes),
    one.bytesToSend === 0 ? NONE : `${bytesText(one.bytesToSend)}, ${seconds(one.transferMs)}`,
  ]
}

function reserved({ reservedJobs, reservedBytes }: CandidateNumbers): string {
  const jobs = reservedJobs === 0 ? [] : [reservedJobs === 1 ? '1 job' : `${reservedJobs} jobs`]
  return [...jobs, ...(reservedBytes === 0 ? [] : [bytesText(reservedBytes)])].join(', ') || NONE
}

function seconds(ms: number): string {
  return ms < SHORT_MS ? 'under 1 s' : `${Math.round(ms / 1000)} s`
}
