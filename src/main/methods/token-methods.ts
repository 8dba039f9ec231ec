/** Tokens for programs that read `/metrics` from elsewhere. Where one is made, the web address is served. */
import type { Methods, TokenView } from '../../shared/contract.ts'

export type TokenParts = {
  tokens: {
    add(name: string): string
    list(): TokenView[]
    remove(name: string): void
  }
  web: {
    /** @throws {AppError} `BAD_CONFIG` if it cannot be served. */
    open(): Promise<string>
    /** Whether it is configured to be reached by this computer alone. */
    isLocal(): boolean
  }
}

export function tokenMethods({ tokens, web }: TokenParts): Pick<Methods, Extract<keyof Methods, `token.${string}`>> {
  return {
    'token.add': async ({ name }) => {
      // First: a token for a place that cannot be had would be of no use.
      const address = await web.open()
      return { name, token: tokens.add(name), address, isLocal: web.isLocal() }
    },
    'token.list': async () => ({ tokens: tokens.list() }),
    'token.remove': async ({ name }) => {
      tokens.remove(name)
      return null
    },
  }
}
