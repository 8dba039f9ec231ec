/**
 * Decides what of all that happens a person is told, and when: each thing once; several at once, and whatever is too much for a minute, as
 * one; in quiet hours nothing, and at their end what was urgent; of a host that is away that it is, and not what follows from it.
 *
 * It owns what was told and what waits, and neither a timer nor a clock: whoever has them says what time it is and asks when to ask again.
 */
import {
  awayNotice,
  backNotice,
  type EndedJob,
  NOTHING_TOLD,
  type Notice,
  type NoticeCounts,
  type NoticeRules,
  noticeOf,
  summaryOf,
  sumOf,
} from './notice.ts'
import { isQuiet, type QuietHours, untilQuietEnds } from './quiet-hours.ts'

export type PolicyRules = NoticeRules & {
  /** Told of hosts that are away for long, and when they are back. */
  hostAway: boolean
  quiet: QuietHours | null
  mutedHosts: readonly string[]
}
/** `atMs` of a clock that nobody can set; `minute` of the day, as on the person's wall. Without a desktop it is as quiet as it can be. */
export type Now = { atMs: number; minute: number; hasDesktop: boolean }

type Host = {
  /** Null while it is connected. */
  awayAtMs: number | null
  /** Where it is back, and was told to be away: what follows from that is gathered a moment. */
  backAtMs: number | null
  /** What keeps it away. */
  why: string | null
  isTold: boolean
  /** Not told because of it. */
  muted: Notice[]
}

/** What happens within it belongs together. */
export const GATHER_MS = 500
export const AWAY_MS = 120_000
export const BACK_MS = 5_000
const MINUTE_MS = 60_000
const MOST_AT_ONCE = 3
const MOST_A_MINUTE = 6
/** Of the jobs that were told, and of what waits. */
const MAX_KEPT = 1_000

export class NoticePolicy {
  readonly #hosts = new Map<string, Host>()
  readonly #toldJobs = new Set<string>()
  #waiting: Notice[] = []
  #waitingSinceMs = 0
  /** Of the last minute. */
  #shownAtMs: number[] = []
  /** Urgent, and heard of in quiet hours. Another list whenever it changes. */
  #held: readonly Notice[]

  /** `held`: of the core before. */
  constructor(held: readonly Notice[] = []) {
    this.#held = held
  }

  /** What nobody was to hear yet. */
  get held(): readonly Notice[] {
    return this.#held
  }

  jobEnded(job: EndedJob, { isWatched, rules, now }: { isWatched: boolean; rules: PolicyRules; now: Now }): void {
    if (this.#toldJobs.has(job.id)) return
    keep(this.#toldJobs, job.id)
    const notice = noticeOf(job, { isWatched, rules })
    if (notice === null || (job.host !== null && rules.mutedHosts.includes(job.host))) return
    const host = job.host === null ? undefined : this.#hosts.get(job.host)
    if (host && (host.awayAtMs !== null || host.backAtMs !== null)) host.muted = [...host.muted, notice].slice(-MAX_KEPT)
    else this.#gather([notice], now)
  }

  /** Anything else that has happened with this host, which may be away. */
  happened(notice: Notice, { host, rules, now }: { host: string; rules: PolicyRules; now: Now }): void {
    if (!rules.mutedHosts.includes(host)) this.#gather([notice], now)
  }

  /** One that was never connected since we began is not away: it was not there. */
  hostChanged({ name, isConnected, why }: { name: string; isConnected: boolean; why: string | null }, now: Now): void {
    const host = this.#hosts.get(name)
    if (!host) {
      if (isConnected) this.#hosts.set(name, { awayAtMs: null, backAtMs: null, why: null, isTold: false, muted: [] })
      return
    }
    host.why = why ?? host.why
    if (!isConnected) {
      host.awayAtMs ??= now.atMs
      host.backAtMs = null
    } else if (host.awayAtMs !== null) {
      if (host.isTold) host.backAtMs ??= now.atMs
      else this.#release(host, now)
    }
  }

  hostRemoved(name: string): void {
    this.#hosts.delete(name)
  }

  /** What is to be shown now. */
  due(rules: PolicyRules, now: Now): Notice[] {
    for (const [name, host] of this.#hosts) this.#lookAt({ name, host, rules, now })
    const isSilent = isSilentNow(rules, now)
    const shown = [...(isSilent ? [] : this.#endOfQuiet()), ...this.#gathered(isSilent, now)]
    this.#shownAtMs.push(...shown.map(() => now.atMs))
    return shown
  }

  /** In how many milliseconds `due` may have more, if nothing happens before; null: not before. */
  waitMs({ quiet }: PolicyRules, { atMs, minute, hasDesktop }: Now): number | null {
    const hosts = [...this.#hosts.values()].flatMap(({ awayAtMs, backAtMs, isTold }) => {
      if (backAtMs !== null) return [backAtMs + BACK_MS]
      return awayAtMs === null || isTold ? [] : [awayAtMs + AWAY_MS]
    })
    const room = this.#roomFrom(atMs)
    const gathered = this.#waiting.length > 0 ? [Math.max(this.#waitingSinceMs + GATHER_MS, room)] : []
    // A computer that sleeps counts no milliseconds, and a wall's clock may be set.
    const quietMs = !hasDesktop ? MINUTE_MS : quiet ? untilQuietEnds(quiet, minute) * MINUTE_MS : 0
    const held = this.#held.length > 0 ? [atMs + Math.min(quietMs, MINUTE_MS)] : []
    const times = [...hosts, ...gathered, ...held]
    return times.length === 0 ? null : Math.max(0, Math.min(...times) - atMs)
  }

  /** There is no later: what waits, also for its host. What nobody wants to hear now is held, for the next core. */
  last(rules: PolicyRules, now: Now): Notice[] {
    const muted = [...this.#hosts.values()].flatMap(host => host.muted.splice(0))
    const waiting = [...this.#waiting.splice(0), ...muted]
    if (!isSilentNow(rules, now)) return fewOrOne(waiting)
    this.#hold(waiting)
    return []
  }

  #lookAt({ name, host, rules, now }: { name: string; host: Host; rules: PolicyRules; now: Now }): void {
    const { awayAtMs, backAtMs, why } = host
    if (awayAtMs === null) return
    const isAwayLong = !host.isTold && backAtMs === null && now.atMs - awayAtMs >= AWAY_MS
    const isBack = backAtMs !== null && now.atMs - backAtMs >= BACK_MS
    if (!isAwayLong && !isBack) return
    host.isTold = true
    const isMuted = rules.mutedHosts.includes(name)
    const meanwhile: NoticeCounts = host.muted.map(notice => notice.counts).reduce(sumOf, NOTHING_TOLD)
    if (!rules.hostAway && !isMuted) this.#gather(host.muted, now)
    else if (!isMuted)
      this.#gather(
        [isBack ? backNotice({ name, awayMs: backAtMs - awayAtMs, meanwhile }) : awayNotice({ name, why, meanwhile })],
        now,
      )
    host.muted = []
    if (isBack) Object.assign(host, { awayAtMs: null, backAtMs: null, why: null, isTold: false })
  }

  /** It was not away for long enough to be told: what was kept is news as any. */
  #release(host: Host, now: Now): void {
    this.#gather(host.muted, now)
    Object.assign(host, { awayAtMs: null, why: null, muted: [] })
  }

  #gather(notices: readonly Notice[], { atMs }: Now): void {
    if (notices.length > 0 && this.#waiting.length === 0) this.#waitingSinceMs = atMs
    this.#waiting.push(...notices)
    // What is too much is told as a number, and must not be counted wrong.
    if (this.#waiting.length > MAX_KEPT) this.#waiting = [summaryOf(this.#waiting)]
  }

  #gathered(isSilent: boolean, { atMs }: Now): Notice[] {
    if (this.#waiting.length === 0 || atMs - this.#waitingSinceMs < GATHER_MS) return []
    if (isSilent) {
      this.#hold(this.#waiting.splice(0))
      return []
    }
    if (this.#roomFrom(atMs) > atMs) return []
    const room = MOST_A_MINUTE - this.#shownAtMs.length
    const waiting = this.#waiting.splice(0)
    if (waiting.length <= Math.min(room, MOST_AT_ONCE)) return waiting
    // So many at once are a flood, perhaps: it is soon to come as one a minute.
    this.#shownAtMs.push(...Array.from({ length: MOST_AT_ONCE - 1 }, () => atMs))
    return [summaryOf(waiting)]
  }

  #hold(notices: readonly Notice[]): void {
    const urgent = notices.filter(notice => notice.isUrgent)
    if (urgent.length > 0) this.#held = [...this.#held, ...urgent]
    if (this.#held.length > MAX_KEPT) this.#held = [summaryOf(this.#held)]
  }

  #endOfQuiet(): Notice[] {
    const held = this.#held
    if (held.length > 0) this.#held = []
    return held.length > 1 ? [summaryOf(held, 'While it was quiet: ')] : [...held]
  }

  /** When the next one may be shown. Forgets what is longer ago than a minute. */
  #roomFrom(atMs: number): number {
    this.#shownAtMs = this.#shownAtMs.filter(shown => atMs - shown < MINUTE_MS)
    return this.#shownAtMs.length < MOST_A_MINUTE ? atMs : (this.#shownAtMs[0] ?? atMs) + MINUTE_MS
  }
}

function isSilentNow({ quiet }: PolicyRules, { minute, hasDesktop }: Now): boolean {
  return !hasDesktop || (quiet !== null && isQuiet(quiet, minute))
}

function fewOrOne(notices: Notice[]): Notice[] {
  return notices.length > MOST_AT_ONCE ? [summaryOf(notices)] : notices
}

function keep(told: Set<string>, id: string): void {
  told.add(id)
  for (const old of told) {
    if (told.size <= MAX_KEPT) return
    told.delete(old)
  }
}
