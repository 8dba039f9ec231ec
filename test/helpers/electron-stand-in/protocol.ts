/**
 * `protocol`. Chromium knows no scheme of ours, so a page at app://host/ is drawn as https://host.app.invalid/, which leads nowhere: what
 * it asks for there is answered by the app's handler, and the app sees app:// everywhere.
 */
import type { Part } from './part.ts'

type Handler = (request: Request) => Response | Promise<Response>

const handlers = new Map<string, Handler>()
const privileged = new Set<string>()

export const protocol = {
  registerSchemesAsPrivileged: schemes => {
    for (const { scheme } of schemes) privileged.add(scheme)
  },
  handle: (scheme, handler) => {
    if (!privileged.has(scheme)) throw new Error(`stand-in: pages of ${scheme}: have no origin, it was not registered`)
    handlers.set(scheme, handler as unknown as Handler)
  },
} satisfies Part<Electron.Protocol>

export function toDrawn(url: string): string {
  const [, scheme, host, rest = ''] = /^([a-z]+):\/\/([^/]+)(.*)$/.exec(url) ?? []
  return scheme !== undefined && privileged.has(scheme) ? `https://${host}.${scheme}.invalid${rest}` : url
}

export function fromDrawn(url: string): string {
  const [, host, scheme, rest = ''] = /^https:\/\/([^/]+)\.([a-z]+)\.invalid(.*)$/.exec(url) ?? []
  return scheme !== undefined && privileged.has(scheme) ? `${scheme}://${host}${rest}` : url
}

/** Null for what no handler answers. `url`: as the app knows it. */
export async function answerFor(url: string, method: string): Promise<Response | null> {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1))
  return handler ? await handler(new Request(url, { method })) : null
}
