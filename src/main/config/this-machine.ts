/** Which names stand for the machine this runs on: it is the host `local`, and never a second one. */
import { hostname, networkInterfaces } from 'node:os'

export type ThisMachine = {
  readonly hostname: string
  /** Of all its network interfaces. */
  readonly addresses: readonly string[]
}

const LOOPBACK_NAMES = ['localhost', 'ip6-localhost', 'localhost.localdomain', 'local', '::1', '0.0.0.0', '::']
const SSH_PORT = 22

/** A host's name or address, without user and port. `me` is for tests. */
export function isThisMachine(host: string, me: ThisMachine = thisMachine()): boolean {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  const own = me.hostname.toLowerCase()
  const isOwnName = own !== '' && (name === own || shortName(own) === name || `${shortName(own)}.local` === name)
  const isLoopback = LOOPBACK_NAMES.includes(name) || name.endsWith('.localhost') || /^(::ffff:)?127(\.\d{1,3}){1,3}$/.test(name)
  return isOwnName || isLoopback || me.addresses.some(address => address.toLowerCase() === name)
}

/**
 * The same for `[user@]host[:port]`. A port of its own is another machine's door: a container's, a virtual machine's, a tunnel's.
 */
export function leadsToThisMachine(connection: string, me: ThisMachine = thisMachine()): boolean {
  const place = connection.slice(connection.lastIndexOf('@') + 1)
  const [, host = place, port] = /^\[([^\]]*)\](?::(\d+))?$/.exec(place) ?? /^([^:]*):(\d+)$/.exec(place) ?? []
  return (port === undefined || Number(port) === SSH_PORT) && isThisMachine(host, me)
}

function thisMachine(): ThisMachine {
  const interfaces = Object.values(networkInterfaces()).flatMap(all => all ?? [])
  return { hostname: hostname(), addresses: interfaces.map(({ address }) => address) }
}

function shortName(name: string): string {
  return name.split('.', 1)[0] ?? name
}
