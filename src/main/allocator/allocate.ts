/**
 * Says which host a job goes to, and why. Pure: hosts and what the job needs in; a placement out. It owns nothing.
 *
 * Hosts that cannot take the job are left out, each with the reason (refusal.ts); the others are given a score, in seconds that the
 * job is expected to lose there (score.ts), and the lowest wins. A pin goes before all that. The same input always gives the same answer.
 */
import type { Placement } from '../../shared/domain.ts'
import type { HostInput, Need, Pin, PlacementInputs } from '../../shared/placement.ts'
import type { Candidate } from './candidate.ts'
import { noHost, pinnedHostAway } from './no-host.ts'
import { placementReason } from './placement-reason.ts'
import { type Refusal, refusal } from './refusal.ts'
import { lostSeconds } from './score.ts'

export type Weighed = { host: HostInput; candidate: Candidate | null; refusal: Refusal | null }
type Choice = {
  best: Candidate
  from: readonly Candidate[]
  isRetry: boolean
  pinnedTo?: string
  insteadOf?: Weighed | undefined
}

/** Scores nearer than this, or than this share of the lowest, are equal: loads flicker by more. */
const EQUAL_SECONDS = 0.5
const EQUAL_SHARE = 0.1

/**
 * Of the hosts that fit, the one where the job loses the least time. Ties: affinity, then where the command ran last, then fewer jobs of
 * ours, then the order given. A host where this command was last not found is left out, unless that is all that speaks against every host
 * that is left: then it is tried again, for somebody may have installed it.
 *
 * A pinned job goes to its host if that can be reached and has what the job needs; elsewhere only by the fallback that is written.
 *
 * @throws {AppError} `NO_HOST`, with the reason of each host, when none fits.
 */
export function allocate({ hosts, need }: PlacementInputs): Placement {
  const weighed = hosts.map(host => weigh(host, need))
  const choice = need.pin === null ? chooseFreely(weighed, need) : choosePinned(weighed, need, need.pin)
  if (choice === undefined) throw need.pin === null ? noHost(weighed, need) : pinnedHostAway(weighed, need.pin)
  const { best, from } = choice
  return {
    host: best.host.name,
    reason: placementReason({ ...choice, need, candidates: from, notFoundOn: notFoundOn(weighed) }),
    score: best.score,
    candidates: weighed.map(({ host, candidate, refusal }) => {
      const isChoosable = candidate !== null && from.includes(candidate)
      const refused = host === best.host ? null : (refusal?.text ?? (isChoosable ? null : pinText(need.pin)))
      return { host: host.name, score: isChoosable ? candidate.score : null, refused }
    }),
  }
}

function weigh(host: HostInput, need: Need): Weighed {
  const { sample } = host
  const refused = refusal(host, need)
  const candidate = refused?.isFirm || sample === null ? null : { host, sample, score: lostSeconds(host, sample, need) }
  return { host, candidate, refusal: refused }
}

function chooseFreely(weighed: readonly Weighed[], need: Need): Choice | undefined {
  const fitting = candidatesOf(weighed.filter(one => one.refusal === null))
  const isRetry = fitting.length === 0
  const from = isRetry ? candidatesOf(weighed.filter(one => one.refusal?.isNotFound)) : fitting
  const best = pickBest(from, need)
  return best && { best, from, isRetry }
}

function choosePinned(weighed: readonly Weighed[], need: Need, pin: Pin): Choice | undefined {
  const pinned = weighed.find(one => one.host.name === pin.host)
  const isFit = pinned?.refusal === null
  if (pinned?.candidate && (isFit || pin.fallback === 'none')) return only(pinned.candidate, pin.host)
  if (pin.fallback === 'none') return undefined
  const others = weighed.filter(one => one !== pinned && (pin.fallback === 'auto' || one.host.name === pin.fallback))
  const choice = chooseFreely(others, need)
  // A fallback that is named goes as a pin does: whatever its load.
  const named = pin.fallback === 'auto' ? null : (others[0]?.candidate ?? null)
  const instead = choice ?? (named && only(named, pin.fallback))
  if (instead) return { ...instead, insteadOf: pinned }
  return pinned?.candidate ? only(pinned.candidate, pin.host) : undefined
}

function only(candidate: Candidate, pinnedTo: string): Choice {
  return { best: candidate, from: [candidate], isRetry: false, pinnedTo }
}

function pickBest(candidates: readonly Candidate[], { affinity, lastHost }: Need): Candidate | undefined {
  const lowest = candidates.reduce((least, one) => Math.min(least, one.score), Number.POSITIVE_INFINITY)
  const limit = lowest + Math.max(EQUAL_SECONDS, lowest * EQUAL_SHARE)
  const is = (name: string | null, { host }: Candidate) => Number(host.name === name)
  // Array.prototype.toSorted is stable: what is equal in all stays in the order given.
  return candidates
    .filter(one => one.score <= limit)
    .toSorted(
      (one, other) =>
        is(affinity, other) - is(affinity, one) ||
        is(lastHost, other) - is(lastHost, one) ||
        one.host.runningJobs - other.host.runningJobs,
    )[0]
}

function candidatesOf(weighed: readonly Weighed[]): Candidate[] {
  return weighed.flatMap(one => one.candidate ?? [])
}

function notFoundOn(weighed: readonly Weighed[]): string[] {
  return weighed.filter(one => one.refusal?.isNotFound).map(one => one.host.name)
}

function pinText(pin: Pin | null): string | null {
  return pin && `${pin.pattern} is pinned to ${pin.host}`
}
