/**
 * Tokens that open `/metrics` at the web address and nothing else, for a Prometheus on another computer. They last until they are
 * revoked; only their hashes are kept.
 */
import { AppError } from '../../shared/errors.ts'
import type { Clock } from '../clock.ts'
import type { MetricsToken } from '../store/token-table.ts'
import { findBySecret, hashOf, newSecret } from './secret.ts'

/** Where they outlive the core. */
export type TokenStore = {
  list(): MetricsToken[]
  /** @throws {AppError} `DISK_FULL` */
  add(token: MetricsToken): void
  /** @throws {AppError} `DISK_FULL` */
  remove(name: string): void
  noteUse(name: string, at: number): void
}

const MOST = 50
/** So often at most its use is written down. */
const NOTED_MS = 60 * 60_000

export class MetricsTokens {
  readonly #clock: Clock
  readonly #store: TokenStore
  readonly #tokens: Map<string, MetricsToken>

  constructor({ clock, store }: { clock: Clock; store: TokenStore }) {
    this.#clock = clock
    this.#store = store
    this.#tokens = new Map(store.list().map(token => [token.name, token]))
  }

  get isEmpty(): boolean {
    return this.#tokens.size === 0
  }

  /** Oldest first. */
  list(): Omit<MetricsToken, 'hash'>[] {
    return [...this.#tokens.values()].map(({ name, createdAt, usedAt }) => ({ name, createdAt, usedAt }))
  }

  /** The secret of a new one, which nobody is told again. @throws {AppError} `CONFLICT`, `DISK_FULL` */
  add(name: string): string {
    if (this.#tokens.has(name)) {
      throw new AppError('CONFLICT', `There is a token named ${name}. Take another name, or revoke it: drover token rm ${name}`)
    }
    if (this.#tokens.size >= MOST) {
      throw new AppError('CONFLICT', `There are ${MOST} tokens, and no more can be. Revoke one: drover token rm NAME`)
    }
    const secret = newSecret()
    const token = { name, hash: hashOf(secret), createdAt: this.#clock.now(), usedAt: null }
    this.#store.add(token)
    this.#tokens.set(name, token)
    return secret
  }

  /** It opens nothing any more, also for the next core. @throws {AppError} `NOT_FOUND`, `DISK_FULL` */
  remove(name: string): void {
    if (!this.#tokens.has(name)) throw new AppError('NOT_FOUND', `There is no token named ${name}. List them: drover token ls`)
    this.#store.remove(name)
    this.#tokens.delete(name)
  }

  /** Whether this is the secret of one of them; if so, it is in use. */
  accepts(secret: string): boolean {
    const token = findBySecret(this.#tokens.values(), secret)
    if (!token) return false
    const now = this.#clock.now()
    if (token.usedAt === null || Math.abs(now - token.usedAt) >= NOTED_MS) {
      this.#tokens.set(token.name, { ...token, usedAt: now })
      this.#store.noteUse(token.name, now)
    }
    return true
  }
}
