/**
 * Who may come in at the web address. A one-time token, which `drover open` gives out, is redeemed for a session; the page keeps the
 * session's secret for its tab and shows it with all it asks. Here and in the store are only SHA-256 hashes of either.
 */
import { SIGN_IN_MS, type WebRole } from '../../shared/contract.ts'
import type { Clock } from '../clock.ts'
import type { WebSession } from '../store/web-table.ts'
import { findBySecret, hashOf, newSecret } from './secret.ts'

/** Where sessions outlive the core. */
export type SessionStore = {
  list(): WebSession[]
  /** These and no others. */
  save(sessions: readonly WebSession[]): void
  /** @throws {AppError} `DISK_FULL` */
  clear(): void
}
export type WebAccessOptions = {
  clock: Clock
  /** One that nobody can set, for what lives no longer than this core. */
  steady: Clock
  store: SessionStore
  /** Told of the hashes that let nobody in any more. */
  onEnd(hashes: readonly string[]): void
}
/** Who is signed in: the session by its hash, and what may be called with it. */
export type SignedIn = { readonly hash: string; readonly role: WebRole }
type Token = { role: WebRole; issuedAt: number; onGone: () => void }

const SESSION_MS = 30 * 86_400_000
/** Each window that was ever opened leaves a session; of more than these the longest unused go. */
const MAX_SESSIONS = 200
const MAX_TOKENS = 100
/** So often at most its use is written down. */
const NOTED_MS = 60 * 60_000

export class WebAccess {
  readonly #clock: Clock
  readonly #steady: Clock
  readonly #store: SessionStore
  readonly #onEnd: WebAccessOptions['onEnd']
  readonly #tokens = new Map<string, Token>()
  /** Least recently noted first. */
  readonly #sessions: Map<string, WebSession>

  constructor({ clock, steady, store, onEnd }: WebAccessOptions) {
    this.#clock = clock
    this.#steady = steady
    this.#store = store
    this.#onEnd = onEnd
    this.#sessions = new Map(store.list().map(session => [session.hash, session]))
    this.expire()
  }

  get hasSessions(): boolean {
    return this.#sessions.size > 0
  }

  /** A token that signs in once, within SIGN_IN_MS, as `role`. `onGone` is called once, when it was used or no longer can be. */
  issueToken(role: WebRole, onGone: () => void = () => undefined): string {
    const [oldest] = this.#tokens.keys()
    if (oldest !== undefined && this.#tokens.size >= MAX_TOKENS) this.#dropToken(oldest)
    const token = newSecret()
    this.#tokens.set(hashOf(token), { role, issuedAt: this.#steady.now(), onGone })
    return token
  }

  /** The secret of a new session; null for a token that is wrong, used or too old. */
  redeem(token: string): string | null {
    const hash = hashOf(token)
    const known = this.#tokens.get(hash)
    if (!known) return null
    this.#dropToken(hash)
    if (isTooOld(known, this.#steady.now())) return null
    const now = this.#clock.now()
    const secret = newSecret()
    this.#note({ hash: hashOf(secret), role: known.role, createdAt: now, usedAt: now })
    this.#end([...this.#sessions.keys()].slice(0, -MAX_SESSIONS))
    return secret
  }

  /** The session with this secret; null if there is none. */
  session(secret: string): SignedIn | null {
    const found = findBySecret(this.#sessions.values(), secret)
    if (!found || this.#isOld(found)) return null
    this.use(found.hash)
    return { hash: found.hash, role: found.role }
  }

  /** It is in use at this moment. */
  use(hash: string): void {
    const session = this.#sessions.get(hash)
    const now = this.#clock.now()
    if (session && Math.abs(now - session.usedAt) >= NOTED_MS) this.#note({ ...session, usedAt: now })
  }

  /** Forgets what is too old; to be called now and then. */
  expire(): void {
    const now = this.#steady.now()
    for (const [hash, token] of this.#tokens) if (isTooOld(token, now)) this.#dropToken(hash)
    this.#end([...this.#sessions.values()].filter(session => this.#isOld(session)).map(({ hash }) => hash))
  }

  /** Nobody is let in any more with what was given out until now. @throws {AppError} `DISK_FULL` if the next core might let them in again. */
  signOut(): void {
    for (const hash of [...this.#tokens.keys()]) this.#dropToken(hash)
    this.endSessions()
    this.#store.clear()
  }

  endSessions(): void {
    this.#end([...this.#sessions.keys()])
  }

  /** As `signOut`, of those with this role alone. What the disk has no room for is written later. */
  shutOut(role: WebRole): void {
    for (const [hash, token] of this.#tokens) if (token.role === role) this.#dropToken(hash)
    this.#end([...this.#sessions.values()].filter(session => session.role === role).map(({ hash }) => hash))
  }

  /** Tokens end with the core; sessions do not. */
  close(): void {
    for (const hash of [...this.#tokens.keys()]) this.#dropToken(hash)
  }

  /** One that was last used in the future, by a clock since set back, is none that anybody is to be shut out for. */
  #isOld({ usedAt }: WebSession): boolean {
    return this.#clock.now() - usedAt >= SESSION_MS
  }

  #note(session: WebSession): void {
    this.#sessions.delete(session.hash)
    this.#sessions.set(session.hash, session)
    this.#store.save([...this.#sessions.values()])
  }

  #end(hashes: readonly string[]): void {
    if (hashes.length === 0) return
    for (const hash of hashes) this.#sessions.delete(hash)
    this.#store.save([...this.#sessions.values()])
    this.#onEnd(hashes)
  }

  #dropToken(hash: string): void {
    const token = this.#tokens.get(hash)
    this.#tokens.delete(hash)
    token?.onGone()
  }
}

function isTooOld({ issuedAt }: Token, now: number): boolean {
  return now - issuedAt >= SIGN_IN_MS
}
