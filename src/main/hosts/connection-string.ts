/** What people type for a host: `[user@]host[:port]`, `[user@][v6]:port`, or an alias of their ssh config. */
import { AppError } from '../../shared/errors.ts'

export type ConnectionParts = { host: string; user: string | null; port: number | null }

/**
 * Takes a connection apart. `ssh://` before it is allowed; a bare IPv6 address is a host without port.
 *
 * @throws {AppError} `BAD_INPUT` if a part is empty, looks like an option, or the port is none.
 */
export function parseConnection(connection: string): ConnectionParts {
  const bare = connection.replace(/^ssh:\/\//, '').replace(/\/$/, '')
  const at = bare.lastIndexOf('@')
  const user = at < 0 ? null : bare.slice(0, at)
  const place = bare.slice(at + 1)
  const match = /^\[([^\]]*)\](?::(.*))?$/.exec(place) ?? /^([^:]*):([^:]*)$/.exec(place) ?? [place, place]
  const [, host = '', port] = match
  if (host === '' || user === '') throw bad(connection, 'it has an empty part')
  if (host.startsWith('-') || user?.startsWith('-')) throw bad(connection, 'no part may begin with a dash')
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    throw bad(connection, `"${port}" is no port from 1 to 65535`)
  }
  return { host, user, port: port === undefined ? null : Number(port) }
}

function bad(connection: string, why: string): AppError {
  return new AppError('BAD_INPUT', `"${connection}" is no connection: ${why}. Give [user@]host[:port] or an ssh alias`)
}
