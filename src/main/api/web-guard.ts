/**
 * Keeps other web pages out of the web address, before anything else is looked at: a name that another site has made to lead here (DNS
 * rebinding) is not one of our hosts, and what another site asks for bears its Origin, or the browser's word that it comes from there.
 */
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { isLoopback } from '../loopback.ts'
import { HttpRefusal } from './http.ts'

export type Listening = { readonly address: string; readonly port: number }

/** @throws {HttpRefusal} */
export function refuseForeign(request: IncomingMessage, listening: Listening, what = 'Drover’s window'): void {
  const { host, origin, 'sec-fetch-site': site } = request.headers
  // What stands in a header is not shown again: it is the attacker's text.
  if (host === undefined || !hostsOf(listening, request.socket.localAddress).includes(host))
    throw new HttpRefusal(421, `This is not an address of ${what}. It is at ${urlOf(listening)}`, { code: 'FORBIDDEN' })
  if (origin !== undefined && origin !== `http://${host}`) throw foreign()
  const isForeign = site === 'cross-site' || site === 'same-site'
  if (isForeign && !isVisit(request)) throw foreign()
}

/** For a WebSocket, which is no request that a page of ours could make without it. @throws {HttpRefusal} */
export function requireOrigin(request: IncomingMessage): void {
  if (request.headers.origin === undefined) throw foreign()
}

/** As a person's browser asks for it. */
export function urlOf({ address, port }: Listening): string {
  const name = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${inBrackets(name)}:${port}`
}

function foreign(): HttpRefusal {
  return new HttpRefusal(403, 'Requests of other web pages are refused', { code: 'FORBIDDEN' })
}

/** A link that a person follows, or the redirect file of `drover open`, may lead to our page from anywhere; it may not show it in a frame. */
function isVisit({ method, url, headers }: IncomingMessage): boolean {
  return method === 'GET' && url === '/' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/** An address typed as numbers leads nowhere else, so where we listen at all of them each is fine on its own connections. */
function hostsOf({ address, port }: Listening, localAddress: string | undefined): string[] {
  const isAny = address === '0.0.0.0' || address === '::'
  const arrivedAt = (isAny ? localAddress?.replace(/^::ffff:/, '') : address) ?? address
  const hosts = [`${inBrackets(arrivedAt)}:${port}`, ...(isLoopback(arrivedAt) ? [`localhost:${port}`] : [])]
  // A browser leaves out the usual port.
  return port === 80 ? [...hosts, ...hosts.map(host => host.slice(0, -3))] : hosts
}

/** An address of IPv6 can be written in many ways; browsers know one. */
function inBrackets(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address
}
