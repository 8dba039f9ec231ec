/** Tokens for programs that read `/metrics` from elsewhere: made, listed, revoked. */
import { z } from 'zod'
import { TOKEN_NAME, TOKEN_NAME_RULE } from '../token-name.ts'
import { nothing, output, owner } from './fields.ts'

const TokenName = z.string().regex(TOKEN_NAME, TOKEN_NAME_RULE)

export type NewToken = {
  name: string
  /** Told this once: what is kept of it lets nobody in. */
  token: string
  /** Where `/metrics` is, as the web address stands now. */
  address: string
  /** Only programs of this computer can come there. */
  isLocal: boolean
}
/** `usedAt`: about when it was last of use; null if it never was. */
export type TokenView = { name: string; createdAt: number; usedAt: number | null }

export const tokenMethods = {
  /** A secret that opens `/metrics` at the web address and nothing else, until it is revoked. The address is served from then on. */
  'token.add': { allow: owner, input: z.strictObject({ name: TokenName }), output: output<NewToken>() },
  /** Oldest first. */
  'token.list': { allow: owner, input: nothing, output: output<{ tokens: TokenView[] }>() },
  'token.remove': { allow: owner, input: z.strictObject({ name: TokenName }), output: output<null>() },
} as const
