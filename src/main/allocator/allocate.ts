/**
 * Says which host a job goes to, and why. Pure: hosts, what the job needs and the time in; a placement out. It owns nothing.
 *
 * Hosts that cannot take the job are left out, each with the reason; the others are given a score, in seconds that the job is
 * expected to lose there (score.ts), and the lowest wins. The same input always gives the same answer.
 */
import type { Placement } from '../../shared/domain.ts'
import { AppError } from '../../shared/errors.ts'
import { ageText, gibText } from './figures.ts'
import type { Candidate, HostInput, Need } from './host-input.ts'
import { placementReason } from './placement-reason.ts'
import { freeMemoryBytes, lostSeconds, neededMemoryBytes } from './score.ts'

type Weighed = { host: HostInput; candidate: Candidate | null; refused: string | null; isNotFound: boolean }

/** Older than this, a reading says nothing about now: two were missed. */
const MAX_SAMPLE_AGE_MS = 5_000
/** What was installed meanwhile is found out in the end. */
const NOT_FOUND_COUNTS_MS = 7 * 24 * 3_600_000
/** Scores nearer than this are equal: loads flicker by more. */
const EQUAL_SECONDS = 0.5

/**
 * Of the hosts that fit, the one where the job loses the least time. Ties: fewer jobs of ours, then affinity, then the order given.
 * A host where this command was last not found is left out, unless that is all that speaks against every host that is left: then
 * it is tried again, for somebody may have installed it.
 *
 * @throws {AppError} `NO_HOST`, with the reason of each host, when none fits.
 */
export function allocate(input: { hosts: readonly HostInput[]; need: Need; now: number }): Placement {
  const { hosts, need, now } = input
  const weighed = hosts.map(host => weigh(host, need, now))
  const fitting = weighed.filter(one => one.refused === null)
  const isRetry = fitting.length === 0
  const chosenFrom = (isRetry ? weighed.filter(one => one.isNotFound) : fitting).flatMap(one => one.candidate ?? [])
  const best = pickBest(chosenFrom)
  if (best === undefined) throw noHost(weighed)
  const notFoundOn = weighed.filter(one => one.isNotFound).map(one => one.host.name)
  return {
    host: best.host.name,
    reason: placementReason({ best, candidates: chosenFrom, need, now, notFoundOn, isRetry }),
    score: best.score,
    candidates: weighed.map(({ host, candidate, refused }) => ({
      host: host.name,
      score: refused === null || isRetry ? (candidate?.score ?? null) : null,
      refused: host === best.host ? null : refused,
    })),
  }
}

function weigh(host: HostInput, need: Need, now: number): Weighed {
  const { sample } = host
  const refused = refusal(host, need, now)
  if (refused !== null || sample === null) return { host, candidate: null, refused, isNotFound: false }
  const candidate = { host, sample, score: lostSeconds(host, sample, need) }
  const notFoundAt = host.history?.lastNotFoundAt ?? null
  // One that is yet to come was noted by a clock since set back: it may be of any time.
  if (notFoundAt === null || Math.abs(now - notFoundAt) > NOT_FOUND_COUNTS_MS)
    return { host, candidate, refused: null, isNotFound: false }
  const reason = `the command was not found there ${ageText(now - notFoundAt)} ago`
  return { host, candidate, refused: reason, isNotFound: true }
}

/** Why the host cannot take the job; null if it can. */
function refusal(host: HostInput, need: Need, now: number): string | null {
  const { state, sample } = host
  if (state === 'offline') return 'it is offline'
  if (state === 'connecting') return 'it is still being connected'
  if (state === 'refused') return 'it does not let us in'
  const missing = (need.tags ?? []).filter(tag => !host.tags.includes(tag))
  if (missing.length > 0) return `it has no tag ${missing.join(', ')}`
  if (sample === null) return 'nothing is known of its load yet'
  if (now - sample.at > MAX_SAMPLE_AGE_MS) return `its last reading is ${ageText(now - sample.at)} old`
  const needed = neededMemoryBytes(host, need)
  const free = freeMemoryBytes(host, sample)
  if (needed !== null && needed > free) {
    return `the command took ${gibText(needed)} before, and ${gibText(Math.max(0, free))} is free there`
  }
  return null
}

function pickBest(candidates: readonly Candidate[]): Candidate | undefined {
  const lowest = Math.min(...candidates.map(one => one.score))
  // Array.prototype.toSorted is stable: what is equal in all stays in the order given.
  return candidates
    .filter(one => one.score <= lowest + EQUAL_SECONDS)
    .toSorted(
      ({ host }, { host: other }) =>
        host.runningJobs - other.runningJobs || Number(other.isDefaultAffinity) - Number(host.isDefaultAffinity),
    )[0]
}

function noHost(weighed: readonly Weighed[]): AppError {
  const reasons = weighed.map(({ host, refused }) => `${host.name}: ${refused}`)
  const message =
    reasons.length === 0
      ? 'There is no host to choose from. Add one with: drover host add USER@HOST'
      : `No host fits. ${reasons.join('; ')}. Name one with --on HOST, or see: drover host ls -c`
  return new AppError('NO_HOST', message, {
    details: { hosts: Object.fromEntries(weighed.map(({ host, refused }) => [host.name, refused])) },
  })
}
