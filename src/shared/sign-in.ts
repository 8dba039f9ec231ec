/** How a page is opened signed in: a one-time token and a place in the window stand in the address's fragment, which no server is sent. */

export function signInUrl({ address, token, route }: { address: string; token: string; route: string }): string {
  return `${address}/#token=${token}${route === '/' ? '' : `&to=${route}`}`
}

/** Null for a fragment without a token. */
export function parseSignIn(hash: string): { token: string; route: string } | null {
  const match = /^#token=([A-Za-z0-9_-]+)(?:&to=(\/[^#]*))?$/.exec(hash)
  return match?.[1] === undefined ? null : { token: match[1], route: match[2] ?? '/' }
}
